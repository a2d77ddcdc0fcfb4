/* Exchanges and queues: declared here and nowhere else. */
#include "store/mq_internal.h"

#include "base/clock.h"
#include "base/log.h"

const struct mq_queue mq_queues[] = {
	{ "events", "events.dead", "event.*", true },
	{ "mail", "mail.dead", "mail.requested", false },
	{ "sms", "sms.dead", "sms.requested", false },
	{ "pictures", "pictures.dead", "picture.uploaded", false },
	{ "exports", "exports.dead", "export.requested", false },
};
const size_t mq_queue_count = ARRAY_LEN(mq_queues);

const struct mq_family mq_families[] = { { "sale.order.", "sale.order.dead" } };
const size_t mq_family_count = ARRAY_LEN(mq_families);

#define NAME_BYTES 128

static err declare_exchange(struct mq *m, const char *name, const char *type)
{
	amqp_exchange_declare(m->connection, MQ_CHANNEL, amqp_cstring_bytes(name),
			      amqp_cstring_bytes(type), 0, 1, 0, 0, amqp_empty_table);
	return mq_check_reply(m, "cannot declare an exchange", amqp_get_rpc_reply(m->connection));
}

static amqp_table_entry_t text_entry(const char *key, const char *value)
{
	return (amqp_table_entry_t){ .key = amqp_cstring_bytes(key),
				     .value = { .kind = AMQP_FIELD_KIND_UTF8,
						.value.bytes = amqp_cstring_bytes(value) } };
}

static err declare_queue(struct mq *m, const char *name, amqp_table_t arguments)
{
	amqp_queue_declare(m->connection, MQ_CHANNEL, amqp_cstring_bytes(name), 0, 1, 0, 0,
			   arguments);
	return mq_check_reply(m, "cannot declare a queue", amqp_get_rpc_reply(m->connection));
}

static err bind_queue(struct mq *m, const char *name, const char *exchange, const char *key)
{
	amqp_queue_bind(m->connection, MQ_CHANNEL, amqp_cstring_bytes(name),
			amqp_cstring_bytes(exchange), amqp_cstring_bytes(key), amqp_empty_table);
	return mq_check_reply(m, "cannot bind a queue", amqp_get_rpc_reply(m->connection));
}

/* Dead letters are evidence: kept until somebody looks. The queue for those of a family is bound to
 * each of the family, so that a dead letter keeps its key. */
static err declare_dead(struct mq *m, const struct mq_queue *queue)
{
	amqp_table_entry_t entry = text_entry("x-queue-type", "quorum");
	err e = declare_queue(m, queue->dead, (amqp_table_t){ 1, &entry });

	return e ? e : bind_queue(m, queue->dead, MQ_DEAD_EXCHANGE, queue->name);
}

/*
 * A quorum queue counts deliveries. Dead-lettering must be at-least-once, which RabbitMQ
 * does only together with reject-publish.
 */
static err declare_living(struct mq *m, const struct mq_queue *queue, int deliveries)
{
	amqp_table_entry_t entries[] = {
		text_entry("x-queue-type", "quorum"),
		text_entry("x-dead-letter-exchange", MQ_DEAD_EXCHANGE),
		text_entry("x-dead-letter-routing-key", queue->name),
		text_entry("x-dead-letter-strategy", "at-least-once"),
		text_entry("x-overflow", "reject-publish"),
		{ .key = amqp_cstring_bytes("x-delivery-limit"),
		  .value = { .kind = AMQP_FIELD_KIND_I32, .value.i32 = deliveries } },
		{ .key = amqp_cstring_bytes("x-single-active-consumer"),
		  .value = { .kind = AMQP_FIELD_KIND_BOOLEAN,
			     .value.boolean = queue->is_single_consumer } },
	};
	err e = declare_queue(m, queue->name, (amqp_table_t){ ARRAY_LEN(entries), entries });

	return e ? e : bind_queue(m, queue->name, MQ_EXCHANGE, queue->binding);
}

/* The dead first, so that there is always a place for the living to die into. */
static err declare_both(struct mq *m, const struct mq_queue *queue, int deliveries)
{
	err e = declare_dead(m, queue);

	return e ? e : declare_living(m, queue, deliveries);
}

err mq_declare(struct mq *m)
{
	err e = mq_ready(m);
	size_t i;

	if (!e)
		e = declare_exchange(m, MQ_EXCHANGE, "topic");
	if (!e)
		e = declare_exchange(m, MQ_DEAD_EXCHANGE, "direct");
	for (i = 0; !e && i < mq_queue_count; i++) {
		e = declare_both(m, &mq_queues[i], MQ_DELIVERY_LIMIT);
		if (!e)
			amqp_maybe_release_buffers(m->connection);
	}
	if (!e)
		m->declared_at = clock_ticks();
	return e;
}

