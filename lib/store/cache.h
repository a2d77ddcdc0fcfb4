/*
 * Redis: commands queued into one pipeline, sent together, answered together.
 * The only code that includes hiredis.h. Binary-safe: every argument has a length.
 *
 *   struct cache_reply *name = cache_want(c, CACHE_ARGS(STR("GET"), key));
 *   ...
 *   if (!cache_flush(c))  ... cache_text(name) ...
 *
 * Between the two cache_send_early may be called, so that Redis works while something else is done.
 *
 * Replies live until the arena given to cache_start_request is reset; a reply that was not
 * flushed, or whose flush failed, reads as nil. After any error the connection
 * is dropped (a late reply must not reach the next reader) and for CACHE_RETRY_MS further
 * flushes fail at once.
 */
#ifndef STORE_CACHE_H
#define STORE_CACHE_H

#include "base/clock.h"
#include "base/config.h"
#include "base/str.h"

#define CACHE_CONNECT_MS CLOCK_PATIENCE(300)
#define CACHE_READ_MS CLOCK_PATIENCE(500)
#define CACHE_RETRY_MS 500

struct cache;
struct cache_reply;

struct cache_arg {
	struct str text;
	int64_t number;
	bool is_number;
};

static inline struct cache_arg cache_arg_text(struct str s)
{
	return (struct cache_arg){ .text = s };
}

static inline struct cache_arg cache_arg_int(int64_t n)
{
	return (struct cache_arg){ .number = n, .is_number = true };
}

/* clang-format off */
#define CACHE_ARG(x) \
	_Generic((x), struct str: cache_arg_text, int64_t: cache_arg_int, int: cache_arg_int)((x))
/* clang-format on */
struct cache_args {
	const struct cache_arg *items;
	size_t count;
};

#define CACHE_MAP_1(a) CACHE_ARG(a)
#define CACHE_MAP_2(a, ...) CACHE_ARG(a), CACHE_MAP_1(__VA_ARGS__)
#define CACHE_MAP_3(a, ...) CACHE_ARG(a), CACHE_MAP_2(__VA_ARGS__)
#define CACHE_MAP_4(a, ...) CACHE_ARG(a), CACHE_MAP_3(__VA_ARGS__)
#define CACHE_MAP_5(a, ...) CACHE_ARG(a), CACHE_MAP_4(__VA_ARGS__)
#define CACHE_MAP_6(a, ...) CACHE_ARG(a), CACHE_MAP_5(__VA_ARGS__)
#define CACHE_MAP_7(a, ...) CACHE_ARG(a), CACHE_MAP_6(__VA_ARGS__)
#define CACHE_MAP_8(a, ...) CACHE_ARG(a), CACHE_MAP_7(__VA_ARGS__)
#define CACHE_MAP_9(a, ...) CACHE_ARG(a), CACHE_MAP_8(__VA_ARGS__)
#define CACHE_MAP_10(a, ...) CACHE_ARG(a), CACHE_MAP_9(__VA_ARGS__)
#define CACHE_MAP_11(a, ...) CACHE_ARG(a), CACHE_MAP_10(__VA_ARGS__)
#define CACHE_MAP_12(a, ...) CACHE_ARG(a), CACHE_MAP_11(__VA_ARGS__)
#define CACHE_MAP_13(a, ...) CACHE_ARG(a), CACHE_MAP_12(__VA_ARGS__)
#define CACHE_MAP_14(a, ...) CACHE_ARG(a), CACHE_MAP_13(__VA_ARGS__)
#define CACHE_MAP_15(a, ...) CACHE_ARG(a), CACHE_MAP_14(__VA_ARGS__)
#define CACHE_MAP_16(a, ...) CACHE_ARG(a), CACHE_MAP_15(__VA_ARGS__)
#define CACHE_PICK(_1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, _14, _15, _16, name, \
		   ...) \
	name
