/*
 * Votes and likes: made in Redis by one script each, which also adds the event that
 * carries them to SQL. Votes: once, no way back, for a week after publication.
 * Likes: on or off, as the form says, so that pressing twice does the same as once.
 */
#ifndef DOMAIN_REACTION_H
#define DOMAIN_REACTION_H

#include "domain/post.h"
#include "domain/target.h"

#define VOTE_DAYS 7
#define VOTE_MS (VOTE_DAYS * INT64_C(86400000))
#define VOTE_SECONDS_EACH \
	432 /* 86,400 s / 200 votes: 200 votes keep a post up for a day (Redis in Action, 1.1) */
#define VOTE_INTERESTING 200
#define REACTION_LIKERS 5 /* first likers shown */

enum vote_answer { VOTE_COUNTED, VOTE_ALREADY, VOTE_CLOSED, VOTE_OWN };

/* Vote for a post. Any answer is OK with *votes the count. ERR_NOT_FOUND when there is no such
 * post. */
err vote_cast(struct ctx *c, int64_t post_id, enum vote_answer *answer, int64_t *votes) MUST_CHECK;

/* Like or take it back. *likes is the count afterwards. ERR_NOT_FOUND when there is no such thing.
 */
err like_set_post(struct ctx *c, int64_t post_id, bool is_on, int64_t *likes) MUST_CHECK;
err like_set_comment(struct ctx *c, int64_t comment_id, bool is_on, int64_t *likes,
		     int64_t *post_id_out) MUST_CHECK;

/* People who like a post, the first one first; as SQL has them. In domain/reaction_likers.c. */
struct people {
	struct author *items;
	size_t count;
};
err like_people(struct ctx *c, int64_t post_id, int limit, struct people *out) MUST_CHECK;

/* How an article stands, live. */
struct reaction_state {
	int64_t votes, likes, comments;
	bool is_vote_open;         /* less than VOTE_DAYS old */
	bool has_voted, has_liked; /* the viewer; false for guests */
	struct {
		int64_t items[REACTION_LIKERS];
		size_t count;
	} first_likers;  /* user ids */
	int64_t version; /* changes with every comment or edit below this post */
	bool is_live; /* false: Redis did not answer, numbers are SQL's and votes cannot be cast */
};

struct reaction_want {
	int64_t post_id, viewer_hint;
	struct cache_reply *counts, *voted, *liked, *likers;
};

/* Queue it for a post; viewer_hint is the id the session's cookie claims, 0 for guests. */
void reaction_prepare(struct ctx *c, struct reaction_want *want, int64_t post_id,
		      int64_t viewer_hint);

/* After the flush, before reaction_load: the version of the article and what hangs below it; 0 when
 * unknown. */
int64_t reaction_version(const struct reaction_want *want);

/*
 * After the flush. created_at and the SQL counts of the post are used, and put into Redis, where
 * Redis has none. The viewer's state counts only if the session turned out to be the hint's.
 */
err reaction_load(struct ctx *c, struct reaction_want *want, int64_t created_at, int64_t votes,
		  int64_t likes, int64_t comments, struct reaction_state *out) MUST_CHECK;

/* What changed below a post: comments or its text. Others' remembered pages are stale from here on.
 */
void reaction_bump(struct ctx *c, int64_t post_id, int64_t comments_delta);

/* Keys, for plazactl and the workers. */
int reaction_shard(int64_t post_id); /* 0 .. 15 */
#define REACTION_SHARDS 16
struct str reaction_stream_key(struct arena *a, int shard);

/*
 * A batch of events as the queue carries it (domain/reaction_batch.h has the form): written to SQL
 * in one transaction. Idempotent, in any order; targets that do not exist are skipped. ERR_INVALID
 * when it can never be written, ERR_UNAVAILABLE when it should be tried again.
 */
err reaction_persist(struct ctx *c, struct str json_batch) MUST_CHECK;

/*
 * Put all that Redis should know of posts back from SQL: ranks, counts, voters, likers. Steps of
 * `limit` posts, the first with after_post_id 0; *last_out is 0 at the end. Safe while the site
 * runs: what Redis has is newer, and stays.
 */
err reaction_rebuild(struct ctx *c, int64_t after_post_id, int limit, int64_t *last_out) MUST_CHECK;

#endif
