/*
 * The ranking of posts in Redis, for the hot list: rank:score, a sorted set of posts by
 * publish second + VOTE_SECONDS_EACH x votes. Pinned and deleted posts are not in it.
 *
 * Members are ids of 19 digits, zeros in front, so that Redis orders equal scores as
 * SQL does. The set holds the POST_RANK_MOST highest posts and has no time to live: it is there
 * whole, but for what a moment ago could not be told, or not at all, and then built again from SQL.
 */
#ifndef DOMAIN_POST_RANK_H
#define DOMAIN_POST_RANK_H

#include "domain/ctx.h"

#define POST_RANK_MOST 100000

/* A post's score. created_at in Unix ms. */
int64_t post_score(int64_t created_at, int64_t votes);

/* Queue a change for the next flush. A set that is not there is not started. */
void post_rank_add(struct ctx *c, int64_t post_id, int64_t score);
void post_rank_raise(struct ctx *c, int64_t post_id,
		     int64_t score); /* only upwards, only if in it */
void post_rank_lower(struct ctx *c, int64_t post_id,
		     int64_t score); /* only downwards, only if in it */
void post_rank_remove(struct ctx *c, int64_t post_id);

/* Queue what makes remembered lists stale: a post was written, changed, deleted, pinned or
 * featured. */
void post_version_bump(struct ctx *c);

/* Where a page starts: after the post with this score and id. id 0: at the top. */
struct post_place {
	int64_t score, id;
};

struct post_places {
	struct post_place *items;
	size_t count;
};

/*
 * The next `most` places after `after`, highest first. ERR_NOT_FOUND when Redis has no ranking
 * or the answer may go beyond what it holds; ERR_UNAVAILABLE when it is gone. Ask SQL then.
 */
err post_rank_page(struct ctx *c, struct post_place after, size_t most,
		   struct post_places *out) MUST_CHECK;

/*
 * Build the ranking from SQL unless it is there, or somebody is building it: aside, and put in
 * place whole. is_forced builds it again when it is there.
 */
err post_rank_build(struct ctx *c, bool is_forced) MUST_CHECK;

/*
 * Put those of the `limit` highest posts into it that are not there, and higher those that stand
 * too low: whoever wrote or counted died before Redis heard of it, or Redis was away for that
 * moment. Of the highest in Redis take out what is deleted or pinned, for the same reasons or as it
 * went while the ranking was built. *mended is how many. For the caretaker.
 */
err post_rank_mend(struct ctx *c, int limit, int64_t *mended) MUST_CHECK;

#endif
