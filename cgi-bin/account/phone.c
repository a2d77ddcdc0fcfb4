/* Logging in by phone: a number, then the code that was sent to it. */
#include "account/proof_pages.h"

#include "base/num.h"
#include "web/cookie.h"

#include "tmpl/account_code.h"
#include "tmpl/account_phone.h"

struct phone_input {
	struct str phone, next, held, captcha_id, captcha;
	int64_t remember;
};

static const struct field phone_fields[] = {
	FIELD_TEXT(struct phone_input, phone, 0, 40, FIELD_ONE_LINE | FIELD_OPTIONAL),
	FIELD_TEXT(struct phone_input, captcha_id, 0, 64, FIELD_ONE_LINE | FIELD_OPTIONAL),
	FIELD_TEXT(struct phone_input, captcha, 0, 64, FIELD_ONE_LINE | FIELD_OPTIONAL),
	FIELD_INT(struct phone_input, remember, 0, 1, FIELD_OPTIONAL),
};

static struct str holder_of(struct req *r)
{
	return step_holder(&r->ctx, cookie_get(r, COOKIE_STEP));
}

static err show_phone(struct req *r, int status, struct phone_view *view)
{
	struct step step;
	err e = show_captcha(r, &view->captcha);

	if (e)
		return e;
	view->has_held = view->held.n > 0;
	view->has_code = !step_find(&r->ctx, STEP_PHONE, holder_of(r), &step);
	view->password = view->has_held ? url_format(r->ctx.arena, "/login?next={}&held={}",
						     view->next, view->held)
					: url_format(r->ctx.arena, "/login?next={}", view->next);
	tmpl_account_phone(req_page(r), view);
	return resp_page(r, status,
			 &(struct page_meta){
				 .title = req_text(r, "Log in by phone"),
				 .is_noindex = true,
			 });
}

err phone_page(struct req *r)
{
	struct phone_view view = {
		.next = form_get(&r->in.query, "next"),
		.held = form_get(&r->in.query, "held"),
	};

	if (!r->ctx.config->sms.is_on)
		return ERR_NOT_FOUND;
	if (!ctx_is_guest(&r->ctx))
		return resp_redirect(r, way_on(r, view.next, view.held));
	view.captcha.is_asked =
		code_needs_captcha(&r->ctx, (struct str){ 0 }, r->in.remote_address);
	return show_phone(r, 200, &view);
}

struct str wait_words(struct req *r)
{
	struct str seconds = num_text(r->ctx.arena, r->retry_seconds);
	struct str minutes = num_text(r->ctx.arena, (r->retry_seconds + 59) / 60);

	http_response_set_header(&r->out, "Retry-After", seconds);
	if (r->retry_seconds > 120)
		return text_format(r->ctx.arena, r->language,
				   N_("Too many codes were asked for. Try again in {0} minutes."),
				   &minutes, 1);
	return text_format(r->ctx.arena, r->language,
			   N_("A code was just sent. Ask for another in {0} seconds."), &seconds,
			   1);
}

/* The number or the captcha is wrong, or it was too often: the form again. */
static err refuse(struct req *r, const struct phone_input *in, int status, struct str why,
		  bool is_captcha)
{
	struct phone_view view = {
		.phone = in->phone,
		.next = in->next,
		.held = in->held,
		.remember = in->remember == 1,
		.captcha = { .is_asked =
				     code_needs_captcha(&r->ctx, in->phone, r->in.remote_address) },
	};

	if (is_captcha)
		view.captcha.error = why;
	else
		view.phone_error = why;
	return show_phone(r, status, &view);
}

/* The answer is the same whether or not somebody has an account with the number. */
static err send_code(struct req *r, const struct phone_input *in)
{
	struct ctx *c = &r->ctx;
	struct str token = step_token(c);
	struct step step = { .target = in->phone,
			     .next = in->next,
			     .held = in->held,
			     .is_remembered = in->remember == 1 };
	struct code_for f = { CODE_LOGIN, in->phone, step_holder(c, token) };
	err e = code_take_place(c, in->phone, r->in.remote_address, &r->retry_seconds);

	if (e == ERR_LIMITED)
		return refuse(r, in, 429, wait_words(r), false);
	if (!e)
		e = step_keep(c, STEP_PHONE, f.holder, &step);
	if (!e)
		e = code_request(c, &f, 0, r->language);
	if (e)
		return e;
	cookie_put(r, COOKIE_STEP, token, STEP_SECONDS);
	return resp_redirect(r, URL_LITERAL("/login/phone/code"));
}

