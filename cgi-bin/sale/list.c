/* The list of sales: open, coming, over. */
#include "sale/sale_pages.h"

#include "tmpl/sale_list.h"

#define SHOWN_MOST 60

static void add(struct offer_views *to, const struct offer_view *offer)
{
	to->items[to->count++] = *offer;
}

static void sort(struct req *r, const struct sale_list *list, struct sales_view *view)
{
	int64_t *left = ARENA_ARRAY(r->ctx.arena, int64_t, list->count + 1);
	size_t i;

	sale_stocks_read(&r->ctx, list, left);
	view->open.items = ARENA_ARRAY(r->ctx.arena, struct offer_view, list->count + 1);
	view->soon.items = ARENA_ARRAY(r->ctx.arena, struct offer_view, list->count + 1);
	view->ended.items = ARENA_ARRAY(r->ctx.arena, struct offer_view, list->count + 1);
	for (i = 0; i < list->count; i++) {
		struct offer_view offer = offer_view_from(r, &list->items[i], left[i]);

		add(offer.is_ended  ? &view->ended
		    : offer.is_soon ? &view->soon
				    : &view->open,
		    &offer);
	}
}

err sales_page(struct req *r)
{
	struct sale_list list = { 0 };
	struct sales_view view = { 0 };
	err e = sale_listed(&r->ctx, SHOWN_MOST, &list);

	if (e)
		return e;
	sort(r, &list, &view);
	view.is_empty = list.count == 0;
	tmpl_sale_list(req_page(r), &view);
	return resp_page(r, 200,
			 &(struct page_meta){
				 .title = req_text(r, "Sales"),
				 .description = req_text(r, "A few things at a small price, from a "
							    "given second on, while they last."),
				 .section = STR("sales"),
				 .is_market = true,
				 .is_micro_cached = true,
			 });
}
