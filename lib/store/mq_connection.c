/* The connection to RabbitMQ, and what can go wrong with it. */
#include "store/mq_internal.h"

#include <amqp_tcp_socket.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/log.h"

#define FRAME_MOST 131072
#define LOGIN_MS CLOCK_PATIENCE(1000)
#define GOODBYE_MS 500
/*
 * A consumer asks the broker for messages all the time and so can serve heartbeats; a
 * publisher may sleep for minutes between two calls and must do without.
 */
#define HEARTBEAT_SECONDS 30
#define KEEPALIVE_SECONDS 30
#define REASON_MOST 200

static struct timeval milliseconds(int64_t ms)
{
	return (struct timeval){ .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };
}

amqp_bytes_t mq_bytes(struct str s)
{
	return (amqp_bytes_t){ .len = s.n, .bytes = (void *)s.p }; /* no const there */
}

struct mq *mq_new(const struct config *config)
{
	struct mq *m = calloc(1, sizeof(*m));

	if (!m)
		BUG("out of memory");
	m->own = arena_new(512);
	m->host = str_c(m->own, config->mq.host);
	m->user = str_c(m->own, config->mq.user);
	m->password = str_c(m->own, config->mq.password);
	m->vhost = str_c(m->own, config->mq.vhost);
	m->port = config->mq.port;
	return m;
}

void mq_drop(struct mq *m)
{
	size_t i;

	if (m->connection)
		amqp_destroy_connection(m->connection);
	m->connection = NULL;
	m->is_confirming = false;
	for (i = 0; i < m->subscription_count; i++)
		m->subscriptions[i].is_live = false;
	memset(m->known, 0, sizeof(m->known));
	m->published = 0;
	m->declared_at = 0;
	m->generation++;
}

void mq_free(struct mq *m)
{
	struct timeval limit = milliseconds(GOODBYE_MS);

	if (!m)
		return;
	/* A plain close may overtake the last acks. Nothing is left to do when it fails. */
	if (m->connection && amqp_set_rpc_timeout(m->connection, &limit) == AMQP_STATUS_OK)
		(void)amqp_connection_close(m->connection, AMQP_REPLY_SUCCESS);
	mq_drop(m);
	free(m->subscriptions);
	arena_free(m->own);
	free(m);
}

err mq_fail(struct mq *m, const char *what, const char *why)
{
	if (!m->is_down)
		log_error("rabbitmq: %s: %s", what, why);
	m->is_down = true;
	m->retry_at = clock_ticks() + MQ_RETRY_MS;
	mq_drop(m);
	return ERR_UNAVAILABLE;
}

err mq_fail_method(struct mq *m, const char *what, const amqp_method_t *method)
{
	char why[REASON_MOST];
	const amqp_connection_close_t *connection = method->decoded;
	const amqp_channel_close_t *channel = method->decoded;

	if (method->id == AMQP_CONNECTION_CLOSE_METHOD)
		snprintf(why, sizeof(why), "connection closed, %d %.*s", connection->reply_code,
			 (int)connection->reply_text.len, (char *)connection->reply_text.bytes);
	else if (method->id == AMQP_CHANNEL_CLOSE_METHOD)
		snprintf(why, sizeof(why), "channel closed, %d %.*s", channel->reply_code,
			 (int)channel->reply_text.len, (char *)channel->reply_text.bytes);
	else if (method->id == AMQP_BASIC_CANCEL_METHOD)
		snprintf(why, sizeof(why), "the queue is gone");
	else
		snprintf(why, sizeof(why), "unexpected %s", amqp_method_name(method->id));
	return mq_fail(m, what, why);
}

err mq_check_status(struct mq *m, const char *what, int status)
{
	return status == AMQP_STATUS_OK ? OK : mq_fail(m, what, amqp_error_string2(status));
}

err mq_check_reply(struct mq *m, const char *what, amqp_rpc_reply_t reply)
{
	switch (reply.reply_type) {
	case AMQP_RESPONSE_NORMAL:
		return OK;
	case AMQP_RESPONSE_SERVER_EXCEPTION:
		return mq_fail_method(m, what, &reply.reply);
	case AMQP_RESPONSE_LIBRARY_EXCEPTION:
		return mq_fail(m, what, amqp_error_string2(reply.library_error));
	case AMQP_RESPONSE_NONE:
		break;
	}
	return mq_fail(m, what, "no answer");
}

