/* Paths, against patterns of every kind. */
#include "base/utf8.h"
#include "http/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct str patterns[] = {
	STR_INIT("/"),
	STR_INIT("/posts/{id}"),
	STR_INIT("/posts/{id}/comments/{id}"),
	STR_INIT("/activate/{slug}"),
	STR_INIT("/static/{file}"),
	STR_INIT("/{id}/{slug}/{file}"),
};

static void check_values(const struct http_path_values *values)
{
	size_t i;

	for (i = 0; i < values->id_count; i++) {
		if (values->ids[i] < 1)
			BUG("a wrong id");
	}
	for (i = 0; i < values->slug_count; i++) {
		struct str slug = values->slugs[i];

		if (slug.n < 1 || slug.n > 64 || slug.p[0] == '.' || !utf8_is_valid(slug) ||
		    str_find_byte(slug, '/') >= 0)
			BUG("a wrong slug");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str path = { (const char *)data, size };
	struct http_path_values values;
	size_t i;

	for (i = 0; i < ARRAY_LEN(patterns); i++) {
		if (!http_path_match(patterns[i], path, &values))
			continue;
		check_values(&values);
		if (size <= 1000 && http_path_check(path))
			BUG("a path matches that is none");
	}
	return 0;
}