err phone_action(struct req *r)
{
	struct field_errors errors = { 0 };
	struct phone_input in = {
		.next = form_get(&r->in.body, "next"),
		.held = form_get(&r->in.body, "held"),
	};
	bool is_right = true;
	const char *problem;
	err e = OK;

	if (!r->ctx.config->sms.is_on)
		return ERR_NOT_FOUND;
	if (!fields_read(r->ctx.arena, &r->in.body, phone_fields, ARRAY_LEN(phone_fields), &in,
			 &errors))
		in.phone = form_get(&r->in.body, "phone");
	in.phone = user_phone_plain(r->ctx.arena, in.phone);
	problem = user_phone_problem(in.phone);
	if (problem)
		return refuse(r, &in, 422, req_text(r, problem), false);
	if (code_needs_captcha(&r->ctx, in.phone, r->in.remote_address))
		e = captcha_check(&r->ctx, in.captcha_id, in.captcha, &is_right);
	if (e)
		return e;
	if (!is_right)
		return refuse(r, &in, 422, captcha_refusal(r), true);
	return send_code(r, &in);
}

static err show_code(struct req *r, int status, const struct step *step, struct str error)
{
	struct code_view view = {
		.to = user_phone_masked(r->ctx.arena, step->target),
		.code_error = error,
		.phone = step->target,
		.next = step->next,
		.held = step->held,
		.remember = step->is_remembered,
		.shows_outbox = r->ctx.config->site.is_development,
	};

	tmpl_account_code(req_page(r), &view);
	return resp_page(r, status,
			 &(struct page_meta){
				 .title = req_text(r, "Type the code"),
				 .is_noindex = true,
			 });
}

static err start_over(struct req *r)
{
	req_flash(r, N_("That took too long. Please begin again."));
	return resp_redirect(r, URL_LITERAL("/login/phone"));
}

err phone_code_page(struct req *r)
{
	struct step step;
	err e;

	if (!ctx_is_guest(&r->ctx))
		return resp_redirect(r, URL_LITERAL("/"));
	e = step_find(&r->ctx, STEP_PHONE, holder_of(r), &step);
	if (e == ERR_NOT_FOUND)
		return resp_redirect(r, URL_LITERAL("/login/phone"));
	return e ? e : show_code(r, 200, &step, (struct str){ 0 });
}

static err enter(struct req *r, const struct step *step)
{
	const struct login_way way = { step->next, step->held, step->is_remembered };
	struct login_result result = { 0 };
	err e = user_phone_log_in(&r->ctx, step->target, &result);

	if (e)
		return e;
	if (result.answer != LOGIN_OK)
		return show_code(r, 422, step, login_refusal(r, &result));
	user_login_trust(&r->ctx, result.user.id, r->in.remote_address);
	e = login_finish(r, &result, &way);
	return e == ERR_AUTH ? login_again(r) : e;
}

err phone_code_action(struct req *r)
{
	struct str typed = form_get(&r->in.body, "code"), holder = holder_of(r);
	struct code_for f = { .purpose = CODE_LOGIN, .holder = holder };
	struct step step;
	bool is_right;
	err e = step_find(&r->ctx, STEP_PHONE, holder, &step);

	if (e)
		return e == ERR_NOT_FOUND ? start_over(r) : e;
	f.target = step.target;
	e = code_check(&r->ctx, &f, typed, true, &is_right);
	if (e)
		return e;
	if (!is_right)
		return show_code(r, 422, &step,
				 req_text(r, "This code is not right, or not good any more."));
	e = step_end(&r->ctx, STEP_PHONE, holder);
	if (e)
		return e == ERR_NOT_FOUND ? start_over(r) : e;
	return enter(r, &step);
}
