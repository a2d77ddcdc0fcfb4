/*
 * `relay sales`: carries what the gates took to the queues. Somebody waits for each of them, so one
 * that comes alone is carried at once.
 */
#include "relay.h"

#include "base/clock.h"
#include "base/log.h"
#include "domain/sale_relay.h"

#define WAIT_MS 500
#define AFTER_ERROR_MS 500
/*
 * When several come together, a moment's pause makes one message of dozens, and a longer one where
 * that is the rate of a rush: a message of few costs the broker and the database as much, and takes
 * the processors from those who press.
 */
#define PAUSE_MS 10
#define RUSH 32
#define PAUSE_IN_RUSH_MS 25

static err look(struct sale_relay *relay, struct ctx *c, int64_t *due)
{
	if (clock_ticks() < *due)
		return OK;
	*due = clock_ticks() + SALE_RELAY_LOOK_MS;
	return sale_relay_look(relay, c);
}

void relay_sales(struct program *p)
{
	struct sale_relay *relay = sale_relay_new();
	bool is_open = false; /* exchanges and queues exist */
	int64_t due = 0;

	while (!program_is_stopping()) {
		size_t moved = 0;
		err e;

		program_next(p);
		e = is_open ? OK : mq_declare(p->ctx.mq);
		is_open = !e;
		if (!e && sale_relay_mend(relay, &p->ctx))
			log_debug("queues that confirm nothing are looked at again");
		if (!e)
			e = look(relay, &p->ctx, &due);
		if (!e)
			e = sale_relay_round(relay, &p->ctx, WAIT_MS, &moved);
		if (e)
			program_sleep(AFTER_ERROR_MS);
		else if (!sale_relay_count(relay))
			program_sleep(SALE_RELAY_LOOK_MS);
		else if (moved > 1 && moved < SALE_RELAY_MOST)
			program_sleep(moved < RUSH ? PAUSE_MS : PAUSE_IN_RUSH_MS);
	}
	sale_relay_free(relay);
}
