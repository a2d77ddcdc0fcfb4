/*
 * Likes of somebody, given and received, for their page.
 */
#ifndef DOMAIN_REACTION_GIVEN_H
#define DOMAIN_REACTION_GIVEN_H

#include "domain/ctx.h"

/* A like that is on, of a post or of a comment below it. */
struct given_like {
	bool is_comment;
	int64_t target_id, post_id;
	struct str title; /* of the post */
	int64_t author_id;
	struct str author_name; /* of what was liked */
	int64_t given_us;       /* Unix us */
};
struct given_likes {
	struct given_like *items;
	size_t count;
	bool has_more;
};

/* Before this one, exclusively; zeros: from the newest. */
struct given_cursor {
	int64_t us, type, target_id;
};

/* Of things that stand, the newest first. */
err reaction_list_given(struct ctx *c, int64_t user_id, struct given_cursor before, int limit,
			struct given_likes *out) MUST_CHECK;

/* Likes that somebody's posts got. */
err reaction_count_received(struct ctx *c, int64_t user_id, int64_t *out) MUST_CHECK;

#endif
