/*
 * The tickets of a sale compared with its orders, piece by piece. Between sale_check.c and
 * sale_check_tickets.c.
 */
#ifndef DOMAIN_SALE_CHECK_TICKETS_H
#define DOMAIN_SALE_CHECK_TICKETS_H

#include "domain/sale_check.h"

/* Of the tickets that wait. */
struct sale_tickets_seen {
	int64_t waiting; /* how many */
	int64_t newest;  /* the highest of their numbers */
};

/*
 * Fills lost, unknown, queued, stuck and is_partial. stuck_upto: tickets queued with a number up to
 * it are stuck. ends_at: clock_ticks.
 */
err sale_check_tickets(struct ctx *c, int64_t sale_id, int64_t stuck_upto, int64_t ends_at,
		       struct sale_report *r, struct sale_tickets_seen *seen) MUST_CHECK;

/* Only those that wait, once more: fills queued and is_partial. */
err sale_check_waiting(struct ctx *c, int64_t sale_id, int64_t ends_at, struct sale_report *r,
		       struct sale_tickets_seen *seen) MUST_CHECK;

#endif
