/*
 * What the check_in*.c files share. Nobody else includes this.
 */
#ifndef DOMAIN_CHECK_IN_INTERNAL_H
#define DOMAIN_CHECK_IN_INTERNAL_H

#include "domain/check_in.h"

/* One press of the button. */
struct check_in_event {
	int64_t user_id;
	int day;
	int64_t at; /* Unix ms */
};
struct check_in_events {
	struct check_in_event *items;
	size_t count;
};

/* Write rows to SQL, each with the points of its streak. Outside a transaction. */
err check_in_write(struct ctx *c, struct check_in_events *events) MUST_CHECK;

/*
 * Days of `count` months, the newest first: days[i] is of the i-th month before `month`. From
 * Redis, or from SQL where Redis has nothing.
 */
err check_in_months(struct ctx *c, int64_t user_id, int month, int count,
		    uint32_t *days) MUST_CHECK;

/* The same of what SQL and Redis have together, and Redis has it all afterwards. SQL's alone while
 * Redis is away. */
err check_in_fill(struct ctx *c, int64_t user_id, int month, int count, uint32_t *days) MUST_CHECK;

struct str check_in_key(struct arena *a, int64_t user_id, int month);

/* A day this calendar has. */
bool check_in_is_day(int64_t day);

#endif
