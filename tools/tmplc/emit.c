/*
 * C from a tree. Markup is held back until a value or a block follows, so that
 * one run of it is one write. #line sends the compiler's complaints to the
 * template.
 */
#include "emit.h"

#include "expression.h"
#include "literal.h"

/* C compilers must take literals of 4095 bytes, terminator included. */
#define LITERAL_MOST 4000

struct emitter {
	struct buf *out;
	const struct template *t;
	struct buf pending;  /* markup not yet written */
	struct buf includes; /* the headers of the partials that were met */
	int depth;
};

static void emit_nodes(struct emitter *e, const struct node *list);

static void start_line(struct emitter *e)
{
	int i;

	for (i = 0; i < e->depth; i++)
		buf_add_char(e->out, '\t');
}

/* Write a literal, a line of the page to a line of C. */
static void put_literal(struct emitter *e, struct str s)
{
	const char *gap = "";

	start_line(e);
	BUF_LIT(e->out, "BUF_LIT(out->buf, ");
	while (s.n) {
		ptrdiff_t newline = str_find_byte(s, '\n');
		size_t n = newline < 0 ? s.n : (size_t)newline + 1;

		buf_add(e->out, str_from_c(gap));
		literal_write(e->out, str_slice(s, 0, n));
		s = str_slice(s, n, s.n);
		gap = "\n\t\t";
	}
	BUF_LIT(e->out, ");\n");
}

static void flush(struct emitter *e)
{
	struct str rest = buf_str(&e->pending);

	while (rest.n) {
		put_literal(e, str_slice(rest, 0, LITERAL_MOST));
		rest = str_slice(rest, LITERAL_MOST, rest.n);
	}
	buf_clear(&e->pending);
}

static void put_place(struct emitter *e, int line)
{
	buf_addf(e->out, "#line %d ", line);
	literal_write(e->out, e->t->path);
	buf_add_char(e->out, '\n');
}

/* What stands before a statement that comes from a tag: markup held back, and the tag's place. */
static void start_statement(struct emitter *e, int line)
{
	flush(e);
	put_place(e, line);
	start_line(e);
}

static void emit_value(struct emitter *e, const struct path *p, enum writer writer)
{
	static const char *const names[] = {
		[WRITE_TEXT] = "HTML_PUT",
		[WRITE_ATTRIBUTE] = "HTML_PUT_ATTRIBUTE",
		[WRITE_URL] = "HTML_PUT_URL",
		[WRITE_NUMBER] = "HTML_PUT_NUMBER",
	};

	buf_addf(e->out, "%s(out, ", names[writer]);
	expression_write(e->out, p);
	BUF_LIT(e->out, ");\n");
}

static void emit_text_index(struct emitter *e, const struct node *n)
{
	buf_addf(e->out, "out->language, tmpl_" STR_FMT "_texts[%zu]", STR_ARG(e->t->symbol),
		 n->text_index);
}

/* A text with values in it: each language has them in its own order. */
static void emit_slots(struct emitter *e, const struct node *n)
{
	size_t i;

	BUF_LIT(e->out, "{\n");
	e->depth++;
	start_line(e);
	if (n->many.n) {
		BUF_LIT(e->out, "struct str text = text_plural_at(");
		emit_text_index(e, n);
		BUF_LIT(e->out, ", (int64_t)");
		expression_write(e->out, &n->arguments[0]);
	} else {
		BUF_LIT(e->out, "struct str text = text_at(");
		emit_text_index(e, n);
	}
	BUF_LIT(e->out, ");\n");
	start_line(e);
	BUF_LIT(e->out, "int slot;\n\n");
	start_line(e);
	BUF_LIT(e->out, "while ((slot = html_put_until_slot(out, &text)) >= 0)\n");
	e->depth++;
	start_line(e);
	BUF_LIT(e->out, "switch (slot) {\n");
	for (i = 0; i < n->argument_count; i++) {
		start_line(e);
		buf_addf(e->out, "case %zu:\n", i);
		put_place(e, n->line);
		e->depth++;
		start_line(e);
		emit_value(e, &n->arguments[i], n->writer);
		start_line(e);
		BUF_LIT(e->out, "break;\n");
		e->depth--;
	}
	start_line(e);
	BUF_LIT(e->out, "}\n");
	e->depth -= 2;
	start_line(e);
	BUF_LIT(e->out, "}\n");
}

