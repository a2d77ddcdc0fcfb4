/* Settings: a page with a section for each thing that can be changed. */
#include "account/proof_pages.h"

#include "domain/reauth.h"

#include "tmpl/account_settings.h"

struct change_input {
	struct str password, password1, new_password, captcha_id, captcha;
};

/* password is the current one, password1 its first pass, made by script; as in the login form. */
static const struct field change_fields[] = {
	FIELD_TEXT(struct change_input, password, 0, 1024, FIELD_KEEP_SPACE | FIELD_OPTIONAL),
	FIELD_TEXT(struct change_input, password1, 0, 64, FIELD_OPTIONAL),
	FIELD_TEXT(struct change_input, new_password, USER_PASSWORD_MIN, USER_PASSWORD_MAX,
		   FIELD_KEEP_SPACE),
	FIELD_TEXT(struct change_input, captcha_id, 0, 64, FIELD_ONE_LINE | FIELD_OPTIONAL),
	FIELD_TEXT(struct change_input, captcha, 0, 64, FIELD_ONE_LINE | FIELD_OPTIONAL),
};

/* Enough for who knows it. */
static struct str masked_email(struct req *r, struct str email)
{
	ptrdiff_t at = str_find_byte(email, '@');
	struct str head = str_slice(email, 0, 1);
	struct str tail = str_slice(email, (size_t)(at < 0 ? 0 : at), email.n);

	if (!email.n)
		return email;
	return str_format(r->ctx.arena, STR_FMT "***" STR_FMT, STR_ARG(head), STR_ARG(tail));
}

static err fill_account(struct req *r, struct settings_view *view)
{
	struct account who = { 0 };
	bool is_fresh = true;
	err e = account_find(&r->ctx, r->ctx.viewer.id, &who);

	if (!e && (who.has_second || !who.has_password))
		e = reauth_find(&r->ctx, &r->session, &is_fresh);
	if (e)
		return e;
	view->name = who.user.name;
	view->may_rename = who.may_rename;
	view->email = masked_email(r, who.user.email);
	view->phone = user_phone_masked(r->ctx.arena, who.phone);
	view->offers_phone = r->ctx.config->sms.is_on;
	view->has_second = who.has_second;
	view->has_password = who.has_password;
	view->is_locked = !is_fresh;
	return OK;
}

static err show_settings(struct req *r, int status, struct settings_view *view)
{
	err e = show_captcha(r, &view->captcha);

	if (!e)
		e = fill_account(r, view);
	if (e)
		return e;
	tmpl_account_settings(req_page(r), view);
	return resp_page(r, status,
			 &(struct page_meta){
				 .title = req_text(r, "Settings"),
				 .is_noindex = true,
			 });
}

err settings_page(struct req *r)
{
	struct settings_view view = { 0 };

	view.captcha.is_asked = user_login_needs_captcha(&r->ctx, r->in.remote_address);
	return show_settings(r, 200, &view);
}

/* What can be said about the fields before the current password is looked at. */
static err check_change(struct req *r, const struct change_input *in, struct field_errors *errors)
{
	struct arena *a = r->ctx.arena;
	struct str current = in->password1.n ? in->password1 : user_first_pass(a, in->password);
	struct user user = { 0 };
	const char *problem;
	err e = user_find(&r->ctx, r->ctx.viewer.id, &user);

	if (e)
		return e;
	if (!in->password.n && !in->password1.n)
		field_errors_add(errors, "password", N_("The current password is needed."), 0);
	problem = user_password_problem(&r->ctx, in->new_password, user.name, user.email);
	if (!problem && str_is(current, user_first_pass(a, in->new_password)))
		problem = N_("The new password is the old one.");
	if (problem && !field_errors_find(errors, "new_password"))
		field_errors_add(errors, "new_password", problem, 0);
	return OK;
}

