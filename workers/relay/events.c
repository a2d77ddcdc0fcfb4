/*
 * `relay`: carries votes and likes from Redis streams to RabbitMQ, many in one message.
 */
#include "relay.h"

#include "domain/event_relay.h"

#define WAIT_MS 1000
/*
 * Under load a moment's pause makes one message of many events, which costs the database a third of
 * many messages of few. A round that was full has waited long enough.
 */
#define PAUSE_MS 500
#define AFTER_ERROR_MS 1000

void relay_events(struct program *p)
{
	bool is_open = false; /* the queues exist */

	program_step_back();
	while (!program_is_stopping()) {
		size_t moved = 0;
		err e;

		program_next(p);
		e = is_open ? OK : mq_declare(p->ctx.mq);
		if (!e)
			e = event_relay_round(&p->ctx, WAIT_MS, &moved);
		is_open = !e;
		if (e)
			program_sleep(AFTER_ERROR_MS);
		else if (moved && moved < EVENT_RELAY_ROUND)
			program_sleep(PAUSE_MS);
	}
}
