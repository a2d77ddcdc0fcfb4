/* Forms: what the parsers share, and the urlencoded one. */
#include "http/form.h"

#include "base/num.h"
#include "base/utf8.h"
#include "http/form_build.h"

#define ITEMS_STEP 8

/* "\r\n" and "\r" as "\n"; the same text when there is nothing to do. */
static struct str with_plain_line_ends(struct arena *a, struct str s)
{
	size_t n = 0;
	size_t i;
	char *p;

	if (str_find_byte(s, '\r') < 0)
		return s;
	p = arena_alloc(a, s.n + 1);
	for (i = 0; i < s.n; i++) {
		if (s.p[i] != '\r')
			p[n++] = s.p[i];
		else if (i + 1 == s.n || s.p[i + 1] != '\n')
			p[n++] = '\n';
	}
	p[n] = '\0';
	return (struct str){ p, n };
}

err form_add(struct arena *a, struct form *form, struct form_field field)
{
	if (field.name.n == 0)
		return OK;
	if (form->count == FORM_FIELDS_MAX || field.name.n > FORM_NAME_MAX)
		return ERR_INVALID;
	if (!utf8_is_valid(field.name) || !utf8_is_valid(field.file_name))
		return ERR_INVALID;
	if (!field.is_file) {
		if (!utf8_is_valid(field.value))
			return ERR_INVALID;
		field.value = with_plain_line_ends(a, field.value);
	}
	if (form->count % ITEMS_STEP == 0)
		form->items = arena_grow(a, form->items, form->count * sizeof(*form->items),
					 (form->count + ITEMS_STEP) * sizeof(*form->items));
	form->items[form->count++] = field;
	return OK;
}

/* Decode s to *to, which has room for it, and move *to behind it and its NUL. */
static err decode(struct str s, char **to, struct str *out)
{
	char *start = *to;
	char *p = start;
	size_t i;

	for (i = 0; i < s.n; i++) {
		unsigned char byte;

		if (s.p[i] == '+') {
			*p++ = ' ';
		} else if (s.p[i] == '%') {
			if (!num_parse_hex(str_slice(s, i + 1, i + 3), &byte, 1))
				return ERR_INVALID;
			*p++ = (char)byte;
			i += 2;
		} else {
			*p++ = s.p[i];
		}
	}
	*out = (struct str){ start, (size_t)(p - start) };
	*p++ = '\0';
	*to = p;
	return OK;
}

static err add_pair(struct arena *a, struct str pair, char **to, struct form *form)
{
	ptrdiff_t equals = str_find_byte(pair, '=');
	size_t name_n = equals < 0 ? pair.n : (size_t)equals;
	struct form_field field = { 0 };
	err e = decode(str_slice(pair, 0, name_n), to, &field.name);

	if (e)
		return e;
	if (equals >= 0)
		e = decode(str_slice(pair, name_n + 1, pair.n), to, &field.value);
	if (e)
		return e;
	return form_add(a, form, field);
}

err form_parse_urlencoded(struct arena *a, struct str text, struct form *out)
{
	struct form form = { 0 };
	struct str pair;
	char *to;

	*out = form;
	if (text.n == 0)
		return OK;
	/* Decoding never lengthens; a NUL takes the place of each '=' and '&', but of one or two.
	 */
	to = arena_alloc(a, text.n + 2);
	while (str_split(&text, '&', &pair)) {
		err e = pair.n ? add_pair(a, pair, &to, &form) : OK;

		if (e)
			return e;
	}
	*out = form;
	return OK;
}

err form_parse_query(struct arena *a, struct str text, struct form *out)
{
	*out = (struct form){ 0 };
	return text.n > FORM_QUERY_MAX ? ERR_INVALID : form_parse_urlencoded(a, text, out);
}

err form_parse_body(struct arena *a, struct str content_type, struct str body, struct form *out)
{
	struct str type = form_header_main(content_type);

	if (str_is_nocase(type, STR("application/x-www-form-urlencoded")))
		return form_parse_urlencoded(a, body, out);
	if (str_is_nocase(type, STR("multipart/form-data")))
		return form_parse_multipart(a, content_type, body, out);
	*out = (struct form){ 0 };
	return ERR_INVALID;
}

static const struct form_field *find(const struct form *f, const char *name, bool is_file)
{
	struct str wanted = str_from_c(name);
	size_t i;

	for (i = 0; i < f->count; i++) {
		if (f->items[i].is_file == is_file && str_is(f->items[i].name, wanted))
			return &f->items[i];
	}
	return NULL;
}

struct str form_get(const struct form *f, const char *name)
{
	const struct form_field *field = find(f, name, false);

	return field ? field->value : STR("");
}

bool form_has(const struct form *f, const char *name)
{
	return find(f, name, false) != NULL;
}

const struct form_field *form_get_file(const struct form *f, const char *name)
{
	return find(f, name, true);
}
