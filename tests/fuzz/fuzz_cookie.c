/* Cookie headers; what was read is written again, which aborts when it is no cookie. */
#include "check_form.h"
#include "http/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(4096);
	struct form form;
	size_t i;

	form_parse_cookies(a, (struct str){ (const char *)data, size }, &form);
	check_form(&form);
	for (i = 0; i < form.count; i++) {
		struct http_response r;

		http_response_init(&r, a);
		http_response_cookie(&r, a, form.items[i].name, form.items[i].value, 60, true);
	}
	arena_free(a);
	return 0;
}
