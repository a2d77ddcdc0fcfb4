/*
 * Loading a sale into Redis, and tickets found there. For sale_settle.c.
 */
#ifndef DOMAIN_SALE_SETTLE_H
#define DOMAIN_SALE_SETTLE_H

#include "domain/sale_tickets.h"

/* A request number has the second of its loading above so many bits of a counter. */
#define SALE_NUMBER_BITS 24

/* What Redis says of a sale. */
struct sale_in_redis {
	bool is_loaded;   /* with stock and tickets */
	bool has_tickets; /* some, maybe not all */
	struct str base;  /* empty when there is none */
	int64_t last_no;  /* the newest request number given; 0 when not known */
	int64_t taken, answered;
};

err sale_in_redis_read(struct ctx *c, int64_t sale_id, struct sale_in_redis *out) MUST_CHECK;

/* The tickets that wait, numbers from 1 to last_no, each buyer once. */
struct sale_waiting {
	struct sale_decision *items; /* user_id and no */
	size_t count;
};
err sale_waiting_find(struct ctx *c, int64_t sale_id, int64_t last_no,
		      struct sale_waiting *out) MUST_CHECK;

/*
 * Put a sale into Redis that is not there, or not as a whole: an order of SQL is its buyer's
 * ticket, whoever still waits waits in vain, the rest is left. sale is SQL's, settled_no the base
 * of the numbers to come. The gate opens with the last step. Nothing is done when somebody else,
 * who took over from us, has loaded it meanwhile.
 */
err sale_load(struct ctx *c, const struct sale_locked *sale,
	      const struct sale_in_redis *there) MUST_CHECK;

#endif
