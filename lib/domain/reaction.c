/* How an article stands: its live counts, its version, and what the viewer did to it. */
#include "domain/reaction.h"

#include "base/log.h"
#include "domain/reaction_fill.h"
#include "domain/reaction_keys.h"

#define SHARD_BITS 4
#define PLACE_BITS 9 /* of a shard's places for rows: 100 MB when each holds 12 kB */

/* Where the fields are in the reply to reaction_prepare's HMGET. */
enum {
	FIELD_TIME,
	FIELD_VOTES,
	FIELD_LIKES,
	FIELD_COMMENTS,
	FIELD_VERSION,
	FIELD_VOTERS,
	FIELD_LIKERS
};

/* ARGV: comments more or less. A version is made even where nothing else is known, so that it is
 * never old. */
static const struct cache_script script_bump =
	CACHE_SCRIPT(REACTION_LUA_RENEW REACTION_LUA_CLOCK
		     "local known = redis.call('HMGET', KEYS[1], 'gone', 'version', 'comments') "
		     "if known[1] then return 0 end "
		     "if known[2] then redis.call('HINCRBY', KEYS[1], 'version', 1) "
		     "else redis.call('HSET', KEYS[1], 'version', ms) end "
		     "if known[3] then redis.call('HINCRBY', KEYS[1], 'comments', ARGV[1]) end "
		     "renew() "
		     "return 1");

/*
 * ARGV: version, comments, ms. Only if nothing changed since the comments were counted, and not
 * when it is first seen: what was committed a moment ago is counted when its own bump comes.
 */
static const struct cache_script script_mend_comments =
	CACHE_SCRIPT(REACTION_LUA_CLOCK
		     "local known = redis.call('HMGET', KEYS[1], 'version', 'drift') "
		     "if known[1] ~= ARGV[1] then return 0 end "
		     "local seen = ARGV[1] .. ' ' .. ARGV[2] .. ' ' "
		     "local drift = known[2] or '' "
		     "if string.sub(drift, 1, #seen) ~= seen then "
		     "return redis.call('HSET', KEYS[1], 'drift', seen .. ms) end "
		     "if ms - string.sub(drift, #seen + 1) < tonumber(ARGV[3]) then return 0 end "
		     "redis.call('HDEL', KEYS[1], 'drift') "
		     "return redis.call('HSET', KEYS[1], 'comments', ARGV[2])");

/* Fibonacci hashing: the first bits are the mixed ones. */
static uint64_t mixed(int64_t post_id)
{
	return (uint64_t)post_id * UINT64_C(0x9E3779B97F4A7C15);
}

int reaction_shard(int64_t post_id)
{
	return (int)(mixed(post_id) >> (64 - SHARD_BITS));
}

/* Some of these are made for every page. */
static struct str key_in_shard(struct arena *a, struct str family, int shard, int64_t last)
{
	struct buf b;

	buf_init(&b, a, 64);
	buf_add(&b, family);
	BUF_LIT(&b, ":{");
	buf_add_i64(&b, shard);
	BUF_LIT(&b, "}:");
	buf_add_i64(&b, last);
	return buf_str(&b);
}

static struct str key(struct arena *a, struct str family, int64_t post_id)
{
	return key_in_shard(a, family, reaction_shard(post_id), post_id);
}

/* The places are few, so that what lies there is bounded. */
static struct str place_key(struct arena *a, struct str family, int64_t post_id)
{
	int64_t place = (int64_t)(mixed(post_id) << SHARD_BITS >> (64 - PLACE_BITS));

	return key_in_shard(a, family, reaction_shard(post_id), place);
}

struct str reaction_article_key(struct arena *a, int64_t post_id)
{
	return key(a, STR("article"), post_id);
}

struct str reaction_post_rows_key(struct arena *a, int64_t post_id)
{
	return place_key(a, STR("post:rows"), post_id);
}

struct str reaction_comment_rows_key(struct arena *a, int64_t post_id)
{
	return place_key(a, STR("comment:rows"), post_id);
}

struct str reaction_stream_key(struct arena *a, int shard)
{
	return str_format(a, "events:{%d}", shard);
}

struct reaction_keys reaction_keys(struct arena *a, int64_t post_id)
{
	return (struct reaction_keys){
		.article = reaction_article_key(a, post_id),
		.voters = key(a, STR("article:vote"), post_id),
		.likers = key(a, STR("post:liked"), post_id),
		.comment_likes = key(a, STR("comment:likes"), post_id),
		.comment_likers = key(a, STR("comment:liked"), post_id),
		.stream = reaction_stream_key(a, reaction_shard(post_id)),
	};
}

