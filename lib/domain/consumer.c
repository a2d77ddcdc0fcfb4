/* The loop of a worker that handles messages. */
#include "domain/consumer.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/sabotage.h"

#define HELD_BYTES (64 * 1024)
#define WAIT_MS 1000 /* for a message; TERM ends it at once */
#define SUBSCRIBE_PAUSE_MS 1000

static const char *name_of(const struct consumer *c)
{
	return c->queue ? c->queue : "of many";
}

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
	err e;

	if (SABOTAGED("ack-before-commit") && mq_ack(p->ctx.mq, d->tag, false))
		return ERR_UNAVAILABLE;
	e = handle_patiently(p, c, d);
	if (SABOTAGED("ack-before-commit"))
		return e;
	if (!e)
		return mq_ack(p->ctx.mq, d->tag, false);
	/* Told to stop: the broker gives it to the next one when this connection ends. */
	if (e == ERR_UNAVAILABLE)
		return e;
	log_error("queue %s: message " STR_FMT " for " STR_FMT " was not handled: %s", name_of(c),
		  STR_ARG(d->id), STR_ARG(d->key), err_name(e));
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
	if (e)
		return e;
	if (c->queue)
		return mq_subscribe(p->ctx.mq, c->queue, c->prefetch);
	mq_become_consumer(p->ctx.mq);
	program_next(p);
	return c->follow(p, c->prefetch);
}

/* Queues that came or went since. What is away now is asked again in a moment. */
static void follow(struct program *p, const struct consumer *c, int64_t *due)
{
	if (!c->follow || clock_ticks() < *due)
		return;
	program_next(p);
	if (c->follow(p, c->prefetch))
		log_debug("queues %s: not known for the moment", name_of(c));
	*due = clock_ticks() + CONSUMER_FOLLOW_MS;
}

void consumer_run(struct program *p, const struct consumer *c)
{
	/* The message outlives the arena of each try to handle it. */
	struct arena *held = arena_new(HELD_BYTES);
	int64_t due = clock_ticks() + CONSUMER_FOLLOW_MS;
	struct mq_delivery d;
	err e;

	while (!program_is_stopping() && subscribe(p, c))
		program_sleep(SUBSCRIBE_PAUSE_MS);
	while (!program_is_stopping()) {
		follow(p, c, &due);
		arena_reset(held);
		e = mq_next(p->ctx.mq, held, WAIT_MS, &d);
		if (!e)
			e = settle(p, c, &d);
		if (e && e != ERR_NOT_FOUND && e != ERR_UNAVAILABLE)
			log_warn("queue %s: %s", name_of(c), err_name(e));
	}
	arena_free(held);
}
