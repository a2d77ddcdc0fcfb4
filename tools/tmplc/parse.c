/* Recursive descent over the tags; blocks end at their {{/...}} or {{else}}. */
#include "parse.h"

#include "parser.h"

static err parse_nodes(struct parser *p, struct node **out);

static struct node *new_node(struct parser *p, enum node_kind kind)
{
	struct node *n = ARENA_NEW(p->arena, struct node);

	n->kind = kind;
	n->line = p->token.line;
	return n;
}

static bool ends_block(const struct parser *p)
{
	struct str rest = p->token.text;

	return p->token.kind == TOKEN_TAG && (rest.p[0] == '/' || word_take(&rest, STR("else")));
}

/* Read a block's content up to what ends it, which is then in p->token. */
static err parse_block(struct parser *p, int start_line, const char *name, struct node **out)
{
	err e;

	if (p->depth == TREE_NESTING_MAX)
		return FAIL(p, "blocks are nested more than %d deep", TREE_NESTING_MAX);
	p->depth++;
	e = parse_nodes(p, out);
	p->depth--;
	if (e)
		return e;
	if (p->token.kind == TOKEN_END)
		return report_error(p->report, p->t->path, start_line,
				    "this {{#%s}} has no {{/%s}}", name, name);
	return OK;
}

static err take_condition(struct parser *p, struct str rest, struct branch *b)
{
	err e;

	if (word_take(&rest, STR("!")))
		b->is_negated = !b->is_negated;
	e = parser_take_path(p, &rest, &b->condition);
	return e ? e : parser_expect_end(p, rest);
}

/* Behind a branch: {{else if x}} and {{else}} open the next one, {{/if}} ends them all. */
static err next_branch(struct parser *p, const char *name, const struct branch *before,
		       struct branch *next, bool *is_closed)
{
	struct str rest = p->token.text;

	*is_closed = word_take(&rest, STR("/")) && word_take(&rest, str_from_c(name));
	if (*is_closed)
		return parser_expect_end(p, rest);
	if (!word_take(&rest, STR("else")))
		return FAIL(p, "{{" STR_FMT "}} stands where {{/%s}} was expected",
			    STR_ARG(p->token.text), name);
	if (before->is_else)
		return FAIL(p, "a second {{else}}");
	if (word_take(&rest, STR("if")))
		return take_condition(p, rest, next);
	next->is_else = true;
	return parser_expect_end(p, rest);
}

static err parse_branches(struct parser *p, struct str rest, struct node *n, const char *name)
{
	struct branch *b = ARENA_NEW(p->arena, struct branch);
	int start_line = p->token.line;
	bool is_closed = false;
	err e;

	b->is_negated = name[0] == 'u';
	n->branches = b;
	e = take_condition(p, rest, b);
	while (!e && !is_closed) {
		struct branch *next = ARENA_NEW(p->arena, struct branch);

		b->line = p->token.line;
		e = parse_block(p, start_line, name, &b->body);
		if (!e)
			e = next_branch(p, name, b, next, &is_closed);
		if (!e && !is_closed) {
			b->next = next;
			b = next;
		}
	}
	return e;
}

static err parse_if(struct parser *p, struct str rest, struct node *n)
{
	return parse_branches(p, rest, n, "if");
}

static err parse_unless(struct parser *p, struct str rest, struct node *n)
{
	return parse_branches(p, rest, n, "unless");
}

static err take_variable(struct parser *p, struct str *rest, struct node *n)
{
	if (!word_take(rest, STR("as")) || !word_take_name(rest, '\0', &n->variable))
		return FAIL(p, "{{#each}} needs a name for the item: {{#each comments as c}}");
	if (parser_is_reserved(n->variable))
		return FAIL(p, "\"" STR_FMT "\" has a meaning of its own: name the item otherwise",
			    STR_ARG(n->variable));
	if (parser_is_variable(p, n->variable))
		return FAIL(p, "\"" STR_FMT "\" is the item of a loop around this one already",
			    STR_ARG(n->variable));
	return parser_expect_end(p, *rest);
}

static err parse_each(struct parser *p, struct str rest, struct node *n)
{
	struct scope scope = { .outer = p->scope };
	int start_line = p->token.line;
	err e = parser_take_path(p, &rest, &n->path);

	if (!e)
		e = take_variable(p, &rest, n);
	if (e)
		return e;
	scope.variable = n->variable;
	p->scope = &scope;
	e = parse_block(p, start_line, "each", &n->body);
	p->scope = scope.outer;
	rest = p->token.text;
	if (!e && word_take(&rest, STR("else")) && word_is_end(rest)) {
		e = parse_block(p, start_line, "each", &n->otherwise);
		rest = p->token.text;
	}
	if (e)
		return e;
	if (!word_take(&rest, STR("/")) || !word_take(&rest, STR("each")))
		return FAIL(p, "{{" STR_FMT "}} stands where {{/each}} was expected",
			    STR_ARG(p->token.text));
	return parser_expect_end(p, rest);
}

