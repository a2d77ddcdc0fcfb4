/* Votes and likes on their last step: from the queue into SQL, a batch in one transaction. */
#include "domain/reaction.h"

#include "base/log.h"
#include "domain/points.h"
#include "domain/post_rank.h"
#include "domain/reaction_fill.h"
#include "domain/reaction_keys.h"
#include "domain/reaction_targets.h"

#define EVENT_ROWS \
	" FROM JSON_TABLE(?, '$[*]' COLUMNS (type TINYINT PATH '$[0]', target BIGINT PATH" \
	" '$[1]', user BIGINT PATH '$[2]', turned_on TINYINT PATH '$[3]', at BIGINT PATH " \
	"'$[4]')) j"
/* By their ids, as they are locked: see reaction_targets.c. */
#define POSTS_OF(rows) " STRAIGHT_JOIN post p FORCE INDEX (PRIMARY) ON p.post_id = " rows ".id"
#define COMMENTS_OF(rows) \
	" STRAIGHT_JOIN comment m FORCE INDEX (PRIMARY) ON m.comment_id = " rows ".id"

#define COUNT_ROWS " JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$[0]', more INT PATH '$[1]')) j"

static const struct db_sql sql_votes =
	SQL("INSERT IGNORE INTO post_vote (post_id, user_id, voted_at)"
	    " SELECT j.target, j.user, j.at DIV 1000" EVENT_ROWS);

static const struct db_sql sql_voters =
	SQL("SELECT v.post_id, COUNT(*) FROM" REACTION_ID_ROWS
	    " STRAIGHT_JOIN post_vote v ON v.post_id = j.id GROUP BY v.post_id");

static const struct db_sql sql_count_votes = SQL("UPDATE" COUNT_ROWS POSTS_OF(
	"j") " SET p.votes = p.votes + j.more, p.score = p.score + 432 * j.more");

static const struct db_sql sql_new_likes =
	SQL("INSERT IGNORE INTO liked (target_type, target_id, user_id, is_on, changed_us)"
	    " SELECT j.type, j.target, j.user, j.turned_on, j.at" EVENT_ROWS);

static const struct db_sql sql_add_post_likes =
	SQL("UPDATE" COUNT_ROWS POSTS_OF("j") " SET p.likes = p.likes + j.more");

static const struct db_sql sql_add_comment_likes =
	SQL("UPDATE" COUNT_ROWS COMMENTS_OF("j") " SET m.likes = m.likes + j.more");

/* Assigned from left to right: whether the event is newer is asked before the time is changed. */
static const struct db_sql sql_likes =
	SQL("INSERT INTO liked (target_type, target_id, user_id, is_on, changed_us)"
	    " SELECT j.type, j.target, j.user, j.turned_on, j.at" EVENT_ROWS
	    " ON DUPLICATE KEY UPDATE is_on = IF(VALUES(changed_us) > changed_us, VALUES(is_on), "
	    "is_on),"
	    " changed_us = GREATEST(changed_us, VALUES(changed_us))");

/*
 * How many more of them there will be, asked before the rows are written; the targets are locked,
 * so nobody writes others meanwhile. Counting them all again would cost more with each like there
 * is.
 */
#define MORE_LIKES(type) \
	"(SELECT j.target AS id, SUM(j.turned_on - COALESCE(l.is_on, 0)) AS more" EVENT_ROWS \
	" LEFT JOIN liked l ON l.target_type = " type \
	" AND l.target_id = j.target AND l.user_id = j.user" \
	" WHERE j.type = " type \
	" AND (l.user_id IS NULL OR l.changed_us < j.at) GROUP BY j.target) n"

static const struct db_sql sql_count_post_likes =
	SQL("UPDATE " MORE_LIKES("1") POSTS_OF("n") " SET p.likes = p.likes + n.more");

