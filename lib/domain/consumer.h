/*
 * The loop of a worker that handles one queue, or several that come and go: message by message,
 * each acknowledged after its handler has committed. Killed in between, it is delivered again, so
 * handlers are idempotent.
 */
#ifndef DOMAIN_CONSUMER_H
#define DOMAIN_CONSUMER_H

#include "domain/program.h"

struct consumer {
	const char *queue; /* NULL: those that follow subscribes to */
	uint16_t prefetch; /* messages on their way to us */
	/*
	 * OK: handled. ERR_UNAVAILABLE: something it needs is away; it is called again after a
	 * pause that grows to CONSUMER_PAUSE_MOST_MS. ERR_INVALID: can never be handled, to the
	 * dead letters. Any other: given back to the queue, which counts. p->ctx is fresh for each
	 * call.
	 */
	err (*handle)(struct program *p, const struct mq_delivery *d);
	/* When queue is NULL: subscribe to what there is (mq_subscribe_also), leave what is gone;
	 * called once before the first message, then every CONSUMER_FOLLOW_MS. */
	err (*follow)(struct program *p, uint16_t prefetch);
	/* When not NULL: messages with one key that have come together, in their order. After any
	 * error each of them is handled alone. */
	err (*handle_some)(struct program *p, const struct mq_delivery *d, size_t count);
};

#define CONSUMER_TOGETHER_MOST 16

#define CONSUMER_FOLLOW_MS 1000
#define CONSUMER_PAUSE_FIRST_MS 200
#define CONSUMER_PAUSE_MOST_MS 5000

/* Until told to stop. Whatever is away is waited for: a restart would not bring it back. */
void consumer_run(struct program *p, const struct consumer *c);

#endif
