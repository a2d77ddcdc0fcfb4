/*
 * persist: writes votes, likes and check-ins from the queue `events` to MariaDB, a batch in one
 * transaction. Only one of several runs at a time (the queue has a single active consumer); another
 * takes over when it ends.
 */
#include "base/clock.h"
#include "domain/check_in.h"
#include "domain/consumer.h"
#include "domain/reaction.h"

#define REST_MOST_MS 50

static err write_batch(struct program *p, const struct mq_delivery *d)
{
	if (str_is(d->key, STR("event.checkin")))
		return check_in_persist(&p->ctx, d->body);
	return reaction_persist(&p->ctx, d->body);
}

/*
 * As much rest as work: the database's threads have no lower priority than those that make pages,
 * and a heap of votes would keep one processor from them for as long as it lasts.
 */
static err write_gently(struct program *p, const struct mq_delivery *d)
{
	int64_t began = clock_ticks(), took;
	err e = write_batch(p, d);

	took = clock_ticks() - began;
	mq_idle(p->ctx.mq, took < REST_MOST_MS ? took : REST_MOST_MS);
	return e;
}

int main(void)
{
	static const struct consumer events = { .queue = "events",
						.prefetch = 4,
						.handle = write_gently };
	struct program p;

	if (program_open(&p, "persist"))
		return 1;
	program_step_back();
	consumer_run(&p, &events);
	program_close(&p);
	return 0;
}
