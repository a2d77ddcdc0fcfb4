/*
 * persist: writes votes, likes and check-ins from the queue `events` to MariaDB, a batch in one
 * transaction. Only one of several runs at a time (the queue has a single active consumer); another
 * takes over when it ends.
 */
#include "domain/check_in.h"
#include "domain/consumer.h"
#include "domain/reaction.h"

static err write_batch(struct program *p, const struct mq_delivery *d)
{
	if (str_is(d->key, STR("event.checkin")))
		return check_in_persist(&p->ctx, d->body);
	return reaction_persist(&p->ctx, d->body);
}

int main(void)
{
	static const struct consumer events = { .queue = "events",
						.prefetch = 4,
						.handle = write_batch };
	struct program p;

	if (program_open(&p, "persist"))
		return 1;
	program_step_back();
	consumer_run(&p, &events);
	program_close(&p);
	return 0;
}
