/* A sale is deleted, published, closed early, and its units changed while it runs. */
#include "admin/sale_pages.h"

#include "base/clock_typed.h"
#include "base/money.h"
#include "base/num.h"

static struct str say(struct req *r, const char *english, const struct str *arguments, size_t count)
{
	return text_format(r->ctx.arena, r->language, english, arguments, count);
}

static err find(struct req *r, struct sale *sale, struct confirm_view *view)
{
	err e = sale_find_any(&r->ctx, r->id, sale);

	view->tabs = admin_tabs(r);
	view->tabs.is_sales = true;
	view->subject = sale->goods.name;
	view->back = url_format(r->ctx.arena, "/admin/sales/{}", r->id);
	return e;
}

/* A sale that is past this step: back to its page, which shows what it is now. */
static err go_back(struct req *r)
{
	return resp_redirect(r, url_format(r->ctx.arena, "/admin/sales/{}", r->id));
}

static void say_terms(struct req *r, const struct sale *s, struct confirm_view *view)
{
	struct arena *a = r->ctx.arena;
	struct str when[] = { clock_shown(a, s->starts_at), clock_shown(a, s->ends_at),
			      r->ctx.config->site.zone };
	struct str offer[] = { num_text(r->ctx.arena, s->units), money_text(a, s->price),
			       money_text(a, s->goods.price) };

	confirm_say(r, view, req_text(r, "Everybody sees it in the list of sales at once."));
	confirm_say(r, view,
		    say(r, N_("From {0} to {1} ({2}) members can buy, one unit each."), when, 3));
	confirm_say(r, view,
		    say(r, N_("Units on offer: {0}, for ¥{1} each; the list price is ¥{2}."), offer,
			3));
	confirm_say(r, view,
		    text_count(a, r->language,
			       "An order that is not paid after {0} minute is closed, and its unit "
			       "goes back on sale.",
			       "An order that is not paid after {0} minutes is closed, and its "
			       "unit goes back on sale.",
			       s->pay_seconds / 60));
	confirm_say(r, view,
		    req_text(r,
			     "Goods, price and times stay as they are from then on. The units can "
			     "be changed, and the sale can be closed early."));
}

static err ask_publish(struct req *r, int status, const struct sale *s, struct confirm_view *view)
{
	view->question = req_text(r, "Publish this sale?");
	view->button = req_text(r, "Publish");
	view->action = url_format(r->ctx.arena, "/admin/sales/{}/publish", r->id);
	say_terms(r, s, view);
	if (s->price > s->goods.price)
		view->warning =
			req_text(r, "Look again: in the sale it costs more than otherwise.");
	view->seen = sale_terms_seen(r->ctx.arena, s);
	if (s->ends_at <= r->ctx.now)
		view->problem = req_text(r, "Its end has passed already. Edit the draft first.");
	else if (status == 409)
		view->problem = req_text(r, "Somebody changed the draft meanwhile. Read it again.");
	if (s->starts_at <= r->ctx.now && s->ends_at > r->ctx.now)
		confirm_say(r, view, req_text(r, "Its start has passed: it is open at once."));
	return confirm_show(r, status, view);
}

err sale_publish_page(struct req *r)
{
	struct confirm_view view = { 0 };
	struct sale sale = { 0 };
	err e = find(r, &sale, &view);

	if (e)
		return e;
	return sale.state == SALE_DRAFT ? ask_publish(r, 200, &sale, &view) : go_back(r);
}

err sale_publish_action(struct req *r)
{
	struct confirm_view view = { 0 };
	struct sale sale = { 0 };
	err e = sale_publish_seen(&r->ctx, r->id, form_get(&r->in.body, "seen"));

	if (!e) {
		req_flash(r, N_("Published."));
		return resp_redirect(r, url_format(r->ctx.arena, "/admin/sales/{}/live", r->id));
	}
	if (e == ERR_CONFLICT)
		e = find(r, &sale, &view);
	if (e)
		return e;
	return sale.state == SALE_DRAFT ? ask_publish(r, 409, &sale, &view) : go_back(r);
}

err sale_delete_page(struct req *r)
{
	struct confirm_view view = { 0 };
	struct sale sale = { 0 };
	err e = find(r, &sale, &view);

	if (e)
		return e;
	if (sale.state != SALE_DRAFT)
		return go_back(r);
	view.question = req_text(r, "Delete this draft?");
	view.button = req_text(r, "Delete");
	view.is_dangerous = true;
	view.action = url_format(r->ctx.arena, "/admin/sales/{}/delete", r->id);
	confirm_say(r, &view, req_text(r, "Nobody but the staff has seen it. The goods stay."));
	confirm_say(r, &view, req_text(r, "It cannot be brought back."));
	return confirm_show(r, 200, &view);
}

