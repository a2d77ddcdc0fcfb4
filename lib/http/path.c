/* Paths: checked once, then compared with the patterns of the routes. */
#include "http/message.h"

#include "base/num.h"
#include "base/utf8.h"

#define PATH_MOST 1000
#define SLUG_MOST 64

err http_path_check(struct str path)
{
	struct str rest = path;
	struct str part;
	uint32_t code_point;

	if (path.n > PATH_MOST || !str_starts(path, STR("/")) || !utf8_is_valid(path))
		return ERR_INVALID;
	while (utf8_next(&rest, &code_point)) {
		if (code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0))
			return ERR_INVALID;
	}
	while (str_split(&path, '/', &part)) {
		if (str_is(part, STR(".")) || str_is(part, STR("..")))
			return ERR_INVALID;
	}
	return OK;
}

/* Letters, digits, '_' and '-'; with_dots allows '.' between others of them. */
static bool is_slug(struct str s, bool with_dots)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '.' && with_dots && i > 0 && i + 1 < s.n)
			continue;
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '_' || c == '-'))
			return false;
	}
	return s.n > 0 && s.n <= SLUG_MOST;
}

static bool match_part(struct str wanted, struct str part, struct http_path_values *values)
{
	bool is_file = str_is(wanted, STR("{file}"));

	if (str_is(wanted, STR("{id}"))) {
		if (values->id_count == HTTP_PATH_VALUES_MAX)
			BUG("a pattern has more than %d ids", HTTP_PATH_VALUES_MAX);
		return num_parse_id(part, &values->ids[values->id_count++]);
	}
	if (is_file || str_is(wanted, STR("{slug}"))) {
		if (values->slug_count == HTTP_PATH_VALUES_MAX)
			BUG("a pattern has more than %d slugs", HTTP_PATH_VALUES_MAX);
		values->slugs[values->slug_count++] = part;
		return is_slug(part, is_file);
	}
	return str_is(wanted, part);
}

bool http_path_match(struct str pattern, struct str path, struct http_path_values *out)
{
	struct http_path_values values = { 0 };
	struct str wanted;
	struct str part;

	while (str_split(&pattern, '/', &wanted)) {
		if (!str_split(&path, '/', &part) || !match_part(wanted, part, &values))
			return false;
	}
	if (str_split(&path, '/', &part))
		return false;
	*out = values;
	return true;
}
