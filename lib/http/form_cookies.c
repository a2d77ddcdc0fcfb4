/* The Cookie header. */
#include "http/form_build.h"

static bool is_token_char(char c)
{
	/* RFC 9110, 5.6.2: visible ASCII without separators. */
	return c > ' ' && c < 0x7F && !strchr("()<>@,;:\\\"/[]?={}", c);
}

static bool is_token(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		if (!is_token_char(s.p[i]))
			return false;
	}
	return s.n > 0 && s.n <= FORM_NAME_MAX;
}

/* RFC 6265, 4.1.1: visible ASCII without quote, comma, semicolon and backslash. */
static bool is_cookie_value(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c <= ' ' || c >= 0x7F || c == '"' || c == ',' || c == ';' || c == '\\')
			return false;
	}
	return true;
}

void form_parse_cookies(struct arena *a, struct str header, struct form *out)
{
	struct form form = { 0 };
	struct str pair;

	while (form.count < FORM_COOKIES_MAX && str_split(&header, ';', &pair)) {
		ptrdiff_t equals = str_find_byte(pair, '=');
		struct form_field field = { 0 };

		if (equals < 0)
			continue;
		field.name = str_trim(str_slice(pair, 0, (size_t)equals));
		field.value = str_trim(str_slice(pair, (size_t)equals + 1, pair.n));
		if (!is_token(field.name) || !is_cookie_value(field.value))
			continue;
		/* What was checked here is within the limits. */
		if (form_add(a, &form, field))
			break;
	}
	*out = form;
}

_Static_assert(FORM_COOKIES_MAX <= FORM_FIELDS_MAX, "cookies are held in a form");
