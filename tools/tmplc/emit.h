/*
 * The generator: a checked template as a C source and its header.
 */
#ifndef TMPLC_EMIT_H
#define TMPLC_EMIT_H

#include "base/buf.h"
#include "report.h"
#include "tree.h"

/* All templates of a run: partials are looked up here. */
struct template_list {
	const struct template *items;
	size_t count;
};

/* The header: the prototype of tmpl_<symbol>. */
void emit_header(struct buf *out, const struct template *t);

/* The source. ERR_INVALID after a message when a partial does not exist or wants another view. */
err emit_source(struct buf *out, struct report *r, const struct template_list *all,
		const struct template *t) MUST_CHECK;

#endif
