/*
 * Quorum queues that nobody leads any more. RabbitMQ 3.10 writes down half a second after it was
 * declared where such a queue is: killed before that, it comes back with a name to which it still
 * says "declared", but whatever else is asked of it is never answered.
 */
#include "store/mq_internal.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define LOOKS 3 /* at a queue that is silent */
#define LOOK_AGAIN_MS 2000
#define DELETE_MS 15000 /* the broker waits 5 s for the leader that is not there */
#define PROBE_MS 60000  /* then the broker removes one that was left behind */

enum answer { ANSWERED, SILENT, UNKNOWN };

/*
 * Any answer will do, a refusal too: whoever gives it leads the queue. Without a leader there is
 * none, or the broker says that there is no such process (541) and closes the connection.
 */
static enum answer read_answer(amqp_rpc_reply_t reply)
{
	const amqp_connection_close_t *closed = reply.reply.decoded;

	switch (reply.reply_type) {
	case AMQP_RESPONSE_NORMAL:
		return ANSWERED;
	case AMQP_RESPONSE_SERVER_EXCEPTION:
		if (reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD)
			return ANSWERED;
		return reply.reply.id == AMQP_CONNECTION_CLOSE_METHOD &&
				       closed->reply_code == AMQP_INTERNAL_ERROR
			       ? SILENT
			       : UNKNOWN;
	case AMQP_RESPONSE_LIBRARY_EXCEPTION:
		return reply.library_error == AMQP_STATUS_TIMEOUT ? SILENT : UNKNOWN;
	case AMQP_RESPONSE_NONE:
		break;
	}
	return UNKNOWN;
}

static err ask(struct mq *m, struct str name, bool *is_answered)
{
	amqp_rpc_reply_t reply;
	enum answer answer;
	err e = mq_ready(m);

	if (e)
		return e;
	reply = amqp_basic_get(m->connection, MQ_CHANNEL, mq_bytes(name), 0);
	answer = read_answer(reply);
	if (answer == UNKNOWN)
		return mq_check_reply(m, "cannot look at a queue", reply);
	*is_answered = answer == ANSWERED;
	/* The channel is closed, owes us an answer, or we hold a message that is not ours. */
	mq_drop(m);
	return OK;
}

/* Does the broker serve a queue that was just made? If not, or if we may not make one, nothing can
 * be said of the other. */
static err probe(struct mq *m, bool *is_answered)
{
	amqp_table_entry_t entries[] = {
		{ .key = amqp_cstring_bytes("x-queue-type"),
		  .value = { .kind = AMQP_FIELD_KIND_UTF8,
			     .value.bytes = amqp_cstring_bytes("quorum") } },
		{ .key = amqp_cstring_bytes("x-expires"),
		  .value = { .kind = AMQP_FIELD_KIND_I32, .value.i32 = PROBE_MS } },
	};
	char name[64];
	amqp_rpc_reply_t reply;
	err e = mq_ready(m);

	if (e)
		return e;
	snprintf(name, sizeof(name), "probe.%d.%lld", (int)getpid(), (long long)clock_now());
	amqp_queue_declare(m->connection, MQ_CHANNEL, amqp_cstring_bytes(name), 0, 1, 0, 0,
			   (amqp_table_t){ ARRAY_LEN(entries), entries });
	reply = amqp_get_rpc_reply(m->connection);
	if (reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION) {
		mq_drop(m);
		*is_answered = false;
		return OK;
	}
	e = mq_check_reply(m, "cannot declare a queue", reply);
	if (!e)
		e = ask(m, str_from_c(name), is_answered);
	if (!e)
		e = mq_ready(m);
	if (e)
		return e;
	amqp_queue_delete(m->connection, MQ_CHANNEL, amqp_cstring_bytes(name), 0, 0);
	return mq_check_reply(m, "cannot delete a queue", amqp_get_rpc_reply(m->connection));
}

err mq_is_dead(struct mq *m, struct str queue, bool *out)
{
	bool is_answered = false;
	err e = OK;
	int i;

	*out = false;
	for (i = 0; !e && i < LOOKS; i++) {
		if (i)
			clock_sleep(LOOK_AGAIN_MS);
		e = ask(m, queue, &is_answered);
		if (e || is_answered)
			return e;
		e = probe(m, &is_answered);
		if (!e && !is_answered)
			return OK;
	}
	*out = !e;
	return e;
}

static err delete_patiently(struct mq *m, struct str name)
{
	struct timeval patient = { .tv_sec = DELETE_MS / 1000 };
	struct timeval usual = { .tv_sec = MQ_RPC_MS / 1000 };
	err e = mq_ready(m);

	if (e)
		return e;
	if (amqp_set_rpc_timeout(m->connection, &patient))
		return mq_fail(m, "cannot delete a queue", "time-outs cannot be set");
	amqp_queue_delete(m->connection, MQ_CHANNEL, mq_bytes(name), 0, 0);
	e = mq_check_reply(m, "cannot delete a queue", amqp_get_rpc_reply(m->connection));
	if (!e && amqp_set_rpc_timeout(m->connection, &usual))
		e = mq_fail(m, "cannot delete a queue", "time-outs cannot be set");
	return e;
}

err mq_make_anew(struct mq *m, struct str queue)
{
	const struct mq_family *family = mq_family_of(queue);
	const struct mq_queue *fixed = mq_fixed(queue);
	bool is_dead = false;
	struct str dead;
	err e;

	if (!family && !fixed)
		BUG("no queue of ours");
	dead = str_from_c(family ? family->dead : fixed->dead);
	/* It was declared in the same moment; that of a family, if this was the first of it. */
	e = mq_is_dead(m, dead, &is_dead);
	if (!e && is_dead)
		e = delete_patiently(m, dead);
	if (!e)
		e = delete_patiently(m, queue);
	return e ? e : mq_declare_again(m, queue);
}