static err show_refusal(struct req *r, const struct login_result *result)
{
	struct settings_view view = { .captcha = { .is_asked = result->needs_captcha } };
	struct str why = login_refusal(r, result);

	if (result->answer == LOGIN_WRONG)
		why = req_text(r, "This is not your current password.");
	if (result->answer == LOGIN_WRONG_CAPTCHA)
		view.captcha.error = why;
	else
		view.current_error = why;
	return show_settings(r, result->answer == LOGIN_CLOSED ? 429 : 422, &view);
}

/* With no more rights than before: an administrator may be one without their second factor. */
static err log_in_again(struct req *r)
{
	struct login_result now = { 0 };
	struct user same;
	err e = user_login_find(&r->ctx, r->ctx.viewer.id, &now);

	if (e)
		return e;
	same = now.user;
	if (r->session.viewer.role < same.role)
		same.role = r->session.viewer.role;
	return login_start(r, &now, &same, r->session.is_remembered);
}

/* Every session has ended; this one goes on under a fresh name. */
static err change(struct req *r, const struct login_result *confirmed, struct str password)
{
	struct login_result wrong = { .answer = LOGIN_WRONG };
	err e = user_change_password(&r->ctx, confirmed, password, r->language);

	if (e == ERR_CONFLICT)
		return show_refusal(r, &wrong);
	if (!e)
		e = log_in_again(r);
	if (e)
		return e;
	req_flash(r, N_("Your password is changed. All other devices are logged out."));
	return resp_redirect(r, URL_LITERAL("/settings"));
}

struct first_input {
	struct str new_password;
};

static const struct field first_fields[] = {
	FIELD_TEXT(struct first_input, new_password, USER_PASSWORD_MIN, USER_PASSWORD_MAX,
		   FIELD_KEEP_SPACE),
};

/* Who came by phone has no current password to ask for; they have proved who they are otherwise. */
static err set_first(struct req *r, const struct account *who)
{
	struct field_errors errors = { 0 };
	struct first_input in = { 0 };
	struct settings_view view = { 0 };
	struct login_result confirmed = { 0 };
	bool is_complete = fields_read(r->ctx.arena, &r->in.body, first_fields,
				       ARRAY_LEN(first_fields), &in, &errors);
	const char *problem =
		user_password_problem(&r->ctx, in.new_password, who->user.name, who->user.email);
	err e;

	if (is_complete && problem)
		field_errors_add(&errors, "new_password", problem, 0);
	if (errors.count > 0) {
		view.new_error = req_field_error(r, &errors, "new_password");
		return show_settings(r, 422, &view);
	}
	e = user_login_find(&r->ctx, who->user.id, &confirmed);
	if (!e && confirmed.answer != LOGIN_OK)
		e = ERR_FORBIDDEN;
	return e ? e : change(r, &confirmed, in.new_password);
}

static err change_known(struct req *r)
{
	struct field_errors errors = { 0 };
	struct change_input in = { 0 };
	struct settings_view view = { 0 };
	struct login_try try = { .address = r->in.remote_address };
	struct login_result result = { 0 };
	bool is_complete = fields_read(r->ctx.arena, &r->in.body, change_fields,
				       ARRAY_LEN(change_fields), &in, &errors);
	err e = check_change(r, &in, &errors);

	if (e)
		return e;
	if (!is_complete || errors.count > 0) {
		view.current_error = req_field_error(r, &errors, "password");
		view.new_error = req_field_error(r, &errors, "new_password");
		view.captcha.is_asked = in.captcha_id.n > 0;
		return show_settings(r, 422, &view);
	}
	try.is_first_pass = in.password1.n > 0;
	try.password = try.is_first_pass ? in.password1 : in.password;
	try.captcha_id = in.captcha_id;
	try.captcha_typed = in.captcha;
	e = user_confirm(&r->ctx, &try, &result);
	if (e)
		return e;
	if (result.answer != LOGIN_OK)
		return show_refusal(r, &result);
	return change(r, &result, in.new_password);
}

err password_change_action(struct req *r)
{
	struct account who = { 0 };
	err e = account_find(&r->ctx, r->ctx.viewer.id, &who);

	if (!e && (who.has_second || !who.has_password))
		e = req_check_sure(r);
	if (e)
		return e;
	return who.has_password ? change_known(r) : set_first(r, &who);
}
