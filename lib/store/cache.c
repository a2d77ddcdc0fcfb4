/* The pipeline: commands are queued, sent together and answered in order. */
#include "store/cache_internal.h"

#include "base/clock.h"
#include "base/log.h"

#define KEPT_BYTES 65536 /* of the output buffer between requests */
#define ERROR_LOGGED 200 /* bytes of an error reply */

static const struct cache_reply nil_reply;

struct cache *cache_new(const struct config *config)
{
	struct cache *c = calloc(1, sizeof(*c));

	if (!c)
		BUG("out of memory");
	c->own = arena_new(512);
	c->host = str_c(c->own, config->redis.host);
	c->socket = config->redis.socket.n ? str_c(c->own, config->redis.socket) : NULL;
	c->password = str_c(c->own, config->redis.password);
	c->port = config->redis.port;
	return c;
}

void cache_free(struct cache *c)
{
	if (!c)
		return;
	cache_drop(c);
	free(c->out.p);
	free(c->pending);
	free(c->scripts);
	arena_free(c->own);
	free(c);
}

static void forget_pending(struct cache *c)
{
	size_t i;

	/* Replies that nobody read would be taken for those of the next commands. */
	if (c->sent)
		cache_drop(c);
	c->sent = 0;
	for (i = 0; i < c->scripts_n; i++)
		c->scripts[i].is_queued = false;
	c->pending_n = 0;
	c->out.n = 0;
	if (c->out.room > KEPT_BYTES) {
		free(c->out.p);
		c->out = (struct cache_bytes){ 0 };
	}
}

void cache_start_request(struct cache *c, struct arena *a)
{
	size_t i;

	if (!c->is_kept)
		forget_pending(c);
	c->is_kept = false;
	c->arena = a;
	for (i = 0; i < c->pending_n; i++)
		c->pending[i].reply = ARENA_NEW(a, struct cache_reply);
}

void cache_may_wait(struct cache *c)
{
	if (c->pending_n)
		c->pending[c->pending_n - 1].may_wait = true;
}

bool cache_keep_queued(struct cache *c)
{
	size_t i;

	for (i = 0; i < c->pending_n; i++) {
		if (!c->pending[i].may_wait && c->pending[i].use != CACHE_USE_LOAD)
			return false;
	}
	c->is_kept = true;
	return true;
}

struct cache_pending *cache_add_pending(struct cache *c)
{
	struct cache_pending *p;

	if (!c->arena)
		BUG("a Redis command before cache_start_request");
	if (c->pending_n == c->pending_room) {
		c->pending_room = c->pending_room ? c->pending_room * 2 : 32;
		c->pending = realloc(c->pending, c->pending_room * sizeof(*c->pending));
		if (!c->pending)
			BUG("out of memory");
	}
	p = &c->pending[c->pending_n++];
	*p = (struct cache_pending){ .reply = ARENA_NEW(c->arena, struct cache_reply),
				     .start = c->out.n };
	return p;
}

struct cache_reply *cache_want(struct cache *c, struct cache_args args)
{
	struct cache_pending *p = cache_add_pending(c);

	if (!args.count)
		BUG("an empty Redis command");
	cache_put_head(&c->out, args.count);
	cache_put_args(&c->out, args);
	p->end = c->out.n;
	return p->reply;
}

/* The first argument of a queued command: after "*n\r\n$n\r\n". */
static struct str command_name(const struct cache *c, const struct cache_pending *p)
{
	struct str rest = { c->out.p + p->start, p->end - p->start }, line = { 0 };
	int i;

	for (i = 0; i < 3; i++) {
		if (!str_split(&rest, '\n', &line))
			break;
	}
	return str_trim(line);
}

/* The server as a whole cannot serve now, whatever is asked. */
static bool means_down(struct str text)
{
	static const struct str codes[] = {
		STR_INIT("LOADING "),  STR_INIT("BUSY "),     STR_INIT("MASTERDOWN "),
		STR_INIT("NOAUTH "),   STR_INIT("READONLY "), STR_INIT("CLUSTERDOWN "),
		STR_INIT("TRYAGAIN "),
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(codes); i++) {
		if (str_starts(text, codes[i]))
			return true;
	}
	return false;
}

static void log_error_reply(const struct cache *c, const struct cache_pending *p)
{
	struct str text = p->reply->is.text, name = command_name(c, p);
	ptrdiff_t values = str_find(text, STR("with args beginning"));

	if (str_starts(text, STR("MOVED ")) || str_starts(text, STR("ASK "))) {
		log_error("redis: this is a node of a Redis Cluster (" STR_FMT
			  "): name a single server or a proxy in the configuration",
			  STR_ARG(text));
		return;
	}
	/* Values stay out of the log. */
	text = str_slice(text, 0, values >= 0 ? (size_t)values : ERROR_LOGGED);
	log_error("redis: " STR_FMT " answered " STR_FMT, STR_ARG(name), STR_ARG(text));
}