static void emit_translation(struct emitter *e, const struct node *n)
{
	start_statement(e, n->line);
	if (n->argument_count) {
		emit_slots(e, n);
		return;
	}
	BUF_LIT(e->out, "html_put_text(out, text_at(");
	emit_text_index(e, n);
	BUF_LIT(e->out, "));\n");
}

static void put_include(struct buf *out, struct str symbol)
{
	buf_addf(out, "#include \"tmpl/" STR_FMT ".h\"\n", STR_ARG(symbol));
}

/* Include a partial's header, once. */
static void add_include(struct emitter *e, const struct template *partial)
{
	struct buf line;

	buf_init(&line, e->out->arena, 64);
	put_include(&line, partial->symbol);
	if (str_find(buf_str(&e->includes), buf_str(&line)) < 0)
		buf_add(&e->includes, buf_str(&line));
}

static void emit_partial(struct emitter *e, const struct node *n)
{
	add_include(e, n->partial);
	start_statement(e, n->line);
	buf_addf(e->out, "tmpl_" STR_FMT "(out", STR_ARG(n->partial->symbol));
	if (n->has_path) {
		BUF_LIT(e->out, ", HTML_REF(");
		expression_write(e->out, &n->path);
		BUF_LIT(e->out, ")");
	} else if (n->partial->view.n) {
		BUF_LIT(e->out, ", view");
	}
	BUF_LIT(e->out, ");\n");
}

/* The statements of a block, up to its closing brace; what follows that is the caller's. */
static void emit_block(struct emitter *e, const struct node *body)
{
	e->depth++;
	emit_nodes(e, body);
	flush(e);
	e->depth--;
	start_line(e);
	BUF_LIT(e->out, "}");
}

static void emit_if(struct emitter *e, const struct node *n)
{
	const struct branch *b;

	start_statement(e, n->line);
	for (b = n->branches; b; b = b->next) {
		if (b != n->branches)
			BUF_LIT(e->out, " else ");
		if (!b->is_else) {
			buf_addf(e->out, "if (%sHTML_HAS(", b->is_negated ? "!" : "");
			expression_write(e->out, &b->condition);
			BUF_LIT(e->out, ")) ");
		}
		BUF_LIT(e->out, "{\n");
		emit_block(e, b->body);
	}
	BUF_LIT(e->out, "\n");
}

static void emit_loop_head(struct emitter *e, const struct node *n)
{
	struct str name = n->variable;

	buf_addf(e->out, "for (size_t index_of_" STR_FMT " = 0; index_of_" STR_FMT " < ",
		 STR_ARG(name), STR_ARG(name));
	expression_write_list(e->out, &n->path);
	buf_addf(e->out, "->count; index_of_" STR_FMT "++) {\n", STR_ARG(name));
	put_place(e, n->line);
	e->depth++;
	start_line(e);
	BUF_LIT(e->out, "const __typeof__(*HTML_REF(");
	expression_write_list(e->out, &n->path);
	buf_addf(e->out, "->items[0])) *" STR_FMT " = HTML_REF(", STR_ARG(name));
	expression_write_list(e->out, &n->path);
	buf_addf(e->out, "->items[index_of_" STR_FMT "]);\n", STR_ARG(name));
	start_line(e);
	buf_addf(e->out, "(void)" STR_FMT ";\n", STR_ARG(name));
	e->depth--;
}

