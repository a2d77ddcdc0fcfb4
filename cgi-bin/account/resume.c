/* What was typed when a login or a proof turned out to be needed: shown again, to be sent with one
 * button. */
#include "account/account_pages.h"

#include "base/num.h"
#include "domain/sale.h"

#include "tmpl/account_resume.h"
#include "web/cookie.h"

/* What a person wrote is shown, and what they chose, under the name it has in the form it comes
 * from. */
static const struct {
	const char *name, *label;
	bool is_line;
} shown[] = {
	{ "title", N_("Title"), true },
	{ "name", N_("Name"), true },
	{ "price", N_("Price"), true },
	{ "count", N_("How many"), true },
	{ "reason", N_("Reason"), true },
	{ "body", N_("Text"), false },
	{ "phone", N_("Phone"), true },
	{ "region", N_("Province, city, district"), true },
	{ "units", N_("Units"), true },
	{ "street", N_("Street, house, flat"), true },
	{ "starts", N_("Start"), true },
	{ "ends", N_("End"), true },
	{ "bio", N_("About you"), false },
	{ "minutes", N_("Minutes until an unpaid order is closed"), true },
};

static const struct {
	const char *name, *value, *label, *said;
} choices[] = {
	{ "role", "member", N_("Role"), N_("Member") },
	{ "role", "moderator", N_("Role"), N_("Moderator") },
	{ "role", "admin", N_("Role"), N_("Administrator") },
	{ "days", "0", N_("For how long"), N_("until somebody opens it") },
	{ "choice", "1", N_("What you wrote"), N_("Keep it") },
	{ "choice", "2", N_("What you wrote"), N_("Take my name off") },
	{ "choice", "3", N_("What you wrote"), N_("Erase it") },
	{ "way", "more", N_("Units"), N_("Add units") },
	{ "way", "fewer", N_("Units"), N_("Take units away") },
};

static const struct act {
	const char *start, *end, *name;
	bool is_sale; /* else it is done to a person */
} acts[] = {
	{ "/admin/users/", "/close", N_("Close the account"), false },
	{ "/admin/users/", "/open", N_("Open the account"), false },
	{ "/admin/users/", "/role", N_("Change the role"), false },
	{ "/admin/sales/", "/units", N_("Change the units"), true },
	{ "/settings/", "delete", N_("Delete your account"), false },
};

/* What is done to somebody or something, by where its form goes; NULL for what its text explains.
 */
static const struct act *act_find(struct str action)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(acts); i++) {
		if (str_starts(action, str_from_c(acts[i].start)) &&
		    str_ends(action, str_from_c(acts[i].end)))
			return &acts[i];
	}
	return NULL;
}

/* To whom or what it is done, for who may know; empty when that is not there any more. */
static struct str subject_of(struct req *r, const struct act *act, struct str action)
{
	size_t start = strlen(act->start), end = strlen(act->end);
	struct user user = { 0 };
	struct sale sale = { 0 };
	int64_t id;

	if (r->ctx.viewer.role < ROLE_MODERATOR ||
	    !num_parse_id(str_slice(action, start, action.n - end), &id))
		return (struct str){ 0 };
	if (!act->is_sale)
		return user_find(&r->ctx, id, &user) ? (struct str){ 0 } : user.name;
	if (r->ctx.viewer.role < ROLE_ADMIN || sale_find_any(&r->ctx, id, &sale))
		return (struct str){ 0 };
	return sale.goods.name;
}

static void say_choice(struct req *r, struct resume_field_view *view)
{
	int64_t days;
	size_t i;

	for (i = 0; i < ARRAY_LEN(choices); i++) {
		if (!str_is(view->name, str_from_c(choices[i].name)) ||
		    !str_is(view->value, str_from_c(choices[i].value)))
			continue;
		view->label = req_text(r, choices[i].label);
		view->said = req_text(r, choices[i].said);
	}
	if (!view->said.n && str_is(view->name, STR("days")) &&
	    num_parse_i64(view->value, 1, INT16_MAX, &days)) {
		view->label = req_text(r, N_("For how long"));
		view->said = text_count(r->ctx.arena, r->language, "{0} day", "{0} days", days);
	}
}

/* What nobody typed or chose travels unseen. */
static struct resume_field_view field_view(struct req *r, const struct held_field *f)
{
	struct resume_field_view view = { .name = f->name, .value = f->value };
	size_t i;

	for (i = 0; i < ARRAY_LEN(shown); i++) {
		if (!str_is(f->name, str_from_c(shown[i].name)))
			continue;
		view.label = req_text(r, shown[i].label);
		view.is_line = shown[i].is_line;
		return view;
	}
	say_choice(r, &view);
	return view;
}

/* Who took too long to log in has logged in all the same. */
static err say_gone(struct req *r, struct url back)
{
	req_flash(r, N_("What you had typed is not kept any more."));
	return resp_redirect(r, back);
}

err resume_page(struct req *r)
{
	struct resume_view view = { 0 };
	struct held held = { 0 };
	const struct act *act;
	err e = held_find(&r->ctx, r->path.slugs[0], cookie_get(r, COOKIE_GUEST), &held);

	if (url_check_local(r->ctx.arena, form_get(&r->in.query, "next"), &view.back))
		view.back = URL_LITERAL("/");
	if (!e)
		e = url_check_local(r->ctx.arena, held.action, &view.action);
	if (e)
		return e == ERR_NOT_FOUND ? say_gone(r, view.back) : e;
	act = act_find(held.action);
	if (act) {
		view.act = req_text(r, act->name);
		view.subject = subject_of(r, act, held.action);
	}
	view.fields.items = ARENA_ARRAY(r->ctx.arena, struct resume_field_view, held.fields.count);
	for (; view.fields.count < held.fields.count; view.fields.count++)
		view.fields.items[view.fields.count] =
			field_view(r, &held.fields.items[view.fields.count]);
	tmpl_account_resume(req_page(r), &view);
	return resp_page(r, 200,
			 &(struct page_meta){
				 .title = req_text(r, "Go on where you were"),
				 .is_noindex = true,
			 });
}
