/*
 * Sessions: one hash each, and for each user a sorted set of the session's hashes by the time they
 * end, all in the user's slot.
 */
#include "domain/session.h"

#include "base/clock.h"
#include "base/num.h"
#include "base/secret.h"
#include "domain/limit_lua.h"
#include "domain/session_keys.h"

#define TOKEN_BYTES 32
#define TOKEN_LENGTH 43
#define AGENT_MAX 200
#define ADDRESS_MAX 64

struct session_want {
	int64_t user_id;
	struct str key;
	struct cache_reply *reply;
};

/*
 * KEYS: the session, the account's window. ARGV: the limit and its length. The answer is that of
 * HMGET without a limit, and behind it how long to wait. A forged cookie finds no session and so
 * counts nothing: nobody can use up somebody else's places.
 */
static const struct cache_script script_find = CACHE_SCRIPT(
	LIMIT_STEP_LUA
	"local s = redis.call('HMGET', KEYS[1], 'no', 'name', 'avatar', 'role', 'level',\n"
	"  'created', 'seen', 'remembered', 'zone')\n"
	"if s[1] then s[10] = limit_step(KEYS[2], tonumber(ARGV[1]), tonumber(ARGV[2])) end\n"
	"return s");

enum {
	AT_NO,
	AT_NAME,
	AT_AVATAR,
	AT_ROLE,
	AT_LEVEL,
	AT_CREATED,
	AT_SEEN,
	AT_REMEMBERED,
	AT_ZONE,
	AT_WAIT
};

/* KEYS: the session, the user's sessions. ARGV: life ms, now, the most sessions, hash, then fields.
 */
static const struct cache_script script_start = CACHE_SCRIPT(
	"local life, now = tonumber(ARGV[1]), tonumber(ARGV[2])\n"
	"for i = 5, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end\n"
	"redis.call('PEXPIRE', KEYS[1], life)\n"
	"redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)\n"
	"redis.call('ZADD', KEYS[2], now + life, ARGV[4])\n"
	"local prefix = string.gsub(KEYS[1], ':%x+$', ':')\n"
	"while redis.call('ZCARD', KEYS[2]) > tonumber(ARGV[3]) do\n"
	"  local gone = redis.call('ZRANGE', KEYS[2], 0, 1)\n"
	"  if gone[1] == ARGV[4] then gone[1] = gone[2] end\n"
	"  redis.call('DEL', prefix .. gone[1])\n"
	"  redis.call('ZREM', KEYS[2], gone[1])\n"
	"end\n"
	"if redis.call('PTTL', KEYS[2]) < life then redis.call('PEXPIRE', KEYS[2], life) end\n"
	"return 1");

/* KEYS as above. ARGV: life ms, now, hash. A session that was ended meanwhile is not brought back.
 */
static const struct cache_script script_touch = CACHE_SCRIPT(
	"if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end\n"
	"local life, now = tonumber(ARGV[1]), tonumber(ARGV[2])\n"
	"redis.call('HSET', KEYS[1], 'seen', ARGV[2])\n"
	"redis.call('PEXPIRE', KEYS[1], life)\n"
	"redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)\n"
	"redis.call('ZADD', KEYS[2], now + life, ARGV[3])\n"
	"if redis.call('PTTL', KEYS[2]) < life then redis.call('PEXPIRE', KEYS[2], life) end\n"
	"return 1");

/* KEYS: the user's sessions, the prefix of their keys (in the same slot). */
static const struct cache_script script_end_all =
	CACHE_SCRIPT("local all = redis.call('ZRANGE', KEYS[1], 0, -1)\n"
		     "for _, hash in ipairs(all) do redis.call('DEL', KEYS[2] .. hash) end\n"
		     "redis.call('DEL', KEYS[1])\n"
		     "return #all");

struct str session_key_prefix(struct arena *a, int64_t user_id)
{
	return str_format(a, "session:{%lld}:", (long long)user_id);
}

static struct str session_key(struct arena *a, int64_t user_id, struct str cookie)
{
	struct buf b;