static void emit_each(struct emitter *e, const struct node *n)
{
	start_statement(e, n->line);
	emit_loop_head(e, n);
	emit_block(e, n->body);
	BUF_LIT(e->out, "\n");
	if (!n->otherwise)
		return;
	start_statement(e, n->line);
	BUF_LIT(e->out, "if (");
	expression_write_list(e->out, &n->path);
	BUF_LIT(e->out, "->count == 0) {\n");
	emit_block(e, n->otherwise);
	BUF_LIT(e->out, "\n");
}

static void emit_csrf(struct emitter *e, const struct node *n)
{
	start_statement(e, n->line);
	BUF_LIT(e->out, "html_put_csrf(out);\n");
}

static void emit_node(struct emitter *e, const struct node *n)
{
	switch (n->kind) {
	case NODE_ASSET: /* the checker has made it text */
	case NODE_TEXT:
		buf_add(&e->pending, n->text);
		break;
	case NODE_VALUE:
		start_statement(e, n->line);
		emit_value(e, &n->path, n->writer);
		break;
	case NODE_TRANSLATION:
		emit_translation(e, n);
		break;
	case NODE_CSRF:
		emit_csrf(e, n);
		break;
	case NODE_PARTIAL:
		emit_partial(e, n);
		break;
	case NODE_IF:
		emit_if(e, n);
		break;
	case NODE_EACH:
		emit_each(e, n);
		break;
	}
}

static void emit_nodes(struct emitter *e, const struct node *list)
{
	const struct node *n;

	for (n = list; n; n = n->next)
		emit_node(e, n);
}

static void put_signature(struct buf *out, const struct template *t)
{
	buf_addf(out, "void tmpl_" STR_FMT "(struct page_out *out", STR_ARG(t->symbol));
	if (t->view.n)
		buf_addf(out, ", const " STR_FMT " *view", STR_ARG(t->view));
	BUF_LIT(out, ")");
}

static void put_guard(struct buf *out, const struct template *t)
{
	size_t i;

	BUF_LIT(out, "TMPL_");
	for (i = 0; i < t->symbol.n; i++) {
		char c = t->symbol.p[i];

		buf_add_char(out, c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
	}
	BUF_LIT(out, "_H\n");
}

void emit_header(struct buf *out, const struct template *t)
{
	buf_addf(out, "/* Made by tmplc from " STR_FMT ". */\n#ifndef ", STR_ARG(t->path));
	put_guard(out, t);
	BUF_LIT(out, "#define ");
	put_guard(out, t);
	BUF_LIT(out, "\n#include \"html/html.h\"\n");
	if (t->header.n)
		buf_addf(out, "#include \"" STR_FMT "\"\n", STR_ARG(t->header));
	BUF_LIT(out, "\n");
	put_signature(out, t);
	BUF_LIT(out, ";\n\n#endif\n");
}

void emit_source(struct buf *out, const struct template *t)
{
	struct buf body;
	struct emitter e = { .out = &body, .t = t, .depth = 1 };

	buf_init(&body, out->arena, 4096);
	buf_init(&e.pending, out->arena, 4096);
	buf_init(&e.includes, out->arena, 256);
	emit_nodes(&e, t->body);
	flush(&e);

	buf_addf(out, "/* Made by tmplc from " STR_FMT ". */\n", STR_ARG(t->path));
	put_include(out, t->symbol);
	BUF_LIT(out, "\n#include \"html/template.h\"\n");
	buf_add(out, buf_str(&e.includes));
	if (t->text_count)
		buf_addf(out, "\nextern const int tmpl_" STR_FMT "_texts[];\n", STR_ARG(t->symbol));
	BUF_LIT(out, "\n");
	put_signature(out, t);
	BUF_LIT(out, "\n{\n\t(void)out;\n");
	if (t->view.n)
		BUF_LIT(out, "\t(void)view;\n");
	buf_add(out, buf_str(&body));
	BUF_LIT(out, "}\n");
}
