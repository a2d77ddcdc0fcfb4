/* How a request stands: the waiting page, and what it ends in. */
#include "base/num.h"
#include "sale/sale_pages.h"

#include "tmpl/sale_refused.h"
#include "tmpl/sale_wait.h"

#define ORDERS_A_SECOND 1000 /* what one `orders` writes on a small machine, and more */
#define SLOW_MS 10000        /* whoever waits for longer is told that it is not usual */

const char *refusal_text(enum sale_refusal why)
{
	static const char *const texts[] = {
		[SALE_NO_REFUSAL] = "",
		[SALE_REFUSED_SOLD_OUT] = N_("Sold out: the last one has just gone."),
		[SALE_REFUSED_EARLY] = N_("The sale has not started yet."),
		[SALE_REFUSED_LATE] = N_("The sale is over."),
		[SALE_REFUSED_LOST] = N_("A part of this site failed, and your request was lost "
					 "with it. We are sorry."),
		[SALE_REFUSED_DUPLICATE] = N_("You have an order in this sale already."),
		[SALE_REFUSED_NOBODY] = N_("You have not asked in this sale."),
		[SALE_REFUSED_AWAY] = N_("Buying is closed for the moment. Try again in a few "
					 "seconds."),
	};

	return texts[why];
}

err answer_json(struct req *r, int status, const struct sale_answer *answer)
{
	struct buf b;

	buf_init(&b, r->ctx.arena, 128);
	BUF_LIT(&b, "{\"code\":");
	buf_add_json(&b, sale_answer_code(r->ctx.arena, answer));
	if (answer->refusal != SALE_NO_REFUSAL) {
		BUF_LIT(&b, ",\"reason\":");
		buf_add_json(&b, sale_refusal_word(answer->refusal));
	} else if (!answer->order_id) {
		buf_addf(&b, ",\"ahead\":%lld,\"wait_ms\":%lld", (long long)answer->ahead,
			 (long long)answer->wait_ms);
	}
	BUF_LIT(&b, "}\n");
	return resp_json(r, status, &b);
}

/* Each time this page comes again it tells itself when it came first. */
static void fill_since(const struct req *r, struct result_view *view)
{
	int64_t now = r->ctx.now;

	if (!num_parse_i64(form_get(&r->in.query, "since"), 1, now, &view->since))
		view->since = now;
	view->slow_ms = now - view->since < SLOW_MS ? view->since + SLOW_MS - now : 0;
}

static err show_wait(struct req *r, struct result_view *view, const struct sale_answer *answer)
{
	view->ahead = answer->ahead;
	view->wait_ms = answer->wait_ms > 0 ? answer->wait_ms : 200;
	view->rate = ORDERS_A_SECOND;
	view->seconds = 1 + answer->ahead / view->rate;
	fill_since(r, view);
	tmpl_sale_wait(req_page(r), view);
	return resp_page(r, 200,
			 &(struct page_meta){
				 .title = req_text(r, "In the queue"),
				 .is_noindex = true,
				 .is_market = true,
				 .section = STR("sales"),
				 .refresh_seconds = (int)((view->wait_ms + 999) / 1000),
				 .again_since = view->since,
			 });
}

/* Who asked and got nothing missed it; who did not ask did not. */
static const char *refused_title(enum sale_refusal why)
{
	if (why == SALE_REFUSED_NOBODY)
		return N_("No request");
	return why == SALE_REFUSED_AWAY ? N_("Closed for the moment") : N_("Not this time");
}

static err show_refused(struct req *r, struct result_view *view, const struct sale_answer *answer)
{
	view->title = req_text(r, refused_title(answer->refusal));
	view->why = req_text(r, refusal_text(answer->refusal));
	view->is_again_possible =
		answer->refusal == SALE_REFUSED_NOBODY || answer->refusal == SALE_REFUSED_AWAY;
	tmpl_sale_refused(req_page(r), view);
	return resp_page(r, 200,
			 &(struct page_meta){
				 .title = view->title,
				 .is_noindex = true,
				 .is_market = true,
				 .section = STR("sales"),
				 .refresh_seconds = answer->refusal == SALE_REFUSED_AWAY ? 3 : 0,
			 });
}

err result_page(struct req *r)
{
	struct result_view view = { .sale_id = r->id };
	struct sale_answer answer = { 0 };
	struct sale sale = { 0 };
	err e = sale_find(&r->ctx, r->id, &sale);

	if (!e)
		e = sale_result(&r->ctx, r->id, &answer);
	if (e)
		return e;
	if (req_wants_json(r))
		return answer_json(r, 200, &answer);
	view.name = sale.goods.name;
	if (answer.order_id)
		return resp_redirect(r, url_format(r->ctx.arena, "/orders/{}", answer.order_id));
	if (answer.refusal == SALE_NO_REFUSAL)
		return show_wait(r, &view, &answer);
	return show_refused(r, &view, &answer);
}
