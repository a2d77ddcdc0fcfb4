/* Snowflake ids. */
#include "base/id.h"

#include <errno.h>

#include "base/clock.h"
#include "base/log.h"

#define WORKER_BITS 10
#define SEQUENCE_BITS 12
#define SEQUENCE_LAST ((1 << SEQUENCE_BITS) - 1)
#define TIME_LAST ((INT64_C(1) << 41) - 1)
#define WAIT_MOST_MS 1000

static void sleep_ms(int64_t ms)
{
	struct timespec left = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	while (nanosleep(&left, &left) && errno == EINTR)
		;
}

void id_source_init(struct id_source *s, int worker, int64_t last_ms)
{
	if (worker < 0 || worker >= ID_WORKERS)
		BUG("worker number %d is out of range", worker);
	s->worker = worker;
	s->last_ms = last_ms;
	/* How many ids were made in that millisecond is not known: none of it may be used again. */
	s->sequence = SEQUENCE_LAST;
	s->now = clock_now;
	s->sleep_ms = sleep_ms;
}

/* Wait until the clock shows a time in which an id is free. */
static err wait_for_time(struct id_source *s, int64_t *out)
{
	int64_t waited = 0;

	for (;;) {
		int64_t now = s->now();
		int64_t step = now < s->last_ms ? s->last_ms - now : 1;

		if (now > s->last_ms || (now == s->last_ms && s->sequence < SEQUENCE_LAST)) {
			*out = now;
			return OK;
		}
		if (step > WAIT_MOST_MS - waited) {
			log_error("the clock is %lld ms behind the last id",
				  (long long)(s->last_ms - now));
			return ERR_UNAVAILABLE;
		}
		s->sleep_ms(step);
		waited += step;
	}
}

err id_next(struct id_source *s, int64_t *out)
{
	int64_t now;
	err e = wait_for_time(s, &now);

	if (e)
		return e;
	if (now < ID_EPOCH || now - ID_EPOCH > TIME_LAST) {
		log_error("the clock shows %lld ms, for which there are no ids", (long long)now);
		return ERR_UNAVAILABLE;
	}
	s->sequence = now == s->last_ms ? s->sequence + 1 : 0;
	s->last_ms = now;
	*out = (now - ID_EPOCH) << (WORKER_BITS + SEQUENCE_BITS) |
	       (int64_t)s->worker << SEQUENCE_BITS | s->sequence;
	return OK;
}

int64_t id_time(int64_t id)
{
	return (id >> (WORKER_BITS + SEQUENCE_BITS)) + ID_EPOCH;
}
