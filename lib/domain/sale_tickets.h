/*
 * What `orders` tells Redis after each transaction: who became what, and the stock. For
 * sale_orders*.c and sale_settle.c.
 *
 * The stock is not raised or lowered but set: SQL's, less the requests on their way. So it does not
 * matter how often this is done, nor what was lost in between. Two who do it at once (a consumer
 * that was frozen while another took over) are told apart by change_no.
 */
#ifndef DOMAIN_SALE_TICKETS_H
#define DOMAIN_SALE_TICKETS_H

#include "domain/sale_gate.h"
#include "domain/sale_locked.h"

struct sale_decision {
	int64_t user_id, no;
	int64_t order_id;          /* > 0: this order */
	enum sale_refusal refusal; /* else this */
};

/*
 * Each ticket that waits with this number becomes what was decided; an order is put even where
 * there is no ticket. done: `orders` has come so far. Nothing is done while the sale is not loaded.
 */
err sale_tickets_apply(struct ctx *c, const struct sale_locked *sale,
		       const struct sale_decision *decisions, size_t count,
		       int64_t done) MUST_CHECK;

#endif