/* The library writes without a limit of its own: the kernel then gives up on a peer that does not
 * read. */
static err limit_socket(struct mq *m)
{
	int fd = amqp_get_sockfd(m->connection);
	int yes = 1, idle = KEEPALIVE_SECONDS, give_up = MQ_RPC_MS;

	if (setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof(yes)) ||
	    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle)) ||
	    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &give_up, sizeof(give_up)))
		return mq_fail(m, "cannot set up the socket", strerror(errno));
	return OK;
}

static err log_in(struct mq *m)
{
	/* Without it a consumer whose queue was deleted would wait for ever. */
	amqp_table_entry_t capability = { .key = amqp_cstring_bytes("consumer_cancel_notify"),
					  .value = { .kind = AMQP_FIELD_KIND_BOOLEAN,
						     .value.boolean = 1 } };
	amqp_table_entry_t entry = { .key = amqp_cstring_bytes("capabilities"),
				     .value = { .kind = AMQP_FIELD_KIND_TABLE,
						.value.table = { 1, &capability } } };
	amqp_table_t properties = { 1, &entry };
	struct timeval limit = milliseconds(LOGIN_MS), rpc = milliseconds(MQ_RPC_MS);
	int heartbeat = m->is_consumer ? HEARTBEAT_SECONDS : 0;
	err e;

	if (amqp_set_handshake_timeout(m->connection, &limit) != AMQP_STATUS_OK ||
	    amqp_set_rpc_timeout(m->connection, &rpc) != AMQP_STATUS_OK)
		return mq_fail(m, "no connection", "time-outs cannot be set");
	e = mq_check_reply(m, "cannot log in",
			   amqp_login_with_properties(m->connection, m->vhost, 0, FRAME_MOST,
						      heartbeat, &properties,
						      AMQP_SASL_METHOD_PLAIN, m->user,
						      m->password));
	if (e)
		return e;
	amqp_channel_open(m->connection, MQ_CHANNEL);
	return mq_check_reply(m, "no channel", amqp_get_rpc_reply(m->connection));
}

static err open_connection(struct mq *m)
{
	struct timeval limit = milliseconds(MQ_CONNECT_MS);
	amqp_socket_t *socket;
	err e;

	m->connection = amqp_new_connection();
	socket = m->connection ? amqp_tcp_socket_new(m->connection) : NULL;
	if (!socket)
		BUG("out of memory");
	e = mq_check_status(m, "no connection",
			    amqp_socket_open_noblock(socket, m->host, m->port, &limit));
	if (!e)
		e = limit_socket(m);
	if (!e)
		e = log_in(m);
	return e;
}

/* A publisher that awaits nothing hears nothing, but that the connection ended. */
static bool is_quiet(struct mq *m)
{
	struct pollfd p = { .fd = amqp_get_sockfd(m->connection), .events = POLLIN };

	return poll(&p, 1, 0) == 0;
}

err mq_ready(struct mq *m)
{
	err e;

	if (m->connection && !m->is_consumer && !is_quiet(m)) {
		log_info("rabbitmq: the connection was closed while idle, opening another");
		mq_drop(m);
	}
	if (m->connection)
		return OK;
	if (clock_ticks() < m->retry_at)
		return ERR_UNAVAILABLE;
	e = open_connection(m);
	if (e)
		return e;
	if (m->is_down)
		log_info("rabbitmq: connected again");
	m->is_down = false;
	return OK;
}

err mq_wait_frame(struct mq *m, int64_t deadline, amqp_frame_t *frame)
{
	int64_t left = deadline - clock_ticks();
	struct timeval limit = milliseconds(left > 0 ? left : 0);
	int status;

	/* What the last frame held was copied or used up by now. */
	amqp_maybe_release_buffers(m->connection);
	status = amqp_simple_wait_frame_noblock(m->connection, frame, &limit);
	if (status == AMQP_STATUS_TIMEOUT)
		return ERR_NOT_FOUND;
	return mq_check_status(m, "connection lost", status);
}
