/* Query strings. */
#include "check_form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(4096);
	struct form form;

	if (form_parse_query(a, (struct str){ (const char *)data, size }, &form) == OK)
		check_form(&form);
	arena_free(a);
	return 0;
}