static const struct db_sql sql_count_comment_likes =
	SQL("UPDATE " MORE_LIKES("2") COMMENTS_OF("n") " SET m.likes = m.likes + n.more");

_Static_assert(VOTE_SECONDS_EACH == 432, "sql_count_votes counts a vote as 432 seconds");

static int64_t new_votes(const struct reaction_target *t)
{
	return t->votes_new;
}

static int64_t likes_sent(const struct reaction_target *t)
{
	return t->likes_sent;
}

/* Some came before: what is new follows from how many rows each post has by now. */
static err count_rows(const struct reaction_work *w)
{
	struct db_rows *rows;
	err e = db_query(w->c->db, w->c->arena, &rows, &sql_voters,
			 DB_ARGS(reaction_targets_posts(w)));

	if (e)
		return e;
	while (db_next(rows)) {
		struct reaction_target *t = reaction_target_of(w, TARGET_POST, db_int(rows, 0));

		if (t)
			t->votes_new = db_int(rows, 1) - t->votes;
	}
	return OK;
}

static err write_votes(const struct reaction_work *w)
{
	int64_t sent, added;
	struct str json = reaction_targets_events(w, true, &sent);
	size_t i;
	err e;

	if (!sent)
		return OK;
	for (i = 0; i < w->posts.count; i++)
		w->posts.items[i].votes_new = w->posts.items[i].votes_sent;
	e = db_exec(w->c->db, &added, &sql_votes, DB_ARGS(json));
	if (!e && added < sent)
		e = count_rows(w);
	if (e)
		return e;
	return db_exec(w->c->db, NULL, &sql_count_votes,
		       DB_ARGS(reaction_targets_counts(w, &w->posts, new_votes)));
}

/* ERR_CONFLICT when some were there before. */
static err write_new_likes(const struct reaction_work *w, struct str json, int64_t sent)
{
	struct db *db = w->c->db;
	int64_t added;
	err e = db_exec(db, &added, &sql_new_likes, DB_ARGS(json));

	if (!e && added < sent)
		return ERR_CONFLICT;
	if (!e && w->posts.count)
		e = db_exec(db, NULL, &sql_add_post_likes,
			    DB_ARGS(reaction_targets_counts(w, &w->posts, likes_sent)));
	if (!e && w->comments.count)
		e = db_exec(db, NULL, &sql_add_comment_likes,
			    DB_ARGS(reaction_targets_counts(w, &w->comments, likes_sent)));
	return e;
}

/* The counts first: they ask which rows are new. */
static err write_likes(const struct reaction_work *w)
{
	int64_t sent;
	struct str json = reaction_targets_events(w, false, &sent);
	err e = OK;

	if (!sent)
		return OK;
	if (w->are_likes_new)
		return write_new_likes(w, json, sent);
	if (w->posts.count)
		e = db_exec(w->c->db, NULL, &sql_count_post_likes, DB_ARGS(json));
	if (!e && w->comments.count)
		e = db_exec(w->c->db, NULL, &sql_count_comment_likes, DB_ARGS(json));
	return e ? e : db_exec(w->c->db, NULL, &sql_likes, DB_ARGS(json));
}

static err write_batch(void *context)
{
	struct reaction_work *w = context;
	err e = reaction_targets_lock(w);

	if (!e)
		e = write_votes(w);
	return e ? e : write_likes(w);
}

/* A like taken back was given before, as a rule. */
static bool has_only_likes(const struct reaction_events *events)
{
	size_t i;

	for (i = 0; i < events->count; i++) {
		if (!events->items[i].is_vote && !events->items[i].is_on)
			return false;
	}
	return true;
}

/*
 * Redis is ahead of SQL. Where it is behind, it was filled from SQL (it had been emptied) while
 * these votes were on their way: it learns of them now.
 */
