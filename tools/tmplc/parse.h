/*
 * The parser: a template's text into a tree. It knows the language of the tags
 * and nothing of HTML; the checker knows that.
 */
#ifndef TMPLC_PARSE_H
#define TMPLC_PARSE_H

#include "report.h"
#include "tree.h"

/*
 * Read one template. path is for messages, name is "post/show". ERR_INVALID
 * after a message; the first mistake of a template ends its reading.
 */
err parse_template(struct arena *a, struct report *r, struct str path, struct str name,
		   struct str text, struct template *out) MUST_CHECK;

#endif
