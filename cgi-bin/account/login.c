/* Logging in, with a captcha after failures, and out. */
#include "account/leaving_pages.h"
#include "account/proof_pages.h"

#include "base/log.h"
#include "base/num.h"

#include "tmpl/account_login.h"

struct login_input {
	struct str login, password, password1, next, held, captcha_id, captcha;
	int64_t remember;
};

/*
 * password1 is the first pass of the password, made by script; password is what was typed. Lengths
 * are bounded but not judged: a wrong password is wrong whatever its length.
 */
static const struct field login_fields[] = {
	FIELD_TEXT(struct login_input, login, 1, USER_EMAIL_MAX, FIELD_ONE_LINE),
	FIELD_TEXT(struct login_input, password, 0, 1024, FIELD_KEEP_SPACE | FIELD_OPTIONAL),
	FIELD_TEXT(struct login_input, password1, 0, 64, FIELD_OPTIONAL),
	FIELD_TEXT(struct login_input, captcha_id, 0, 64, FIELD_ONE_LINE | FIELD_OPTIONAL),
	FIELD_TEXT(struct login_input, captcha, 0, 64, FIELD_ONE_LINE | FIELD_OPTIONAL),
	FIELD_INT(struct login_input, remember, 0, 1, FIELD_OPTIONAL),
};

err show_captcha(struct req *r, struct captcha_view *view)
{
	err e;

	if (!view->is_asked)
		return OK;
	e = req_check_limit(r, &limit_captcha);
	if (!e)
		e = captcha_new(&r->ctx, &view->id);
	if (e)
		return e;
	view->picture = url_format(r->ctx.arena, "/captcha/{}.png", view->id);
	return OK;
}

static err show_login(struct req *r, int status, struct login_view *view)
{
	err e = show_captcha(r, &view->captcha);

	if (e)
		return e;
	view->has_held = view->held.n > 0;
	view->offers_phone = r->ctx.config->sms.is_on;
	view->phone = view->has_held ? url_format(r->ctx.arena, "/login/phone?next={}&held={}",
						  view->next, view->held)
				     : url_format(r->ctx.arena, "/login/phone?next={}", view->next);
	tmpl_account_login(req_page(r), view);
	return resp_page(r, status,
			 &(struct page_meta){
				 .title = req_text(r, "Log in"),
				 .is_noindex = true,
			 });
}

/* The typed text that waits, the page one came from, or the front page. */
struct url way_on(struct req *r, struct str next, struct str held)
{
	struct url to;

	if (secret_is_token(held, held.n) && held.n > 0)
		return url_format(r->ctx.arena, "/resume/{}?next={}", held, next);
	return url_check_local(r->ctx.arena, next, &to) ? URL_LITERAL("/") : to;
}

err login_page(struct req *r)
{
	struct login_view view = {
		.next = form_get(&r->in.query, "next"),
		.held = form_get(&r->in.query, "held"),
	};

	if (!ctx_is_guest(&r->ctx))
		return resp_redirect(r, way_on(r, view.next, view.held));
	view.captcha.is_asked = user_login_needs_captcha(&r->ctx, r->in.remote_address);
	return show_login(r, 200, &view);
}

struct str captcha_refusal(struct req *r)
{
	return form_get(&r->in.body, "captcha").n
		       ? req_text(r, captcha_is_wrong)
		       : req_text(r, "Please type the characters of the picture.");
}

struct str login_refusal(struct req *r, const struct login_result *result)
{
	switch (result->answer) {
	case LOGIN_OK:
		return (struct str){ 0 };
	case LOGIN_WRONG:
		return req_text(r, "Name and password do not belong together.");
	case LOGIN_WRONG_CAPTCHA:
		return captcha_refusal(r);
	case LOGIN_PENDING:
		return req_text(
			r, "This account waits for its activation: follow the link in the mail.");
	case LOGIN_DISABLED:
		return closed_words(r, &result->ban);
	case LOGIN_CLOSED:
		http_response_set_header(&r->out, "Retry-After",
					 num_text(r->ctx.arena, result->retry_seconds));
		return req_text(r, "Too many wrong passwords for this account. Try again later.");
	}
	BUG("no text for login answer %d", (int)result->answer);
}