err mq_await_lasting(struct mq *m)
{
	err e = m->declared_at ? OK : mq_declare(m);
	int64_t left;

	while (!e && (left = m->declared_at + MQ_LASTING_MS - clock_ticks(), left > 0))
		clock_sleep(left);
	return e;
}

/* The queue of dead letters is none of the family, though it is called alike. */
const struct mq_family *mq_family_of(struct str key)
{
	size_t i;

	for (i = 0; i < mq_family_count; i++) {
		const struct mq_family *family = &mq_families[i];

		if (str_starts(key, str_from_c(family->name)) &&
		    !str_is(key, str_from_c(family->dead)))
			return family;
	}
	return NULL;
}

err mq_know(struct mq *m, struct str key)
{
	const struct mq_family *family = mq_family_of(key);
	struct mq_queue queue = { .is_single_consumer = true };
	uint64_t hash = str_hash(key);
	char name[NAME_BYTES];
	size_t i;
	err e;

	if (!family)
		return OK;
	for (i = 0; i < MQ_KNOWN; i++) {
		if (m->known[i] == hash)
			return OK;
	}
	if (key.n >= sizeof(name))
		BUG("a queue with a name of %zu bytes", key.n);
	snprintf(name, sizeof(name), STR_FMT, STR_ARG(key));
	queue.name = queue.binding = name;
	queue.dead = family->dead;
	e = declare_both(m, &queue, MQ_FAMILY_DELIVERY_LIMIT);
	if (e)
		return e;
	m->known[m->known_next++ % MQ_KNOWN] = hash;
	return OK;
}

const struct mq_queue *mq_fixed(struct str name)
{
	size_t i;

	for (i = 0; i < mq_queue_count; i++) {
		if (str_is(name, str_from_c(mq_queues[i].name)))
			return &mq_queues[i];
	}
	return NULL;
}

err mq_declare_again(struct mq *m, struct str queue)
{
	const struct mq_queue *fixed = mq_fixed(queue);
	err e = mq_ready(m);

	if (e)
		return e;
	mq_forget(m, queue);
	return fixed ? declare_both(m, fixed, MQ_DELIVERY_LIMIT) : mq_know(m, queue);
}

void mq_forget(struct mq *m, struct str key)
{
	uint64_t hash = str_hash(key);
	size_t i;

	for (i = 0; i < MQ_KNOWN; i++) {
		if (m->known[i] == hash)
			m->known[i] = 0;
	}
}

err mq_remove(struct mq *m, struct str queue)
{
	const struct mq_family *family = mq_family_of(queue);
	err e = mq_ready(m);

	if (e)
		return e;
	if (!family)
		BUG("removing a queue that always exists");
	mq_forget(m, queue);
	amqp_queue_unbind(m->connection, MQ_CHANNEL, amqp_cstring_bytes(family->dead),
			  amqp_cstring_bytes(MQ_DEAD_EXCHANGE), mq_bytes(queue), amqp_empty_table);
	e = mq_check_reply(m, "cannot unbind a queue", amqp_get_rpc_reply(m->connection));
	if (e)
		return e;
	amqp_queue_delete(m->connection, MQ_CHANNEL, mq_bytes(queue), 0, 0);
	return mq_check_reply(m, "cannot delete a queue", amqp_get_rpc_reply(m->connection));
}

bool mq_is_not_found(amqp_rpc_reply_t reply)
{
	const amqp_channel_close_t *closed = reply.reply.decoded;

	return reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION &&
	       reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD && closed->reply_code == AMQP_NOT_FOUND;
}

err mq_count(struct mq *m, const char *queue, struct mq_counts *out)
{
	const amqp_queue_declare_ok_t *answer;
	amqp_rpc_reply_t reply;
	err e = mq_ready(m);

	if (e)
		return e;
	answer = amqp_queue_declare(m->connection, MQ_CHANNEL, amqp_cstring_bytes(queue), 1, 1, 0,
				    0, amqp_empty_table);
	reply = amqp_get_rpc_reply(m->connection);
	if (mq_is_not_found(reply)) {
		mq_drop(m); /* the question has closed the channel */
		return ERR_NOT_FOUND;
	}
	e = mq_check_reply(m, "cannot look at a queue", reply);
	if (e)
		return e;
	*out = (struct mq_counts){ answer->message_count, answer->consumer_count };
	amqp_maybe_release_buffers(m->connection);
	return OK;
}

err mq_depth(struct mq *m, const char *queue, int64_t *out)
{
	struct mq_counts counts;
	err e = mq_count(m, queue, &counts);

	if (!e)
		*out = counts.ready;
	return e;
}
