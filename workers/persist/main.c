/*
 * persist: writes votes and likes from the queue `events` to MariaDB. Only one of several runs at a
 * time (the queue has a single active consumer); another takes over when it ends.
 *
 * A batch is acknowledged after its commit. Killed in between, it is delivered again, which changes
 * nothing.
 */
#include "base/log.h"
#include "domain/program.h"
#include "domain/reaction.h"

#define QUEUE "events"
#define PREFETCH 16 /* batches on their way to us */
#define HELD_BYTES (64 * 1024)
#define WAIT_MS 1000 /* for a message; TERM ends it at once */
#define BACK_OFF_FIRST_MS 200
#define BACK_OFF_MOST_MS 5000

/* Write a batch, however long the database is away: the message stays in hand. */
static err persist(struct program *p, struct str body)
{
	int64_t pause = BACK_OFF_FIRST_MS;
	err e;

	for (;;) {
		program_next(p);
		e = reaction_persist(&p->ctx, body);
		if (e != ERR_UNAVAILABLE || program_is_stopping())
			return e;
		mq_idle(p->ctx.mq, pause);
		pause = pause * 2 < BACK_OFF_MOST_MS ? pause * 2 : BACK_OFF_MOST_MS;
	}
}

/* OK also for a message we cannot handle, once it is out of the way. */
static err handle(struct program *p, const struct mq_delivery *d)
{
	err e = persist(p, d->body);

	if (!e)
		return mq_ack(p->ctx.mq, d->tag, false);
	log_error("a batch of events was not written: %s", err_name(e));
	if (e == ERR_INVALID)
		return mq_reject(p->ctx.mq, d->tag);
	/* Told to stop: the broker gives it to the next one when this connection ends. */
	if (e == ERR_UNAVAILABLE)
		return e;
	return mq_requeue(p->ctx.mq, d->tag);
}

/* Until told to stop. Whatever is away is waited for: a restart would not bring it back. */
static void consume(struct program *p)
{
	/* The message outlives the arena of each try to write it. */
	struct arena *held = arena_new(HELD_BYTES);
	struct mq_delivery d;
	err e;

	while (!program_is_stopping()) {
		arena_reset(held);
		e = mq_next(p->ctx.mq, held, WAIT_MS, &d);
		if (!e)
			e = handle(p, &d);
		if (e && e != ERR_NOT_FOUND && e != ERR_UNAVAILABLE)
			log_warn("the queue of events: %s", err_name(e));
	}
	arena_free(held);
}

static err subscribe(struct program *p)
{
	err e = mq_declare(p->ctx.mq);

	return e ? e : mq_subscribe(p->ctx.mq, QUEUE, PREFETCH);
}

int main(void)
{
	struct program p;

	if (program_open(&p, "persist"))
		return 1;
	while (!program_is_stopping() && subscribe(&p))
		program_sleep(BACK_OFF_MOST_MS);
	consume(&p);
	program_close(&p);
	return 0;
}
