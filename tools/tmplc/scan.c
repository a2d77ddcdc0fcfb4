/* Templates into tokens, tags into words. */
#include "scan.h"

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool is_name_start(char c)
{
	return (c >= 'a' && c <= 'z') || c == '_';
}

static bool is_name_part(char c)
{
	return is_name_start(c) || (c >= '0' && c <= '9');
}

int scan_count_lines(struct str s)
{
	int count = 0;
	size_t i;

	for (i = 0; i < s.n; i++)
		count += s.p[i] == '\n';
	return count;
}

/* Take n bytes off the front and keep count of the lines. */
static struct str take(struct scanner *s, size_t n)
{
	struct str taken = str_slice(s->rest, 0, n);

	s->line += scan_count_lines(taken);
	s->rest = str_slice(s->rest, n, s->rest.n);
	return taken;
}

/* As find_close, for a comment: it may hold tags, as when part of a template is taken out for a
 * while. */
static ptrdiff_t find_comment_close(struct str s)
{
	int depth = 0;
	size_t i;

	for (i = 0; i + 1 < s.n; i++) {
		if (s.p[i] == '{' && s.p[i + 1] == '{') {
			depth++;
			i++;
		} else if (s.p[i] == '}' && s.p[i + 1] == '}') {
			if (depth-- == 0)
				return (ptrdiff_t)i;
			i++;
		}
	}
	return -1;
}

/* Where a tag's }} is, seen from behind its {{; -1 when there is none. }} in quotes is text. */
static ptrdiff_t find_close(struct str s)
{
	bool is_quoted = false;
	size_t i;

	if (s.n && s.p[0] == '!')
		return find_comment_close(s);
	for (i = 0; i + 1 < s.n; i++) {
		if (is_quoted && s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			is_quoted = !is_quoted;
		else if (!is_quoted && s.p[i] == '}' && s.p[i + 1] == '}')
			return (ptrdiff_t)i;
	}
	return -1;
}

static err scan_tag(struct scanner *s, struct token *out)
{
	struct str inside = str_slice(s->rest, 2, s->rest.n);
	ptrdiff_t close = find_close(inside);

	out->kind = TOKEN_TAG;
	out->line = s->line;
	if (inside.n && inside.p[0] == '{')
		return report_error(s->report, s->path, s->line,
				    "{{{ is not in the language: finished markup is a struct html");
	if (close < 0)
		return report_error(s->report, s->path, s->line, "this {{ has no }}");
	out->text = str_trim(str_slice(inside, 0, (size_t)close));
	take(s, (size_t)close + 4);
	if (out->text.n == 0)
		return report_error(s->report, s->path, out->line, "{{}} is empty");
	return OK;
}

err scan_next(struct scanner *s, struct token *out)
{
	while (str_starts(s->rest, STR("{{"))) {
		err e = scan_tag(s, out);

		if (e || out->text.p[0] != '!')
			return e;
	}
	out->line = s->line;
	out->kind = s->rest.n ? TOKEN_TEXT : TOKEN_END;
	out->text = s->rest;
	if (s->rest.n) {
		ptrdiff_t open = str_find(s->rest, STR("{{"));

		out->text = take(s, open < 0 ? s->rest.n : (size_t)open);
	}
	if (str_find(out->text, STR("}}")) >= 0)
		return report_error(s->report, s->path, out->line, "a }} without its {{");
	return OK;
}

static void skip_space(struct str *rest)
{
	while (rest->n && is_space(rest->p[0]))
		*rest = str_slice(*rest, 1, rest->n);
}

bool word_take(struct str *rest, struct str keyword)
{
	struct str s = *rest;

	skip_space(&s);
	if (!str_starts(s, keyword))
		return false;
	/* "else" is not the start of "elsewhere". */
	if (is_name_part(keyword.p[keyword.n - 1]) && s.n > keyword.n &&
	    (is_name_part(s.p[keyword.n]) || s.p[keyword.n] == '.'))
		return false;
	*rest = str_slice(s, keyword.n, s.n);
	return true;
}

bool word_take_name(struct str *rest, char separator, struct str *out)
{
	struct str s = *rest;
	size_t n = 0;

	skip_space(&s);
	for (;;) {
		if (n >= s.n || !is_name_start(s.p[n]))
			return false;
		while (n < s.n && is_name_part(s.p[n]))
			n++;
		if (n >= s.n || s.p[n] != separator)
			break;
		n++;
	}
	*out = str_slice(s, 0, n);
	*rest = str_slice(s, n, s.n);
	return true;
}

bool word_take_string(struct arena *a, struct str *rest, struct str *out)
{
	struct str s = *rest;
	struct buf text;
	size_t i;

	skip_space(&s);
	if (s.n == 0 || s.p[0] != '"')
		return false;
	buf_init(&text, a, s.n);
	for (i = 1; i < s.n && s.p[i] != '"'; i++) {
		if (s.p[i] == '\\' && i + 1 < s.n)
			i++;
		if (s.p[i] == '\n')
			return false;
		buf_add_char(&text, s.p[i]);
	}
	if (i >= s.n)
		return false;
	*out = buf_str(&text);
	*rest = str_slice(s, i + 1, s.n);
	return true;
}

bool word_is_end(struct str rest)
{
	skip_space(&rest);
	return rest.n == 0;
}
