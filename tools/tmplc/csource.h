/*
 * The texts in C sources: literals given to text_get, text_format, text_count,
 * text_plural and N_ (html/text.h).
 */
#ifndef TMPLC_CSOURCE_H
#define TMPLC_CSOURCE_H

#include "report.h"
#include "tree.h"

/*
 * Append the texts of one source to the list that ends at **end. ERR_INVALID
 * after a message when a text is given in a way that cannot be followed.
 */
err csource_find_texts(struct arena *a, struct report *r, struct str path, struct str source,
		       struct text_use ***end) MUST_CHECK;

#endif
