/*
 * Payments, behind an interface: a cashier shows the buyer a page of its own and tells us the
 * outcome by a signed call. Built in is a sandbox cashier (site.mode development only): the same
 * forms, no money.
 *
 * A call is believed when its signature is right, its reference is one we gave out, and its amount
 * is the order's. Told again, it changes nothing. Told when the order is closed, the money is to go
 * back.
 */
#ifndef DOMAIN_PAYMENT_H
#define DOMAIN_PAYMENT_H

#include "domain/sale_order.h"

struct payment {
	struct str reference;     /* ours, random, given to the cashier */
	int64_t order_id, amount; /* cents */
	enum { PAYMENT_ASKED, PAYMENT_PAID, PAYMENT_REFUNDING, PAYMENT_REFUNDED } state;
};

/*
 * Begin: the reference under which the cashier will answer; the same one while it is open.
 * ERR_CONFLICT unless the viewer's order is unpaid and in time.
 */
err payment_begin(struct ctx *c, int64_t order_id, struct payment *out) MUST_CHECK;
/* Of the viewer's order, for the sandbox cashier's page. */
err payment_find(struct ctx *c, struct str reference, struct payment *out) MUST_CHECK;

/* What a cashier sends: HMAC-SHA256 over "reference|amount|outcome|at" with the shared key, in hex.
 */
struct payment_call {
	struct str reference, outcome; /* "paid" or "refunded" */
	int64_t amount, at;            /* cents; Unix ms, at most five minutes off */
	struct str signature;
};
struct str payment_sign(struct ctx *c, const struct payment_call *call);

/* ERR_FORBIDDEN: not signed by the cashier, or too old. ERR_NOT_FOUND: unknown reference.
 * ERR_CONFLICT: wrong amount. */
err payment_called(struct ctx *c, const struct payment_call *call) MUST_CHECK;

/* Hand due refunds to the cashier, at most `limit`: for the cron program. */
err payment_refund(struct ctx *c, int limit, int64_t *refunded) MUST_CHECK;

#endif
