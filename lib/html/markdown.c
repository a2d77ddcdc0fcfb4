/* Markdown to markup: blocks here, what stands inside a line in markdown_spans.c. */
#include "html/markdown.h"

#include "html/markdown_entity.h"
#include "html/markdown_parser.h"
#include "html/markdown_spans.h"

/* Bytes of addresses and titles, each counted as often as it is referred to. */
#define ADDRESSES_MAX MARKDOWN_OUTPUT_MAX

#define LANGUAGE_MAX 32 /* bytes of a programming language's name */

/* Whether the item of a task list has its box and label yet. */
enum task { TASK_NONE, TASK_WANTED, TASK_OPEN };

struct render {
	struct buf out;
	struct spans spans;
	struct buf decoded; /* the attribute or reference at hand */
	struct buf title;   /* of the link at hand */
	size_t nesting;     /* open quotes and lists */
	size_t addresses;   /* bytes so far, see ADDRESSES_MAX */
	unsigned heading;   /* the level of the last one */
	enum task task;
	bool is_done;    /* the task */
	bool is_cell;    /* in a cell of a table */
	bool is_refused; /* a limit was passed */
};

#define PUT(r, literal) BUF_LIT(&(r)->out, literal)

/* What a callback returns: not 0 ends the parse. */
static int verdict(struct render *r)
{
	if (r->out.n > MARKDOWN_OUTPUT_MAX || r->addresses > ADDRESSES_MAX ||
	    r->nesting > MARKDOWN_NESTING_MAX)
		r->is_refused = true;
	return r->is_refused;
}

static struct str str_of(const char *p, size_t n)
{
	return (struct str){ p, n };
}

/*
 * The label of a task's box holds the text of the item, so that the box has a name in any
 * language; it is opened with the first of it and ends before a block inside the item.
 */
static void start_label(struct render *r)
{
	if (r->task != TASK_WANTED)
		return;
	r->task = TASK_OPEN;
	if (r->is_done)
		PUT(r, "<label><input type=\"checkbox\" disabled checked> ");
	else
		PUT(r, "<label><input type=\"checkbox\" disabled> ");
}

static void end_label(struct render *r)
{
	bool is_empty = r->task == TASK_WANTED;

	start_label(r);
	if (is_empty && r->is_done)
		PUT(r, "[x]");
	else if (is_empty)
		PUT(r, "[ ]");
	if (r->task == TASK_OPEN)
		PUT(r, "</label>");
	r->task = TASK_NONE;
}

static void start_list(struct render *r, const MD_BLOCK_OL_DETAIL *list)
{
	r->nesting++;
	if (list->start == 1) {
		PUT(r, "<ol>\n");
		return;
	}
	PUT(r, "<ol start=\"");
	buf_add_i64(&r->out, list->start);
	PUT(r, "\">\n");
}

static void start_item(struct render *r, const MD_BLOCK_LI_DETAIL *item)
{
	if (!item->is_task) {
		PUT(r, "<li>");
		return;
	}
	PUT(r, "<li class=\"task\">");
	r->task = TASK_WANTED;
	r->is_done = item->task_mark != ' ';
}

static void put_heading_level(struct render *r)
{
	buf_add_char(&r->out, (char)('0' + r->heading));
}

/* The page has h1 and h2; each one after that is at most one level below the one before it. */
static void start_heading(struct render *r, const MD_BLOCK_H_DETAIL *heading)
{
	unsigned level = heading->level + 2;

	if (level > r->heading + 1)
		level = r->heading + 1;
	r->heading = level < 6 ? level : 6;
	PUT(r, "<h");
	put_heading_level(r);
	PUT(r, ">");
}

static bool is_language(struct str name)
{
	size_t i;

	for (i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
		    c != '+' && c != '#' && c != '.' && c != '-' && c != '_')
			return false;
	}
	return name.n > 0 && name.n <= LANGUAGE_MAX;
}

