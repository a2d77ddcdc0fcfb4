/* Goods, as administrators see them. */
#include "admin/goods_pages.h"

#include "base/money.h"
#include "base/num.h"

#include "tmpl/admin_goods.h"
#include "tmpl/admin_goods_form.h"

#define PAGE 30

static void fill_row(struct req *r, const struct goods *g, struct goods_row_view *row)
{
	*row = (struct goods_row_view){
		.id = g->id,
		.name = g->name,
		.excerpt = g->excerpt,
		.price = money_text(r->ctx.arena, g->price),
		.picture = goods_picture(r, g->picture),
		.made = { g->created_at },
	};
}

err goods_list_page(struct req *r)
{
	struct goods_list_view view = { .tabs = admin_tabs(r) };
	struct goods_list list = { 0 };
	struct url next = { 0 };
	int64_t before = 0;
	err e;

	if (!num_parse_id(form_get(&r->in.query, "before"), &before))
		before = 0;
	e = goods_newest(&r->ctx, before, PAGE + 1, &list);
	if (e)
		return e;
	view.tabs.is_goods = true;
	view.is_first_page = before == 0;
	view.rows.items = ARENA_ARRAY(r->ctx.arena, struct goods_row_view, PAGE);
	for (; view.rows.count < list.count && view.rows.count < PAGE; view.rows.count++)
		fill_row(r, &list.items[view.rows.count], &view.rows.items[view.rows.count]);
	if (list.count > PAGE)
		next = url_format(r->ctx.arena, "/admin/goods?before={}", list.items[PAGE - 1].id);
	view.pager = pager_view_from(URL_LITERAL("/admin/goods"), view.is_first_page, next);
	tmpl_admin_goods(req_page(r), &view);
	return admin_show(r, 200, req_text(r, "Goods"));
}

static void set_actions(struct req *r, struct goods_form_view *view)
{
	if (view->id == 0) {
		view->action = URL_LITERAL("/admin/goods");
		view->preview_action = URL_LITERAL("/admin/goods/preview");
		return;
	}
	view->action = url_format(r->ctx.arena, "/admin/goods/{}/edit", view->id);
	view->preview_action = url_format(r->ctx.arena, "/admin/goods/{}/preview", view->id);
}

err goods_form_show(struct req *r, int status, struct goods_form_view *view,
		    const struct field_errors *errors)
{
	view->tabs = admin_tabs(r);
	view->tabs.is_goods = true;
	set_actions(r, view);
	if (errors) {
		view->name_error = req_field_error(r, errors, "name");
		view->price_error = req_field_error(r, errors, "price");
		view->body_error = req_field_error(r, errors, "body");
		view->has_errors = errors->count > 0;
	}
	tmpl_admin_goods_form(req_page(r), view);
	return admin_show(r, status, req_text(r, view->id ? N_("Edit goods") : N_("New goods")));
}

err goods_new_page(struct req *r)
{
	return goods_form_show(r, 200, &(struct goods_form_view){ 0 }, NULL);
}

err goods_edit_page(struct req *r)
{
	return goods_show_saved(r, 200, NULL);
}

err goods_ask_delete(struct req *r, int status, const char *problem)
{
	struct confirm_view view = { .tabs = admin_tabs(r), .is_dangerous = true };
	struct goods goods = { 0 };
	err e = goods_find(&r->ctx, r->id, &goods);

	if (e)
		return e;
	view.tabs.is_goods = true;
	view.question = req_text(r, "Delete these goods?");
	view.subject = goods.name;
	confirm_say(r, &view, req_text(r, "They can no longer be chosen for a sale."));
	confirm_say(r, &view,
		    req_text(r, "Sales that are over and their orders stay as they are."));
	if (problem)
		view.problem = req_text(r, problem);
	view.action = url_format(r->ctx.arena, "/admin/goods/{}/delete", r->id);
	view.back = URL_LITERAL("/admin/goods");
	view.button = req_text(r, "Delete");
	return confirm_show(r, status, &view);
}

err goods_delete_page(struct req *r)
{
	return goods_ask_delete(r, 200, NULL);
}
