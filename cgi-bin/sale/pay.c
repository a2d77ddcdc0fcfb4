/* Paying: on to the cashier, what the cashier tells us, and the sandbox cashier itself. */
#include "base/num.h"
#include "domain/cashier.h"
#include "sale/sale_pages.h"

#include "tmpl/sale_cashier.h"

err pay_action(struct req *r)
{
	struct payment payment = { 0 };
	struct url to;
	err e = payment_begin(&r->ctx, r->id, &payment);

	if (e == ERR_CONFLICT || !cashier_of(r->ctx.config)) {
		req_flash(r, e == ERR_CONFLICT
				     ? N_("This order is not to be paid any more.")
				     : N_("This site has no cashier yet: ask who runs it."));
		return resp_redirect(r, url_format(r->ctx.arena, "/orders/{}", r->id));
	}
	if (!e)
		e = url_check(r->ctx.arena, payment.page, &to);
	return e ? e : resp_redirect(r, to);
}

struct called_input {
	struct str reference, outcome, signature;
	int64_t amount, at;
};

static const struct field called_fields[] = {
	FIELD_TEXT(struct called_input, reference, 1, 64, FIELD_ONE_LINE),
	FIELD_TEXT(struct called_input, outcome, 1, 16, FIELD_ONE_LINE),
	FIELD_TEXT(struct called_input, signature, 1, 128, FIELD_ONE_LINE),
	FIELD_INT(struct called_input, amount, 0, INT64_MAX, 0),
	FIELD_INT(struct called_input, at, 0, INT64_MAX, 0),
};

/* A cashier's program calls: it is told with the status and one word. */
err payment_called_action(struct req *r)
{
	struct field_errors errors = { 0 };
	struct called_input in = { 0 };
	struct payment_call call;
	err e;

	if (!fields_read(r->ctx.arena, &r->in.body, called_fields, ARRAY_LEN(called_fields), &in,
			 &errors))
		return ERR_INVALID;
	call = (struct payment_call){ .reference = in.reference,
				      .outcome = in.outcome,
				      .amount = in.amount,
				      .at = in.at,
				      .signature = in.signature };
	e = payment_called(&r->ctx, &call);
	return e ? e : resp_body(r, 200, STR("text/plain; charset=utf-8"), STR("ok\n"));
}

/* The sandbox: what a real cashier shows on a page of its own. */

static struct url cashier_link(struct req *r, struct str reference)
{
	return url_format(r->ctx.arena, "/dev/cashier/{}", reference);
}

static struct str state_text(struct req *r, enum payment_state state)
{
	switch (state) {
	case PAYMENT_ASKED:
		return req_text(r, "Waits to be paid");
	case PAYMENT_PAID:
		return req_text(r, "Paid for");
	case PAYMENT_REFUNDING:
		return req_text(r, "Money on its way back");
	case PAYMENT_REFUNDED:
		return req_text(r, "Money returned");
	}
	BUG("no text for payment state %d", (int)state);
}

err cashier_page(struct req *r)
{
	struct cashier_view view = { .action = cashier_link(r, r->path.slugs[0]) };
	struct sale_order order = { 0 };
	struct payment payment = { 0 };
	err e = payment_find(&r->ctx, r->path.slugs[0], &payment);

	if (!e)
		e = sale_order_find(&r->ctx, payment.order_id, &order);
	if (e)
		return e;
	view.order_id = order.id;
	view.name = order.goods_name;
	view.price = yuan(r, payment.amount);
	view.is_asked = payment.state == PAYMENT_ASKED;
	view.is_unpaid = order.state == ORDER_UNPAID;
	view.state = state_text(r, payment.state);
	tmpl_sale_cashier(req_page(r), &view);
	return resp_page(r, 200,
			 &(struct page_meta){
				 .title = req_text(r, "Sandbox cashier"),
				 .is_noindex = true,
				 .is_market = true,
			 });
}

/* What the pressed button has the cashier tell us. */
static err play(struct req *r, struct str what, const struct payment *payment)
{
	struct payment_call call = cashier_sandbox_call(&r->ctx, payment, STR("paid"));
	err e;

	if (str_is(what, STR("late"))) {
		e = sale_order_cancel(&r->ctx, payment->order_id);
		if (e && e != ERR_CONFLICT)
			return e;
	}
	if (str_is(what, STR("forged")))
		call.signature = payment_sign(&r->ctx, &(struct payment_call){ 0 });
	e = payment_called(&r->ctx, &call);
	if (!e && str_is(what, STR("twice")))
		e = payment_called(&r->ctx, &call);
	return e;
}

err cashier_action(struct req *r)
{
	static const struct str known[] = { STR_INIT("once"), STR_INIT("twice"), STR_INIT("late"),
					    STR_INIT("forged") };
	struct str what = form_get(&r->in.body, "pay");
	struct payment payment = { 0 };
	size_t i = 0;
	err e = payment_find(&r->ctx, r->path.slugs[0], &payment);

	if (e)
		return e;
	while (i < ARRAY_LEN(known) && !str_is(known[i], what))
		i++;
	if (i == ARRAY_LEN(known))
		return ERR_INVALID;
	e = play(r, what, &payment);
	if (e == ERR_FORBIDDEN) {
		req_flash(r, N_("The forged call was not believed."));
		return resp_redirect(r, cashier_link(r, payment.reference));
	}
	return e ? e : resp_redirect(r, url_format(r->ctx.arena, "/orders/{}", payment.order_id));
}
