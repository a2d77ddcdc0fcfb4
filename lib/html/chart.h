/*
 * A row of counts as the outline of a drawing: what a template needs to write an <svg>. Whole
 * numbers only, so that the same counts always give the same bytes.
 *
 * The drawing is `count` units wide, one for each value, and CHART_HEIGHT high, with its zero at
 * the bottom; it is meant to be stretched (preserveAspectRatio="none"), with the scale beside it as
 * text.
 */
#ifndef HTML_CHART_H
#define HTML_CHART_H

#include "html/html.h"

#define CHART_HEIGHT 1000

struct chart {
	struct str steps; /* path data: the counts as steps */
	struct str area;  /* the same, closed along the zero line */
	int64_t top;      /* what the upper edge stands for: even, round, not below any value */
	int64_t middle;   /* half of it */
	int64_t most, sum;
	size_t width;
};

/* Negative values count as 0. count > 0. */
void chart_draw(struct arena *a, const int64_t *values, size_t count, struct chart *out);

/* The smallest of 2, 4, 6, 8, 10, 20, 40 ... that is not below `most`. */
int64_t chart_top(int64_t most);

#endif
