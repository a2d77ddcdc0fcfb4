/* clang-format off */
/*
 * The keys of votes, likes and versions in Redis, and what the scripts on them share. All keys of
 * a post carry the tag of its shard, so that one script may touch them together.
 *
 *   article:{3}:<post>         HASH  poster, time (published, Unix ms), votes, likes, comments,
 *                                    version; voters: "1" when that set was loaded; likers,
 *                                    comment_likers: when it was, Unix ms by Redis's clock;
 *                                    drift: "<version> <comments> <Unix ms>", when SQL was first seen
 *                                    to have another number of comments;
 *                                    gone: "1" when the post was deleted
 *   article:vote:{3}:<post>    SET   of user ids; until a minute after voting ends
 *   post:liked:{3}:<post>      ZSET  user id -> Unix ms of the like
 *   comment:likes:{3}:<post>   HASH  comment id -> likes
 *   comment:liked:{3}:<post>   ZSET  "<comment>:<user>" -> Unix ms of the like
 *   post:rows:{3}:<place>      STRING, comment:rows:{3}:<place> STRING: see domain/shared_rows.h;
 *                                    seconds; a place is one of 512, shared by the shard's posts
 *   events:{3}                 STREAM of what SQL does not know yet, as domain/event_relay.h has it;
 *                                    trimmed when it was published
 *
 * The article lives eight days from its last change other than a vote, the sets an hour longer: a
 * set that ran out is never taken for an empty one, because "loaded" ran out before.
 */
/* clang-format on */
#ifndef DOMAIN_REACTION_KEYS_H
#define DOMAIN_REACTION_KEYS_H

#include "domain/reaction.h"

/* Other than SQL's for so long, a number of comments has no change on its way. */
#define REACTION_DRIFT_MS 2000

/* Changes whenever a list of posts may have changed. No time to live: it is one number. */
#define POSTS_VERSION_KEY STR("posts:version")

/* The keys of one post, in the order in which scripts get them. */
struct reaction_keys {
	struct str article, voters, likers, comment_likes, comment_likers, stream;
};

struct str reaction_article_key(struct arena *a, int64_t post_id);
struct str reaction_post_rows_key(struct arena *a, int64_t post_id);
struct str reaction_comment_rows_key(struct arena *a, int64_t post_id);
struct reaction_keys reaction_keys(struct arena *a, int64_t post_id);

/* The first arguments of cache_want_script(..., REACTION_KEY_COUNT, CACHE_ARGS(REACTION_KEYS(k),
 * ...)). */
#define REACTION_KEY_COUNT 6
#define REACTION_KEYS(k) \
	(k).article, (k).voters, (k).likers, (k).comment_likes, (k).comment_likers, (k).stream

/* Lua: give the article and its sets their full life again, when a day of it is over. */
#define REACTION_LUA_RENEW \
	"local function renew() " \
	"if redis.call('TTL', KEYS[1]) > 604800 then return end " \
	"redis.call('EXPIRE', KEYS[1], 691200) " \
	"for i = 3, 5 do redis.call('EXPIRE', KEYS[i], 694800) end " \
	"end "

/* Lua: Redis's clock, Unix ms. */
#define REACTION_LUA_CLOCK \
	"local t = redis.call('TIME') " \
	"local ms = t[1] * 1000 + math.floor(t[2] / 1000) "

/* Lua: the event of a change, for SQL: domain/event_relay.h. */
#define REACTION_LUA_EVENT \
	"local function event(kind, target_type, target, user) " \
	"redis.call('XADD', KEYS[6], '*', 'e', " \
	"kind .. ' ' .. target_type .. ' ' .. target .. ' ' .. user) " \
	"end "

#endif
