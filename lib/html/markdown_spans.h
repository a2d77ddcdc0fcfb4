/*
 * What stands inside a line of Markdown: emphasis, code, links, images, text.
 * Whatever is opened and closed, and in whatever order, the markup that comes out
 * is balanced, and no link stands inside another.
 */
#ifndef HTML_MARKDOWN_SPANS_H
#define HTML_MARKDOWN_SPANS_H

#include "base/buf.h"

#define SPANS_MAX 32 /* inside each other; deeper ones leave their contents only */

enum span_kind {
	SPAN_SILENT, /* nothing was written */
	SPAN_MARK,   /* a plain element */
	SPAN_LINK,   /* <a> */
	SPAN_IMAGE,  /* <img>, inside its alt */
	SPAN_REFUSED /* "[", to be followed by the address as it was typed */
};

struct span {
	enum span_kind kind;
	struct str element; /* of SPAN_MARK */
	struct str address; /* of SPAN_LINK and SPAN_REFUSED: as it was typed */
	size_t start;       /* where its contents start in the output */
};

struct spans {
	struct arena *arena;
	struct buf *out;
	struct span open[SPANS_MAX];
	size_t count;  /* open ones, those that are too deep included */
	size_t links;  /* <a> among them */
	size_t images; /* open alt texts among them */
};

void spans_init(struct spans *s, struct arena *a, struct buf *out);

/* An element without attributes, by its name. */
void spans_open(struct spans *s, struct str element);
/* The address and title as they were typed, references decoded; copied. */
void spans_open_link(struct spans *s, struct str address, struct str title);
void spans_open_image(struct spans *s, struct str address, struct str title);
/* Close the innermost. */
void spans_close(struct spans *s);
void spans_close_all(struct spans *s);

void spans_text(struct spans *s, struct str text);
/* The same, with the http(s) addresses in it made links. */
void spans_text_with_addresses(struct spans *s, struct str text);
/* Inside an alt text a space. */
void spans_line_break(struct spans *s);

#endif
