/* The connection to Redis: opened on first use, closed at the first doubt. */
#include "store/cache_internal.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/log.h"

#define READ_SIZE 16384
#define IN_USE_MS 1

static struct timeval milliseconds(int64_t ms)
{
	return (struct timeval){ .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };
}

void cache_drop(struct cache *c)
{
	if (c->connection)
		redisFree(c->connection);
	if (c->reader)
		redisReaderFree(c->reader);
	c->connection = NULL;
	c->reader = NULL;
}

err cache_fail(struct cache *c, const char *what, const char *why)
{
	if (!c->is_down)
		log_error("redis: %s: %s", what, why);
	c->is_down = true;
	c->retry_at = clock_ticks() + CACHE_RETRY_MS;
	cache_drop(c);
	return ERR_UNAVAILABLE;
}

err cache_send(struct cache *c, const char *p, size_t n)
{
	while (n) {
		ssize_t sent = send(c->connection->fd, p, n, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return cache_fail(c, "cannot send", strerror(errno));
		p += sent;
		n -= (size_t)sent;
	}
	return OK;
}

/* A read is limited by the socket's time-out, all of them together by the deadline. */
static err read_more(struct cache *c, int64_t deadline)
{
	char bytes[READ_SIZE];
	ssize_t got;

	do {
		if (clock_ticks() > deadline)
			return cache_fail(c, "no answer", "too late");
		got = recv(c->connection->fd, bytes, sizeof(bytes), 0);
	} while (got < 0 && errno == EINTR);
	if (got == 0)
		return cache_fail(c, "no answer", "connection closed");
	if (got < 0)
		return cache_fail(c, "no answer", errno == EAGAIN ? "too late" : strerror(errno));
	if (redisReaderFeed(c->reader, bytes, (size_t)got) != REDIS_OK)
		return cache_fail(c, "cannot read", c->reader->errstr);
	return OK;
}

err cache_receive(struct cache *c, int64_t deadline, struct cache_reply **out)
{
	void *reply = NULL;
	err e;

	for (;;) {
		if (redisReaderGetReply(c->reader, &reply) != REDIS_OK)
			return cache_fail(c, "cannot read", c->reader->errstr);
		if (reply)
			break;
		e = read_more(c, deadline);
		if (e)
			return e;
	}
	*out = reply;
	return OK;
}

/* The password, and every script this process has used: one round trip of its own. */
static err greet(struct cache *c)
{
	struct cache_bytes b = { 0 };
	int64_t deadline = clock_ticks() + CACHE_READ_MS;
	struct cache_reply *reply;
	size_t i, expected = 0;
	err e;

	if (*c->password) {
		cache_put_head(&b, 2);
		cache_put_text(&b, STR("AUTH"));
		cache_put_text(&b, str_from_c(c->password));
		expected++;
	}
	for (i = 0; i < c->scripts_n; i++) {
		if (!c->scripts[i].is_known)
			continue;
		cache_put_head(&b, 3);
		cache_put_text(&b, STR("SCRIPT"));
		cache_put_text(&b, STR("LOAD"));
		cache_put_text(&b, str_from_c(c->scripts[i].script->text));
		expected++;
	}
	e = cache_send(c, b.p, b.n);
	free(b.p);
	for (i = 0; !e && i < expected; i++) {
		e = cache_receive(c, deadline, &reply);
		if (!e && reply->kind == CACHE_KIND_ERROR)
			e = cache_fail(c, "cannot greet", str_c(c->arena, reply->is.text));
	}
	return e;
}

static err open_connection(struct cache *c)
{
	struct timeval limit = milliseconds(CACHE_CONNECT_MS);

	c->connection = c->socket ? redisConnectUnixWithTimeout(c->socket, limit)
				  : redisConnectWithTimeout(c->host, c->port, limit);
	if (!c->connection)
		BUG("out of memory");
	if (c->connection->err)
		return cache_fail(c, "no connection", c->connection->errstr);
	if (redisSetTimeout(c->connection, milliseconds(CACHE_READ_MS)) != REDIS_OK)
		return cache_fail(c, "no time-out", c->connection->errstr);
	c->reader = cache_reader_new(c);
	return greet(c);
}

/* Nothing is asked, so nothing may come: else it is the end, or a late reply. */
static bool is_quiet(const struct cache *c)
{
	struct pollfd p = { .fd = c->connection->fd, .events = POLLIN };

	return poll(&p, 1, 0) == 0;
}

/* Within a request one answer follows the other: what was alive a moment ago is not asked again. */
static bool is_in_use(const struct cache *c)
{
	return clock_ticks() - c->used_at <= IN_USE_MS;
}

err cache_ready(struct cache *c)
{
	err e;

	if (c->connection && !is_in_use(c) && !is_quiet(c)) {
		log_info("redis: the connection was closed while idle, opening another");
		cache_drop(c);
	}
	if (!c->connection) {
		if (clock_ticks() < c->retry_at)
			return ERR_UNAVAILABLE;
		e = open_connection(c);
		if (e)
			return e;
	}
	if (c->extra_ms &&
	    redisSetTimeout(c->connection, milliseconds(CACHE_READ_MS + c->extra_ms)) != REDIS_OK)
		return cache_fail(c, "no time-out", c->connection->errstr);
	return OK;
}
