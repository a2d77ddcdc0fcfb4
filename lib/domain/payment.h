/*
 * Payments, behind an interface: a cashier (domain/cashier.h) shows the buyer a page of its own and
 * tells us the outcome by a signed call.
 *
 * A call is believed when its signature is right, its reference is one we gave out, and its amount
 * is the order's. Told again, it changes nothing. Told when the order is closed - or signed after
 * its time was up - the money goes back, once: the payment is to be refunded, the closer hands it
 * to the cashier, and the cashier's call "refunded" ends it.
 */
#ifndef DOMAIN_PAYMENT_H
#define DOMAIN_PAYMENT_H

#include "domain/sale_order.h"

#define PAYMENT_CALL_MS 300000         /* a call is believed for so long after it was signed */
#define PAYMENT_REFUND_AGAIN_MS 600000 /* handed over and not answered: once more, ever later */
#define PAYMENT_REFUND_ATTEMPTS 10     /* then an alarm with each further one, an hour apart */

enum payment_state { PAYMENT_ASKED, PAYMENT_PAID, PAYMENT_REFUNDING, PAYMENT_REFUNDED };

struct payment {
	struct str reference;     /* ours, random, given to the cashier */
	int64_t order_id, amount; /* cents */
	enum payment_state state;
	struct str page; /* where the buyer pays, from payment_begin: a path of ours, or a URL */
};

/*
 * Begin: the reference under which the cashier will answer; the same one while it is open.
 * ERR_CONFLICT unless the viewer's order is unpaid and in time, ERR_UNAVAILABLE when there is no
 * cashier.
 */
err payment_begin(struct ctx *c, int64_t order_id, struct payment *out) MUST_CHECK;

/* Of the viewer's order, for the sandbox cashier's page. */
err payment_find(struct ctx *c, struct str reference, struct payment *out) MUST_CHECK;

/* What a cashier sends: HMAC-SHA256 over "reference|amount|outcome|at" with the shared key
 * (pay.secret of the configuration), in lower-case hex. */
struct payment_call {
	struct str reference, outcome; /* "paid" or "refunded" */
	int64_t amount, at;            /* cents; Unix ms */
	struct str signature;
};
struct str payment_sign(struct ctx *c, const struct payment_call *call);

/*
 * OK: believed, or known already. ERR_FORBIDDEN: not signed by the cashier, or too long ago.
 * ERR_NOT_FOUND: unknown reference. ERR_CONFLICT: wrong amount, or a refund of what was not to be
 * refunded. ERR_INVALID: an outcome we do not know. The viewer does not matter.
 */
err payment_called(struct ctx *c, const struct payment_call *call) MUST_CHECK;

/* Hand due refunds to the cashier, at most `limit`: for the cron program. Where there is none they
 * wait, with an alarm each time. */
err payment_refund(struct ctx *c, int limit, int64_t *handed) MUST_CHECK;

#endif
