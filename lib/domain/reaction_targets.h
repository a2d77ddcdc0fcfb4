/*
 * What a batch of events is about: the posts and comments in it, locked and as they stand in SQL,
 * and the JSON that statements take them from. Used by domain/reaction_persist.c.
 */
#ifndef DOMAIN_REACTION_TARGETS_H
#define DOMAIN_REACTION_TARGETS_H

#include "domain/reaction_batch.h"

/* The ids of a JSON array, for a statement's FROM. */
#define REACTION_ID_ROWS " JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$')) j"

/* What is voted for or liked, as it stands in SQL, and what Redis says of it. */
struct reaction_target {
	int64_t id; /* first: they are searched by it */
	int64_t post_id;
	int64_t votes, score;
	int64_t votes_sent; /* in this batch */
	int64_t votes_new;  /* those of them that were */
	int64_t likes_sent;
	int64_t likes_from;         /* the oldest of them; Unix ms */
	struct cache_reply *shown;  /* a post's votes */
	struct cache_reply *loaded; /* since when Redis has those who like it; Unix ms */
};

struct reaction_targets {
	struct reaction_target *items;
	size_t count;
};

struct reaction_work {
	struct ctx *c;
	struct reaction_events events;
	struct reaction_targets posts, comments; /* those that exist */
	bool are_likes_new; /* to be tried first: nobody has liked or unliked these before */
};

/*
 * Lock all targets inside the caller's transaction, in the order comments do it: comments first,
 * then posts, each by id. What does not exist is skipped, not an error.
 */
err reaction_targets_lock(struct reaction_work *w) MUST_CHECK;

/* NULL: it does not exist. */
struct reaction_target *reaction_target_of(const struct reaction_work *w, int type, int64_t id);

/* The ids of the posts in the batch, known or not: "[1,2,3]". */
struct str reaction_targets_posts(const struct reaction_work *w);

/*
 * The events of targets that exist, votes or likes: "[[type,target,user,is on,at],...]".
 * *count: how many.
 */
struct str reaction_targets_events(const struct reaction_work *w, bool is_vote, int64_t *count);

/* "[[id,number],...]" of the targets that have a number. */
struct str reaction_targets_counts(const struct reaction_work *w,
				   const struct reaction_targets *targets,
				   int64_t (*number)(const struct reaction_target *t));

#endif