/* clang-format off */
#define CACHE_LIST(...)                                                                    \
	(const struct cache_arg[]){ CACHE_PICK(__VA_ARGS__, CACHE_MAP_16, CACHE_MAP_15,    \
		CACHE_MAP_14, CACHE_MAP_13, CACHE_MAP_12, CACHE_MAP_11, CACHE_MAP_10,      \
		CACHE_MAP_9, CACHE_MAP_8, CACHE_MAP_7, CACHE_MAP_6, CACHE_MAP_5,           \
		CACHE_MAP_4, CACHE_MAP_3, CACHE_MAP_2, CACHE_MAP_1, 0)(__VA_ARGS__) }
/* clang-format on */

/* Up to sixteen values: CACHE_ARGS(STR("GET"), key). */
#define CACHE_ARGS(...) \
	((struct cache_args){ CACHE_LIST(__VA_ARGS__), \
			      sizeof(CACHE_LIST(__VA_ARGS__)) / sizeof(struct cache_arg) })

/* A Lua script; text is a literal. Sent by its SHA-1, loaded when the server does not know it. */
struct cache_script {
	const char *text;
};
/* clang-format off */
#define CACHE_SCRIPT(literal) { "" literal "" }
/* clang-format on */
#define CACHE_NO_ARGS ((struct cache_args){ NULL, 0 })

struct cache *cache_new(const struct config *config);
void cache_free(struct cache *c);

/* Start a request: replies from here on live in a. Queued commands of before are forgotten, unless
 * cache_keep_queued said otherwise. */
void cache_start_request(struct cache *c, struct arena *a);

/* The command queued last may wait for the next request: nobody is kept waiting for its effect. */
void cache_may_wait(struct cache *c);

/*
 * Let what is queued go with the first flush of the next request: a round trip less when that comes
 * at once. Replies are dropped. False, and nothing is kept, unless all that is queued may wait.
 */
bool cache_keep_queued(struct cache *c);

/* Queue a command. Its bytes are copied. Never NULL. */
struct cache_reply *cache_want(struct cache *c, struct cache_args args);

/* Queue a script call: keys first, then the arguments. */
struct cache_reply *cache_want_script(struct cache *c, const struct cache_script *script,
				      size_t keys, struct cache_args args);

/*
 * Send what is queued and do not wait: the next flush reads its replies with those of what is
 * queued later. Whether it went well is the flush's answer.
 */
void cache_send_early(struct cache *c);

/*
 * Send all that is queued and read every reply, in one round trip. OK with
 * nothing queued. ERR_UNAVAILABLE when Redis did not answer: then all these replies are nil.
 * An error reply to one command is logged and makes that reply an error, not the flush.
 */
err cache_flush(struct cache *c) MUST_CHECK;

/* Queue one command, flush all, and give its reply: for code outside the hot path. */
err cache_run(struct cache *c, struct cache_reply **out, struct cache_args args) MUST_CHECK;
err cache_run_script(struct cache *c, struct cache_reply **out, const struct cache_script *script,
		     size_t keys, struct cache_args args) MUST_CHECK;

bool cache_is_nil(const struct cache_reply *r);     /* nil, not flushed, failed or an error reply */
bool cache_is_error(const struct cache_reply *r);   /* Redis answered with an error */
int64_t cache_int(const struct cache_reply *r);     /* integer, or text that is one; else 0 */
struct str cache_text(const struct cache_reply *r); /* text reply; else empty */
size_t cache_items(const struct cache_reply *r);    /* elements of an array reply; else 0 */
const struct cache_reply *cache_item(const struct cache_reply *r, size_t i); /* i < cache_items */

/* Round trips made since the last call: for counting what a page costs. */
unsigned cache_take_count(struct cache *c);

/* Wait up to timeout_ms more than usual in the next flush: for a blocking read in a worker. */
void cache_allow_wait(struct cache *c, int64_t timeout_ms);

#endif
