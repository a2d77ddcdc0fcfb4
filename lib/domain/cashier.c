/* The cashiers there are. */
#include "domain/cashier.h"

static err sandbox_begin(struct ctx *c, const struct payment *p, struct str *page_out)
{
	*page_out = str_format(c->arena, "/dev/cashier/" STR_FMT, STR_ARG(p->reference));
	return OK;
}

struct payment_call cashier_sandbox_call(struct ctx *c, const struct payment *p, struct str outcome)
{
	struct payment_call call = {
		.reference = p->reference, .outcome = outcome, .amount = p->amount, .at = c->now
	};

	call.signature = payment_sign(c, &call);
	return call;
}

/* It has no money to give back, so it answers at once, by the way all cashiers do. */
static err sandbox_refund(struct ctx *c, const struct payment *p)
{
	struct payment_call call = cashier_sandbox_call(c, p, STR("refunded"));

	return payment_called(c, &call);
}

static const struct cashier cashiers[] = {
	{ "sandbox", sandbox_begin, sandbox_refund },
};

const struct cashier *cashier_of(const struct config *config)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(cashiers); i++)
		if (str_is(config->pay.cashier, str_from_c(cashiers[i].name)))
			return &cashiers[i];
	return NULL;
}
