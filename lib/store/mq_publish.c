/*
 * Publishing: the only calls of amqp_basic_publish. Messages go out in windows; each window
 * waits until the broker has said yes or no to every message in it.
 */
#include "store/mq_internal.h"

#include "base/clock.h"
#include "base/log.h"

/*
 * Small enough that a window fits into the sockets' buffers: a broker in a memory alarm
 * stops reading, and then the wait for confirms, not the write, is what ends in time.
 */
#define WINDOW_MESSAGES 256
#define WINDOW_BYTES 65536
#define KEY_MOST 255

struct window {
	const struct mq_message *messages;
	size_t count;
	uint64_t first_tag;
	size_t settled;
	bool is_settled[WINDOW_MESSAGES];
	bool is_returned[WINDOW_MESSAGES];
	bool *done;
	/* A returned message comes as method, header and body frames. */
	bool is_in_return;
	uint64_t body_left;
};

static err start_confirms(struct mq *m)
{
	err e;

	if (m->is_confirming)
		return OK;
	amqp_confirm_select(m->connection, MQ_CHANNEL);
	e = mq_check_reply(m, "no confirms", amqp_get_rpc_reply(m->connection));
	m->is_confirming = !e;
	return e;
}

static err publish_one(struct mq *m, const struct mq_message *message)
{
	char tag[24];
	amqp_basic_properties_t properties = {
		._flags = AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG |
			  AMQP_BASIC_CORRELATION_ID_FLAG,
		.content_type = amqp_cstring_bytes("application/json"),
		.delivery_mode = AMQP_DELIVERY_PERSISTENT,
	};

	if (message->key.n > KEY_MOST || message->id.n > KEY_MOST)
		BUG("a routing key or message id of more than %d bytes", KEY_MOST);
	/* A returned message is known again by this. */
	snprintf(tag, sizeof(tag), "%llu", (unsigned long long)++m->published);
	properties.correlation_id = amqp_cstring_bytes(tag);
	if (message->id.n) {
		properties._flags |= AMQP_BASIC_MESSAGE_ID_FLAG;
		properties.message_id = mq_bytes(message->id);
	}
	return mq_check_status(m, "cannot publish",
			       amqp_basic_publish(m->connection, MQ_CHANNEL,
						  amqp_cstring_bytes(MQ_EXCHANGE),
						  mq_bytes(message->key), 1, 0, &properties,
						  mq_bytes(message->body)));
}

/* The broker's word on one message. An ack of a returned one means: nobody wanted it. */
static void settle(struct window *w, size_t i, bool is_acked)
{
	if (w->is_settled[i])
		return;
	w->is_settled[i] = true;
	w->settled++;
	w->done[i] = is_acked && !w->is_returned[i];
	if (!is_acked)
		log_warn("rabbitmq: refused a message for " STR_FMT, STR_ARG(w->messages[i].key));
}

static void settle_tag(struct window *w, uint64_t tag, bool and_all_before, bool is_acked)
{
	size_t i;

	for (i = 0; i < w->count; i++) {
		if (w->first_tag + i == tag ||
		    (and_all_before && (w->first_tag + i <= tag || !tag)))
			settle(w, i, is_acked);
	}
}

static void mark_returned(struct mq *m, struct window *w, const amqp_basic_properties_t *properties)
{
	char text[24];
	size_t i;

	for (i = 0; i < w->count; i++) {
		unsigned long long tag = w->first_tag + i;
		int n = snprintf(text, sizeof(text), "%llu", tag);

		if (properties->correlation_id.len != (size_t)n ||
		    memcmp(properties->correlation_id.bytes, text, (size_t)n) != 0)
			continue;
		w->is_returned[i] = true;
		mq_forget(m, w->messages[i].key);
		log_error("rabbitmq: no queue takes " STR_FMT, STR_ARG(w->messages[i].key));
	}
}

static err take_method(struct mq *m, struct window *w, const amqp_method_t *method)
{
	const amqp_basic_ack_t *ack = method->decoded;
	const amqp_basic_nack_t *nack = method->decoded;

	switch (method->id) {
	case AMQP_BASIC_ACK_METHOD:
		settle_tag(w, ack->delivery_tag, ack->multiple, true);
		return OK;
	case AMQP_BASIC_NACK_METHOD:
		settle_tag(w, nack->delivery_tag, nack->multiple, false);
		return OK;
	case AMQP_BASIC_RETURN_METHOD:
		w->is_in_return = true;
		return OK;
	default:
		return mq_fail_method(m, "cannot publish", method);
	}
}

static err take_frame(struct mq *m, struct window *w, const amqp_frame_t *frame)
{
	switch (frame->frame_type) {
	case AMQP_FRAME_METHOD:
		return take_method(m, w, &frame->payload.method);
	case AMQP_FRAME_HEADER:
		if (!w->is_in_return)
			break;
		mark_returned(m, w, frame->payload.properties.decoded);
		w->body_left = frame->payload.properties.body_size;
		w->is_in_return = w->body_left > 0;
		return OK;
	case AMQP_FRAME_BODY:
		if (!w->is_in_return || frame->payload.body_fragment.len > w->body_left)
			break;
		w->body_left -= frame->payload.body_fragment.len;
		w->is_in_return = w->body_left > 0;
		return OK;
	default:
		break;
	}
	return mq_fail(m, "cannot publish", "unexpected frame");
}

static err await_confirms(struct mq *m, struct window *w)
{
	int64_t deadline = clock_ticks() + MQ_CONFIRM_MS;
	amqp_frame_t frame;
	err e = OK;

	while (!e && w->settled < w->count) {
		e = mq_wait_frame(m, deadline, &frame);
		/* In doubt. Its word may still come, and must not be taken for the next one's. */
		if (e == ERR_NOT_FOUND)
			return mq_fail(m, "cannot publish", "not confirmed in time");
		if (!e)
			e = take_frame(m, w, &frame);
	}
	return e;
}

/* Publish the next window and wait for it. *sent: how many messages it took. */
static err publish_window(struct mq *m, const struct mq_message *messages, size_t count, bool *done,
			  size_t *sent)
{
	struct window w = { .messages = messages, .first_tag = m->published + 1 };
	size_t bytes = 0;
	err e = OK;

	w.done = done;
	while (!e && w.count < count && w.count < WINDOW_MESSAGES && bytes < WINDOW_BYTES) {
		e = publish_one(m, &messages[w.count]);
		bytes += messages[w.count].body.n;
		w.count++;
	}
	*sent = w.count;
	return e ? e : await_confirms(m, &w);
}

err mq_publish_batch_confirmed(struct mq *m, const struct mq_message *messages, size_t count,
			       bool *done)
{
	size_t i, sent = 0;
	err e;

	if (m->is_consumer)
		BUG("publishing on a consumer's connection");
	memset(done, 0, count * sizeof(*done));
	if (!count)
		return OK;
	e = mq_ready(m);
	if (!e)
		e = start_confirms(m);
	for (i = 0; !e && i < count; i++)
		e = mq_know(m, messages[i].key);
	for (i = 0; !e && i < count; i += sent)
		e = publish_window(m, messages + i, count - i, done + i, &sent);
	for (i = 0; !e && i < count; i++) {
		if (!done[i])
			e = ERR_UNAVAILABLE;
	}
	return e;
}

err mq_publish_confirmed(struct mq *m, struct str key, struct str id, struct str body)
{
	struct mq_message message = { .key = key, .id = id, .body = body };
	bool done;

	return mq_publish_batch_confirmed(m, &message, 1, &done);
}