/* Code and tables may be wider than the page: they scroll, and the keyboard must reach them. */
static void start_code(struct render *r, const MD_BLOCK_CODE_DETAIL *code)
{
	struct str language = markdown_attribute(&r->decoded, &code->lang);

	PUT(r, "<pre tabindex=\"0\"><code");
	if (is_language(language)) {
		PUT(r, " class=\"language-");
		buf_add(&r->out, language);
		PUT(r, "\"");
	}
	PUT(r, ">");
}

static void start_table(struct render *r, const MD_BLOCK_TABLE_DETAIL *table)
{
	if (table->col_count > MARKDOWN_COLUMNS_MAX)
		r->is_refused = true;
	PUT(r, "<div class=\"table\" tabindex=\"0\"><table>\n");
}

static void start_cell(struct render *r, bool is_head, const MD_BLOCK_TD_DETAIL *cell)
{
	static const struct str classes[] = {
		[MD_ALIGN_DEFAULT] = STR_INIT(""),
		[MD_ALIGN_LEFT] = STR_INIT(" class=\"left\""),
		[MD_ALIGN_CENTER] = STR_INIT(" class=\"center\""),
		[MD_ALIGN_RIGHT] = STR_INIT(" class=\"right\""),
	};

	r->is_cell = true;
	if (is_head)
		PUT(r, "<th scope=\"col\"");
	else
		PUT(r, "<td");
	buf_add(&r->out, classes[cell->align]);
	PUT(r, ">");
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *context)
{
	struct render *r = context;

	if (type != MD_BLOCK_P)
		end_label(r);
	switch (type) {
	case MD_BLOCK_QUOTE:
		r->nesting++;
		PUT(r, "<blockquote>\n");
		break;
	case MD_BLOCK_UL:
		r->nesting++;
		PUT(r, "<ul>\n");
		break;
	case MD_BLOCK_OL:
		start_list(r, detail);
		break;
	case MD_BLOCK_LI:
		start_item(r, detail);
		break;
	case MD_BLOCK_HR:
		PUT(r, "<hr>\n");
		break;
	case MD_BLOCK_H:
		start_heading(r, detail);
		break;
	case MD_BLOCK_CODE:
		start_code(r, detail);
		break;
	case MD_BLOCK_P:
		PUT(r, "<p>");
		break;
	case MD_BLOCK_TABLE:
		start_table(r, detail);
		break;
	case MD_BLOCK_THEAD:
		PUT(r, "<thead>\n");
		break;
	case MD_BLOCK_TBODY:
		PUT(r, "<tbody>\n");
		break;
	case MD_BLOCK_TR:
		PUT(r, "<tr>");
		break;
	case MD_BLOCK_TH:
	case MD_BLOCK_TD:
		start_cell(r, type == MD_BLOCK_TH, detail);
		break;
	case MD_BLOCK_DOC:
	case MD_BLOCK_HTML:
		break;
	}
	return verdict(r);
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *context)
{
	static const struct str ends[] = {
		[MD_BLOCK_DOC] = STR_INIT(""),
		[MD_BLOCK_QUOTE] = STR_INIT("</blockquote>\n"),
		[MD_BLOCK_UL] = STR_INIT("</ul>\n"),
		[MD_BLOCK_OL] = STR_INIT("</ol>\n"),
		[MD_BLOCK_LI] = STR_INIT("</li>\n"),
		[MD_BLOCK_HR] = STR_INIT(""),
		[MD_BLOCK_CODE] = STR_INIT("</code></pre>\n"),
		[MD_BLOCK_HTML] = STR_INIT(""),
		[MD_BLOCK_P] = STR_INIT("</p>\n"),
		[MD_BLOCK_TABLE] = STR_INIT("</table></div>\n"),
		[MD_BLOCK_THEAD] = STR_INIT("</thead>\n"),
		[MD_BLOCK_TBODY] = STR_INIT("</tbody>\n"),
		[MD_BLOCK_TR] = STR_INIT("</tr>\n"),
		[MD_BLOCK_TH] = STR_INIT("</th>"),
		[MD_BLOCK_TD] = STR_INIT("</td>"),
	};
	struct render *r = context;

	(void)detail;
	spans_close_all(&r->spans);
	end_label(r);
	r->is_cell = false;
	if (type == MD_BLOCK_QUOTE || type == MD_BLOCK_UL || type == MD_BLOCK_OL)
		r->nesting--;
	if (type == MD_BLOCK_H) {
		PUT(r, "</h");
		put_heading_level(r);
		PUT(r, ">\n");
	} else {
		buf_add(&r->out, ends[type]);
	}
	return verdict(r);
}