static const struct {
	struct str word;
	enum node_kind kind;
	err (*parse)(struct parser *p, struct str rest, struct node *n);
} tags[] = {
	{ STR_INIT("#if"), NODE_IF, parse_if },
	{ STR_INIT("#unless"), NODE_IF, parse_unless },
	{ STR_INIT("#each"), NODE_EACH, parse_each },
	{ STR_INIT(">"), NODE_PARTIAL, parse_partial },
	{ STR_INIT("t"), NODE_TRANSLATION, parse_translation },
	{ STR_INIT("n"), NODE_TRANSLATION, parse_plural },
	{ STR_INIT("csrf"), NODE_CSRF, parse_csrf },
	{ STR_INIT("asset"), NODE_ASSET, parse_asset },
};

static err parse_tag(struct parser *p, struct node **out)
{
	struct str rest = p->token.text;
	size_t i;

	for (i = 0; i < ARRAY_LEN(tags); i++) {
		if (!word_take(&rest, tags[i].word))
			continue;
		*out = new_node(p, tags[i].kind);
		return tags[i].parse(p, rest, *out);
	}
	if (word_take(&rest, STR("view")))
		return FAIL(p, "{{view}} belongs at the top of the template");
	*out = new_node(p, NODE_VALUE);
	return parse_value(p, rest, *out);
}

/* Read nodes up to the end of the text or of the block they stand in. */
static err parse_nodes(struct parser *p, struct node **out)
{
	for (;;) {
		err e = scan_next(&p->scanner, &p->token);

		if (e)
			return e;
		if (p->token.kind == TOKEN_END || ends_block(p))
			return OK;
		if (p->token.kind == TOKEN_TEXT) {
			*out = new_node(p, NODE_TEXT);
			(*out)->text = p->token.text;
		} else {
			e = parse_tag(p, out);
			if (e)
				return e;
		}
		out = &(*out)->next;
	}
}

/* It stands between the quotes of an #include. */
static bool is_header_name(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] == '"' || s.p[i] == '\\')
			return false;
	return s.n > 0;
}

/* {{view struct post_show_view from "post/post_pages.h"}}, or {{view none}}. */
static err parse_view(struct parser *p)
{
	struct str rest;
	struct str name;
	err e = scan_next(&p->scanner, &p->token);

	/* Comments may stand above it, so white space may too. */
	if (!e && p->token.kind == TOKEN_TEXT && str_trim(p->token.text).n == 0)
		e = scan_next(&p->scanner, &p->token);
	if (e)
		return e;
	rest = p->token.text;
	if (p->token.kind != TOKEN_TAG || !word_take(&rest, STR("view")))
		return FAIL(p, "a template begins with {{view struct NAME from \"HEADER\"}} "
			       "or {{view none}}");
	if (word_take(&rest, STR("none")))
		return parser_expect_end(p, rest);
	if (!word_take(&rest, STR("struct")) || !word_take_name(&rest, '\0', &name) ||
	    !word_take(&rest, STR("from")) || !word_take_string(p->arena, &rest, &p->t->header) ||
	    !is_header_name(p->t->header))
		return FAIL(p, "{{view}} reads {{view struct NAME from \"HEADER\"}} "
			       "or {{view none}}");
	p->t->view = str_format(p->arena, "struct " STR_FMT, STR_ARG(name));
	return parser_expect_end(p, rest);
}

err parse_template(struct arena *a, struct report *r, struct str path, struct str name,
		   struct str text, struct template *out)
{
	struct parser p = {
		.arena = a,
		.report = r,
		.t = out,
		.scanner = { .report = r, .path = path, .rest = text, .line = 1 },
	};
	char *symbol = str_c(a, name);
	size_t i;
	err e;

	for (i = 0; i < name.n; i++)
		if (symbol[i] == '/')
			symbol[i] = '_';
	*out = (struct template){ .path = path, .name = name, .symbol = { symbol, name.n } };
	p.texts_end = &out->texts;
	e = parse_view(&p);
	if (!e)
		e = parse_nodes(&p, &out->body);
	if (!e && p.token.kind != TOKEN_END)
		e = FAIL(&p, "{{" STR_FMT "}} closes nothing", STR_ARG(p.token.text));
	return e;
}
