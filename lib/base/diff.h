/*
 * What differs between two texts, line by line: for people who have to choose between them.
 */
#ifndef BASE_DIFF_H
#define BASE_DIFF_H

#include "base/str.h"

enum diff_kind { DIFF_SAME, DIFF_REMOVED, DIFF_ADDED };

/* Lines that follow each other and are of one kind; without the line break at their end. */
struct diff_run {
	enum diff_kind kind;
	struct str lines;
	size_t count; /* of lines */
};

struct diff {
	struct diff_run *runs; /* in order; what was removed stands before what came in its place */
	size_t count;
	bool is_rough; /* the texts differ too much to be compared: all between their equal
			  beginnings and ends counts as replaced */
};

/* Up to so many lines removed and added together are found exactly; more work than that is not
 * done. */
#define DIFF_MOST 400

/*
 * The fewest lines removed from `from` and added to it that make `to` (E. Myers, "An O(ND)
 * Difference Algorithm and Its Variations", 1986). A last line without a line break equals one with
 * it. The runs point into the texts.
 */
void diff_lines(struct arena *a, struct str from, struct str to, struct diff *out);

#endif
