/* Consuming: one queue or several, acknowledged by hand, after the work is safe elsewhere. */
#include "store/mq_internal.h"

#include <errno.h>
#include <poll.h>

#include "base/clock.h"
#include "base/log.h"

#define REST_MS 3000 /* once a delivery began, the rest of it follows */
#define HEARTBEAT_EVERY_MS 10000
#define TAG_BITS 48 /* of the broker's tag; the connection's generation is above */

static err try_to_subscribe(struct mq *m, struct mq_subscription *s)
{
	err e = mq_know(m, str_from_c(s->queue));

	if (e)
		return e;
	amqp_basic_qos(m->connection, MQ_CHANNEL, 0, s->prefetch, 0);
	e = mq_check_reply(m, "cannot limit deliveries", amqp_get_rpc_reply(m->connection));
	if (e)
		return e;
	/* The consumer is called like its queue. */
	amqp_basic_consume(m->connection, MQ_CHANNEL, amqp_cstring_bytes(s->queue),
			   amqp_cstring_bytes(s->queue), 0, 0, 0, amqp_empty_table);
	e = mq_check_reply(m, "cannot subscribe", amqp_get_rpc_reply(m->connection));
	s->is_live = !e;
	return e;
}

/* One whose queue does not answer takes the connection with it, and that must not be all the time.
 */
static err subscribe_now(struct mq *m, struct mq_subscription *s)
{
	err e = mq_ready(m);

	if (e || clock_ticks() < s->not_before)
		return ERR_UNAVAILABLE;
	e = try_to_subscribe(m, s);
	s->failures = e ? s->failures + 1 : 0;
	s->not_before = s->failures > 1 ? clock_ticks() + MQ_LEAVE_ALONE_MS : 0;
	return e;
}

static err subscribe_missing(struct mq *m)
{
	size_t i;
	err e = mq_ready(m);

	for (i = 0; !e && i < m->subscription_count; i++) {
		struct mq_subscription *s = &m->subscriptions[i];

		if (s->is_wanted && !s->is_live && clock_ticks() >= s->not_before)
			e = subscribe_now(m, s);
	}
	return e;
}

static struct mq_subscription *find(struct mq *m, struct str queue)
{
	size_t i;

	for (i = 0; i < m->subscription_count; i++) {
		if (str_is(str_from_c(m->subscriptions[i].queue), queue))
			return &m->subscriptions[i];
	}
	return NULL;
}

/* Places are never given up: so many names are not worth a copy that must be freed. */
static struct mq_subscription *find_or_add(struct mq *m, const char *queue)
{
	struct mq_subscription *s = find(m, str_from_c(queue));

	if (s)
		return s;
	m->subscriptions =
		realloc(m->subscriptions, (m->subscription_count + 1) * sizeof(*m->subscriptions));
	if (!m->subscriptions)
		BUG("out of memory");
	s = &m->subscriptions[m->subscription_count++];
	*s = (struct mq_subscription){ .queue = str_c(m->own, str_from_c(queue)) };
	return s;
}

/* A connection opened for declaring has no heartbeat, a consumer's must. */
void mq_become_consumer(struct mq *m)
{
	if (!m->is_consumer)
		mq_drop(m);
	m->is_consumer = true;
}

err mq_subscribe_also(struct mq *m, const char *queue, uint16_t prefetch)
{
	struct mq_subscription *s;

	mq_become_consumer(m);
	s = find_or_add(m, queue);
	s->prefetch = prefetch;
	s->is_wanted = true;
	return s->is_live ? OK : subscribe_now(m, s);
}

err mq_leave(struct mq *m, const char *queue)
{
	struct mq_subscription *s = find(m, str_from_c(queue));

	if (!s || !s->is_wanted)
		return OK;
	s->is_wanted = false;
	if (!m->connection || !s->is_live)
		return OK;
	s->is_live = false;
	amqp_basic_cancel(m->connection, MQ_CHANNEL, amqp_cstring_bytes(queue));
	return mq_check_reply(m, "cannot leave a queue", amqp_get_rpc_reply(m->connection));
}

