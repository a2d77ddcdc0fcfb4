/* Spans of Markdown as markup. */
#include "html/markdown_spans.h"

#include "html/html.h"
#include "html/markdown_link.h"

#define PUT(s, literal) BUF_LIT((s)->out, literal)

void spans_init(struct spans *s, struct arena *a, struct buf *out)
{
	s->arena = a;
	s->out = out;
	s->count = s->links = s->images = 0;
}

/* The new innermost span, or NULL when it is not to be written. */
static struct span *push(struct spans *s)
{
	struct span *span;

	if (s->count++ >= SPANS_MAX)
		return NULL;
	span = &s->open[s->count - 1];
	*span = (struct span){ .kind = SPAN_SILENT };
	return s->images > 0 ? NULL : span;
}

void spans_open(struct spans *s, struct str element)
{
	struct span *span = push(s);

	if (!span)
		return;
	span->kind = SPAN_MARK;
	span->element = element;
	PUT(s, "<");
	buf_add(s->out, element);
	PUT(s, ">");
}

static void put_title(struct spans *s, struct str title)
{
	if (title.n == 0)
		return;
	PUT(s, " title=\"");
	html_escape(s->out, title);
	PUT(s, "\"");
}

static void start_link(struct spans *s, struct url link, struct str title)
{
	PUT(s, "<a href=\"");
	html_escape(s->out, link.href);
	PUT(s, "\"");
	put_title(s, title);
	PUT(s, " rel=\"nofollow ugc noopener\">");
	s->links++;
}

static void refuse(struct spans *s, struct span *span)
{
	span->kind = SPAN_REFUSED;
	span->start = s->out->n;
	PUT(s, "[");
}

static void open_link(struct spans *s, struct span *span, struct str address, struct str title)
{
	struct url link;

	/* A link inside a link: what HTML does not have. */
	if (s->links > 0)
		return;
	span->address = str_copy(s->arena, address);
	if (markdown_link(s->arena, address, &link)) {
		refuse(s, span);
		return;
	}
	span->kind = SPAN_LINK;
	start_link(s, link, title);
	span->start = s->out->n;
}

void spans_open_link(struct spans *s, struct str address, struct str title)
{
	struct span *span = push(s);

	if (span)
		open_link(s, span, address, title);
}

void spans_open_image(struct spans *s, struct str address, struct str title)
{
	struct span *span = push(s);
	struct url link;

	if (!span)
		return;
	if (markdown_link(s->arena, address, &link)) {
		PUT(s, "!");
		span->address = str_copy(s->arena, address);
		refuse(s, span);
		return;
	}
	if (!markdown_is_upload(link)) {
		open_link(s, span, address, title);
		return;
	}
	PUT(s, "<img src=\"");
	html_escape(s->out, link.href);
	PUT(s, "\"");
	put_title(s, title);
	PUT(s, " loading=\"lazy\" alt=\"");
	span->kind = SPAN_IMAGE;
	s->images++;
}

/* What was written since `start`. */
static struct str written_since(const struct spans *s, size_t start)
{
	return str_slice(buf_str(s->out), start, s->out->n);
}

/* A link must have something to click on. */
static void close_link(struct spans *s, const struct span *span)
{
	if (str_trim(written_since(s, span->start)).n == 0)
		html_escape(s->out, span->address);
	PUT(s, "</a>");
	s->links--;
}

/* "[text](address)", or the address alone where it was typed alone, as <address>. */
static void close_refused(struct spans *s, const struct span *span)
{
	struct str contents = written_since(s, span->start + 1);
	struct buf address;

	buf_init(&address, s->arena, span->address.n);
	html_escape(&address, span->address);
	if (str_is(contents, buf_str(&address))) {
		buf_cut(s->out, span->start);
		buf_add(s->out, buf_str(&address));
		return;
	}
	PUT(s, "](");
	buf_add(s->out, buf_str(&address));
	PUT(s, ")");
}

void spans_close(struct spans *s)
{
	struct span *span;

	if (s->count == 0 || s->count-- > SPANS_MAX)
		return;
	span = &s->open[s->count];
	switch (span->kind) {
	case SPAN_SILENT:
		break;
	case SPAN_MARK:
		PUT(s, "</");
		buf_add(s->out, span->element);
		PUT(s, ">");
		break;
	case SPAN_LINK:
		close_link(s, span);
		break;
	case SPAN_IMAGE:
		PUT(s, "\">");
		s->images--;
		break;
	case SPAN_REFUSED:
		close_refused(s, span);
		break;
	}
}

void spans_close_all(struct spans *s)
{
	while (s->count > 0)
		spans_close(s);
}

void spans_text(struct spans *s, struct str text)
{
	html_escape(s->out, text);
}

void spans_text_with_addresses(struct spans *s, struct str text)
{
	size_t from;
	size_t to;

	while (s->links == 0 && s->images == 0 && markdown_find_address(text, &from, &to)) {
		struct str address = str_slice(text, from, to);
		struct url link;

		spans_text(s, str_slice(text, 0, from));
		if (markdown_link(s->arena, address, &link) == OK) {
			start_link(s, link, (struct str){ 0 });
			spans_text(s, address);
			PUT(s, "</a>");
			s->links--;
		} else {
			spans_text(s, address);
		}
		text = str_slice(text, to, text.n);
	}
	spans_text(s, text);
}

void spans_line_break(struct spans *s)
{
	if (s->images > 0)
		PUT(s, " ");
	else
		PUT(s, "<br>\n");
}
