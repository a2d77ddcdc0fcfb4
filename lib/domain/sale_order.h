/*
 * Orders, as their buyers know them: seen, paid, cancelled, closed when not paid in time. They are
 * made by domain/sale_orders.h. Every function for a buyer asks for the viewer's own; another's is
 * ERR_NOT_FOUND, and a guest's ERR_AUTH.
 *
 * What an order is told first is what it stays: paid, cancelled and closed are each one UPDATE
 * guarded by the state before.
 */
#ifndef DOMAIN_SALE_ORDER_H
#define DOMAIN_SALE_ORDER_H

#include "domain/sale.h"

#define SALE_ORDERS_PAGE 20

enum order_state {
	ORDER_UNPAID,
	ORDER_PAID,
	ORDER_CANCELLED, /* by the buyer */
	ORDER_EXPIRED,   /* not paid in time */
	ORDER_REFUNDING, /* paid when it was too late: the money goes back */
	ORDER_REFUNDED,
	ORDER_STATES
};

struct sale_order {
	int64_t id, sale_id, user_id, goods_id;
	struct str goods_name;    /* as it was when it was ordered */
	struct str goods_picture; /* of today */
	int64_t price;            /* cents */
	enum order_state state;
	struct str ship_to;                                /* as chosen; empty until then */
	int64_t created_at, expires_at, paid_at, ended_at; /* Unix ms, UTC; 0 when not */
};

struct sale_orders {
	struct sale_order *items;
	size_t count;
};

err sale_order_find(struct ctx *c, int64_t id, struct sale_order *out) MUST_CHECK;
/* The same of any person: for letters and administrators. */
err sale_order_of(struct ctx *c, int64_t id, int64_t user_id, struct sale_order *out) MUST_CHECK;
/* The viewer's, newest first, ids below before_id (0: from the top). */
err sale_order_mine(struct ctx *c, int64_t before_id, int limit,
		    struct sale_orders *out) MUST_CHECK;

/*
 * Where to send it, as the address is now. ERR_CONFLICT unless it is unpaid or paid; ERR_NOT_FOUND
 * for another's address.
 */
err sale_order_ship_to(struct ctx *c, int64_t id, int64_t address_id) MUST_CHECK;

/*
 * The unit goes back on sale. OK when it is cancelled already, ERR_CONFLICT when it is paid or
 * closed.
 */
err sale_order_cancel(struct ctx *c, int64_t id) MUST_CHECK;

/*
 * Close what was not paid in time, at most `limit`; the units go back on sale and the buyers are
 * told by mail. For the cron program; two at once share the work.
 */
err sale_order_expire(struct ctx *c, int limit, int64_t *closed) MUST_CHECK;

/* Within the transaction that closes one because it was not paid in time: its unit goes back on
 * sale, and the buyer is told. */
err sale_order_announce_closed(struct ctx *c, int64_t order_id, int64_t sale_id,
			       int64_t user_id) MUST_CHECK;

/* How many orders of a sale are in each state, and how many of them hold a unit. For pages of
 * administrators and for checks. */
struct sale_order_counts {
	int64_t in_state[ORDER_STATES];
	int64_t holding;   /* a unit that did not go back on sale */
	int64_t to_return; /* of these, cancelled or closed: the unit is on its way back */
};
err sale_order_count(struct ctx *c, int64_t sale_id, struct sale_order_counts *out) MUST_CHECK;

#endif
