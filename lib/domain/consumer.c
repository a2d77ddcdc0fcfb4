/* The loop of a worker that handles one queue. */
#include "domain/consumer.h"

#include "base/log.h"

#define HELD_BYTES (64 * 1024)
#define WAIT_MS 1000 /* for a message; TERM ends it at once */
#define SUBSCRIBE_PAUSE_MS 1000

/* However long something is away, the message stays in hand. */
static err handle_patiently(struct program *p, const struct consumer *c,
			    const struct mq_delivery *d)
{
	int64_t pause = CONSUMER_PAUSE_FIRST_MS;
	err e;

	for (;;) {
		program_next(p);
		e = c->handle(p, d);
		if (e != ERR_UNAVAILABLE || program_is_stopping())
			return e;
		mq_idle(p->ctx.mq, pause);
		pause = pause * 2 < CONSUMER_PAUSE_MOST_MS ? pause * 2 : CONSUMER_PAUSE_MOST_MS;
	}
}

/* OK also for a message that cannot be handled, once it is out of the way. */
static err settle(struct program *p, const struct consumer *c, const struct mq_delivery *d)
{
	err e = handle_patiently(p, c, d);

	if (!e)
		return mq_ack(p->ctx.mq, d->tag, false);
	/* Told to stop: the broker gives it to the next one when this connection ends. */
	if (e == ERR_UNAVAILABLE)
		return e;
	log_error("queue %s: message " STR_FMT " was not handled: %s", c->queue, STR_ARG(d->id),
		  err_name(e));
	return e == ERR_INVALID ? mq_reject(p->ctx.mq, d->tag) : mq_requeue(p->ctx.mq, d->tag);
}

/*
 * Not without the database: each message taken and not handled counts as one of its deliveries, so
 * that a few restarts while it is away would make dead letters of good messages.
 */
static err subscribe(struct program *p, const struct consumer *c)
{
	err e = db_ping(p->ctx.db);

	if (!e)
		e = mq_declare(p->ctx.mq);
	return e ? e : mq_subscribe(p->ctx.mq, c->queue, c->prefetch);
}

void consumer_run(struct program *p, const struct consumer *c)
{
	/* The message outlives the arena of each try to handle it. */
	struct arena *held = arena_new(HELD_BYTES);
	struct mq_delivery d;
	err e;

	while (!program_is_stopping() && subscribe(p, c))
		program_sleep(SUBSCRIBE_PAUSE_MS);
	while (!program_is_stopping()) {
		arena_reset(held);
		e = mq_next(p->ctx.mq, held, WAIT_MS, &d);
		if (!e)
			e = settle(p, c, &d);
		if (e && e != ERR_NOT_FOUND && e != ERR_UNAVAILABLE)
			log_warn("queue %s: %s", c->queue, err_name(e));
	}
	arena_free(held);
}
