/* Somebody's own orders. */
#include "base/num.h"
#include "sale/sale_pages.h"

#include "tmpl/sale_confirm.h"
#include "tmpl/sale_order.h"
#include "tmpl/sale_orders.h"

#define PAGE 20

static const struct {
	const char *word, *text;
} states[] = {
	[ORDER_UNPAID] = { N_("To be paid"),
			   N_("It is yours, once it is paid. Unpaid, it is given up "
			      "when the time is up.") },
	[ORDER_PAID] = { N_("Paid for"), N_("It is yours, and paid for.") },
	[ORDER_CANCELLED] = { N_("Cancelled"), N_("You cancelled it.") },
	[ORDER_EXPIRED] = { N_("Closed"), N_("It was not paid in time.") },
	[ORDER_REFUNDING] = { N_("Money on its way back"),
			      N_("It was paid when the order was closed already. You get the money "
				 "back.") },
	[ORDER_REFUNDED] = { N_("Money returned"),
			     N_("It was paid when the order was closed already. The money has been "
				"returned.") },
};

/* Unpaid, but its time is up: it only waits to be closed, and its unit to come back. */
static bool is_overdue(const struct req *r, const struct sale_order *o)
{
	return o->state == ORDER_UNPAID && o->expires_at <= r->ctx.now;
}

static struct order_row_view row_view(struct req *r, const struct sale_order *o)
{
	enum order_state shown = is_overdue(r, o) ? ORDER_EXPIRED : o->state;
	struct order_row_view view = {
		.id = o->id,
		.name = o->goods_name,
		.price = yuan(r, o->price),
		.state = req_text(r, states[shown].word),
		.picture = goods_picture(r, o->goods_picture, 320),
		.made = { o->created_at },
		.is_unpaid = shown == ORDER_UNPAID,
		.is_paid = shown == ORDER_PAID,
	};

	if (view.is_unpaid)
		view.countdown = countdown_view_from(r, o->expires_at - r->ctx.now);
	return view;
}

err orders_page(struct req *r)
{
	struct str before = form_get(&r->in.query, "before");
	struct orders_view view = { .is_first_page = before.n == 0 };
	struct sale_orders list = { 0 };
	struct url next = { 0 };
	int64_t before_id = 0;
	size_t i, shown;
	err e;

	if (before.n && !num_parse_id(before, &before_id))
		return ERR_NOT_FOUND;
	e = sale_order_mine(&r->ctx, before_id, PAGE + 1, &list);
	if (e)
		return e;
	shown = list.count < PAGE ? list.count : PAGE;
	view.rows.items = ARENA_ARRAY(r->ctx.arena, struct order_row_view, shown + 1);
	view.rows.count = shown;
	for (i = 0; i < shown; i++)
		view.rows.items[i] = row_view(r, &list.items[i]);
	if (list.count > shown)
		next = url_format(r->ctx.arena, "/orders?before={}", list.items[shown - 1].id);
	view.pager = pager_view_from(URL_LITERAL("/orders"), view.is_first_page, next);
	tmpl_sale_orders(req_page(r), &view);
	return resp_page(r, 200,
			 &(struct page_meta){
				 .title = req_text(r, "Your orders"),
				 .is_noindex = true,
				 .is_market = true,
			 });
}

/* One of the book is chosen beforehand: the one it was sent to, else the default, the first. */
static err show_addresses(struct req *r, const struct sale_order *o, struct order_view *view)
{
	struct address_list list = { 0 };
	bool is_any_chosen = false;
	size_t i;
	err e;

	view->new_address =
		url_format(r->ctx.arena, "/addresses/new?next=/orders/{}", view->order.id);
	if (!view->can_ship)
		return OK;
	e = address_mine(&r->ctx, &list);
	if (e)
		return e;
	view->addresses.items =
		ARENA_ARRAY(r->ctx.arena, struct address_choice_view, list.count + 1);
	view->addresses.count = list.count;
	for (i = 0; i < list.count; i++) {
		struct str text = address_text(r->ctx.arena, &list.items[i]);
		bool is_chosen = o->ship_to.n && str_is(text, o->ship_to);

		view->addresses.items[i] =
			(struct address_choice_view){ list.items[i].id, text, is_chosen };
		is_any_chosen |= is_chosen;
	}
	if (list.count && !is_any_chosen)
		view->addresses.items[0].is_chosen = true;
	return OK;
}

