/* The second step of a login: a code of the authenticator. No session begins before it. */
#include "account/proof_pages.h"

#include "base/secret.h"
#include "web/cookie.h"

#include "tmpl/account_second.h"

static struct str holder_of(struct req *r)
{
	return step_holder(&r->ctx, cookie_get(r, COOKIE_STEP));
}

err second_begin(struct req *r, const struct login_result *result, const struct login_way *way)
{
	struct str token = step_token(&r->ctx);
	struct step step = { .user_id = result->user.id,
			     .stamp = user_login_stamp(r->ctx.arena, result),
			     .next = way->next,
			     .held = way->held,
			     .is_remembered = way->is_remembered };
	err e = step_keep(&r->ctx, STEP_SECOND, step_holder(&r->ctx, token), &step);

	if (e)
		return e;
	cookie_put(r, COOKIE_STEP, token, STEP_SECONDS);
	return resp_redirect(r, URL_LITERAL("/login/second"));
}

err login_again(struct req *r)
{
	req_flash(r, N_("Please log in again from the beginning."));
	return resp_redirect(r, URL_LITERAL("/login"));
}

static err show_second(struct req *r, int status, struct str error)
{
	tmpl_account_second(req_page(r), &(struct second_view){ .code_error = error });
	return resp_page(r, status,
			 &(struct page_meta){
				 .title = req_text(r, "Second step"),
				 .is_noindex = true,
			 });
}

err second_page(struct req *r)
{
	struct step step;
	err e;

	if (!ctx_is_guest(&r->ctx))
		return resp_redirect(r, URL_LITERAL("/"));
	e = step_find(&r->ctx, STEP_SECOND, holder_of(r), &step);
	if (e == ERR_NOT_FOUND)
		return resp_redirect(r, URL_LITERAL("/login"));
	return e ? e : show_second(r, 200, (struct str){ 0 });
}

/* The first step counts only as long as the account is what it was then. */
static err enter(struct req *r, const struct step *step, struct str holder)
{
	const struct login_way way = { step->next, step->held, step->is_remembered };
	struct login_result result = { 0 };
	err e = step_end(&r->ctx, STEP_SECOND, holder);

	if (!e)
		e = user_login_find(&r->ctx, step->user_id, &result);
	if (!e && !secret_is_equal(step->stamp, user_login_stamp(r->ctx.arena, &result)))
		e = ERR_NOT_FOUND;
	if (!e)
		e = login_enter(r, &result, &way, true);
	if (!e)
		cookie_delete(r, COOKIE_STEP);
	return e == ERR_NOT_FOUND || e == ERR_AUTH ? login_again(r) : e;
}

static err refuse(struct req *r, struct str holder)
{
	err e = step_fail(&r->ctx, STEP_SECOND, holder);

	if (e)
		return e == ERR_NOT_FOUND ? login_again(r) : e;
	return show_second(r, 422, req_text(r, "This code is not right, or was used before."));
}

err second_action(struct req *r)
{
	struct str typed = form_get(&r->in.body, "code"), holder = holder_of(r);
	enum second_answer answer = SECOND_WRONG;
	struct step step;
	err e = step_find(&r->ctx, STEP_SECOND, holder, &step);

	if (e)
		return e == ERR_NOT_FOUND ? login_again(r) : e;
	e = second_check(&r->ctx, step.user_id, typed, r->in.remote_address, r->language, &answer,
			 &r->retry_seconds);
	/* Switched off since the first step: that one is not enough any more. */
	if (e)
		return e == ERR_NOT_FOUND ? login_again(r) : e;
	if (answer == SECOND_CLOSED)
		return show_second(r, 429, req_text(r, "Too many wrong codes. Try again later."));
	return answer == SECOND_RIGHT ? enter(r, &step, holder) : refuse(r, holder);
}
