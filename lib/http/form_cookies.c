/* The Cookie header. */
#include "http/form.h"

#include "http/form_build.h"
#include "http/token.h"

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
		if (!http_is_token(field.name) || field.name.n > FORM_NAME_MAX ||
		    !http_is_cookie_value(field.value))
			continue;
		/* What was checked here is within the limits. */
		if (form_add(a, &form, field))
			break;
	}
	*out = form;
}

_Static_assert(FORM_COOKIES_MAX <= FORM_FIELDS_MAX, "cookies are held in a form");
