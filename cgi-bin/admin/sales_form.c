/* The form for a draft of a sale: what it shows and what it sends. */
#include "admin/sale_form.h"

#include "base/clock_typed.h"
#include "base/money.h"
#include "base/num.h"

#include "tmpl/admin_sale_form.h"

#define CHOICES 200
#define TYPED_MAX 40 /* of a number or a time */

#define SEEN_MAX 140 /* six numbers */
#define TYPED(member) FIELD_TEXT(struct sale_input, member, 1, TYPED_MAX, FIELD_ONE_LINE)

static const struct field sale_fields[] = {
	FIELD_ID(struct sale_input, goods, 0),
	TYPED(price),
	TYPED(units),
	TYPED(starts),
	TYPED(ends),
	TYPED(minutes),
	FIELD_TEXT(struct sale_input, seen, 0, SEEN_MAX, FIELD_ONE_LINE | FIELD_OPTIONAL),
};

/* The form's name for a field of the terms. */
static const char *form_name(const char *field)
{
	static const char *const names[][2] = {
		{ "goods_id", "goods" },   { "price", "price" },  { "units", "units" },
		{ "starts_at", "starts" }, { "ends_at", "ends" }, { "pay_seconds", "minutes" },
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(names[i][0], field) == 0)
			return names[i][1];
	}
	BUG("the terms of a sale have no field %s", field);
}

/* A field that is there, but says nothing that can be used. */
static void complain(struct field_errors *errors, const char *name, bool is_right,
		     const char *message)
{
	if (!is_right && !field_errors_find(errors, name))
		field_errors_add(errors, name, message, 0);
}

_Static_assert(SALE_PAY_SECONDS_MAX / 60 == 4320, "read_terms says so");

static void read_terms(const struct sale_input *in, struct sale_terms *t,
		       struct field_errors *errors)
{
	static const char not_time[] =
		N_("Write a date and a time that exist, like 2026-01-31 20:00.");
	int64_t minutes = 0;

	t->goods_id = in->goods;
	complain(errors, "price", money_parse(in->price, GOODS_PRICE_MAX, &t->price),
		 N_("Write an amount like 12.50, at most 999999999.99."));
	complain(errors, "units", num_parse_i64(in->units, 1, SALE_UNITS_MAX, &t->units),
		 N_("Write a whole number from 1 to 1000000."));
	complain(errors, "starts", !clock_parse_typed(in->starts, &t->starts_at), not_time);
	complain(errors, "ends", !clock_parse_typed(in->ends, &t->ends_at), not_time);
	complain(errors, "minutes",
		 num_parse_i64(in->minutes, 1, SALE_PAY_SECONDS_MAX / 60, &minutes),
		 N_("Write whole minutes, from 1 to 4320."));
	t->pay_seconds = minutes * 60;
}

bool sale_form_read(struct req *r, struct sale_input *in, struct sale_terms *t,
		    struct field_errors *errors)
{
	bool is_complete = fields_read(r->ctx.arena, &r->in.body, sale_fields,
				       ARRAY_LEN(sale_fields), in, errors);
	struct sale_problem problems[SALE_PROBLEMS_MAX];
	bool has_start;
	size_t i, count;

	read_terms(in, t, errors);
	has_start = !field_errors_find(errors, "starts");
	count = sale_terms_problems(t, r->ctx.now, problems);
	for (i = 0; i < count; i++) {
		const char *name = form_name(problems[i].field);

		/* An end is right or wrong beside a start. */
		complain(errors, name, !has_start && !strcmp(name, "ends"), problems[i].text);
	}
	return is_complete && errors->count == 0;
}

/* The goods to choose from, newest first; those of a draft come first when they are older than all
 * that fit. */
static err fill_choices(struct req *r, int64_t chosen, struct sale_form_view *view)
{
	struct goods_list list = { 0 };
	bool is_listed = chosen == 0;
	struct goods goods;
	size_t i;
	err e = goods_newest(&r->ctx, 0, CHOICES, &list);

	if (e)
		return e;
	view->choices.items = ARENA_ARRAY(r->ctx.arena, struct sale_choice, list.count + 1);
	for (i = 0; i < list.count; i++)
		is_listed = is_listed || list.items[i].id == chosen;
	if (!is_listed && goods_find(&r->ctx, chosen, &goods) == OK)
		view->choices.items[view->choices.count++] =
			(struct sale_choice){ chosen, goods.name,
					      money_text(r->ctx.arena, goods.price), true };
	for (i = 0; i < list.count; i++)
		view->choices.items[view->choices.count++] =
			(struct sale_choice){ list.items[i].id, list.items[i].name,
					      money_text(r->ctx.arena, list.items[i].price),
					      list.items[i].id == chosen };
	return OK;
}

static void fill_errors(struct req *r, const struct field_errors *errors,
			struct sale_form_view *view)
{
	view->goods_error = req_field_error(r, errors, "goods");
	view->price_error = req_field_error(r, errors, "price");
	view->units_error = req_field_error(r, errors, "units");
	view->starts_error = req_field_error(r, errors, "starts");
	view->ends_error = req_field_error(r, errors, "ends");
	view->minutes_error = req_field_error(r, errors, "minutes");
	view->has_errors = errors->count > 0;
}

static bool needs_plain_field(struct str typed)
{
	return typed.n && !clock_is_field_value(typed);
}

struct sale_form_view sale_form_view(struct req *r, const struct sale_input *in)
{
	struct sale_form_view view = {
		.tabs = admin_tabs(r),
		.id = r->id,
		.price = in->price,
		.units = in->units,
		.starts = in->starts,
		.ends = in->ends,
		.minutes = in->minutes,
		.is_start_plain = needs_plain_field(in->starts),
		.is_end_plain = needs_plain_field(in->ends),
		.zone = r->ctx.config->site.zone,
		.now = clock_shown(r->ctx.arena, r->ctx.now),
		.seen = in->seen,
	};

	view.tabs.is_sales = true;
	view.action = r->id ? url_format(r->ctx.arena, "/admin/sales/{}/edit", r->id)
			    : URL_LITERAL("/admin/sales");
	return view;
}

err sale_form_show(struct req *r, int status, const struct sale_input *in,
		   struct sale_form_view *view)
{
	err e = fill_choices(r, in->goods, view);

	if (e)
		return e;
	tmpl_admin_sale_form(req_page(r), view);
	return admin_show(r, status, req_text(r, r->id ? N_("Edit the draft") : N_("New sale")));
}

err sale_form_again(struct req *r, const struct sale_input *in, const struct field_errors *errors)
{
	struct sale_form_view view = sale_form_view(r, in);

	fill_errors(r, errors, &view);
	return sale_form_show(r, 422, in, &view);
}