/* Take one reply in. ERR_UNAVAILABLE when it says that Redis is of no use now. */
static err accept_reply(struct cache *c, struct cache_pending *p, const struct cache_reply *reply)
{
	*p->reply = *reply;
	p->is_to_resend = false;
	if (p->use == CACHE_USE_LOAD)
		cache_learn_sha(c, p);
	if (reply->kind != CACHE_KIND_ERROR)
		return OK;
	if (means_down(reply->is.text))
		return cache_fail(c, "cannot serve", str_c(c->arena, reply->is.text));
	if (p->use == CACHE_USE_SCRIPT && str_starts(reply->is.text, STR("NOSCRIPT")))
		p->is_to_resend = true;
	else if (p->use != CACHE_USE_LOAD)
		log_error_reply(c, p);
	return OK;
}

static err read_replies(struct cache *c, int64_t deadline, bool only_resent)
{
	struct cache_reply *reply;
	size_t i;
	err e;

	for (i = 0; i < c->pending_n; i++) {
		if (only_resent && !c->pending[i].is_to_resend)
			continue;
		e = cache_receive(c, deadline, &reply);
		if (!e)
			e = accept_reply(c, &c->pending[i], reply);
		if (e)
			return e;
	}
	return OK;
}

/*
 * Scripts the server had forgotten, again with their texts, in their order. What stood after
 * them in the pipeline has run already.
 */
static err resend_scripts(struct cache *c, int64_t deadline)
{
	struct cache_bytes b = { 0 };
	size_t i, count = 0;
	err e;

	for (i = 0; i < c->pending_n; i++) {
		if (!c->pending[i].is_to_resend)
			continue;
		cache_put_eval(c, &b, &c->pending[i]);
		count++;
	}
	if (!count)
		return OK;
	log_info("redis: %zu scripts were forgotten and are sent again", count);
	c->count++;
	e = cache_send(c, b.p, b.n);
	free(b.p);
	return e ? e : read_replies(c, deadline, true);
}

/* Once it failed nothing more is sent before the flush: what came then would stand out of order. */
void cache_send_early(struct cache *c)
{
	if (c->sent == c->out.n)
		return;
	if (!c->sent)
		c->sent_how = cache_ready(c);
	if (!c->sent_how)
		c->sent_how = cache_send(c, c->out.p + c->sent, c->out.n - c->sent);
	c->sent = c->out.n;
}

static err exchange(struct cache *c)
{
	int64_t deadline = clock_ticks() + CACHE_READ_MS + c->extra_ms;
	err e;

	cache_send_early(c);
	e = c->sent_how;
	if (e)
		return e;
	c->count++;
	e = read_replies(c, deadline, false);
	if (!e)
		e = resend_scripts(c, deadline);
	c->used_at = clock_ticks();
	/* Each reply is read; after an error the connection is gone. */
	c->sent = 0;
	return e;
}

static void restore_time_out(struct cache *c)
{
	struct timeval usual = { CACHE_READ_MS / 1000, CACHE_READ_MS % 1000 * 1000 };

	if (c->extra_ms && c->connection && redisSetTimeout(c->connection, usual) != REDIS_OK)
		cache_drop(c);
	c->extra_ms = 0;
}

err cache_flush(struct cache *c)
{
	size_t i;
	err e;

	if (!c->pending_n)
		return OK;
	e = exchange(c);
	if (e) {
		for (i = 0; i < c->pending_n; i++)
			*c->pending[i].reply = nil_reply;
	} else if (c->is_down) {
		log_info("redis: connected again");
		c->is_down = false;
	}
	restore_time_out(c);
	forget_pending(c);
	return e;
}

err cache_run(struct cache *c, struct cache_reply **out, struct cache_args args)
{
	struct cache_reply *reply = cache_want(c, args);
	err e = cache_flush(c);

	if (!e)
		*out = reply;
	return e;
}

err cache_run_script(struct cache *c, struct cache_reply **out, const struct cache_script *script,
		     size_t keys, struct cache_args args)
{
	struct cache_reply *reply = cache_want_script(c, script, keys, args);
	err e = cache_flush(c);

	if (!e)
		*out = reply;
	return e;
}

unsigned cache_take_count(struct cache *c)
{
	unsigned count = c->count;

	c->count = 0;
	return count;
}

void cache_allow_wait(struct cache *c, int64_t timeout_ms)
{
	c->extra_ms = timeout_ms;
}
