/*
 * The generator: a checked and linked template as a C source and its header.
 */
#ifndef TMPLC_EMIT_H
#define TMPLC_EMIT_H

#include "base/buf.h"
#include "tree.h"

/* The header: the prototype of tmpl_<symbol>. */
void emit_header(struct buf *out, const struct template *t);

/* The source. */
void emit_source(struct buf *out, const struct template *t);

#endif