static void mend_shown(const struct reaction_work *w)
{
	size_t i;

	for (i = 0; i < w->posts.count; i++) {
		const struct reaction_target *p = &w->posts.items[i];

		if (!p->votes_sent || cache_is_nil(p->shown) ||
		    cache_int(p->shown) >= p->votes + p->votes_new)
			continue;
		if (reaction_mend(w->c, p->id))
			log_debug("votes are not shown yet");
	}
}

/*
 * Likes that are older than what Redis has of their target: it was filled from SQL while they were
 * on their way, and does not know them. What it has may be newer than SQL in turn, and comes this
 * way, too, when it is.
 */
static bool is_filled_since(const struct reaction_target *t)
{
	return t->likes_sent && cache_int(t->loaded) > t->likes_from;
}

static void forget_post_likes(struct ctx *c, const struct reaction_target *t)
{
	cache_want(c->cache,
		   CACHE_ARGS(STR("HDEL"), reaction_article_key(c->arena, t->id), STR("likers")));
	if (reaction_fill(c, t->id))
		log_debug("likes are not shown yet");
}

/* SQL's numbers are shown until somebody asks who it was. */
static void forget_comment_likes(struct ctx *c, const struct reaction_target *t)
{
	struct reaction_keys k = reaction_keys(c->arena, t->post_id);

	cache_want(c->cache, CACHE_ARGS(STR("HDEL"), k.article, STR("comment_likers")));
	cache_want(c->cache, CACHE_ARGS(STR("DEL"), k.comment_likes, k.comment_likers));
}

static void forget_old_likes(const struct reaction_work *w)
{
	size_t i;

	for (i = 0; i < w->posts.count; i++) {
		if (is_filled_since(&w->posts.items[i]))
			forget_post_likes(w->c, &w->posts.items[i]);
	}
	for (i = 0; i < w->comments.count; i++) {
		if (is_filled_since(&w->comments.items[i]))
			forget_comment_likes(w->c, &w->comments.items[i]);
	}
	if (cache_flush(w->c->cache))
		log_debug("likes are not shown yet");
}

static void ask_when_loaded(struct ctx *c, struct reaction_targets *targets, struct str field)
{
	size_t i;

	for (i = 0; i < targets->count; i++) {
		struct reaction_target *t = &targets->items[i];

		if (t->likes_sent)
			t->loaded =
				cache_want(c->cache,
					   CACHE_ARGS(STR("HGET"),
						      reaction_article_key(c->arena, t->post_id),
						      field));
	}
}

/* Ranks never go down here, so the order of the batches does not matter; one that was not told, as
 * this process died, comes again. */
static void tell_redis(struct reaction_work *w)
{
	struct ctx *c = w->c;
	size_t i;

	ask_when_loaded(c, &w->posts, STR("likers"));
	ask_when_loaded(c, &w->comments, STR("comment_likers"));
	for (i = 0; i < w->posts.count; i++) {
		struct reaction_target *p = &w->posts.items[i];

		if (!p->votes_sent)
			continue;
		points_mark_post(c, p->id);
		post_rank_raise(c, p->id, p->score + VOTE_SECONDS_EACH * p->votes_new);
		p->shown = cache_want(c->cache,
				      CACHE_ARGS(STR("HGET"), reaction_article_key(c->arena, p->id),
						 STR("votes")));
	}
	if (cache_flush(c->cache)) {
		log_debug("ranks were not raised");
		return;
	}
	mend_shown(w);
	forget_old_likes(w);
}

err reaction_persist(struct ctx *c, struct str json_batch)
{
	struct reaction_work w = { .c = c };
	err e = reaction_batch_parse(c->arena, json_batch, &w.events);

	if (e || w.events.count == 0)
		return e;
	w.are_likes_new = has_only_likes(&w.events);
	e = db_transaction(c->db, write_batch, &w);
	if (e == ERR_CONFLICT) {
		w.are_likes_new = false;
		e = db_transaction(c->db, write_batch, &w);
	}
	if (!e)
		tell_redis(&w);
	return e;
}
