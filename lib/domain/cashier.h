/*
 * Who takes the money. One table of functions for each; pay.cashier of the configuration names one.
 * A new one is a table of its own and a name in cashier_of.
 *
 * Built in is the sandbox: the same forms and the same signed calls, no money. Its page is ours,
 * /dev/cashier/{reference}, of the site in development only.
 */
#ifndef DOMAIN_CASHIER_H
#define DOMAIN_CASHIER_H

#include "domain/payment.h"

struct cashier {
	const char *name;
	/* Where the buyer is to be sent to pay p. */
	err (*begin)(struct ctx *c, const struct payment *p, struct str *page_out);
	/*
	 * Give the money of p back. Asked more than once for the same reference it does so once.
	 * OK: it will; that it did it says by a call "refunded".
	 */
	err (*refund)(struct ctx *c, const struct payment *p);
};

/* NULL when there is none. */
const struct cashier *cashier_of(const struct config *config);

/* What the sandbox sends when the buyer pressed its button: signed, fit for payment_called. */
struct payment_call cashier_sandbox_call(struct ctx *c, const struct payment *p,
					 struct str outcome);

#endif
