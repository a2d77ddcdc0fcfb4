/* From SQL into Redis: counts, voters, likers. */
#include "domain/reaction_fill.h"

#include "domain/reaction_keys.h"

/*
 * The lists come as one text: a command of a hundred thousand arguments would be slower, and Lua
 * can hold only a few thousand at once. ARGV: poster, time, votes, likes, comments, voters "u u
 * ...", likers "u ms u ms ...", 1 to add voters to those known.
 */
static const struct cache_script script_fill = CACHE_SCRIPT(
	REACTION_LUA_RENEW REACTION_LUA_CLOCK
	"local k = KEYS[1] "
	"local known = redis.call('HMGET', k, 'gone', 'time', 'voters', 'likers') "
	"if known[1] then return 0 end "
	"if not known[2] then redis.call('HSET', k, 'poster', ARGV[1], 'time', ARGV[2], "
	"'votes', ARGV[3], 'likes', ARGV[4], 'comments', ARGV[5]) end "
	"redis.call('HSETNX', k, 'version', ms) "
	"local ends = ARGV[2] + 604800000 "
	"if ms < ends and (not known[3] or ARGV[8] == '1') then "
	"if not known[3] then redis.call('DEL', KEYS[2]) end "
	"for user in string.gmatch(ARGV[6], '%d+') do redis.call('SADD', KEYS[2], user) end "
	"redis.call('EXPIREAT', KEYS[2], math.floor(ends / 1000) + 60) "
	"redis.call('HSET', k, 'voters', 1, 'votes', redis.call('SCARD', KEYS[2])) "
	"end "
	"if not known[4] then "
	"redis.call('DEL', KEYS[3]) "
	"for user, at in string.gmatch(ARGV[7], '(%d+) (%d+)') do "
	"redis.call('ZADD', KEYS[3], at, user) end "
	"redis.call('EXPIRE', KEYS[3], 694800) "
	"redis.call('HSET', k, 'likers', ms, 'likes', redis.call('ZCARD', KEYS[3])) "
	"end "
	"renew() "
	"return 1");

/* ARGV: "comment:user ms comment:user ms ...". */
static const struct cache_script script_fill_comments =
	CACHE_SCRIPT(REACTION_LUA_RENEW REACTION_LUA_CLOCK
		     "local k = KEYS[1] "
		     "local known = redis.call('HMGET', k, 'time', 'comment_likers') "
		     "if not known[1] or known[2] then return 0 end "
		     "redis.call('DEL', KEYS[4], KEYS[5]) "
		     "for comment, user, at in string.gmatch(ARGV[1], '(%d+):(%d+) (%d+)') do "
		     "redis.call('ZADD', KEYS[5], at, comment .. ':' .. user) "
		     "redis.call('HINCRBY', KEYS[4], comment, 1) end "
		     "redis.call('EXPIRE', KEYS[4], 694800) "
		     "redis.call('EXPIRE', KEYS[5], 694800) "
		     "redis.call('HSET', k, 'comment_likers', ms) "
		     "renew() "
		     "return 1");

static const struct cache_script script_end =
	CACHE_SCRIPT("redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]) "
		     "redis.call('HSET', KEYS[1], 'gone', 1) "
		     "return redis.call('EXPIRE', KEYS[1], 3600)");

static const struct db_sql sql_post =
	SQL("SELECT author_id, created_at, votes, likes, comments FROM post"
	    " WHERE post_id = ? AND deleted_at = 0");

static const struct db_sql sql_voters = SQL("SELECT user_id FROM post_vote WHERE post_id = ?");

static const struct db_sql sql_likers =
	SQL("SELECT user_id, changed_us DIV 1000 FROM liked"
	    " WHERE target_type = 1 AND target_id = ? AND is_on = 1");

static const struct db_sql sql_comment_likers =
	SQL("SELECT l.target_id, l.user_id, l.changed_us DIV 1000 FROM comment m"
	    " STRAIGHT_JOIN liked l ON l.target_type = 2 AND l.target_id = m.comment_id"
	    " AND l.is_on = 1 WHERE m.target_type = 1 AND m.target_id = ? AND m.likes > 0");

struct facts {
	int64_t author_id, created_at, votes, likes, comments;
	struct str voters, likers;
};

static void want_fill(struct ctx *c, int64_t post_id, const struct facts *f, bool is_mending)
{
	struct reaction_keys k = reaction_keys(c->arena, post_id);

	cache_want_script(c->cache, &script_fill, REACTION_KEY_COUNT,
			  CACHE_ARGS(REACTION_KEYS(k), f->author_id, f->created_at, f->votes,
				     f->likes, f->comments, f->voters, f->likers,
				     is_mending ? 1 : 0));
}

void reaction_start(struct ctx *c, int64_t post_id, int64_t author_id, int64_t created_at)
{
	struct facts f = { .author_id = author_id, .created_at = created_at };

	want_fill(c, post_id, &f, false);
}

void reaction_end(struct ctx *c, int64_t post_id)
{
	struct reaction_keys k = reaction_keys(c->arena, post_id);

	cache_want_script(c->cache, &script_end, REACTION_KEY_COUNT, CACHE_ARGS(REACTION_KEYS(k)));
}

/* All columns of all rows, each row as "a b" or "a:b c" by the separators given. */
static struct str rows_text(struct arena *a, struct db_rows *rows, unsigned columns,
			    const char *separators)
{
	struct buf b;
	unsigned i;

	buf_init(&b, a, 32 * (db_count(rows) + 1));
	while (db_next(rows)) {
		for (i = 0; i < columns; i++) {
			buf_add_i64(&b, db_int(rows, i));
			buf_add_char(&b, separators[i]);
		}
	}
	return buf_str(&b);
}

static err find_lists(struct ctx *c, int64_t post_id, struct facts *f)
{
	struct db_rows *rows;
	err e = OK;

	/* The counts are made from the lists: where one is zero, there is no list. */
	if (f->votes && c->now < f->created_at + VOTE_MS) {
		e = db_query(c->db, c->arena, &rows, &sql_voters, DB_ARGS(post_id));
		if (!e)
			f->voters = rows_text(c->arena, rows, 1, " ");
	}
	if (!e && f->likes) {
		e = db_query(c->db, c->arena, &rows, &sql_likers, DB_ARGS(post_id));
		if (!e)
			f->likers = rows_text(c->arena, rows, 2, "  ");
	}
	return e;
}

static err fill(struct ctx *c, int64_t post_id, bool is_mending)
{
	struct facts f = { 0 };
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_post, DB_ARGS(post_id));

	if (e)
		return e;
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	f.author_id = db_int(rows, 0);
	f.created_at = db_int(rows, 1);
	f.votes = db_int(rows, 2);
	f.likes = db_int(rows, 3);
	f.comments = db_int(rows, 4);
	e = find_lists(c, post_id, &f);
	if (e)
		return e;
	want_fill(c, post_id, &f, is_mending);
	return cache_flush(c->cache);
}

err reaction_fill(struct ctx *c, int64_t post_id)
{
	return fill(c, post_id, false);
}

err reaction_mend(struct ctx *c, int64_t post_id)
{
	return fill(c, post_id, true);
}

err reaction_fill_comments(struct ctx *c, int64_t post_id)
{
	struct reaction_keys k = reaction_keys(c->arena, post_id);
	struct cache_reply *reply;
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_comment_likers, DB_ARGS(post_id));

	if (e)
		return e;
	return cache_run_script(c->cache, &reply, &script_fill_comments, REACTION_KEY_COUNT,
				CACHE_ARGS(REACTION_KEYS(k), rows_text(c->arena, rows, 3, ":  ")));
}
