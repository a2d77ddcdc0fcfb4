/*
 * Taking back votes and likes for good.
 *
 * Redis is told before the commit and once more after it: whoever fills it from SQL in between
 * brings the old state back, and a process that dies before the second time leaves the first. Rows
 * are locked as reaction_persist does it, by id.
 */
#include "domain/reaction_forget.h"

#include "domain/points.h"
#include "domain/post_rank.h"
#include "domain/reaction_keys.h"

static const struct db_sql sql_votes =
	SQL("SELECT post_id FROM post_vote FORCE INDEX (user) WHERE user_id = ? LIMIT ?");

static const struct db_sql sql_drop_vote =
	SQL("DELETE FROM post_vote WHERE post_id = ? AND user_id = ?");

static const struct db_sql sql_lock_post =
	SQL("SELECT votes, score FROM post WHERE post_id = ? FOR UPDATE");

static const struct db_sql sql_uncount_vote =
	SQL("UPDATE post SET score = score - IF(votes > 0, 432, 0), votes = GREATEST(votes - 1, 0)"
	    " WHERE post_id = ?");

static const struct db_sql sql_likes =
	SQL("SELECT l.target_type, l.target_id, COALESCE(m.target_id, l.target_id)"
	    " FROM liked l FORCE INDEX (user) LEFT JOIN comment m ON l.target_type = 2"
	    " AND m.comment_id = l.target_id WHERE l.user_id = ? LIMIT ?");

static const struct db_sql sql_lock_comment =
	SQL("SELECT likes FROM comment WHERE comment_id = ? FOR UPDATE");

/* Counts only what was on. */
static const struct db_sql sql_uncount_post_like =
	SQL("UPDATE post p JOIN liked l ON l.target_type = 1 AND l.target_id = p.post_id"
	    " AND l.user_id = ? AND l.is_on = 1 SET p.likes = GREATEST(p.likes - 1, 0)"
	    " WHERE p.post_id = ?");

static const struct db_sql sql_uncount_comment_like =
	SQL("UPDATE comment m JOIN liked l ON l.target_type = 2 AND l.target_id = m.comment_id"
	    " AND l.user_id = ? AND l.is_on = 1 SET m.likes = GREATEST(m.likes - 1, 0)"
	    " WHERE m.comment_id = ?");

static const struct db_sql sql_drop_like =
	SQL("DELETE FROM liked WHERE target_type = ? AND target_id = ? AND user_id = ?");

_Static_assert(VOTE_SECONDS_EACH == 432, "sql_uncount_vote counts a vote as 432 seconds");

/* ARGV: user, votes as SQL has them, for when the voters are not here. */
static const struct cache_script script_vote =
	CACHE_SCRIPT("redis.call('SREM', KEYS[2], ARGV[1]) "
		     "local known = redis.call('HMGET', KEYS[1], 'voters', 'votes') "
		     "if not known[2] then return 0 end "
		     "local votes = known[1] and redis.call('SCARD', KEYS[2]) or ARGV[2] "
		     "return redis.call('HSET', KEYS[1], 'votes', votes)");

/* ARGV: user. */
static const struct cache_script script_like_post =
	CACHE_SCRIPT("if redis.call('ZREM', KEYS[3], ARGV[1]) == 0 then return 0 end "
		     "return redis.call('HSET', KEYS[1], 'likes', redis.call('ZCARD', KEYS[3]))");

/* ARGV: user, comment. */
static const struct cache_script script_like_comment = CACHE_SCRIPT(
	"if redis.call('ZREM', KEYS[5], ARGV[2] .. ':' .. ARGV[1]) == 0 then return 0 end "
	"return redis.call('HINCRBY', KEYS[4], ARGV[2], -1)");

/* One vote or like. */
struct mark {
	struct ctx *c;
	int64_t user_id, post_id;
	int64_t comment_id; /* 0: of the post */
	int64_t votes, score;
};

static err tell_vote(const struct mark *m)
{
	struct ctx *c = m->c;
	struct reaction_keys k = reaction_keys(c->arena, m->post_id);

	cache_want_script(c->cache, &script_vote, REACTION_KEY_COUNT,
			  CACHE_ARGS(REACTION_KEYS(k), m->user_id, m->votes));
	post_rank_lower(c, m->post_id, m->score);
	points_mark_post(c, m->post_id);
	return cache_flush(c->cache);
}

static err drop_vote(void *context)
{
	struct mark *m = context;
	struct ctx *c = m->c;
	struct db_rows *rows;
	int64_t changed;
	err e = db_query(c->db, c->arena, &rows, &sql_lock_post, DB_ARGS(m->post_id));

	if (e)
		return e;
	if (db_next(rows) && db_int(rows, 0) > 0) {
		m->votes = db_int(rows, 0) - 1;
		m->score = db_int(rows, 1) - VOTE_SECONDS_EACH;
	}
	e = db_exec(c->db, &changed, &sql_drop_vote, DB_ARGS(m->post_id, m->user_id));
	if (e || !changed)
		return e;
	e = db_exec(c->db, NULL, &sql_uncount_vote, DB_ARGS(m->post_id));
	return e ? e : tell_vote(m);
}

err reaction_forget_votes(struct ctx *c, int64_t user_id, int limit, int64_t *count)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_votes, DB_ARGS(user_id, limit));

	*count = e ? 0 : (int64_t)db_count(rows);
	while (!e && db_next(rows)) {
		struct mark m = { .c = c, .user_id = user_id, .post_id = db_int(rows, 0) };

		e = db_transaction(c->db, drop_vote, &m);
		if (!e)
			e = tell_vote(&m);
	}
	return e;
}

static err tell_like(const struct mark *m)
{
	struct ctx *c = m->c;
	struct reaction_keys k = reaction_keys(c->arena, m->post_id);

	if (m->comment_id)
		cache_want_script(c->cache, &script_like_comment, REACTION_KEY_COUNT,
				  CACHE_ARGS(REACTION_KEYS(k), m->user_id, m->comment_id));
	else
		cache_want_script(c->cache, &script_like_post, REACTION_KEY_COUNT,
				  CACHE_ARGS(REACTION_KEYS(k), m->user_id));
	return cache_flush(c->cache);
}

static err drop_like(void *context)
{
	struct mark *m = context;
	struct ctx *c = m->c;
	int64_t target = m->comment_id ? m->comment_id : m->post_id;
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, m->comment_id ? &sql_lock_comment : &sql_lock_post,
			 DB_ARGS(target));

	if (!e)
		e = db_exec(c->db, NULL,
			    m->comment_id ? &sql_uncount_comment_like : &sql_uncount_post_like,
			    DB_ARGS(m->user_id, target));
	if (!e)
		e = db_exec(c->db, NULL, &sql_drop_like,
			    DB_ARGS(m->comment_id ? TARGET_COMMENT : TARGET_POST, target,
				    m->user_id));
	return e ? e : tell_like(m);
}

err reaction_forget_likes(struct ctx *c, int64_t user_id, int limit, int64_t *count)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_likes, DB_ARGS(user_id, limit));

	*count = e ? 0 : (int64_t)db_count(rows);
	while (!e && db_next(rows)) {
		struct mark m = { .c = c, .user_id = user_id, .post_id = db_int(rows, 2) };

		if (db_int(rows, 0) == TARGET_COMMENT)
			m.comment_id = db_int(rows, 1);
		e = db_transaction(c->db, drop_like, &m);
		if (!e)
			e = tell_like(&m);
	}
	return e;
}
