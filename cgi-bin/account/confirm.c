/*
 * Who are you, once more: before what a borrowed session must not do. The second factor when there
 * is one, else the password, else a code to the phone.
 */
#include "account/proof_pages.h"

#include "domain/reauth.h"

#include "tmpl/account_confirm.h"

struct confirm_input {
	struct str password, password1, code, captcha_id, captcha;
};

static const struct field confirm_fields[] = {
	FIELD_TEXT(struct confirm_input, password, 0, 1024, FIELD_KEEP_SPACE | FIELD_OPTIONAL),
	FIELD_TEXT(struct confirm_input, password1, 0, 64, FIELD_OPTIONAL),
	FIELD_TEXT(struct confirm_input, code, 0, 64, FIELD_ONE_LINE | FIELD_OPTIONAL),
	FIELD_TEXT(struct confirm_input, captcha_id, 0, 64, FIELD_ONE_LINE | FIELD_OPTIONAL),
	FIELD_TEXT(struct confirm_input, captcha, 0, 64, FIELD_ONE_LINE | FIELD_OPTIONAL),
};

/* A form's own way on, or that of the address. */
static struct str way_of(struct req *r, const char *name)
{
	struct str sent = form_get(&r->in.body, name);

	return sent.n ? sent : form_get(&r->in.query, name);
}

/* Somebody who would rather not goes back among the pages they came from. */
static void fill_way_out(struct req *r, struct confirm_view *view)
{
	bool is_staff = str_starts(view->next, STR("/admin"));

	view->is_from_admin = is_staff && r->ctx.viewer.role == ROLE_ADMIN;
	view->is_from_moderation = is_staff && r->ctx.viewer.role == ROLE_MODERATOR;
}

static err show_confirm(struct req *r, int status, const struct account *who,
			struct confirm_view *view)
{
	err e = show_captcha(r, &view->captcha);

	if (e)
		return e;
	view->next = way_of(r, "next");
	view->held = way_of(r, "held");
	fill_way_out(r, view);
	view->asks_second = who->has_second;
	view->asks_password = !who->has_second && who->has_password;
	view->name = who->user.name;
	view->phone = user_phone_masked(r->ctx.arena, who->phone);
	view->shows_outbox = r->ctx.config->site.is_development;
	tmpl_account_confirm(req_page(r), view);
	return resp_page(r, status,
			 &(struct page_meta){
				 .title = req_text(r, "Confirm that it is you"),
				 .is_noindex = true,
			 });
}

err confirm_page(struct req *r)
{
	struct confirm_view view = { 0 };
	struct account who = { 0 };
	err e = account_find(&r->ctx, r->ctx.viewer.id, &who);

	if (e)
		return e;
	if (!who.has_second && who.has_password)
		view.captcha.is_asked = user_login_needs_captcha(&r->ctx, r->in.remote_address);
	return show_confirm(r, 200, &who, &view);
}

/* What a try came to: right when error is empty. */
struct outcome {
	struct str error;
	int status;
	struct captcha_view captcha;
};

static err try_second(struct req *r, const struct confirm_input *in, struct outcome *out)
{
	enum second_answer answer = SECOND_WRONG;
	err e = second_check(&r->ctx, r->ctx.viewer.id, in->code, r->in.remote_address, r->language,
			     &answer, &r->retry_seconds);

	if (e || answer == SECOND_RIGHT)
		return e;
	out->status = answer == SECOND_CLOSED ? 429 : 422;
	out->error = answer == SECOND_CLOSED
			     ? req_text(r, "Too many wrong codes. Try again later.")
			     : req_text(r, "This code is not right, or was used before.");
	return OK;
}

static err try_password(struct req *r, const struct confirm_input *in, struct outcome *out)
{
	struct login_try try = { .address = r->in.remote_address,
				 .is_first_pass = in->password1.n > 0,
				 .password = in->password1.n ? in->password1 : in->password,
				 .captcha_id = in->captcha_id,
				 .captcha_typed = in->captcha };
	struct login_result result = { 0 };
	err e = user_confirm(&r->ctx, &try, &result);

	if (e || result.answer == LOGIN_OK)
		return e;
	out->status = result.answer == LOGIN_CLOSED ? 429 : 422;
	out->captcha.is_asked = result.needs_captcha;
	out->error = login_refusal(r, &result);
	if (result.answer == LOGIN_WRONG)
		out->error = req_text(r, "This is not your current password.");
	return OK;
}

static struct code_for code_of(struct req *r, const struct account *who)
{
	return (struct code_for){ CODE_CONFIRM, who->phone, session_id(&r->session) };
}

static err try_phone(struct req *r, const struct account *who, const struct confirm_input *in,
		     struct outcome *out)
{
	struct code_for f = code_of(r, who);
	bool is_right;
	err e = code_check(&r->ctx, &f, in->code, true, &is_right);

	if (e || is_right)
		return e;
	out->status = 422;
	out->error = req_text(r, "This code is not right, or not good any more.");
	return OK;
}

err confirm_action(struct req *r)
{
	struct field_errors errors = { 0 };
	struct confirm_input in = { 0 };
	struct account who = { 0 };
	struct outcome outcome = { 0 };
	struct confirm_view view;
	err e = account_find(&r->ctx, r->ctx.viewer.id, &who);

	if (e)
		return e;
	if (!fields_read(r->ctx.arena, &r->in.body, confirm_fields, ARRAY_LEN(confirm_fields), &in,
			 &errors))
		in = (struct confirm_input){ 0 };
	if (who.has_second)
		e = try_second(r, &in, &outcome);
	else if (who.has_password)
		e = try_password(r, &in, &outcome);
	else
		e = try_phone(r, &who, &in, &outcome);
	if (e)
		return e;
	if (outcome.error.n) {
		view = (struct confirm_view){ .error = outcome.error, .captcha = outcome.captcha };
		return show_confirm(r, outcome.status, &who, &view);
	}
	e = reauth_note(&r->ctx, &r->session);
	return e ? e : resp_redirect(r, way_on(r, way_of(r, "next"), way_of(r, "held")));
}

/* Only for who has nothing else: a code must not stand in for a second factor or a password. */
err confirm_code_action(struct req *r)
{
	struct account who = { 0 };
	struct code_for f;
	err e = account_find(&r->ctx, r->ctx.viewer.id, &who);

	if (e)
		return e;
	if (who.has_second || who.has_password || !who.phone.n)
		return ERR_NOT_FOUND;
	f = code_of(r, &who);
	e = code_take_place(&r->ctx, who.phone, r->in.remote_address, &r->retry_seconds);
	if (e == ERR_LIMITED)
		return show_confirm(r, 429, &who, &(struct confirm_view){ .error = wait_words(r) });
	if (!e)
		e = code_request(&r->ctx, &f, who.user.id, r->language);
	if (e)
		return e;
	req_flash(r, N_("The code is on its way."));
	return resp_redirect(r, url_format(r->ctx.arena, "/settings/confirm?next={}&held={}",
					   way_of(r, "next"), way_of(r, "held")));
}
