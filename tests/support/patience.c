/* Tries, and their time. */
#include "support/patience.h"

#define TRIES 5

bool patience_is_quick(void (*act)(void *context), void *context, int64_t most_ms)
{
	int i;

	for (i = 0; i < TRIES; i++) {
		int64_t started = clock_ticks();

		act(context);
		if (clock_ticks() - started < most_ms)
			return true;
	}
	return false;
}
