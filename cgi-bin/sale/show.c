/* A sale's own page: what it sells, when, and the form that buys it. */
#include "base/clock.h"
#include "sale/sale_pages.h"

#include "tmpl/sale_show.h"

/* What the page asks Redis for, beside the session. */
struct sale_want {
	struct cache_reply *stock;
};

void sale_prepare(struct req *r)
{
	struct sale_want *want = ARENA_NEW(r->ctx.arena, struct sale_want);

	want->stock = sale_stock_want(&r->ctx, r->id);
	r->prepared = want;
}

/*
 * The reader's own request, when there is one. Before the start nobody has any, and while the gate
 * is away nobody knows, but for orders.
 */
static err show_standing(struct req *r, struct sale_view *view)
{
	struct sale_answer answer = { 0 };
	err e;

	if (view->is_guest || view->offer.is_soon)
		return OK;
	e = sale_result(&r->ctx, r->id, &answer);
	if (e)
		return e == ERR_UNAVAILABLE ? OK : e;
	if (answer.refusal == SALE_REFUSED_NOBODY || answer.refusal == SALE_REFUSED_AWAY ||
	    (view->offer.is_away && !answer.order_id))
		return OK;
	view->has_standing = true;
	view->standing.order_id = answer.order_id;
	view->standing.is_refused = answer.refusal != SALE_NO_REFUSAL;
	view->standing.is_queueing = !answer.order_id && !view->standing.is_refused;
	if (view->standing.is_refused)
		view->standing.why = req_text(r, refusal_text(answer.refusal));
	return OK;
}

/* A picture only for who can buy now: there is nothing to be had before the start. */
static err show_captcha(struct req *r, struct sale_view *view)
{
	err e;

	if (view->is_guest || view->has_standing || !view->offer.is_open)
		return OK;
	e = req_check_limit(r, &limit_captcha);
	if (!e)
		e = sale_captcha_new(&r->ctx, r->id, &view->captcha_id);
	if (e == ERR_UNAVAILABLE) {
		view->offer.is_open = false;
		view->offer.is_away = true;
		return OK;
	}
	view->picture =
		url_format(r->ctx.arena, "/sales/{}/captcha/{}.png", r->id, view->captcha_id);
	return e;
}

/*
 * Without script the page comes again by itself when something is about to change, but never under
 * the hands of somebody who types.
 */
static int refresh_of(const struct sale_view *view)
{
	const struct offer_view *o = &view->offer;

	if (o->is_away)
		return 3;
	if (view->has_standing)
		return view->standing.is_queueing ? 2 : 0;
	if (o->is_soon && o->countdown.ms < CLOCK_HOUR)
		return o->countdown.ms < 30 * CLOCK_SECOND
			       ? (int)((o->countdown.ms + CLOCK_SECOND - 1) / CLOCK_SECOND)
			       : 30;
	return o->is_sold_out ? 10 : 0;
}

/* The same with script, which can leave a form alone until there is nothing to buy any more. */
static int64_t again_of(const struct sale_view *view)
{
	const struct offer_view *o = &view->offer;

	if (o->is_ended)
		return 0;
	if (o->is_away)
		return 2 * CLOCK_SECOND;
	if (view->has_standing)
		return view->standing.is_queueing ? CLOCK_SECOND : 0;
	if (o->is_sold_out || (o->is_open && view->is_guest))
		return 5 * CLOCK_SECOND;
	return o->countdown.ms < CLOCK_DAY ? o->countdown.ms + 1 : 0;
}

static err show(struct req *r, int status, struct str captcha_error)
{
	const struct sale_want *want = r->prepared;
	struct sale_view view = { .is_guest = ctx_is_guest(&r->ctx),
				  .captcha_error = captcha_error };
	struct sale sale = { 0 };
	err e = sale_find(&r->ctx, r->id, &sale);

	if (e)
		return e;
	view.offer = offer_view_from(r, &sale, sale_stock_read(want->stock));
	view.body = sale.goods.body_html;
	view.pay_minutes = (sale.pay_seconds + 59) / 60;
	view.login = url_format(r->ctx.arena, "/login?next=/sales/{}", r->id);
	e = show_standing(r, &view);
	if (!e)
		e = show_captcha(r, &view);
	if (e)
		return e;
	view.again_ms = again_of(&view);
	tmpl_sale_show(req_page(r), &view);
	return resp_page(r, status,
			 &(struct page_meta){
				 .title = sale.goods.name,
				 .description = sale.goods.excerpt,
				 .canonical = url_format(r->ctx.arena, "/sales/{}", r->id),
				 .section = STR("sales"),
				 .is_market = true,
				 .is_micro_cached = true,
				 .refresh_seconds = refresh_of(&view),
			 });
}

err sale_page(struct req *r)
{
	return show(r, 200, (struct str){ 0 });
}

err show_sale_again(struct req *r, struct str captcha_error)
{
	return show(r, 422, captcha_error);
}
