/* Likes of posts and comments: one script sets, counts and records. */
#include "domain/reaction.h"

#include "domain/reaction_fill.h"
#include "domain/reaction_keys.h"

/* What the scripts answer: the likes, or one of these. */
#define ANSWER_GONE (-2)
#define ANSWER_LOAD (-1)

/*
 * ARGV: user, post, on. To like twice changes nothing, and makes no event. A set comes into being
 * with its first like, and gets its life then.
 */
static const struct cache_script script_like_post = CACHE_SCRIPT(
	REACTION_LUA_RENEW REACTION_LUA_CLOCK REACTION_LUA_EVENT
	"local known = redis.call('HMGET', KEYS[1], 'time', 'likers', 'gone') "
	"if known[3] then return -2 end "
	"if not known[1] or not known[2] then return -1 end "
	"local kind, changed = 'like', 0 "
	"if ARGV[3] == '1' then changed = redis.call('ZADD', KEYS[3], 'NX', ms, ARGV[1]) "
	"else kind = 'unlike' changed = redis.call('ZREM', KEYS[3], ARGV[1]) end "
	"local likes = redis.call('ZCARD', KEYS[3]) "
	"if changed == 0 then return likes end "
	"redis.call('HSET', KEYS[1], 'likes', likes) "
	"if likes == 1 then redis.call('EXPIRE', KEYS[3], 694800) end "
	"event(kind, 1, ARGV[2], ARGV[1]) "
	"renew() "
	"return likes");

/* ARGV: user, comment, on. */
static const struct cache_script script_like_comment =
	CACHE_SCRIPT(REACTION_LUA_RENEW REACTION_LUA_CLOCK REACTION_LUA_EVENT
		     "local known = redis.call('HMGET', KEYS[1], 'time', 'comment_likers', 'gone') "
		     "if known[3] then return -2 end "
		     "if not known[1] or not known[2] then return -1 end "
		     "local who, kind, changed = ARGV[2] .. ':' .. ARGV[1], 'like', 0 "
		     "if ARGV[3] == '1' then changed = redis.call('ZADD', KEYS[5], 'NX', ms, who) "
		     "else kind = 'unlike' changed = 0 - redis.call('ZREM', KEYS[5], who) end "
		     "if changed == 0 then "
		     "return tonumber(redis.call('HGET', KEYS[4], ARGV[2]) or 0) end "
		     "local likes = redis.call('HINCRBY', KEYS[4], ARGV[2], changed) "
		     "if likes == 1 then redis.call('EXPIRE', KEYS[4], 694800) "
		     "redis.call('EXPIRE', KEYS[5], 694800) end "
		     "event(kind, 2, ARGV[2], ARGV[1]) "
		     "renew() "
		     "return likes");

static const struct db_sql sql_comment = SQL("SELECT target_id FROM comment WHERE comment_id = ? "
					     "AND target_type = 1 AND deleted_at = 0");

/* A like on its way to Redis. */
struct like {
	const struct cache_script *script;
	int64_t post_id, target_id;
	bool is_on;
};

static err ask(struct ctx *c, const struct like *l, int64_t *answer)
{
	struct reaction_keys k = reaction_keys(c->arena, l->post_id);
	struct cache_reply *reply;
	err e = cache_run_script(c->cache, &reply, l->script, REACTION_KEY_COUNT,
				 CACHE_ARGS(REACTION_KEYS(k), c->viewer.id, l->target_id,
					    l->is_on ? 1 : 0));

	if (e)
		return e;
	*answer = cache_int(reply);
	return cache_is_error(reply) ? ERR_UNAVAILABLE : OK;
}

static err load(struct ctx *c, const struct like *l)
{
	err e = reaction_fill(c, l->post_id);

	if (!e && l->script == &script_like_comment)
		e = reaction_fill_comments(c, l->post_id);
	return e;
}

static err set(struct ctx *c, const struct like *l, int64_t *likes)
{
	int64_t answer;
	err e = ask(c, l, &answer);

	if (!e && answer == ANSWER_LOAD) {
		e = load(c, l);
		if (!e)
			e = ask(c, l, &answer);
	}
	if (e)
		return e;
	if (answer == ANSWER_GONE)
		return ERR_NOT_FOUND;
	if (answer == ANSWER_LOAD)
		return ERR_UNAVAILABLE;
	*likes = answer;
	return OK;
}

err like_set_post(struct ctx *c, int64_t post_id, bool is_on, int64_t *likes)
{
	struct like l = { &script_like_post, post_id, post_id, is_on };

	return ctx_is_guest(c) ? ERR_AUTH : set(c, &l, likes);
}

err like_set_comment(struct ctx *c, int64_t comment_id, bool is_on, int64_t *likes,
		     int64_t *post_id_out)
{
	struct like l = { &script_like_comment, 0, comment_id, is_on };
	struct db_rows *rows;
	err e;

	if (ctx_is_guest(c))
		return ERR_AUTH;
	e = db_query(c->db, c->arena, &rows, &sql_comment, DB_ARGS(comment_id));
	if (e)
		return e;
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	l.post_id = db_int(rows, 0);
	e = set(c, &l, likes);
	if (!e)
		*post_id_out = l.post_id;
	return e;
}
