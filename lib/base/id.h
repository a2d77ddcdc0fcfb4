/*
 * Snowflake ids: 41 bits of milliseconds since 2024-01-01 UTC, 10 bits worker,
 * 12 bits sequence (the layout Twitter published in 2010). Positive, ordered by
 * time within a process, unique as long as no two living processes hold the same
 * worker number: domain/worker leases it.
 */
#ifndef BASE_ID_H
#define BASE_ID_H

#include "base/str.h"

#define ID_EPOCH INT64_C(1704067200000) /* 2024-01-01T00:00:00Z, Unix ms */
#define ID_WORKERS 1024

struct id_source {
	int worker;      /* 0 .. ID_WORKERS - 1 */
	int64_t last_ms; /* Unix ms of the newest id made; never goes back */
	int sequence;
	int64_t (*now)(void); /* clock_now, or a test's clock */
	void (*sleep_ms)(int64_t ms);
};

/* last_ms: the last millisecond in which this worker number made an id, 0 when unknown. */
void id_source_init(struct id_source *s, int worker, int64_t last_ms);

/*
 * The next id. A clock that stepped back is waited out for at most 1 s;
 * ERR_UNAVAILABLE when that is not enough.
 */
err id_next(struct id_source *s, int64_t *out) MUST_CHECK;

/* When an id was made, Unix ms. */
int64_t id_time(int64_t id);

#endif