err sale_delete_action(struct req *r)
{
	err e = sale_delete(&r->ctx, r->id);

	if (e == ERR_CONFLICT) {
		req_flash(r, N_("It was published meanwhile, so it stays."));
		return go_back(r);
	}
	if (e)
		return e;
	req_flash(r, N_("Deleted."));
	return resp_redirect(r, URL_LITERAL("/admin/sales"));
}

static err ask_close(struct req *r, const struct sale *s, struct confirm_view *view)
{
	struct str sold[] = { num_text(r->ctx.arena, s->units - s->stock),
			      num_text(r->ctx.arena, s->units) };

	view->question = req_text(r, "Close this sale early?");
	view->button = req_text(r, "Close it");
	view->is_dangerous = true;
	view->action = url_format(r->ctx.arena, "/admin/sales/{}/close", r->id);
	confirm_say(r, view, req_text(r, "Nobody can buy from that moment on."));
	confirm_say(r, view,
		    req_text(r, "Requests that were accepted before are still honoured, and orders "
				"can still be paid until their time is up."));
	confirm_say(r, view, say(r, N_("So far {0} of {1} units have a buyer."), sold, 2));
	confirm_say(r, view, req_text(r, "It cannot be opened again."));
	return confirm_show(r, 200, view);
}

err sale_close_page(struct req *r)
{
	struct confirm_view view = { 0 };
	struct sale sale = { 0 };
	err e = find(r, &sale, &view);

	if (e)
		return e;
	if (sale.state != SALE_PUBLISHED || sale.ends_at <= r->ctx.now)
		return go_back(r);
	return ask_close(r, &sale, &view);
}

err sale_close_action(struct req *r)
{
	err e = sale_close(&r->ctx, r->id);

	if (e == ERR_CONFLICT)
		return go_back(r);
	if (e)
		return e;
	req_flash(r, N_("Closed."));
	return resp_redirect(r, url_format(r->ctx.arena, "/admin/sales/{}", r->id));
}

struct units_input {
	struct str count, way;
};

static const struct field units_fields[] = {
	FIELD_TEXT(struct units_input, count, 1, 20, FIELD_ONE_LINE),
	FIELD_TEXT(struct units_input, way, 1, 8, FIELD_ONE_LINE),
};

/* The two buttons of the form. */
static bool is_way(struct str way)
{
	return str_is(way, STR("more")) || str_is(way, STR("fewer"));
}

/* The change as a number; 0 when errors says what is wrong. */
static int64_t read_units(struct req *r, const struct sale *s, struct units_input *in,
			  struct field_errors *errors)
{
	int64_t count = 0;
	bool is_more;

	if (!fields_read(r->ctx.arena, &r->in.body, units_fields, ARRAY_LEN(units_fields), in,
			 errors))
		return 0;
	is_more = !str_is(in->way, STR("fewer"));
	if (!num_parse_i64(in->count, 1, SALE_UNITS_MAX, &count))
		field_errors_add(errors, "count", N_("Write a whole number from 1 to 1000000."), 0);
	else if (is_more && s->units + count > SALE_UNITS_MAX)
		field_errors_add(errors, "count", N_("There can be at most a million units."), 0);
	else if (!is_more && count > s->stock)
		field_errors_add(errors, "count",
				 N_("Only {0} units are left: no more can be taken away."),
				 s->stock);
	if (errors->count > 0)
		return 0;
	return is_more ? count : -count;
}

/*
 * The worker `orders` does it in its turn. What there was before goes along in the address, so that
 * the live page can say what became of it.
 */
err sale_units_action(struct req *r)
{
	struct field_errors errors = { 0 };
	struct units_input in = { 0 };
	struct sale_view view = { 0 };
	struct sale sale = { 0 };
	int64_t delta;
	err e = sale_find_any(&r->ctx, r->id, &sale);

	if (e)
		return e;
	delta = read_units(r, &sale, &in, &errors);
	if (delta && !is_way(in.way))
		return ERR_INVALID;
	if (!delta) {
		view.count = in.count;
		view.count_error = req_field_error(r, &errors, "count");
		return sale_show(r, 422, &view, &sale);
	}
	e = sale_change_units(&r->ctx, r->id, delta, r->form_id);
	if (e == ERR_CONFLICT) {
		req_flash(r, N_("This sale has ended: its units stay as they are."));
		return go_back(r);
	}
	if (e)
		return e;
	return resp_redirect(r, url_format(r->ctx.arena, "/admin/sales/{}/live?was={}&change={}",
					   r->id, sale.units, delta));
}
