/* multipart/form-data as browsers send it (RFC 7578); everything else is refused. */
#include "http/form.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "http/form_build.h"

#define BOUNDARY_MOST 70       /* RFC 2046, 5.1.1 */
#define PART_HEADERS_MOST 2048 /* bytes of one part's headers */

/* What is read of one part's headers. */
struct part {
	struct form_field field;
	bool has_disposition;
};

static bool is_boundary(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      (c && strchr("'()+_,-./:=? ", c))))
			return false;
	}
	return s.n > 0 && s.n <= BOUNDARY_MOST && s.p[s.n - 1] != ' ';
}

/* Without folders, and without characters that could show the name as another one. */
static struct str display_name(struct arena *a, struct str path)
{
	struct str rest = path;
	struct buf name;
	uint32_t code_point;
	size_t over;

	buf_init(&name, a, path.n + 1);
	while (utf8_next(&rest, &code_point)) {
		if (code_point == '/' || code_point == '\\')
			buf_clear(&name);
		else if (!utf8_is_invisible(code_point) && code_point != '\t' && code_point != '\n')
			buf_add_code_point(&name, code_point);
	}
	/* The end is kept: it has the extension. */
	over = name.n > FORM_FILE_NAME_MAX ? name.n - FORM_FILE_NAME_MAX : 0;
	while (over && over < name.n && (name.p[over] & 0xC0) == 0x80)
		over++;
	return str_slice(buf_str(&name), over, name.n);
}

static err read_disposition(struct arena *a, struct str value, struct part *part)
{
	struct form_field *field = &part->field;
	struct str path = STR("");
	bool has_name;
	err e;

	if (part->has_disposition || !str_is_nocase(form_header_main(value), STR("form-data")))
		return ERR_INVALID;
	part->has_disposition = true;
	e = form_header_parameter(a, value, STR("name"), &field->name, &has_name);
	if (e)
		return e;
	e = form_header_parameter(a, value, STR("filename"), &path, &field->is_file);
	if (e)
		return e;
	if (!has_name || field->name.n == 0 || !utf8_is_valid(path))
		return ERR_INVALID;
	field->file_name = field->is_file ? display_name(a, path) : STR("");
	return OK;
}

static err read_header(struct arena *a, struct str line, struct part *part)
{
	ptrdiff_t colon = str_find_byte(line, ':');
	struct str name;
	struct str value;

	if (colon <= 0)
		return ERR_INVALID;
	name = str_slice(line, 0, (size_t)colon);
	value = str_trim(str_slice(line, (size_t)colon + 1, line.n));
	if (str_is_nocase(name, STR("Content-Disposition")))
		return read_disposition(a, value, part);
	/* Nesting and transfer encodings went out of use with RFC 7578. */
	if (str_is_nocase(name, STR("Content-Type")))
		return str_is_nocase(str_slice(value, 0, 10), STR("multipart/")) ? ERR_INVALID : OK;
	if (str_is_nocase(name, STR("Content-Transfer-Encoding")))
		return str_is_nocase(value, STR("binary")) || str_is_nocase(value, STR("8bit")) ||
				       str_is_nocase(value, STR("7bit"))
			       ? OK
			       : ERR_INVALID;
	return OK;
}

/* The headers and the empty line after them off the front of *rest. */
static err read_headers(struct arena *a, struct str *rest, struct part *part)
{
	ptrdiff_t end = str_find(str_slice(*rest, 0, PART_HEADERS_MOST + 4), STR("\r\n\r\n"));
	struct str block;

	if (end <= 0)
		return ERR_INVALID;
	block = str_slice(*rest, 0, (size_t)end);
	*rest = str_slice(*rest, (size_t)end + 4, rest->n);
	while (block.n) {
		ptrdiff_t line_end = str_find(block, STR("\r\n"));
		size_t n = line_end < 0 ? block.n : (size_t)line_end;
		err e = read_header(a, str_slice(block, 0, n), part);

		if (e)
			return e;
		block = str_slice(block, n + 2, block.n);
	}
	return part->has_disposition ? OK : ERR_INVALID;
}

/* One part off the front of *rest: headers, content, and the delimiter "\r\n--boundary" after it.
 */
static err read_part(struct arena *a, struct str *rest, struct str delimiter, struct form *form)
{
	struct part part = { 0 };
	ptrdiff_t end;
	err e = read_headers(a, rest, &part);

	if (e)
		return e;
	end = str_find(*rest, delimiter);
	if (end < 0)
		return ERR_INVALID;
	part.field.value = str_slice(*rest, 0, (size_t)end);
	*rest = str_slice(*rest, (size_t)end + delimiter.n, rest->n);
	return form_add(a, form, part.field);
}

static err find_delimiter(struct arena *a, struct str content_type, struct str *out)
{
	struct str boundary = STR("");
	bool found;
	err e = form_header_parameter(a, content_type, STR("boundary"), &boundary, &found);

	if (e)
		return e;
	if (!found || !is_boundary(boundary))
		return ERR_INVALID;
	*out = str_format(a, "\r\n--" STR_FMT, STR_ARG(boundary));
	return OK;
}

err form_parse_multipart(struct arena *a, struct str content_type, struct str body,
			 struct form *out)
{
	struct form form = { 0 };
	struct str delimiter;
	err e = find_delimiter(a, content_type, &delimiter);

	*out = form;
	if (e)
		return e;
	/* The first delimiter has no line break in front. */
	if (!str_starts(body, str_slice(delimiter, 2, delimiter.n)))
		return ERR_INVALID;
	body = str_slice(body, delimiter.n - 2, body.n);
	while (str_starts(body, STR("\r\n"))) {
		body = str_slice(body, 2, body.n);
		e = read_part(a, &body, delimiter, &form);
		if (e)
			return e;
	}
	if (!str_is(body, STR("--\r\n")) && !str_is(body, STR("--")))
		return ERR_INVALID;
	*out = form;
	return OK;
}