	buf_init(&b, a, 128);
	BUF_LIT(&b, "session:{");
	buf_add_i64(&b, user_id);
	BUF_LIT(&b, "}:");
	buf_add(&b, secret_hash(a, cookie));
	return buf_str(&b);
}

struct str session_list_key(struct arena *a, int64_t user_id)
{
	return str_format(a, "sessions:{%lld}", (long long)user_id);
}

struct str session_key_hash(struct str key)
{
	return str_slice(key, key.n - 2 * SECRET_KEY_SIZE, key.n);
}

int64_t session_hint(struct str cookie)
{
	ptrdiff_t dot = str_find_byte(cookie, '.');
	int64_t id;

	if (dot < 0 || !num_parse_id(str_slice(cookie, 0, (size_t)dot), &id))
		return 0;
	if (!secret_is_token(str_slice(cookie, (size_t)dot + 1, cookie.n), TOKEN_LENGTH))
		return 0;
	return id;
}

/* Without a limit nothing is written, and no script is needed. */
static struct cache_reply *ask(struct ctx *c, struct str key)
{
	return cache_want(c->cache,
			  CACHE_ARGS(STR("HMGET"), key, STR("no"), STR("name"), STR("avatar"),
				     STR("role"), STR("level"), STR("created"), STR("seen"),
				     STR("remembered"), STR("zone")));
}

static struct cache_reply *ask_limited(struct ctx *c, const struct session_want *want,
				       const struct limit_class *limit)
{
	struct str window = limit_account_key(c->arena, limit, want->user_id);

	return cache_want_script(c->cache, &script_find, 2,
				 CACHE_ARGS(want->key, window, limit->per_account,
					    limit->seconds * CLOCK_SECOND));
}

struct session_want *session_want(struct ctx *c, struct str cookie, const struct limit_class *limit)
{
	int64_t id = session_hint(cookie);
	struct session_want *want;

	if (!id)
		return NULL;
	want = ARENA_NEW(c->arena, struct session_want);
	want->user_id = id;
	want->key = session_key(c->arena, id, cookie);
	if (limit && limit->per_account)
		want->reply = ask_limited(c, want, limit);
	else
		want->reply = ask(c, want->key);
	return want;
}

/* How long it may live from now, ms: sliding, but never beyond its absolute age. */
static int64_t life_left(int64_t created_at, bool is_remembered, int64_t now)
{
	int64_t sliding = is_remembered ? SESSION_REMEMBER_SECONDS : SESSION_SECONDS;
	int64_t absolute = created_at + SESSION_ABSOLUTE_SECONDS * CLOCK_SECOND - now;

	sliding *= CLOCK_SECOND;
	return sliding < absolute ? sliding : absolute;
}

static void read_reply(struct session *s, const struct cache_reply *r)
{
	s->viewer.user_no = cache_int(cache_item(r, AT_NO));
	s->viewer.name = cache_text(cache_item(r, AT_NAME));
	s->viewer.avatar = cache_text(cache_item(r, AT_AVATAR));
	s->viewer.role = (enum role)cache_int(cache_item(r, AT_ROLE));
	s->viewer.level = (int)cache_int(cache_item(r, AT_LEVEL));
	s->viewer.zone = cache_text(cache_item(r, AT_ZONE));
	s->created_at = cache_int(cache_item(r, AT_CREATED));
	s->seen_at = cache_int(cache_item(r, AT_SEEN));
	s->is_remembered = cache_int(cache_item(r, AT_REMEMBERED)) != 0;
}

err session_read(struct ctx *c, const struct session_want *want, struct session *out,
		 int64_t *retry_seconds)
{
	struct session s = { 0 };
	int64_t left;

	if (!want)
		return ERR_AUTH;
	if (cache_is_nil(want->reply))
		return ERR_UNAVAILABLE;
	if (cache_items(want->reply) <= AT_ZONE || cache_is_nil(cache_item(want->reply, AT_NO)))
		return ERR_AUTH;
	read_reply(&s, want->reply);
	left = life_left(s.created_at, s.is_remembered, c->now);
	if (left <= 0)
		return ERR_AUTH;
	s.viewer.id = want->user_id;
	s.key = want->key;
	s.lasts_seconds = s.is_remembered ? left / CLOCK_SECOND : 0;
	*out = s;
	if (cache_items(want->reply) <= AT_WAIT)
		return OK;
	return limit_read(cache_item(want->reply, AT_WAIT), retry_seconds);
}

