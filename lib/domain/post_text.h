/*
 * What people type, made ready to store: checked, sensitive words masked, Markdown
 * rendered. For the modules that store posts and comments.
 */
#ifndef DOMAIN_POST_TEXT_H
#define DOMAIN_POST_TEXT_H

#include "domain/ctx.h"
#include "html/html.h"

struct written {
	struct str md; /* as typed, but for the masks */
	struct html html;
};

/* One line, trimmed, with something to see in it. ERR_INVALID with *problem, English for the
 * catalogue. */
err post_text_title(struct ctx *c, struct str typed, struct str *out,
		    const char **problem) MUST_CHECK;

/* At most `most` code points and something to see; rendered markup of at most html_most bytes. */
err post_text_body(struct ctx *c, struct str typed, size_t most, size_t html_most,
		   struct written *out, const char **problem) MUST_CHECK;

#endif