bool mq_is_refused(const struct mq *m)
{
	size_t i;

	for (i = 0; i < m->subscription_count; i++) {
		if (m->subscriptions[i].is_wanted && m->subscriptions[i].failures > 1)
			return true;
	}
	return false;
}

err mq_subscribe(struct mq *m, const char *queue, uint16_t prefetch)
{
	size_t i;

	for (i = 0; i < m->subscription_count; i++)
		m->subscriptions[i].is_wanted = false;
	mq_drop(m);
	return mq_subscribe_also(m, queue, prefetch);
}

static err wait_more(struct mq *m, int64_t deadline, uint8_t type, amqp_frame_t *frame)
{
	err e = mq_wait_frame(m, deadline, frame);

	if (e == ERR_NOT_FOUND)
		return mq_fail(m, "cannot receive", "half a message");
	if (!e && frame->frame_type == AMQP_FRAME_METHOD)
		return mq_fail_method(m, "cannot receive", &frame->payload.method);
	if (!e && frame->frame_type != type)
		return mq_fail(m, "cannot receive", "unexpected frame");
	return e;
}

static struct str copy_bytes(struct arena *a, amqp_bytes_t bytes)
{
	return str_copy(a, (struct str){ bytes.bytes, bytes.len });
}

err mq_read_content(struct mq *m, struct arena *a, struct mq_delivery *out,
		    struct mq_letter *letter)
{
	int64_t deadline = clock_ticks() + REST_MS;
	const amqp_basic_properties_t *properties;
	amqp_frame_t frame;
	size_t size, n = 0;
	char *body;
	err e = wait_more(m, deadline, AMQP_FRAME_HEADER, &frame);

	if (e)
		return e;
	properties = frame.payload.properties.decoded;
	size = (size_t)frame.payload.properties.body_size;
	if (properties->_flags & AMQP_BASIC_MESSAGE_ID_FLAG)
		out->id = copy_bytes(a, properties->message_id);
	if (letter)
		mq_read_death(a, properties, letter);
	body = arena_alloc(a, size + 1);
	while (n < size) {
		e = wait_more(m, deadline, AMQP_FRAME_BODY, &frame);
		if (e)
			return e;
		if (frame.payload.body_fragment.len > size - n)
			return mq_fail(m, "cannot receive", "more than was announced");
		memcpy(body + n, frame.payload.body_fragment.bytes,
		       frame.payload.body_fragment.len);
		n += frame.payload.body_fragment.len;
	}
	out->body = (struct str){ body, n };
	return OK;
}

/* The broker ended a subscription: its queue was deleted. One of a family is declared again. */
static err take_cancel(struct mq *m, const amqp_method_t *method)
{
	const amqp_basic_cancel_t *cancel = method->decoded;
	struct str name = { cancel->consumer_tag.bytes, cancel->consumer_tag.len };
	struct mq_subscription *s = find(m, name);

	log_warn("rabbitmq: queue " STR_FMT " is gone", STR_ARG(name));
	mq_forget(m, name);
	if (s)
		s->is_live = false;
	return ERR_NOT_FOUND;
}

uint64_t mq_tag(const struct mq *m, uint64_t broker_tag)
{
	return (uint64_t)m->generation << TAG_BITS | broker_tag;
}

/* The library goes on waiting when a signal came. False: one did, and the caller looks at its flag.
 */
static bool wait_unless_told(struct mq *m, int64_t deadline)
{
	struct pollfd p = { .fd = amqp_get_sockfd(m->connection), .events = POLLIN };
	int64_t left = deadline - clock_ticks();

	if (left <= 0 || amqp_frames_enqueued(m->connection) || amqp_data_in_buffer(m->connection))
		return true;
	return poll(&p, 1, (int)left) >= 0 || errno != EINTR;
}

