/* Multipart bodies: the first line of the input is the Content-Type. */
#include "check_form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str body = { (const char *)data, size };
	struct arena *a = arena_new(4096);
	struct form form;
	struct str type;

	if (str_split(&body, '\n', &type) && form_parse_body(a, type, body, &form) == OK)
		check_form(&form);
	arena_free(a);
	return 0;
}
