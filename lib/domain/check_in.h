/*
 * Checking in, once a day, by the calendar of the site's zone. A member's month is a bitmap in
 * Redis, and the press of the button that sets a bit also adds an event to the stream of events,
 * which makes the row of `check_in` in SQL. What Redis lost is loaded from SQL again; while Redis
 * is away SQL is written and read directly. The only code that reads or writes `check_in`, but for
 * the sums of points.c.
 *
 *   sign:{3}:<user>:202601   STRING, 32 bits: bit 0 (the first) says that it was loaded, bit d is
 *                            day d; {3} is the shard of the user's id, where the stream is
 */
#ifndef DOMAIN_CHECK_IN_H
#define DOMAIN_CHECK_IN_H

#include "domain/ctx.h"

/* Days of a month: day d is the bit 31 - d, so that day 31 is the lowest. */
static inline bool check_in_has(uint32_t days, int day)
{
	return (days >> (31 - day) & 1) != 0;
}

/* How many days are set. */
int check_in_count(uint32_t days);

/* How many days in a row are set, the last of them being `day`. */
int check_in_row(uint32_t days, int day);

/* What a day brings that is the streak-th in a row. */
int check_in_points(int streak);

/* The viewer's, today. ERR_UNAVAILABLE when neither Redis nor SQL answers. */
err check_in_press(struct ctx *c, bool *is_first) MUST_CHECK;

struct check_in_state {
	int today;         /* yyyymmdd in the site's zone */
	bool is_done;      /* today */
	int streak;        /* days in a row up to today, or up to yesterday while today is open */
	int days_in_month; /* of the month that was asked for */
	uint32_t days;     /* of that month */
};

/* The viewer's; month is 202601, 0 for this one. */
err check_in_load(struct ctx *c, int month, struct check_in_state *out) MUST_CHECK;

/* A batch of events as event_relay.h has them: rows that are there already stay as they are.
 * ERR_INVALID when it is no batch. */
err check_in_persist(struct ctx *c, struct str json_batch) MUST_CHECK;

#endif
