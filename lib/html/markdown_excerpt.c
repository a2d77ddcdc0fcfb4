/* Markdown to plain text: what a reader sees of it, as far as there is room. */
#include "html/markdown.h"

#include "html/markdown_entity.h"
#include "html/markdown_parser.h"
#include "html/markdown_plain.h"

struct excerpt {
	struct plain plain;
	struct buf decoded; /* the reference at hand */
	size_t addresses;   /* bytes so far, each time it is referred to */
	bool is_code;       /* in a block of code, where line ends are kept */
};

static int enter_block(MD_BLOCKTYPE type, void *detail, void *context)
{
	struct excerpt *x = context;

	(void)detail;
	x->is_code = type == MD_BLOCK_CODE;
	if (type != MD_BLOCK_TH && type != MD_BLOCK_TD)
		plain_end_line(&x->plain);
	return x->plain.is_cut;
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *context)
{
	struct excerpt *x = context;

	(void)detail;
	x->is_code = false;
	if (type == MD_BLOCK_TH || type == MD_BLOCK_TD)
		plain_add(&x->plain, STR(" "));
	else
		plain_end_line(&x->plain);
	return x->plain.is_cut;
}

/* Links without text cost the parser time and give nothing: they must end too. */
static int enter_span(MD_SPANTYPE type, void *detail, void *context)
{
	struct excerpt *x = context;
	const MD_SPAN_A_DETAIL *link = detail;
	const MD_SPAN_IMG_DETAIL *image = detail;

	if (type == MD_SPAN_A)
		x->addresses += link->href.size + link->title.size;
	else if (type == MD_SPAN_IMG)
		x->addresses += image->src.size + image->title.size;
	if (x->addresses > MARKDOWN_OUTPUT_MAX)
		x->plain.is_cut = true;
	return x->plain.is_cut;
}

static int leave_span(MD_SPANTYPE type, void *detail, void *context)
{
	(void)type;
	(void)detail;
	(void)context;
	return 0;
}

static void add_code(struct plain *plain, struct str code)
{
	struct str line;

	while (str_split(&code, '\n', &line)) {
		plain_add(plain, line);
		if (code.p)
			plain_end_line(plain);
	}
}

static int text(MD_TEXTTYPE type, const MD_CHAR *p, MD_SIZE n, void *context)
{
	struct excerpt *x = context;
	struct str s = { p, n };

	if (type == MD_TEXT_BR) {
		plain_end_line(&x->plain);
	} else if (type == MD_TEXT_SOFTBR) {
		plain_add(&x->plain, STR(" "));
	} else if (type == MD_TEXT_ENTITY) {
		buf_clear(&x->decoded);
		markdown_entity_add(&x->decoded, s);
		plain_add(&x->plain, buf_str(&x->decoded));
	} else if (x->is_code) {
		add_code(&x->plain, s);
	} else {
		plain_add(&x->plain, s);
	}
	return x->plain.is_cut;
}

err markdown_excerpt(struct arena *a, struct str source, size_t lines, size_t code_points,
		     struct str *out)
{
	const MD_PARSER callbacks = {
		.enter_block = enter_block,
		.leave_block = leave_block,
		.enter_span = enter_span,
		.leave_span = leave_span,
		.text = text,
	};
	struct excerpt x = { 0 };
	err e;

	plain_init(&x.plain, a, lines, code_points);
	buf_init(&x.decoded, a, 64);
	e = markdown_parse(a, source, callbacks, &x);
	if (e && !x.plain.is_cut)
		return e;
	*out = plain_finish(&x.plain);
	return OK;
}
