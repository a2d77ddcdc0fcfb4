/*
 * Time in tests, which also run on a machine that is slow, or busy with others: what must happen is
 * waited for, and what is to be quick may be slow now and then.
 */
#ifndef SUPPORT_PATIENCE_H
#define SUPPORT_PATIENCE_H

#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

#include "base/clock.h"

#define WAIT_MOST_MS 30000

/* Look again and again, until it is so or for WAIT_MOST_MS; whoever asks says then what is wrong.
 */
#define WAIT_UNTIL(...) \
	for (int64_t wait_until_ = clock_ticks() + WAIT_MOST_MS; \
	     !(__VA_ARGS__) && clock_ticks() < wait_until_;) \
	usleep(20000)

/* Does it take less than most_ms in one of a few tries? While one goes on, others may have the
 * machine. */
bool patience_is_quick(void (*act)(void *context), void *context, int64_t most_ms);

#endif
