/*
 * Orders, as their buyers know them: seen, paid, cancelled, closed when not paid in time. They are
 * made by domain/sale_orders.h. Every function for a buyer asks for the viewer's own; another's is
 * ERR_NOT_FOUND.
 */
#ifndef DOMAIN_SALE_ORDER_H
#define DOMAIN_SALE_ORDER_H

#include "domain/sale.h"

enum order_state {
	ORDER_UNPAID,
	ORDER_PAID,
	ORDER_CANCELLED, /* by the buyer */
	ORDER_EXPIRED,   /* not paid in time */
	ORDER_REFUNDING, /* paid when it was too late: the money goes back */
	ORDER_REFUNDED
};

struct sale_order {
	int64_t id, sale_id, user_id, goods_id;
	struct str goods_name, goods_picture;
	int64_t price; /* cents */
	enum order_state state;
	struct str ship_to;                                /* as chosen; empty until then */
	int64_t created_at, expires_at, paid_at, ended_at; /* Unix ms, UTC; 0 when not */
};

struct sale_orders {
	struct sale_order *items;
	size_t count;
};

err sale_order_find(struct ctx *c, int64_t id, struct sale_order *out) MUST_CHECK;
/* The viewer's, newest first, ids below before_id (0: from the top). */
err sale_order_mine(struct ctx *c, int64_t before_id, int limit,
		    struct sale_orders *out) MUST_CHECK;

/* Where to send it. ERR_CONFLICT unless it is unpaid or paid; ERR_NOT_FOUND for another's address.
 */
err sale_order_ship_to(struct ctx *c, int64_t id, int64_t address_id) MUST_CHECK;

/* The unit goes back on sale. OK when it is cancelled already, ERR_CONFLICT when it is paid or
 * closed. */
err sale_order_cancel(struct ctx *c, int64_t id) MUST_CHECK;

/* Close what was not paid in time, at most `limit`; the buyers are told. For the cron program. */
err sale_order_expire(struct ctx *c, int limit, int64_t *closed) MUST_CHECK;

#endif
