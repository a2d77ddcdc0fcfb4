/*
 * What somebody has said below posts, for their page.
 */
#ifndef DOMAIN_COMMENT_BY_AUTHOR_H
#define DOMAIN_COMMENT_BY_AUTHOR_H

#include "domain/ctx.h"
#include "html/html.h"

struct said {
	int64_t comment_id, post_id;
	struct str title; /* of the post */
	struct html body;
	int64_t likes;
	int64_t created_at; /* Unix ms, UTC */
};
struct said_list {
	struct said *items;
	size_t count;
	int64_t next; /* for the page after this one; 0 on the last */
};

/* Comments that stand below posts that stand, the newest first, those before an id (0: all). */
err comment_list_by_author(struct ctx *c, int64_t author_id, int64_t before_id, int limit,
			   struct said_list *out) MUST_CHECK;

/* How many of somebody's there are; what their comments were liked. */
err comment_count_by_author(struct ctx *c, int64_t author_id, int64_t *count,
			    int64_t *likes) MUST_CHECK;

#endif
