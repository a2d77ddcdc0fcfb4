/* Sales, as administrators see them. */
#include "admin/goods_pages.h"
#include "admin/sale_pages.h"

#include "base/clock_typed.h"
#include "base/money.h"
#include "base/num.h"

#include "tmpl/admin_sale.h"
#include "tmpl/admin_sales.h"

#define PAGE 30

struct sale_phase_view sale_phase_view(const struct req *r, const struct sale *s)
{
	enum sale_phase phase = sale_phase_at(s, s->stock, r->ctx.now);
	struct sale_phase_view view = {
		.is_draft = s->state == SALE_DRAFT,
		.is_closed = s->state == SALE_CLOSED || (s->state == SALE_OVER && s->closed_at),
	};

	if (view.is_draft || view.is_closed)
		return view;
	view.is_soon = phase == SALE_SOON;
	view.is_open = phase == SALE_OPEN;
	view.is_sold_out = phase == SALE_SOLD_OUT;
	view.is_ended = phase == SALE_ENDED;
	return view;
}

static void fill_row(struct req *r, const struct sale *s, struct sale_row_view *row)
{
	struct arena *a = r->ctx.arena;

	*row = (struct sale_row_view){
		.id = s->id,
		.name = s->goods.name,
		.price = money_text(a, s->price),
		.from = clock_shown(a, s->starts_at),
		.to = clock_shown(a, s->ends_at),
		.picture = goods_picture(r, s->goods.picture),
		.units = s->units,
		.left = s->stock,
		.phase = sale_phase_view(r, s),
		.is_draft = s->state == SALE_DRAFT,
	};
}

err sale_list_page(struct req *r)
{
	struct sale_list_view view = { .tabs = admin_tabs(r) };
	struct sale_list list = { 0 };
	struct url next = { 0 };
	int64_t before = 0;
	err e;

	if (!num_parse_id(form_get(&r->in.query, "before"), &before))
		before = 0;
	e = sale_newest(&r->ctx, before, PAGE + 1, &list);
	if (e)
		return e;
	view.tabs.is_sales = true;
	view.zone = r->ctx.config->site.zone;
	view.is_first_page = before == 0;
	view.rows.items = ARENA_ARRAY(r->ctx.arena, struct sale_row_view, PAGE);
	for (; view.rows.count < list.count && view.rows.count < PAGE; view.rows.count++)
		fill_row(r, &list.items[view.rows.count], &view.rows.items[view.rows.count]);
	if (list.count > PAGE)
		next = url_format(r->ctx.arena, "/admin/sales?before={}", list.items[PAGE - 1].id);
	view.pager = pager_view_from(URL_LITERAL("/admin/sales"), view.is_first_page, next);
	tmpl_admin_sales(req_page(r), &view);
	return admin_show(r, 200, req_text(r, "Sales"));
}

err sale_show(struct req *r, int status, struct sale_view *view, const struct sale *s)
{
	struct arena *a = r->ctx.arena;
	bool is_sure;
	err e = req_find_sure(r, &is_sure);

	if (e)
		return e;
	view->tabs = admin_tabs(r);
	view->tabs.is_sales = true;
	view->id = s->id;
	view->name = s->goods.name;
	view->picture = goods_picture(r, s->goods.picture);
	view->price = money_text(a, s->price);
	view->list_price = money_text(a, s->goods.price);
	view->phase = sale_phase_view(r, s);
	view->from = clock_shown(a, s->starts_at);
	view->to = clock_shown(a, s->ends_at);
	if (view->phase.is_closed && s->closed_at)
		view->closed = clock_shown(a, s->closed_at);
	view->zone = r->ctx.config->site.zone;
	view->units = s->units;
	view->left = s->stock;
	view->pay_minutes = s->pay_seconds / 60;
	view->is_draft = s->state == SALE_DRAFT;
	view->is_expired_draft = view->is_draft && s->ends_at <= r->ctx.now;
	view->can_close = s->state == SALE_PUBLISHED && s->ends_at > r->ctx.now;
	view->can_change_units = view->can_close && is_sure;
	view->is_asked = view->can_close && !is_sure;
	view->made = (struct when){ s->created_at };
	tmpl_admin_sale(req_page(r), view);
	return admin_show(r, status, s->goods.name);
}

err sale_page(struct req *r)
{
	struct sale_view view = { 0 };
	struct sale sale = { 0 };
	err e = sale_find_any(&r->ctx, r->id, &sale);

	return e ? e : sale_show(r, 200, &view, &sale);
}
