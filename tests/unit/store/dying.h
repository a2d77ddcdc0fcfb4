/*
 * Queues that die with the broker when they are a moment old. A broker that has just come back does
 * not serve new queues at once, nor may it confirm what goes to one it has just made: so all is
 * done patiently.
 */
#ifndef UNIT_STORE_DYING_H
#define UNIT_STORE_DYING_H

#include "unit/unit.h"

#include <signal.h>

#include "base/clock.h"
#include "store/mq.h"
#include "support/patience.h"
#include "support/stores.h"

#define DYING_TRIES 5

static inline void dying_publish(struct mq *m, struct str key)
{
	int64_t until = clock_ticks() + 2 * WAIT_MOST_MS;

	while (mq_publish_confirmed(m, key, STR("1"), STR("{}"))) {
		assert_true(clock_ticks() < until);
		stores_sleep_ms(100);
	}
}

static inline bool dying_is_dead(struct mq *m, struct str queue)
{
	int64_t until = clock_ticks() + 2 * WAIT_MOST_MS;
	bool is_dead = false;

	while (mq_is_dead(m, queue, &is_dead)) {
		assert_true(clock_ticks() < until);
		stores_sleep_ms(200);
	}
	return is_dead;
}

static inline void dying_make(struct mq *m, struct str queue)
{
	int64_t until = clock_ticks() + 2 * WAIT_MOST_MS;

	while (mq_make_anew(m, queue)) {
		assert_true(clock_ticks() < until);
		stores_sleep_ms(200);
	}
}

/* A moment old, it confirms a message for this key, and the broker is killed. */
static inline void dying_kill(struct mq *m, struct str queue, struct str key)
{
	int i;

	for (i = 0; i < DYING_TRIES; i++) {
		dying_make(m, queue);
		dying_publish(m, key);
		stores_signal("rabbitmq", SIGKILL);
		stores_start("rabbitmq");
		if (dying_is_dead(m, queue))
			return;
	}
	fail_msg("the queue does not die");
}

#endif
