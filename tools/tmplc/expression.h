/*
 * Values of a template as expressions of C.
 */
#ifndef TMPLC_EXPRESSION_H
#define TMPLC_EXPRESSION_H

#include "base/buf.h"
#include "tree.h"

/* "post.title" as view->..., "c.body" as c->...; HTML_REF takes a struct or a pointer to one alike.
 */
void expression_write(struct buf *out, const struct path *p);

/* A pointer to the list that p names: a struct of items and count, or a pointer to one. */
void expression_write_list(struct buf *out, const struct path *p);

#endif