static err receive(struct mq *m, struct arena *a, int64_t deadline, struct mq_delivery *out)
{
	struct mq_delivery delivery = { 0 };
	const amqp_basic_deliver_t *deliver;
	amqp_frame_t frame;
	err e;

	if (!wait_unless_told(m, deadline))
		return ERR_NOT_FOUND;
	e = mq_wait_frame(m, deadline, &frame);
	if (e)
		return e;
	if (frame.frame_type != AMQP_FRAME_METHOD)
		return mq_fail(m, "cannot receive", "unexpected frame");
	if (frame.payload.method.id == AMQP_BASIC_CANCEL_METHOD)
		return take_cancel(m, &frame.payload.method);
	if (frame.payload.method.id != AMQP_BASIC_DELIVER_METHOD)
		return mq_fail_method(m, "cannot receive", &frame.payload.method);
	deliver = frame.payload.method.decoded;
	delivery.tag = mq_tag(m, deliver->delivery_tag);
	delivery.key = copy_bytes(a, deliver->routing_key);
	delivery.is_redelivered = deliver->redelivered;
	e = mq_read_content(m, a, &delivery, NULL);
	if (!e)
		*out = delivery;
	return e;
}

err mq_next(struct mq *m, struct arena *a, int64_t timeout_ms, struct mq_delivery *out)
{
	int64_t deadline = clock_ticks() + timeout_ms;
	err e;

	if (!m->is_consumer)
		BUG("mq_next before mq_subscribe");
	e = subscribe_missing(m);
	if (!e)
		e = receive(m, a, deadline, out);
	/* The caller's loop must not spin while the broker is away. */
	if (e == ERR_UNAVAILABLE)
		mq_idle(m, deadline - clock_ticks());
	return e;
}

static void say_alive(struct mq *m)
{
	amqp_frame_t heartbeat = { .frame_type = AMQP_FRAME_HEARTBEAT };

	if (!m->connection || !m->is_consumer)
		return;
	if (mq_check_status(m, "connection lost", amqp_send_frame(m->connection, &heartbeat)))
		log_debug("rabbitmq: what was not acknowledged will come again");
}

void mq_idle(struct mq *m, int64_t ms)
{
	int64_t deadline = clock_ticks() + ms;
	int64_t left;

	while (left = deadline - clock_ticks(), left > 0) {
		int64_t step = left < HEARTBEAT_EVERY_MS ? left : HEARTBEAT_EVERY_MS;

		say_alive(m);
		if (!clock_sleep(step))
			return; /* a signal: the caller looks at its flag */
	}
}

/* A tag of a connection that is gone would acknowledge another message on the new one. */
static bool is_current(const struct mq *m, uint64_t tag)
{
	return m->connection && (uint16_t)(tag >> TAG_BITS) == m->generation;
}

static uint64_t broker_tag(uint64_t tag)
{
	return tag & ((UINT64_C(1) << TAG_BITS) - 1);
}

err mq_ack(struct mq *m, uint64_t tag, bool and_all_before)
{
	if (!is_current(m, tag))
		return ERR_UNAVAILABLE;
	return mq_check_status(m, "cannot acknowledge",
			       amqp_basic_ack(m->connection, MQ_CHANNEL, broker_tag(tag),
					      and_all_before));
}

err mq_requeue(struct mq *m, uint64_t tag)
{
	if (!is_current(m, tag))
		return ERR_UNAVAILABLE;
	return mq_check_status(m, "cannot give back",
			       amqp_basic_nack(m->connection, MQ_CHANNEL, broker_tag(tag), 0, 1));
}

err mq_give_back(struct mq *m, uint64_t tag)
{
	if (!is_current(m, tag))
		return OK; /* the connection is gone, and with it our hold on them */
	return mq_check_status(m, "cannot give back",
			       amqp_basic_nack(m->connection, MQ_CHANNEL, broker_tag(tag), 1, 1));
}

err mq_reject(struct mq *m, uint64_t tag)
{
	if (!is_current(m, tag))
		return ERR_UNAVAILABLE;
	return mq_check_status(m, "cannot reject",
			       amqp_basic_reject(m->connection, MQ_CHANNEL, broker_tag(tag), 0));
}
