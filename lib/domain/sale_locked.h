/*
 * The row of a sale under its lock: whoever holds it decides about the stock. For sale_orders*.c
 * and sale_settle.c.
 */
#ifndef DOMAIN_SALE_LOCKED_H
#define DOMAIN_SALE_LOCKED_H

#include "domain/sale.h"

struct sale_locked {
	int64_t id, goods_id, units, stock, starts_at, ends_at, pay_seconds;
	int64_t settled_no; /* no request up to this one becomes an order any more */
	int64_t change_no;  /* of stock */
	struct str price;   /* as SQL writes it */
	struct str goods_name;
	enum sale_state state;
	bool has_refused; /* somebody whom the gate had let in: tickets are to be looked at */
};

/* Inside a transaction. ERR_INVALID when there is no such sale. */
err sale_lock(struct ctx *c, int64_t sale_id, struct sale_locked *out) MUST_CHECK;

#endif
