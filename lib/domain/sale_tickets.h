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

/* Decisions on their way to Redis: nothing that rests on them may go on before it has answered. */
struct sale_telling {
	struct cache_reply **replies;
	size_t count;
};

/*
 * Each ticket that waits with this number becomes what was decided; an order is put even where
 * there is no ticket. done: `orders` has come so far. Nothing is done while the sale is not loaded.
 */
err sale_tickets_apply(struct ctx *c, const struct sale_locked *sale,
		       const struct sale_decision *decisions, size_t count,
		       int64_t done) MUST_CHECK;

/*
 * The same in two halves: Redis works while the caller does something else. The second is called
 * after the first in any case; with none on their way it is OK.
 */
void sale_tickets_send(struct ctx *c, struct sale_telling *out, const struct sale_locked *sale,
		       const struct sale_decision *decisions, size_t count, int64_t done);
err sale_tickets_wait(struct ctx *c, struct sale_telling *sent) MUST_CHECK;

/* Who of them has been told no, which is final; others may be told anything yet. At most some
 * hundreds. */
err sale_tickets_find_refused(struct ctx *c, int64_t sale_id, const int64_t *users, size_t count,
			      bool *is_refused) MUST_CHECK;

#endif
