/*
 * The relay: carries votes and likes from Redis streams to RabbitMQ, many in one message. There is
 * one; two at once do no harm. Whatever is down, it waits and goes on where it stopped.
 */
#include "base/clock.h"
#include "base/log.h"
#include "domain/event_relay.h"
#include "domain/program.h"

#define READER STR("relay")
#define WAIT_MS 1000
/*
 * Under load a moment's pause makes one message of many events, which costs the database a third of
 * many messages of few. A round that was full has waited long enough.
 */
#define PAUSE_MS 500
#define AFTER_ERROR_MS 1000
#define OTHERS_EVERY_MS CLOCK_MINUTE

struct relay {
	bool is_open;      /* queues, streams and group exist */
	bool is_behind;    /* there may be entries read, but not struck off: they go first */
	int64_t others_at; /* when to look for what dead readers hold; clock_ticks */
};

static err open_all(struct ctx *c, struct relay *r)
{
	err e = mq_declare(c->mq);

	if (!e)
		e = event_relay_open(c);
	r->is_open = !e;
	r->is_behind = true;
	return e;
}

static err carry(struct ctx *c, struct relay *r, size_t *moved)
{
	err e;

	if (r->is_behind) {
		e = event_relay_held(c, READER, moved);
		r->is_behind = e || *moved;
		return e;
	}
	if (clock_ticks() >= r->others_at) {
		e = event_relay_idle(c, READER, moved);
		if (!e && !*moved)
			r->others_at = clock_ticks() + OTHERS_EVERY_MS;
		return e;
	}
	return event_relay_new(c, READER, WAIT_MS, moved);
}

int main(void)
{
	struct relay r = { 0 };
	struct program p;

	if (program_open(&p, "relay"))
		return 1;
	while (!program_is_stopping()) {
		size_t moved = 0;
		err e;

		program_next(&p);
		e = r.is_open ? OK : open_all(&p.ctx, &r);
		if (!e)
			e = carry(&p.ctx, &r, &moved);
		if (e) {
			r.is_open = false;
			program_sleep(AFTER_ERROR_MS);
		} else if (moved && moved < EVENT_RELAY_ROUND) {
			program_sleep(PAUSE_MS);
		}
	}
	program_close(&p);
	return 0;
}
