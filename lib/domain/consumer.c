/* The loop of a worker that handles messages. */
#include "domain/consumer.h"

#include <malloc.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/sabotage.h"
#include "domain/dead_queue.h"

#define HELD_BYTES (64 * 1024)
#define WAIT_MS 1000 /* for a message; TERM ends it at once */
#define SUBSCRIBE_PAUSE_MS 1000
#define LOOK_EVERY_MS 10000 /* at a queue that does not answer */

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

/* A queue that lets nobody subscribe may have died. Those that come and go are looked at by who
 * publishes to them. */
static void mend(struct program *p, const struct consumer *c, int64_t *due)
{
	const struct mq_queue *queue = c->queue ? mq_fixed(str_from_c(c->queue)) : NULL;

	if (!queue || !mq_is_refused(p->ctx.mq) || clock_ticks() < *due)
		return;
	program_next(p);
	if (dead_queue_mend_fixed(&p->ctx, queue))
		log_debug("queue %s is looked at again", queue->name);
	*due = clock_ticks() + LOOK_EVERY_MS;
}

/* Messages outlive the arena of each try to handle them. */
struct inbox {
	struct arena *arena, *next_arena;
	struct mq_delivery items[CONSUMER_TOGETHER_MOST];
	size_t count;
	struct mq_delivery next; /* of another key: the first of the next round */
	bool has_next;
};

static err receive_first(struct program *p, struct inbox *in)
{
	struct arena *free_one = in->arena;

	if (!in->has_next) {
		arena_reset(in->arena);
		return mq_next(p->ctx.mq, in->arena, WAIT_MS, &in->items[0]);
	}
	in->arena = in->next_arena;
	in->next_arena = free_one;
	in->items[0] = in->next;
	in->has_next = false;
	return OK;
}

/* What has arrived already; nothing is waited for. */
static void receive_more(struct program *p, struct inbox *in)
{
	struct mq_delivery *d = &in->next;

	while (in->count < CONSUMER_TOGETHER_MOST) {
		arena_reset(in->next_arena);
		if (mq_next(p->ctx.mq, in->next_arena, 0, d))
			return;
		if (!str_is(d->key, in->items[0].key)) {
			in->has_next = true;
			return;
		}
		d->key = in->items[0].key;
		d->id = str_copy(in->arena, d->id);
		d->body = str_copy(in->arena, d->body);
		in->items[in->count++] = *d;
	}
}

static err receive(struct program *p, const struct consumer *c, struct inbox *in)
{
	err e = receive_first(p, in);

	in->count = e ? 0 : 1;
	if (!e && c->handle_some)
		receive_more(p, in);
	return e;
}

static err settle_all(struct program *p, const struct consumer *c, const struct inbox *in)
{
	size_t i;
	err e = OK;

	if (in->count > 1) {
		program_next(p);
		if (!c->handle_some(p, in->items, in->count))
			return mq_ack(p->ctx.mq, in->items[in->count - 1].tag, true);
	}
	for (i = 0; !e && i < in->count; i++)
		e = settle(p, c, &in->items[i]);
	return e;
}

void consumer_run(struct program *p, const struct consumer *c)
{
	struct inbox in = { .arena = arena_new(HELD_BYTES), .next_arena = arena_new(HELD_BYTES) };
	int64_t due = clock_ticks() + CONSUMER_FOLLOW_MS, look_due = 0;
	bool was_busy = true;
	err e;

	while (!program_is_stopping() && subscribe(p, c)) {
		program_sleep(SUBSCRIBE_PAUSE_MS);
		mend(p, c, &look_due);
	}
	while (!program_is_stopping()) {
		follow(p, c, &due);
		mend(p, c, &look_due);
		e = receive(p, c, &in);
		/* A rush is over: what it took is for others. */
		if (e == ERR_NOT_FOUND && was_busy)
			malloc_trim(0);
		was_busy = e != ERR_NOT_FOUND;
		if (!e)
			e = settle_all(p, c, &in);
		if (e && e != ERR_NOT_FOUND && e != ERR_UNAVAILABLE)
			log_warn("queue %s: %s", name_of(c), err_name(e));
	}
	arena_free(in.arena);
	arena_free(in.next_arena);
}
