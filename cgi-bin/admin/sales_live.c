/* A sale while it runs: its numbers, in SQL and in Redis, and the requests of the last two minutes.
 */
#include "admin/sale_pages.h"

#include "base/clock.h"
#include "base/num.h"
#include "domain/sale_gate.h"
#include "domain/sale_order.h"

#include "tmpl/admin_sale_live.h"

#define SECONDS ARRAY_LEN(((struct sale_live_numbers *)0)->rate.items)
#define ROW_SECONDS 10 /* of the table below the chart */
#define SOON_MS (2 * CLOCK_MINUTE)
#define FAST_SECONDS 2
#define SLOW_SECONDS 10

static void fill_rows(struct req *r, const int64_t *rate, struct chart_view *view)
{
	size_t i;

	view->rows.count = SECONDS / ROW_SECONDS;
	view->rows.items = ARENA_ARRAY(r->ctx.arena, struct chart_row, view->rows.count);
	for (i = 0; i < SECONDS; i++) {
		struct chart_row *row = &view->rows.items[i / ROW_SECONDS];

		row->from = (int64_t)(SECONDS - i / ROW_SECONDS * ROW_SECONDS);
		row->to = row->from - ROW_SECONDS;
		row->sum += rate[i];
		row->most = rate[i] > row->most ? rate[i] : row->most;
	}
}

static void fill_chart(struct req *r, const int64_t *rate, struct chart_view *view)
{
	struct str numbers[2];

	chart_draw(r->ctx.arena, rate, SECONDS, &view->chart);
	numbers[0] = num_text(r->ctx.arena, view->chart.sum);
	numbers[1] = num_text(r->ctx.arena, view->chart.most);
	view->title = req_text(r, "Requests per second in the last two minutes");
	view->description =
		text_format(r->ctx.arena, r->language,
			    N_("{0} requests in all, at most {1} in one second."), numbers, 2);
	fill_rows(r, rate, view);
}

/* What Redis knows. Without it the page shows what SQL has. */
static void fill_gate(struct req *r, const struct sale *s, struct sale_live_view *view)
{
	struct sale_live_numbers n = { 0 };

	if (sale_live_read(&r->ctx, s->id, &n))
		n = (struct sale_live_numbers){ 0 };
	else
		view->is_known = true;
	view->is_loaded = n.is_loaded;
	view->is_coming = !n.is_loaded && view->phase.is_soon;
	view->is_missed = !n.is_loaded && (view->phase.is_open || view->phase.is_sold_out);
	view->gate_left = n.stock;
	view->queued = n.queued;
	view->taken = n.taken;
	/* Presses are counted a moment later than what was taken of them. */
	view->asked = n.asked > n.taken ? n.asked : n.taken;
	view->refused = n.refused;
	view->stream = n.stream;
	view->is_apart = n.is_loaded && n.stock != s->stock - n.queued;
	view->per_second = n.rate.items[SECONDS - 1];
	fill_chart(r, n.rate.items, &view->rate);
}

static err fill_orders(struct req *r, const struct sale *s, struct sale_live_view *view)
{
	struct sale_order_counts n = { 0 };
	int i;
	err e = sale_order_count(&r->ctx, s->id, &n);

	for (i = 0; i < ORDER_STATES; i++)
		view->orders += n.in_state[i];
	view->sold = n.holding;
	view->unpaid = n.in_state[ORDER_UNPAID];
	view->paid = n.in_state[ORDER_PAID];
	view->ended = n.in_state[ORDER_CANCELLED] + n.in_state[ORDER_EXPIRED];
	view->refunds = n.in_state[ORDER_REFUNDING] + n.in_state[ORDER_REFUNDED];
	return e;
}

/* A change of units was asked for: the address says what there was before. */
static void fill_change(struct req *r, const struct sale *s, struct sale_live_view *view)
{
	if (!num_parse_i64(form_get(&r->in.query, "was"), 0, SALE_UNITS_MAX, &view->change.was) ||
	    !num_parse_i64(form_get(&r->in.query, "change"), -SALE_UNITS_MAX, SALE_UNITS_MAX,
			   &view->change.delta))
		return;
	view->change.is_asked = true;
	view->change.now = s->units;
	view->change.is_waiting = s->units == view->change.was;
	view->change.is_done = s->units == view->change.was + view->change.delta;
}

static struct url watch_link(struct req *r, const struct sale_live_view *view, bool is_still)
{
	if (!view->change.is_asked)
		return is_still ? url_format(r->ctx.arena, "/admin/sales/{}/live?still=1", r->id)
				: url_format(r->ctx.arena, "/admin/sales/{}/live", r->id);
	return is_still ? url_format(r->ctx.arena, "/admin/sales/{}/live?was={}&change={}&still=1",
				     r->id, view->change.was, view->change.delta)
			: url_format(r->ctx.arena, "/admin/sales/{}/live?was={}&change={}", r->id,
				     view->change.was, view->change.delta);
}

/* How often to look again; 0: nothing moves. */
static int pace(const struct req *r, const struct sale *s, const struct sale_live_view *view)
{
	bool is_running = s->state == SALE_PUBLISHED && s->ends_at > r->ctx.now &&
			  s->starts_at < r->ctx.now + SOON_MS;

	if (s->state == SALE_DRAFT || s->state == SALE_OVER || view->is_still)
		return 0;
	return is_running || view->queued || view->change.is_waiting ? FAST_SECONDS : SLOW_SECONDS;
}

err sale_live_page(struct req *r)
{
	struct sale_live_view view = { .tabs = admin_tabs(r), .id = r->id };
	struct sale sale = { 0 };
	struct clock_date now = clock_local(r->ctx.now);
	int seconds;
	err e = sale_find_any(&r->ctx, r->id, &sale);

	if (!e)
		e = fill_orders(r, &sale, &view);
	if (e)
		return e;
	view.tabs.is_sales = true;
	view.name = sale.goods.name;
	view.phase = sale_phase_view(r, &sale);
	view.is_draft = sale.state == SALE_DRAFT;
	view.units = sale.units;
	view.left = sale.stock;
	view.as_of = str_format(r->ctx.arena, "%02d:%02d:%02d", now.hour, now.minute, now.second);
	view.is_still = form_get(&r->in.query, "still").n > 0;
	fill_gate(r, &sale, &view);
	fill_change(r, &sale, &view);
	view.still = watch_link(r, &view, true);
	view.again = watch_link(r, &view, false);
	seconds = pace(r, &sale, &view);
	view.refresh_ms = seconds * 1000;
	tmpl_admin_sale_live(req_page(r), &view);
	return admin_show_again(r, 200, sale.goods.name, seconds);
}
