/* The second factor in the settings: on, its recovery codes, off. */
#include "account/proof_pages.h"

#include "domain/qr.h"

#include "tmpl/account_recovery.h"
#include "tmpl/account_two_step.h"
#include "tmpl/account_two_step_new.h"

static bool is_required(struct req *r, const struct user *user)
{
	return r->ctx.config->login.needs_totp && user->role == ROLE_ADMIN;
}

err two_step_page(struct req *r)
{
	struct account who = { 0 };
	struct two_step_view view;
	err e = account_find(&r->ctx, r->ctx.viewer.id, &who);

	if (e)
		return e;
	view = (struct two_step_view){ .is_on = who.has_second,
				       .is_required = is_required(r, &who.user),
				       .recovery_left = who.recovery_left };
	tmpl_account_two_step(req_page(r), &view);
	return resp_page(r, 200,
			 &(struct page_meta){
				 .title = req_text(r, "Two-step login"),
				 .is_noindex = true,
			 });
}

err two_step_start_action(struct req *r)
{
	bool is_on;
	err e = second_find(&r->ctx, r->ctx.viewer.id, &is_on);

	if (!e && is_on)
		return resp_redirect(r, URL_LITERAL("/settings/two-step"));
	if (!e)
		e = second_start(&r->ctx);
	return e ? e : resp_redirect(r, URL_LITERAL("/settings/two-step/new"));
}

static err show_new(struct req *r, int status, struct str error)
{
	struct second_setup setup;
	struct qr qr;
	struct two_step_new_view view;
	err e = second_setup(&r->ctx, &setup);

	if (e == ERR_NOT_FOUND)
		return resp_redirect(r, URL_LITERAL("/settings/two-step"));
	if (!e)
		e = qr_make(r->ctx.arena, setup.uri, &qr);
	if (e)
		return e;
	view = (struct two_step_new_view){
		.key = setup.key,
		.picture = qr.path,
		.box = str_format(r->ctx.arena, "0 0 %d %d", qr.size, qr.size),
		.code_error = error,
	};
	tmpl_account_two_step_new(req_page(r), &view);
	return resp_page(r, status,
			 &(struct page_meta){
				 .title = req_text(r, "Set up two-step login"),
				 .is_noindex = true,
			 });
}

err two_step_new_page(struct req *r)
{
	return show_new(r, 200, (struct str){ 0 });
}

/* Shown this once, so there is no other page to lead to. */
static err show_codes(struct req *r, const struct second_codes *codes)
{
	struct recovery_view view = { 0 };
	struct arena *a = r->ctx.arena;

	view.codes.items = ARENA_ARRAY(a, struct recovery_code_view, SECOND_RECOVERY_CODES);
	for (; view.codes.count < SECOND_RECOVERY_CODES; view.codes.count++)
		view.codes.items[view.codes.count].code = codes->items[view.codes.count];
	tmpl_account_recovery(req_page(r), &view);
	return resp_page(r, 200,
			 &(struct page_meta){
				 .title = req_text(r, "Recovery codes"),
				 .is_noindex = true,
			 });
}

/* With it an administrator may be one: their role counts from here on. */
static err renew_session(struct req *r)
{
	struct login_result now = { 0 };
	err e = user_login_find(&r->ctx, r->ctx.viewer.id, &now);

	if (e || now.user.role == r->session.viewer.role)
		return e;
	return login_start(r, &now, &now.user, r->session.is_remembered);
}

err two_step_confirm_action(struct req *r)
{
	struct second_codes codes;
	err e = second_confirm(&r->ctx, form_get(&r->in.body, "code"), r->language, &codes);

	if (e == ERR_INVALID)
		return show_new(
			r, 422,
			req_text(r, "This code is not right. Is the clock of your phone right?"));
	if (e == ERR_NOT_FOUND)
		return resp_redirect(r, URL_LITERAL("/settings/two-step"));
	if (!e)
		e = renew_session(r);
	return e ? e : show_codes(r, &codes);
}

err two_step_codes_action(struct req *r)
{
	struct second_codes codes;
	err e = second_renew_codes(&r->ctx, r->language, &codes);

	if (e == ERR_NOT_FOUND)
		return resp_redirect(r, URL_LITERAL("/settings/two-step"));
	return e ? e : show_codes(r, &codes);
}

err two_step_off_action(struct req *r)
{
	struct account who = { 0 };
	err e = account_find(&r->ctx, r->ctx.viewer.id, &who);

	if (!e && is_required(r, &who.user))
		return ERR_FORBIDDEN;
	if (!e)
		e = second_remove(&r->ctx, r->language);
	if (e && e != ERR_NOT_FOUND)
		return e;
	req_flash(r, N_("Two-step login is off."));
	return resp_redirect(r, URL_LITERAL("/settings/two-step"));
}
