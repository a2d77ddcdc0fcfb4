/*
 * The clock of time-outs stands still for a test, which moves it: what is remembered for a second
 * is then remembered for exactly so long, however slow the machine is. Nothing that waits for
 * others by that clock may be called meanwhile.
 */
#ifndef UNIT_STILL_CLOCK_H
#define UNIT_STILL_CLOCK_H

#include "base/clock.h"

int64_t __real_clock_ticks(void);
int64_t __wrap_clock_ticks(void);
bool __real_clock_sleep(int64_t ms);
bool __wrap_clock_sleep(int64_t ms);

static struct {
	bool is_still;
	int64_t at;
} still_clock;

int64_t __wrap_clock_ticks(void)
{
	return still_clock.is_still ? still_clock.at : __real_clock_ticks();
}

/* Sleeping moves it, too. */
bool __wrap_clock_sleep(int64_t ms)
{
	if (!still_clock.is_still)
		return __real_clock_sleep(ms);
	still_clock.at += ms;
	return true;
}

static inline void clock_stop(void)
{
	still_clock.at = __real_clock_ticks();
	still_clock.is_still = true;
}

static inline void clock_move(int64_t ms)
{
	still_clock.at += ms;
}

static inline void clock_run(void)
{
	still_clock.is_still = false;
}

#endif
