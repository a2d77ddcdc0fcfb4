/* Header values with parameters: Content-Type and Content-Disposition. */
#include "http/form_build.h"

struct str form_header_main(struct str header)
{
	ptrdiff_t end = str_find_byte(header, ';');

	return str_trim(str_slice(header, 0, end < 0 ? header.n : (size_t)end));
}

static void skip(struct str *rest, size_t n)
{
	*rest = str_slice(*rest, n, rest->n);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static void skip_blanks(struct str *rest)
{
	while (rest->n && is_blank(rest->p[0]))
		skip(rest, 1);
}

/*
 * The inside of a quoted string, whose opening quote is gone. A backslash stands for itself unless
 * it is before a quote or another one: some clients send paths unescaped.
 */
static err take_quoted(struct arena *a, struct str *rest, struct str *out)
{
	char *p = arena_alloc(a, rest->n + 1);
	size_t n = 0;
	size_t i;

	for (i = 0; i < rest->n && rest->p[i] != '"'; i++) {
		if (rest->p[i] == '\\' && i + 1 < rest->n &&
		    (rest->p[i + 1] == '"' || rest->p[i + 1] == '\\'))
			i++;
		p[n++] = rest->p[i];
	}
	if (i == rest->n)
		return ERR_INVALID;
	skip(rest, i + 1);
	*out = (struct str){ p, n };
	return OK;
}

static struct str take_until(struct str *rest, const char *ends)
{
	struct str taken = { rest->p, 0 };

	/* strchr would find the terminator for a NUL in the text. */
	while (taken.n < rest->n && rest->p[taken.n] && !strchr(ends, rest->p[taken.n]))
		taken.n++;
	skip(rest, taken.n);
	return taken;
}

static err take_value(struct arena *a, struct str *rest, struct str *out)
{
	if (rest->n && rest->p[0] == '"') {
		skip(rest, 1);
		return take_quoted(a, rest, out);
	}
	*out = take_until(rest, "; \t\"");
	return out->n ? OK : ERR_INVALID;
}

/* One `; name=value` off the front of rest. */
static err take_parameter(struct arena *a, struct str *rest, struct str *name, struct str *value)
{
	skip_blanks(rest);
	if (rest->n == 0 || rest->p[0] != ';')
		return ERR_INVALID;
	skip(rest, 1);
	skip_blanks(rest);
	*name = take_until(rest, "=; \t\"");
	if (rest->n == 0 || rest->p[0] != '=' || name->n == 0)
		return ERR_INVALID;
	skip(rest, 1);
	return take_value(a, rest, value);
}

err form_header_parameter(struct arena *a, struct str header, struct str name, struct str *out,
			  bool *found)
{
	ptrdiff_t first = str_find_byte(header, ';');
	struct str rest = str_slice(header, first < 0 ? header.n : (size_t)first, header.n);

	*found = false;
	for (rest = str_trim(rest); rest.n; skip_blanks(&rest)) {
		struct str parameter;
		struct str value;
		err e = take_parameter(a, &rest, &parameter, &value);

		if (e)
			return e;
		if (!str_is_nocase(parameter, name))
			continue;
		if (*found)
			return ERR_INVALID;
		*found = true;
		*out = value;
	}
	return OK;
}