void reaction_prepare(struct ctx *c, struct reaction_want *want, int64_t post_id,
		      int64_t viewer_hint)
{
	struct reaction_keys k = reaction_keys(c->arena, post_id);

	*want = (struct reaction_want){ .post_id = post_id, .viewer_hint = viewer_hint };
	want->counts =
		cache_want(c->cache, CACHE_ARGS(STR("HMGET"), k.article, STR("time"), STR("votes"),
						STR("likes"), STR("comments"), STR("version"),
						STR("voters"), STR("likers")));
	want->likers =
		cache_want(c->cache, CACHE_ARGS(STR("ZRANGE"), k.likers, 0, REACTION_LIKERS - 1));
	if (!viewer_hint)
		return;
	want->voted = cache_want(c->cache, CACHE_ARGS(STR("SISMEMBER"), k.voters, viewer_hint));
	want->liked = cache_want(c->cache, CACHE_ARGS(STR("ZSCORE"), k.likers, viewer_hint));
}

static bool is_answered(const struct reaction_want *want)
{
	return cache_items(want->counts) > FIELD_LIKERS;
}

static bool has(const struct reaction_want *want, size_t field)
{
	return is_answered(want) && !cache_is_nil(cache_item(want->counts, field));
}

static int64_t field_of(const struct reaction_want *want, size_t field)
{
	return is_answered(want) ? cache_int(cache_item(want->counts, field)) : 0;
}

int64_t reaction_version(const struct reaction_want *want)
{
	return field_of(want, FIELD_VERSION);
}

static bool is_filled(const struct reaction_want *want, bool is_vote_open)
{
	return has(want, FIELD_TIME) && has(want, FIELD_LIKERS) &&
	       (has(want, FIELD_VOTERS) || !is_vote_open);
}

/* Fill Redis and ask it again. *want then has the answers, or none when Redis is gone. */
static err fill(struct ctx *c, struct reaction_want *want)
{
	err e = reaction_fill(c, want->post_id);

	if (e && e != ERR_UNAVAILABLE)
		return e;
	reaction_prepare(c, want, want->post_id, want->viewer_hint);
	if (cache_flush(c->cache))
		log_debug("an article is shown without Redis");
	return OK;
}

static void read_live(const struct ctx *c, const struct reaction_want *want,
		      struct reaction_state *out)
{
	bool is_viewer = want->viewer_hint && want->viewer_hint == c->viewer.id;
	size_t i;

	out->votes = field_of(want, FIELD_VOTES);
	out->likes = field_of(want, FIELD_LIKES);
	out->version = field_of(want, FIELD_VERSION);
	out->has_voted = is_viewer && cache_int(want->voted) == 1;
	out->has_liked = is_viewer && !cache_is_nil(want->liked);
	for (i = 0; i < cache_items(want->likers) && i < REACTION_LIKERS; i++)
		out->first_likers.items[i] = cache_int(cache_item(want->likers, i));
	out->first_likers.count = i;
	out->is_live = true;
}

/* The list pages show Redis's count; where a crash let it drift, the article's own is put there. */
static void mend_comments(struct ctx *c, const struct reaction_want *want, int64_t comments)
{
	if (field_of(want, FIELD_COMMENTS) == comments)
		return;
	cache_want_script(c->cache, &script_mend_comments, 1,
			  CACHE_ARGS(reaction_article_key(c->arena, want->post_id),
				     reaction_version(want), comments, REACTION_DRIFT_MS));
}

err reaction_load(struct ctx *c, struct reaction_want *want, int64_t created_at, int64_t votes,
		  int64_t likes, int64_t comments, struct reaction_state *out)
{
	*out = (struct reaction_state){ .votes = votes, .likes = likes, .comments = comments };
	out->is_vote_open = c->now < created_at + VOTE_MS;
	if (is_answered(want) && !is_filled(want, out->is_vote_open)) {
		err e = fill(c, want);

		if (e)
			return e;
	}
	if (!is_answered(want) || !has(want, FIELD_TIME))
		return OK;
	read_live(c, want, out);
	mend_comments(c, want, comments);
	return OK;
}

void reaction_bump(struct ctx *c, int64_t post_id, int64_t comments_delta)
{
	struct reaction_keys k = reaction_keys(c->arena, post_id);
	struct cache_reply *reply;

	if (cache_run_script(c->cache, &reply, &script_bump, REACTION_KEY_COUNT,
			     CACHE_ARGS(REACTION_KEYS(k), comments_delta)))
		log_debug("nobody was told that an article changed");
}
