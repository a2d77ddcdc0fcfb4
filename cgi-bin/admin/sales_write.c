/* A draft of a sale is made and changed. */
#include "admin/sale_form.h"

#include "base/clock_typed.h"
#include "base/money.h"
#include "base/num.h"

static err show_opened(struct req *r, const struct sale_input *in)
{
	struct sale_form_view view = sale_form_view(r, in);

	return sale_form_show(r, 200, in, &view);
}

/* With ?goods= that is chosen already, at its list price. */
err sale_new_page(struct req *r)
{
	struct sale_input in = { .minutes = num_text(r->ctx.arena, SALE_PAY_SECONDS / 60) };
	struct goods goods = { 0 };

	if (num_parse_id(form_get(&r->in.query, "goods"), &in.goods) &&
	    goods_find(&r->ctx, in.goods, &goods) == OK)
		in.price = money_text(r->ctx.arena, goods.price);
	return show_opened(r, &in);
}

/* What they chose was deleted since the form was opened. */
static err show_gone(struct req *r, struct sale_input *in, struct field_errors *errors)
{
	field_errors_add(errors, "goods", N_("These goods were deleted. Choose others."), 0);
	return sale_form_again(r, in, errors);
}

err sale_create_action(struct req *r)
{
	struct field_errors errors = { 0 };
	struct sale_input in = { 0 };
	struct sale_terms terms = { 0 };
	int64_t id;
	err e;

	if (!sale_form_read(r, &in, &terms, &errors))
		return sale_form_again(r, &in, &errors);
	e = sale_create(&r->ctx, &terms, r->form_id, &id);
	if (e == ERR_NOT_FOUND)
		return show_gone(r, &in, &errors);
	if (e)
		return e;
	req_flash(r, N_("The draft is saved. Nobody sees it until it is published."));
	return resp_redirect(r, url_format(r->ctx.arena, "/admin/sales/{}", id));
}

/* ERR_CONFLICT when it is no draft any more. */
static err find_draft(struct req *r, struct sale *out)
{
	err e = sale_find_any(&r->ctx, r->id, out);

	return e ? e : out->state == SALE_DRAFT ? OK : ERR_CONFLICT;
}

/* It was published in the meantime: what can still be done with it stands on its page. */
static err go_to_sale(struct req *r)
{
	req_flash(r, N_("This sale was published already: its terms stay as they are."));
	return resp_redirect(r, url_format(r->ctx.arena, "/admin/sales/{}", r->id));
}

static struct sale_input input_of(struct req *r, const struct sale *s)
{
	struct arena *a = r->ctx.arena;

	return (struct sale_input){
		.goods = s->goods_id,
		.price = money_text(a, s->price),
		.units = num_text(r->ctx.arena, s->units),
		.starts = clock_typed(a, s->starts_at),
		.ends = clock_typed(a, s->ends_at),
		.minutes = num_text(r->ctx.arena, s->pay_seconds / 60),
		.seen = sale_terms_seen(a, s),
	};
}

err sale_edit_page(struct req *r)
{
	struct sale_input in;
	struct sale sale = { 0 };
	err e = find_draft(r, &sale);

	if (e)
		return e == ERR_CONFLICT ? go_to_sale(r) : e;
	in = input_of(r, &sale);
	return show_opened(r, &in);
}

/* Somebody else saved first: both are shown, and saving again is a choice made knowingly. */
static err show_conflict(struct req *r, struct sale_input *in, const struct sale_terms *t)
{
	struct arena *a = r->ctx.arena;
	struct sale_form_view view;
	struct sale s = { 0 };
	err e = find_draft(r, &s);

	if (e)
		return e == ERR_CONFLICT ? go_to_sale(r) : e;
	in->seen = sale_terms_seen(a, &s);
	view = sale_form_view(r, in);
	view.is_conflict = true;
	if (s.goods_id != t->goods_id)
		view.their.goods = s.goods.name;
	if (s.price != t->price)
		view.their.price = money_text(a, s.price);
	if (s.units != t->units)
		view.their.units = num_text(r->ctx.arena, s.units);
	if (s.starts_at != t->starts_at)
		view.their.starts = clock_shown(a, s.starts_at);
	if (s.ends_at != t->ends_at)
		view.their.ends = clock_shown(a, s.ends_at);
	if (s.pay_seconds != t->pay_seconds)
		view.their.minutes = num_text(r->ctx.arena, s.pay_seconds / 60);
	return sale_form_show(r, 409, in, &view);
}

err sale_edit_action(struct req *r)
{
	struct field_errors errors = { 0 };
	struct sale_input in = { 0 };
	struct sale_terms terms = { 0 };
	struct sale sale = { 0 };
	err e = find_draft(r, &sale);

	if (e)
		return e == ERR_CONFLICT ? go_to_sale(r) : e;
	if (!sale_form_read(r, &in, &terms, &errors))
		return sale_form_again(r, &in, &errors);
	e = sale_edit(&r->ctx, r->id, in.seen, &terms);
	if (e == ERR_NOT_FOUND)
		return show_gone(r, &in, &errors);
	if (e == ERR_CONFLICT)
		return show_conflict(r, &in, &terms);
	if (e)
		return e;
	req_flash(r, N_("Saved."));
	return resp_redirect(r, url_format(r->ctx.arena, "/admin/sales/{}", r->id));
}
