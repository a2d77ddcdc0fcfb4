/*
 * Plain text gathered up to a limit: white space folded, "…" where it was cut.
 */
#ifndef HTML_MARKDOWN_PLAIN_H
#define HTML_MARKDOWN_PLAIN_H

#include "base/buf.h"

struct plain {
	struct buf text;
	size_t lines;                     /* that may still be begun */
	size_t code_points;               /* text may have */
	size_t used;                      /* code points in text */
	bool has_space_due, has_line_due; /* before the next character */
	bool is_cut;                      /* something had no room */
};

void plain_init(struct plain *p, struct arena *a, size_t lines, size_t code_points);

/* Each does nothing once something had no room. */
void plain_add(struct plain *p, struct str s);
void plain_end_line(struct plain *p);

/* The whole text; the arena's. */
struct str plain_finish(struct plain *p);

#endif
