/*
 * What the worker `orders` does with the queue of a sale, "sale.order.<sale>": its single consumer
 * is the only one who lowers or raises `sale.stock`, in SQL and in Redis, in the order of the
 * queue.
 *
 * A message is a JSON object, one of:
 *   {"kind":"requests","items":[[request no, user, at ms], ...]}  from the relay, in their order
 *   {"kind":"ended","order":"<id>"}                     an order was cancelled or closed: unit back
 *   {"kind":"units","change":"<form>","delta":5}        an administrator changed the units
 *   {"kind":"settle","upto":<request no>}               see below; upto 0: load what Redis lost
 *
 * requests: in batches, each one transaction; the sale's row locked, the guarded decrement, one
 * multi-row insert, the orders of these buyers read where not all get one; then tickets and stock
 * in one script (domain/sale_tickets.h); then, after the last batch, the ack. A request whose buyer
 * has an order, by this request or another, is told which; one beyond the stock is refused, also
 * when it comes again and there are units (`has_refused`), and so is one up to `settled_no` that
 * made none. The stock in Redis is set to SQL's less what is on its way, so a unit that was not
 * used is back at once, and once.
 *
 * settle: tickets up to that number which still wait are written as if their message had come, in
 * the order of their numbers, at an instant at which the sale was open; then no request up to that
 * number will ever become an order any more (`settled_no`). Units of orders that ended come back,
 * whatever became of their messages, and the stock becomes SQL's less what is still on its way.
 * When Redis lost the sale or a part of it, everything is put back from SQL and a new base begun;
 * tickets that are still there are written before, and who has none is told that there is no
 * request. So the message behind all others is what ends stuck tickets, repairs a difference, and
 * loads: a request is lost only with its ticket.
 */
#ifndef DOMAIN_SALE_ORDERS_H
#define DOMAIN_SALE_ORDERS_H

#include "domain/sale_gate.h"

/*
 * Handle one message. ERR_INVALID: can never be handled. ERR_UNAVAILABLE: again later. Idempotent,
 * also after a crash at any instruction.
 */
err sale_orders_handle(struct ctx *c, int64_t sale_id, struct str json) MUST_CHECK;

/*
 * Handle several messages together, in their order, which costs little more than one. ERR_INVALID
 * unless all of them are requests; after any error each is to be handled alone.
 */
err sale_orders_handle_some(struct ctx *c, int64_t sale_id, const struct str *json,
			    size_t count) MUST_CHECK;

#define SALE_ORDERS_PREFIX "sale.order."

/* The routing key of a sale, which is its queue's name. */
struct str sale_orders_key(struct arena *a, int64_t sale_id);

/* Record a message for the queue of a sale in the caller's transaction (domain/outbox.h). */
err sale_orders_ended(struct ctx *c, int64_t sale_id, int64_t order_id) MUST_CHECK;
err sale_orders_units(struct ctx *c, int64_t sale_id, struct str form_id, int64_t delta) MUST_CHECK;
err sale_orders_settle(struct ctx *c, int64_t sale_id, int64_t upto) MUST_CHECK;

/* The text of the last, for those that publish it themselves: it is asked for again when lost. */
struct str sale_settle_body(struct arena *a, int64_t upto);

#endif
