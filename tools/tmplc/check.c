/* The walk over the tree. Each branch is followed with a copy of the state, which are then joined.
 */
#include "check.h"

#include "markup.h"

struct checker {
	struct arena *arena;
	struct report *report;
	const struct asset *assets;
	struct template *t;
};

static err check_nodes(struct checker *c, struct node *list, struct markup *m);

#define FAIL(c, line, ...) report_error((c)->report, (c)->t->path, (line), __VA_ARGS__)

static err check_text(struct checker *c, struct node *n, struct markup *m)
{
	struct buf out;
	struct markup_input in = {
		.arena = c->arena,
		.report = c->report,
		.path = c->t->path,
		.rest = n->text,
		.line = n->line,
		.out = &out,
	};
	err e;

	buf_init(&out, c->arena, n->text.n + 1);
	e = markup_feed(m, &in);
	n->text = buf_str(&out);
	return e;
}

/* A value begins in text or in a quoted attribute; nowhere else is it safe. */
static err check_place(struct checker *c, const struct node *n, const struct markup *m)
{
	switch (m->state) {
	case MARKUP_TEXT:
	case MARKUP_QUOTED:
		return OK;
	case MARKUP_SCRIPT:
		return FAIL(c, n->line, "no value may stand in a script");
	case MARKUP_BEFORE_VALUE:
	case MARKUP_UNQUOTED:
		return FAIL(c, n->line, "the value of " STR_FMT " needs quotes: %s=\"{{...}}\"",
			    STR_ARG(m->attribute), str_c(c->arena, m->attribute));
	default:
		return FAIL(c, n->line,
			    "no value may stand in a tag outside an attribute's quotes");
	}
}

/* How an attribute takes the value that comes next. */
static err attribute_writer(struct checker *c, struct node *n, struct markup *m)
{
	bool is_source = str_is_nocase(m->tag, STR("script"));

	if (m->kind == ATTRIBUTE_PLAIN) {
		n->writer = WRITE_ATTRIBUTE;
		return OK;
	}
	if (m->kind == ATTRIBUTE_LITERAL || is_source)
		return FAIL(c, n->line, STR_FMT " of <" STR_FMT "> takes no value%s",
			    STR_ARG(m->attribute), STR_ARG(m->tag),
			    is_source ? ": use {{asset}}" : "");
	if (m->start == ADDRESS_UNKNOWN)
		return FAIL(c, n->line,
			    "an address with a value in it begins with a struct url, "
			    "\"/\", \"#\" or \"?\"");
	n->writer = m->start == ADDRESS_EMPTY ? WRITE_URL : WRITE_NUMBER;
	m->start = ADDRESS_LOCAL;
	return OK;
}

/* Find the writer for a value, and note that one was written. */
static err choose_writer(struct checker *c, struct node *n, struct markup *m)
{
	err e = check_place(c, n, m);

	if (e)
		return e;
	if (m->state == MARKUP_QUOTED)
		return attribute_writer(c, n, m);
	m->is_space_idle = false;
	n->writer = markup_is_plain_text(m) ? WRITE_ATTRIBUTE : WRITE_TEXT;
	return OK;
}

static err check_value(struct checker *c, struct node *n, struct markup *m)
{
	return choose_writer(c, n, m);
}

static err check_translation(struct checker *c, struct node *n, struct markup *m)
{
	if (m->state == MARKUP_QUOTED && m->kind != ATTRIBUTE_PLAIN)
		return FAIL(c, n->line, "no text may stand in " STR_FMT, STR_ARG(m->attribute));
	return choose_writer(c, n, m);
}

static err check_asset(struct checker *c, struct node *n, struct markup *m)
{
	const struct asset *asset = c->assets;

	if (m->state != MARKUP_QUOTED || m->kind != ATTRIBUTE_ADDRESS || m->start != ADDRESS_EMPTY)
		return FAIL(c, n->line, "{{asset}} belongs at the start of an address in quotes");
	while (asset && !str_is(asset->name, n->text))
		asset = asset->next;
	if (!asset)
		return FAIL(c, n->line, "there is no templates/assets/" STR_FMT, STR_ARG(n->text));
	m->start = ADDRESS_LOCAL;
	m->is_mixed = true;
	n->kind = NODE_TEXT;
	n->text = asset->address;
	return OK;
}

static err check_csrf(struct checker *c, struct node *n, struct markup *m)
{
	const struct element *form = markup_form(m);

	if (m->state != MARKUP_TEXT || markup_is_plain_text(m))
		return FAIL(c, n->line, "{{csrf}} belongs between the tags of a form");
	if (!form || !form->is_post)
		return FAIL(c, n->line,
			    "{{csrf}} belongs in a form with method=\"post\" only: "
			    "elsewhere it would give the token away");
	if (m->has_csrf)
		return FAIL(c, n->line, "a second {{csrf}} in the form of line %d", form->line);
	m->has_csrf = true;
	return OK;
}