/* What the order's state means for its buyer, and what is left to do. */
static struct str order_text(struct req *r, const struct sale_order *o)
{
	if (is_overdue(r, o))
		return req_text(r, "It was not paid in time, and is closed in a moment.");
	if (o->state == ORDER_PAID && !o->ship_to.n)
		return req_text(r, "It is yours, and paid for. Say below where it goes: it cannot "
				   "be sent before.");
	return req_text(r, states[o->state].text);
}

static err show_order(struct req *r, const struct sale_order *o)
{
	enum order_state shown = is_overdue(r, o) ? ORDER_EXPIRED : o->state;
	struct order_view view = {
		.order = row_view(r, o),
		.sale_id = o->sale_id,
		.text = order_text(r, o),
		.ship_to = o->ship_to,
		.paid = { o->paid_at },
		.ended = { o->ended_at },
		.until = { o->expires_at },
		.can_pay = shown == ORDER_UNPAID,
		.can_cancel = shown == ORDER_UNPAID,
		.can_ship = shown == ORDER_UNPAID || shown == ORDER_PAID,
		.is_address_due = shown == ORDER_PAID && !o->ship_to.n,
	};
	err e = show_addresses(r, o, &view);

	if (e)
		return e;
	tmpl_sale_order(req_page(r), &view);
	return resp_page(r, 200,
			 &(struct page_meta){
				 .title = o->goods_name,
				 .is_noindex = true,
				 .is_market = true,
			 });
}

err order_page(struct req *r)
{
	struct sale_order order = { 0 };
	err e = sale_order_find(&r->ctx, r->id, &order);

	return e ? e : show_order(r, &order);
}

static struct url order_link(struct req *r)
{
	return url_format(r->ctx.arena, "/orders/{}", r->id);
}

err order_cancel_page(struct req *r)
{
	struct sale_order order = { 0 };
	struct sale_confirm_view view = {
		.title = req_text(r, "Cancel this order?"),
		.button = req_text(r, "Cancel the order"),
		.action = url_format(r->ctx.arena, "/orders/{}/cancel", r->id),
		.back = order_link(r),
	};
	err e = sale_order_find(&r->ctx, r->id, &order);

	if (e)
		return e;
	if (order.state != ORDER_UNPAID)
		return resp_redirect(r, view.back);
	view.text = text_format(r->ctx.arena, r->language,
				"You give up {0}. In this sale you cannot buy it again.",
				&order.goods_name, 1);
	tmpl_sale_confirm(req_page(r), &view);
	return resp_page(r, 200, &(struct page_meta){ .title = view.title, .is_noindex = true });
}

err order_cancel_action(struct req *r)
{
	err e = sale_order_cancel(&r->ctx, r->id);

	if (e && e != ERR_CONFLICT)
		return e;
	req_flash(r,
		  e ? N_("This order can no longer be cancelled.") : N_("The order is cancelled."));
	return resp_redirect(r, order_link(r));
}

err order_address_action(struct req *r)
{
	int64_t address_id;
	err e;

	if (!num_parse_id(form_get(&r->in.body, "address"), &address_id))
		return ERR_INVALID;
	e = sale_order_ship_to(&r->ctx, r->id, address_id);
	if (e && e != ERR_CONFLICT)
		return e;
	req_flash(r, e ? N_("The address of this order can no longer be changed.") : N_("Saved."));
	return resp_redirect(r, order_link(r));
}
