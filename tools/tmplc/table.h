/*
 * The table of texts: what templates and sources use, joined with the
 * catalogue, as C for html/text.c.
 */
#ifndef TMPLC_TABLE_H
#define TMPLC_TABLE_H

#include "catalogue.h"
#include "tree.h"

struct table_entry {
	const struct text_use *use;            /* where it was met first */
	const struct catalogue_entry *chinese; /* NULL when the catalogue does not have it */
};

struct table {
	struct table_entry *items; /* sorted by the English text, each once */
	size_t count;
	size_t missing; /* without a translation */
};

/*
 * Join the texts with the catalogue. is_strict: a text without translation and
 * an entry without use are errors; otherwise nothing is said of them. A
 * translation whose {0} differ from the English ones is always an error.
 */
err table_make(struct arena *a, struct report *r, const struct text_use *uses,
	       struct catalogue_entry *catalogue, struct str catalogue_path, bool is_strict,
	       struct table *out) MUST_CHECK;

/* The table as C, with one array per template: the places of its texts. */
void table_write(struct buf *out, const struct table *t, const struct template_list *templates);

#endif