static err check_partial(struct checker *c, struct node *n, struct markup *m)
{
	if (m->state != MARKUP_TEXT || markup_is_plain_text(m))
		return FAIL(c, n->line, "{{> " STR_FMT "}} must stand between tags",
			    STR_ARG(n->text));
	n->is_in_form = markup_form(m) != NULL;
	m->is_space_idle = false;
	return OK;
}

static err check_block_place(struct checker *c, const struct node *n, const struct markup *m)
{
	if (m->state == MARKUP_SCRIPT || m->state == MARKUP_BEFORE_VALUE)
		return FAIL(c, n->line, "no block may stand here: %s",
			    str_c(c->arena, markup_describe(c->arena, m)));
	return OK;
}

static err join(struct checker *c, int line, struct markup *m, const struct markup *other)
{
	if (markup_join(m, other))
		return OK;
	return FAIL(c, line, "the block of line %d may end in two places: " STR_FMT ", or " STR_FMT,
		    line, STR_ARG(markup_describe(c->arena, m)),
		    STR_ARG(markup_describe(c->arena, other)));
}

static err check_if(struct checker *c, struct node *n, struct markup *m)
{
	struct markup before = *m;
	const struct branch *b;
	bool has_else = false;
	err e = check_block_place(c, n, m);

	for (b = n->branches; b && !e; b = b->next) {
		struct markup branch = before;

		e = check_nodes(c, b->body, &branch);
		if (!e && b != n->branches)
			e = join(c, n->line, m, &branch);
		else
			*m = branch;
		has_else = b->is_else;
	}
	if (e || has_else)
		return e;
	return join(c, n->line, m, &before);
}

static err check_each(struct checker *c, struct node *n, struct markup *m)
{
	struct markup item = *m;
	struct markup none = *m;
	err e = check_block_place(c, n, m);

	if (!e && m->state != MARKUP_TEXT &&
	    (m->state != MARKUP_QUOTED || m->kind != ATTRIBUTE_PLAIN))
		e = FAIL(c, n->line, "no {{#each}} may stand here: %s",
			 str_c(c->arena, markup_describe(c->arena, m)));
	if (e)
		return e;
	/* The second item follows the first, whatever that ended with. */
	item.is_space_idle = false;
	e = check_nodes(c, n->body, &item);
	if (!e)
		e = join(c, n->line, m, &item);
	if (!e)
		e = check_nodes(c, n->otherwise, &none);
	return e ? e : join(c, n->line, m, &none);
}

static err check_node(struct checker *c, struct node *n, struct markup *m)
{
	switch (n->kind) {
	case NODE_TEXT:
		return check_text(c, n, m);
	case NODE_VALUE:
		return check_value(c, n, m);
	case NODE_TRANSLATION:
		return check_translation(c, n, m);
	case NODE_ASSET:
		return check_asset(c, n, m);
	case NODE_CSRF:
		return check_csrf(c, n, m);
	case NODE_PARTIAL:
		return check_partial(c, n, m);
	case NODE_IF:
		return check_if(c, n, m);
	case NODE_EACH:
		return check_each(c, n, m);
	}
	BUG("node kind %d", (int)n->kind);
}

static err check_nodes(struct checker *c, struct node *list, struct markup *m)
{
	struct node *n;
	err e = OK;

	for (n = list; n && !e; n = n->next)
		e = check_node(c, n, m);
	return e;
}

/* The newline at the end of a file is not meant for the page: a partial may stand in a sentence. */
static void trim_end(struct template *t)
{
	struct node *last = t->body;

	while (last && last->next)
		last = last->next;
	while (last && last->kind == NODE_TEXT && last->text.n &&
	       str_trim(str_slice(last->text, last->text.n - 1, last->text.n)).n == 0)
		last->text.n--;
}

err check_template(struct arena *a, struct report *r, const struct asset *assets,
		   struct template *t)
{
	struct checker c = { .arena = a, .report = r, .assets = assets, .t = t };
	struct markup m = { .state = MARKUP_TEXT, .is_space_idle = true };
	err e;

	trim_end(t);
	e = check_nodes(&c, t->body, &m);
	t->has_form = m.has_met_form;
	if (e)
		return e;
	if (m.open)
		return FAIL(&c, m.open->line, "this <" STR_FMT "> is not closed",
			    STR_ARG(m.open->name));
	if (m.state != MARKUP_TEXT)
		return FAIL(&c, m.tag_line, "the template ends " STR_FMT,
			    STR_ARG(markup_describe(a, &m)));
	return OK;
}