static err show_refusal(struct req *r, const struct login_input *in,
			const struct login_result *result)
{
	struct login_view view = {
		.login = in->login,
		.next = in->next,
		.held = in->held,
		.remember = in->remember == 1,
		.captcha = { .is_asked = result->needs_captcha },
		.offers_activation = result->answer == LOGIN_PENDING,
		.is_address = result->answer == LOGIN_WRONG && str_find_byte(in->login, '@') >= 0,
	};

	if (result->answer == LOGIN_WRONG_CAPTCHA)
		view.captcha.error = login_refusal(r, result);
	else
		view.error = login_refusal(r, result);
	return show_login(r, result->answer == LOGIN_CLOSED ? 429 : 422, &view);
}

err login_start(struct req *r, const struct login_result *result, const struct user *user,
		bool is_remembered)
{
	err e = req_log_in(r, user, is_remembered);

	if (!e)
		e = user_login_stands(&r->ctx, result);
	if (e && req_log_out(r))
		log_warn("a login could not be taken back");
	return e;
}

err login_enter(struct req *r, const struct login_result *result, const struct login_way *way,
		bool has_second)
{
	bool is_lowered =
		result->user.role == ROLE_ADMIN && !has_second && r->ctx.config->login.needs_totp;
	struct user user = result->user;
	struct leaving leaving;
	err e;

	if (is_lowered)
		user.role = ROLE_USER;
	e = login_start(r, result, &user, way->is_remembered);
	if (e)
		return e;
	if (!leaving_find(&r->ctx, user.id, &leaving))
		return resp_redirect(r, URL_LITERAL("/settings/delete"));
	if (!is_lowered)
		return resp_redirect(r, way_on(r, way->next, way->held));
	req_flash(r, N_("Administrators need two-step login: until it is set up you are a member "
			"like any other."));
	return resp_redirect(r, URL_LITERAL("/settings/two-step"));
}

err login_finish(struct req *r, const struct login_result *result, const struct login_way *way)
{
	bool has_second;
	err e = second_find(&r->ctx, result->user.id, &has_second);

	if (e)
		return e;
	return has_second ? second_begin(r, result, way) : login_enter(r, result, way, false);
}

err login_action(struct req *r)
{
	struct field_errors errors = { 0 };
	/* The ways on are checked where they are used: a wrong one is no wrong password. */
	struct login_input in = {
		.next = form_get(&r->in.body, "next"),
		.held = form_get(&r->in.body, "held"),
	};
	struct login_result result = { .answer = LOGIN_WRONG };
	struct login_try try = { .address = r->in.remote_address };
	struct login_way way;
	err e = OK;

	if (!fields_read(r->ctx.arena, &r->in.body, login_fields, ARRAY_LEN(login_fields), &in,
			 &errors))
		return show_refusal(r, &in, &result);
	try.login = in.login;
	try.is_first_pass = in.password1.n > 0;
	try.password = try.is_first_pass ? in.password1 : in.password;
	try.captcha_id = in.captcha_id;
	try.captcha_typed = in.captcha;
	e = user_log_in(&r->ctx, &try, &result);
	if (e)
		return e;
	if (result.answer != LOGIN_OK)
		return show_refusal(r, &in, &result);
	way = (struct login_way){ in.next, in.held, in.remember == 1 };
	e = login_finish(r, &result, &way);
	result.answer = LOGIN_WRONG;
	return e == ERR_AUTH ? show_refusal(r, &in, &result) : e;
}

err logout_action(struct req *r)
{
	err e = req_log_out(r);

	return e ? e : resp_redirect(r, URL_LITERAL("/"));
}

err captcha_page(struct req *r)
{
	struct str id = r->path.slugs[0], png;
	err e;

	if (!str_ends(id, STR(".png")))
		return ERR_NOT_FOUND;
	e = captcha_picture(&r->ctx, str_slice(id, 0, id.n - 4), &png);
	return e ? e : resp_body(r, 200, STR("image/png"), png);
}