static void enter_link(struct render *r, const MD_ATTRIBUTE *address, const MD_ATTRIBUTE *title,
		       void (*open)(struct spans *s, struct str address, struct str title))
{
	r->addresses += address->size + title->size;
	if (verdict(r))
		return;
	open(&r->spans, markdown_attribute(&r->decoded, address),
	     markdown_attribute(&r->title, title));
}

static int enter_span(MD_SPANTYPE type, void *detail, void *context)
{
	struct render *r = context;
	const MD_SPAN_A_DETAIL *link = detail;
	const MD_SPAN_IMG_DETAIL *image = detail;

	start_label(r);
	switch (type) {
	case MD_SPAN_EM:
		spans_open(&r->spans, STR("em"));
		break;
	case MD_SPAN_STRONG:
		spans_open(&r->spans, STR("strong"));
		break;
	case MD_SPAN_DEL:
		spans_open(&r->spans, STR("del"));
		break;
	case MD_SPAN_CODE:
		spans_open(&r->spans, STR("code"));
		break;
	case MD_SPAN_A:
		enter_link(r, &link->href, &link->title, spans_open_link);
		break;
	case MD_SPAN_IMG:
		enter_link(r, &image->src, &image->title, spans_open_image);
		break;
	default:
		BUG("span %d was not asked for", type);
	}
	return verdict(r);
}

static int leave_span(MD_SPANTYPE type, void *detail, void *context)
{
	struct render *r = context;

	(void)type;
	(void)detail;
	spans_close(&r->spans);
	return verdict(r);
}

/* In a cell code must escape a bar, as text must; the parser leaves the escape. */
static void put_code(struct render *r, struct str code)
{
	ptrdiff_t at;

	while (r->is_cell && (at = str_find(code, STR("\\|"))) >= 0) {
		spans_text(&r->spans, str_slice(code, 0, (size_t)at));
		PUT(r, "|");
		code = str_slice(code, (size_t)at + 2, code.n);
	}
	spans_text(&r->spans, code);
}

static int text(MD_TEXTTYPE type, const MD_CHAR *p, MD_SIZE n, void *context)
{
	struct render *r = context;

	start_label(r);
	switch (type) {
	case MD_TEXT_NORMAL:
		spans_text_with_addresses(&r->spans, str_of(p, n));
		break;
	case MD_TEXT_BR:
		spans_line_break(&r->spans);
		break;
	case MD_TEXT_SOFTBR:
		PUT(r, "\n");
		break;
	case MD_TEXT_ENTITY:
		buf_clear(&r->decoded);
		markdown_entity_add(&r->decoded, str_of(p, n));
		spans_text(&r->spans, buf_str(&r->decoded));
		break;
	case MD_TEXT_NULLCHAR:
		PUT(r, "\xEF\xBF\xBD");
		break;
	case MD_TEXT_CODE:
		put_code(r, str_of(p, n));
		break;
	case MD_TEXT_HTML:
	case MD_TEXT_LATEXMATH:
		spans_text(&r->spans, str_of(p, n));
		break;
	}
	return verdict(r);
}

err markdown_render(struct arena *a, struct str source, struct html *out)
{
	const MD_PARSER callbacks = {
		.enter_block = enter_block,
		.leave_block = leave_block,
		.enter_span = enter_span,
		.leave_span = leave_span,
		.text = text,
	};
	struct render r = { .heading = 2 };
	err e;

	buf_init(&r.out, a, 2 * source.n);
	buf_init(&r.decoded, a, 256);
	buf_init(&r.title, a, 64);
	spans_init(&r.spans, a, &r.out);
	e = markdown_parse(a, source, callbacks, &r);
	if (e)
		return e;
	out->markup = buf_str(&r.out);
	return OK;
}