err session_start(struct ctx *c, const struct user *u, bool is_remembered, struct str user_agent,
		  struct str address, struct str *cookie_out)
{
	struct str token = secret_token(c->arena, TOKEN_BYTES);
	struct str cookie = str_format(c->arena, "%lld." STR_FMT, (long long)u->id, STR_ARG(token));
	struct str key = session_key(c->arena, u->id, cookie);
	struct cache_reply *reply;
	const struct cache_arg args[] = {
		CACHE_ARG(key),
		CACHE_ARG(session_list_key(c->arena, u->id)),
		CACHE_ARG(life_left(c->now, is_remembered, c->now)),
		CACHE_ARG(c->now),
		CACHE_ARG(SESSION_MOST),
		CACHE_ARG(session_key_hash(key)),
		CACHE_ARG(STR("no")),
		CACHE_ARG(u->user_no),
		CACHE_ARG(STR("name")),
		CACHE_ARG(u->name),
		CACHE_ARG(STR("avatar")),
		CACHE_ARG(u->avatar),
		CACHE_ARG(STR("role")),
		CACHE_ARG((int)u->role),
		CACHE_ARG(STR("level")),
		CACHE_ARG(u->level),
		CACHE_ARG(STR("zone")),
		CACHE_ARG(u->zone),
		CACHE_ARG(STR("created")),
		CACHE_ARG(c->now),
		CACHE_ARG(STR("seen")),
		CACHE_ARG(c->now),
		CACHE_ARG(STR("remembered")),
		CACHE_ARG(is_remembered ? 1 : 0),
		CACHE_ARG(STR("agent")),
		CACHE_ARG(str_slice(user_agent, 0, AGENT_MAX)),
		CACHE_ARG(STR("address")),
		CACHE_ARG(str_slice(address, 0, ADDRESS_MAX)),
	};
	err e = cache_run_script(c->cache, &reply, &script_start, 2,
				 (struct cache_args){ args, ARRAY_LEN(args) });

	if (e)
		return e;
	if (cache_is_nil(reply))
		return ERR_UNAVAILABLE;
	*cookie_out = cookie;
	return OK;
}

void session_touch(struct ctx *c, const struct session *s)
{
	int64_t left = life_left(s->created_at, s->is_remembered, c->now);
	struct str list = session_list_key(c->arena, s->viewer.id);

	if (c->now - s->seen_at < SESSION_TOUCH_MS || left <= 0)
		return;
	cache_want_script(c->cache, &script_touch, 2,
			  CACHE_ARGS(s->key, list, left, c->now, session_key_hash(s->key)));
	cache_may_wait(c->cache);
}

err session_end(struct ctx *c, const struct session *s)
{
	struct cache_reply *gone = cache_want(c->cache, CACHE_ARGS(STR("DEL"), s->key));
	struct cache_reply *listed;
	struct str list = session_list_key(c->arena, s->viewer.id);
	err e = cache_run(c->cache, &listed,
			  CACHE_ARGS(STR("ZREM"), list, session_key_hash(s->key)));

	if (e)
		return e;
	return cache_is_nil(gone) ? ERR_UNAVAILABLE : OK;
}

err session_end_all(struct ctx *c, int64_t user_id)
{
	struct cache_reply *reply;
	struct str list = session_list_key(c->arena, user_id);
	struct str prefix = session_key_prefix(c->arena, user_id);
	err e = cache_run_script(c->cache, &reply, &script_end_all, 2, CACHE_ARGS(list, prefix));

	if (e)
		return e;
	return cache_is_nil(reply) ? ERR_UNAVAILABLE : OK;
}

err session_end_cookie(struct ctx *c, struct str cookie)
{
	struct session s = { .viewer = { .id = session_hint(cookie) } };

	s.key = session_key(c->arena, s.viewer.id, cookie);
	return session_end(c, &s);
}
