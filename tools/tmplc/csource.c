/* Just enough of a C tokenizer to tell literals from comments, and arguments from each other. */
#include "csource.h"

#include "literal.h"

enum c_kind { C_NAME, C_STRING, C_OTHER, C_END };

struct c_token {
	enum c_kind kind;
	struct str text; /* of a string: what it stands for */
	int line;
};

struct reader {
	struct arena *arena;
	struct report *report;
	struct str path;
	struct str rest;
	int line;
};

/* The functions that take texts, and which of their arguments these are. */
static const struct text_function {
	struct str name;
	int one;
	int many; /* -1 when there is no plural */
} text_functions[] = {
	{ STR_INIT("N_"), 0, -1 },        { STR_INIT("text_get"), 1, -1 },
	{ STR_INIT("req_text"), 1, -1 },  { STR_INIT("text_format"), 2, -1 },
	{ STR_INIT("text_count"), 2, 3 }, { STR_INIT("text_plural"), 1, 2 },
};

static void skip(struct reader *r, size_t n)
{
	size_t i;

	n = n < r->rest.n ? n : r->rest.n;
	for (i = 0; i < n; i++)
		r->line += r->rest.p[i] == '\n';
	r->rest = str_slice(r->rest, n, r->rest.n);
}

static void skip_past(struct reader *r, struct str end)
{
	ptrdiff_t at = str_find(r->rest, end);

	skip(r, at < 0 ? r->rest.n : (size_t)at + end.n);
}

static bool is_name_part(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

static void skip_space_and_comments(struct reader *r)
{
	while (r->rest.n) {
		char c = r->rest.p[0];

		if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f')
			skip(r, 1);
		else if (str_starts(r->rest, STR("/*")))
			skip_past(r, STR("*/"));
		else if (str_starts(r->rest, STR("//")))
			skip_past(r, STR("\n"));
		else if (str_starts(r->rest, STR("\\\n")))
			skip(r, 2);
		else
			return;
	}
}

/* 'x' or '\'': what stands between is no text. */
static void skip_character(struct reader *r)
{
	skip(r, str_starts(r->rest, STR("'\\")) ? 3 : 2);
	skip_past(r, STR("'"));
}

static err read_string(struct reader *r, struct c_token *t)
{
	struct str rest = r->rest;
	struct buf text;

	buf_init(&text, r->arena, 64);
	t->kind = C_STRING;
	if (!literal_read(&rest, &text))
		return report_error(r->report, r->path, r->line, "this literal is not understood");
	skip(r, r->rest.n - rest.n);
	t->text = buf_str(&text);
	return OK;
}

static err next_token(struct reader *r, struct c_token *t)
{
	size_t n = 0;

	skip_space_and_comments(r);
	*t = (struct c_token){ .kind = C_END, .line = r->line };
	if (r->rest.n == 0)
		return OK;
	if (r->rest.p[0] == '"')
		return read_string(r, t);
	while (n < r->rest.n && is_name_part(r->rest.p[n]))
		n++;
	t->kind = n ? C_NAME : C_OTHER;
	t->text = str_slice(r->rest, 0, n ? n : 1);
	if (r->rest.p[0] == '\'')
		skip_character(r);
	else
		skip(r, t->text.n);
	return OK;
}

/* An argument under way: literals side by side are one. */
struct argument {
	struct buf text;
	bool has_literal;
	bool has_other;
};

static bool is_byte(const struct c_token *t, char c)
{
	return t->kind == C_OTHER && str_find_byte(t->text, c) == 0;
}

/*
 * The next argument of a call; *is_last tells that its ) was read. Tokens in
 * inner brackets belong to other calls, but make the argument more than a literal.
 */
static err read_argument(struct reader *r, struct argument *out, bool *is_last)
{
	int depth = 0;

	*out = (struct argument){ 0 };
	buf_init(&out->text, r->arena, 64);
	for (;;) {
		struct c_token t;
		err e = next_token(r, &t);

		if (e)
			return e;
		*is_last = t.kind == C_END || (depth == 0 && is_byte(&t, ')'));
		if (*is_last || (depth == 0 && is_byte(&t, ',')))
			return OK;
		if (is_byte(&t, '(') || is_byte(&t, '{') || is_byte(&t, '['))
			depth++;
		if (is_byte(&t, ')') || is_byte(&t, '}') || is_byte(&t, ']'))
			depth--;
		if (t.kind != C_STRING) {
			out->has_other = true;
		} else if (depth == 0) {
			out->has_literal = true;
			buf_add(&out->text, t.text);
		}
	}
}

/* Note a text. Arguments that are variables carry texts marked by N_ elsewhere. */
static err take_text(struct reader *r, int line, const struct argument *a, struct str *out)
{
	if (!a->has_literal)
		return OK;
	if (a->has_other)
		return report_error(
			r->report, r->path, line,
			"a text is one literal, or a variable whose literals are in N_()");
	*out = buf_str(&a->text);
	if (out->n == 0)
		return report_error(r->report, r->path, line, "an empty text");
	return OK;
}

/* Read the arguments of a call with a copy of the reader: the caller looks inside them again. */
static err read_call(struct reader r, const struct text_function *f, struct text_use *use)
{
	struct argument argument;
	bool is_last = false;
	struct c_token t;
	int i;
	err e = next_token(&r, &t);

	if (e || !is_byte(&t, '('))
		return e;
	for (i = 0; !e && !is_last; i++) {
		e = read_argument(&r, &argument, &is_last);
		if (!e && i == f->one)
			e = take_text(&r, use->line, &argument, &use->one);
		if (!e && i == f->many)
			e = take_text(&r, use->line, &argument, &use->many);
	}
	return e;
}

static err find_in_call(struct reader *r, const struct c_token *name, struct text_use ***end)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(text_functions); i++) {
		struct text_use *use;
		err e;

		if (!str_is(name->text, text_functions[i].name))
			continue;
		use = ARENA_NEW(r->arena, struct text_use);
		use->path = r->path;
		use->line = name->line;
		e = read_call(*r, &text_functions[i], use);
		if (e || use->one.n == 0)
			return e;
		**end = use;
		*end = &use->next;
		return OK;
	}
	return OK;
}

err csource_find_texts(struct arena *a, struct report *r, struct str path, struct str source,
		       struct text_use ***end)
{
	struct reader reader = { .arena = a, .report = r, .path = path, .rest = source, .line = 1 };
	struct c_token t = { .kind = C_OTHER };
	err e = OK;

	while (!e && t.kind != C_END) {
		e = next_token(&reader, &t);
		if (!e && t.kind == C_NAME)
			e = find_in_call(&reader, &t, end);
	}
	return e;
}
