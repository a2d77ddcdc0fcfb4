/*
 * Time. An instant is int64_t milliseconds since 1970, UTC. A day is a day in
 * the site's zone, written yyyymmdd as a number.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/str.h"

#define CLOCK_SECOND INT64_C(1000)
#define CLOCK_MINUTE (60 * CLOCK_SECOND)
#define CLOCK_HOUR (60 * CLOCK_MINUTE)
#define CLOCK_DAY (24 * CLOCK_HOUR)

/* Calendar fields of an instant in some zone. */
struct clock_date {
	int year, month, day; /* month and day from 1 */
	int hour, minute, second;
};

/* The wall clock now, Unix ms, UTC. */
int64_t clock_now(void);
/* A clock that never steps, ms; for durations. */
int64_t clock_ticks(void);
/* The same in microseconds. */
int64_t clock_ticks_us(void);

/*
 * So many ms are patience enough with another program. A build with AddressSanitizer has more of
 * it: it is slow, and serves tests, which share their machine.
 */
#ifdef __SANITIZE_ADDRESS__
#define CLOCK_PATIENCE(ms) (4 * (ms))
#else
#define CLOCK_PATIENCE(ms) (ms)
#endif

/* Sleep for so many ms. False when a signal ended it before. */
bool clock_sleep(int64_t ms);

/* Choose the site's zone by its tz database name; ERR_INVALID when there is no such zone. */
err clock_set_zone(struct str name) MUST_CHECK;
/* There is a zone of this name. */
bool clock_is_zone(struct str name);

struct clock_date clock_utc(int64_t ms);
struct clock_date clock_local(int64_t ms); /* in the site's zone */
int clock_day(int64_t ms);                 /* 20260131 in the site's zone */

/* "2026-01-31T08:05:09Z", for <time datetime> and feeds. */
struct str clock_iso(struct arena *a, int64_t ms);
/* "Sat, 31 Jan 2026 08:05:09 GMT", for HTTP headers. */
struct str clock_http(struct arena *a, int64_t ms);

#endif
