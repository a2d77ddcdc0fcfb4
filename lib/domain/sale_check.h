/*
 * The reconciler's look at a sale: what MariaDB, Redis, the tickets and the queue say must fit
 * together. An order whose ticket is gone gets it again; all else is repaired by a message "settle"
 * in the sale's queue (domain/sale_orders.h), behind all that is on its way.
 *
 * The stores cannot be read in one instant. So what does not fit is looked at again for as long as
 * `orders` may need to end what it is at, and figures of two different changes (sale.change_no)
 * count as wrong only when neither moves. The tickets that wait are counted against the requests
 * only when nobody pressed and nothing was answered meanwhile.
 *
 * Tickets that nobody can have written, and a SQL stock that is off, are for a person to look at:
 * what is right of them no program knows.
 */
#ifndef DOMAIN_SALE_CHECK_H
#define DOMAIN_SALE_CHECK_H

#include "domain/sale.h"

#define SALE_STUCK_MS \
	60000 /* a ticket queued for longer is stuck, unless its request is on its way */
#define SALE_SETTLE_AGAIN_MS 180000 /* `settle` is asked for no more often */
#define SALE_QUIET_MS 3600000       /* after its end little happens to a sale */
#define SALE_CHECK_QUIET_MS 600000  /* then it is looked at no more often */

struct sale_report {
	int64_t checked_at; /* Unix ms; 0: never */
	bool is_loaded;     /* Redis has it */
	bool is_partial;    /* time was up before all tickets were looked at */
	int64_t sql;        /* stock - (units - orders that hold one): 0 is right */
	int64_t redis;      /* Redis's stock + requests on their way - SQL's stock: 0 is right */
	int64_t lost;       /* orders without a ticket that says so */
	int64_t mended;     /* of these, those that have it again */
	int64_t unknown; /* tickets of orders that do not exist, or that nobody can have written */
	int64_t queued;  /* tickets on their way */
	int64_t stuck;   /* of these, longer than SALE_STUCK_MS */
	int64_t returning; /* closed orders whose unit is not back on sale yet */
	int64_t adrift;    /* units taken out that no ticket waits for; less than 0: the reverse */
	int64_t terms;     /* of start, end, units, closed and change_no, those that differ */
	int64_t oversold;  /* orders that hold, though their unit was given back */
};

/* Nothing in it has to be looked after. Units on their way back are nothing wrong. */
bool sale_report_is_right(const struct sale_report *r);

/*
 * Is it time to? Each sale lives for a week after its end, so most are quiet: one that was right,
 * in whole, and with nothing on its way, is left for SALE_CHECK_QUIET_MS.
 */
bool sale_check_is_due(struct ctx *c, int64_t sale_id, int64_t ends_at_ms) MUST_CHECK;

/*
 * Look at one; some seconds when something seems wrong, and not beyond ends_at (clock_ticks). What
 * is wrong is said in the log, as an alarm, and written into Redis for sale_report_read; `settle`
 * is asked for when tickets are stuck, a difference stands, units do not come back, or Redis has
 * lost the sale.
 */
err sale_check(struct ctx *c, int64_t sale_id, int64_t ends_at, struct sale_report *out) MUST_CHECK;

/* Keep it for sale_report_read; later ones are better than none, so what cannot be kept is left. */
void sale_report_keep(struct ctx *c, int64_t sale_id, const struct sale_report *r);

/* What the reconciler found last; checked_at is 0 when nothing is known. */
err sale_report_read(struct ctx *c, int64_t sale_id, struct sale_report *out) MUST_CHECK;

#endif
