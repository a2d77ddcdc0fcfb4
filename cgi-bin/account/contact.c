/* Another address or number: first the new one, then the codes of both ends. */
#include "account/proof_pages.h"

#include "domain/user_contact.h"

#include "tmpl/account_contact.h"
#include "tmpl/account_contact_code.h"

/* Enough for who knows it: the first letter and what follows the '@'. */
static struct str masked(struct req *r, struct str to)
{
	ptrdiff_t at = str_find_byte(to, '@');
	struct str head, tail;

	if (at < 0)
		return user_phone_masked(r->ctx.arena, to);
	head = str_slice(to, 0, 1);
	tail = str_slice(to, (size_t)at, to.n);
	return str_format(r->ctx.arena, STR_FMT "***" STR_FMT, STR_ARG(head), STR_ARG(tail));
}

static err show_contact(struct req *r, int status, struct contact_view *view)
{
	struct account who = { 0 };
	err e = account_find(&r->ctx, r->ctx.viewer.id, &who);

	if (!e)
		e = show_captcha(r, &view->captcha);
	if (e)
		return e;
	view->current = view->is_email ? who.user.email : who.phone;
	if (view->current.n)
		view->other = masked(r, view->is_email ? who.phone : who.user.email);
	tmpl_account_contact(req_page(r), view);
	return resp_page(r, status,
			 &(struct page_meta){
				 .title = view->is_email ? req_text(r, "E-mail address")
							 : req_text(r, "Phone number"),
				 .is_noindex = true,
			 });
}

static err show_form(struct req *r, bool is_email)
{
	struct contact_view view = { .is_email = is_email };

	view.captcha.is_asked =
		code_needs_captcha(&r->ctx, (struct str){ 0 }, r->in.remote_address);
	return show_contact(r, 200, &view);
}

err email_page(struct req *r)
{
	return show_form(r, true);
}

err phone_number_page(struct req *r)
{
	return r->ctx.config->sms.is_on ? show_form(r, false) : ERR_NOT_FOUND;
}

static err refuse(struct req *r, const struct contact_wish *w, bool is_email, int status,
		  struct str why, bool is_captcha)
{
	struct contact_view view = {
		.is_email = is_email,
		.value = w->value,
		.is_other_way = w->is_other_way,
		.captcha = { .is_asked =
				     code_needs_captcha(&r->ctx, w->value, r->in.remote_address) },
	};

	if (is_captcha)
		view.captcha.error = why;
	else
		view.value_error = why;
	return show_contact(r, status, &view);
}

static err start(struct req *r, const struct contact_wish *w, bool is_email)
{
	err e = contact_start(&r->ctx, w, &r->retry_seconds);

	if (e == ERR_INVALID)
		return refuse(r, w, is_email, 422, req_text(r, "This is what you have now."),
			      false);
	if (e == ERR_LIMITED)
		return refuse(r, w, is_email, 429, wait_words(r), false);
	return e ? e : resp_redirect(r, URL_LITERAL("/settings/contact"));
}

static err change(struct req *r, struct str value, bool is_email, const char *problem)
{
	struct contact_wish w = {
		.value = value,
		.is_other_way = form_get(&r->in.body, "other").n > 0,
		.address = r->in.remote_address,
		.holder = session_id(&r->session),
		.language = r->language,
	};
	bool is_right = true;
	err e = OK;

	if (problem)
		return refuse(r, &w, is_email, 422, req_text(r, problem), false);
	if (code_needs_captcha(&r->ctx, value, r->in.remote_address))
		e = captcha_check(&r->ctx, form_get(&r->in.body, "captcha_id"),
				  form_get(&r->in.body, "captcha"), &is_right);
	if (e)
		return e;
	if (!is_right)
		return refuse(r, &w, is_email, 422, captcha_refusal(r), true);
	return start(r, &w, is_email);
}

err email_action(struct req *r)
{
	struct str email = str_trim(form_get(&r->in.body, "value"));

	return change(r, email, true, user_email_problem(email));
}

err phone_number_action(struct req *r)
{
	struct str phone = user_phone_plain(r->ctx.arena, form_get(&r->in.body, "value"));

	if (!r->ctx.config->sms.is_on)
		return ERR_NOT_FOUND;
	return change(r, phone, false, user_phone_problem(phone));
}

static err show_codes(struct req *r, int status, const struct step *step, struct str new_error,
		      struct str old_error)
{
	bool is_email = code_is_mail(step->target);
	struct contact_code_view view = {
		.is_email = is_email,
		.to = step->target,
		.old = masked(r, step->old),
		.new_error = new_error,
		.old_error = old_error,
		.again = is_email ? URL_LITERAL("/settings/email") : URL_LITERAL("/settings/phone"),
		.shows_outbox = r->ctx.config->site.is_development,
	};

	tmpl_account_contact_code(req_page(r), &view);
	return resp_page(r, status,
			 &(struct page_meta){
				 .title = req_text(r, "Type the code"),
				 .is_noindex = true,
			 });
}

err contact_code_page(struct req *r)
{
	struct step step;
	err e = contact_find(&r->ctx, session_id(&r->session), &step);

	if (e == ERR_NOT_FOUND)
		return resp_redirect(r, URL_LITERAL("/settings"));
	return e ? e : show_codes(r, 200, &step, (struct str){ 0 }, (struct str){ 0 });
}

static err show_taken(struct req *r, bool is_email)
{
	return show_notice(
		r, 409,
		&(struct notice_view){
			.title = req_text(r, "It belongs to another account"),
			.text = is_email ? req_text(r, "Another account has this address. Log in "
						       "there if it is yours.")
					 : req_text(r, "Another account has this number. Log in "
						       "there if it is yours."),
			.way = URL_LITERAL("/settings"),
			.way_text = req_text(r, "Settings"),
		});
}

err contact_code_action(struct req *r)
{
	struct str holder = session_id(&r->session), nothing = { 0 }, why;
	enum contact_answer answer = CONTACT_WRONG_NEW;
	struct step step;
	err e = contact_find(&r->ctx, holder, &step);

	if (!e)
		e = contact_finish(&r->ctx, holder, form_get(&r->in.body, "new_code"),
				   form_get(&r->in.body, "old_code"), r->language, &answer);
	if (e == ERR_NOT_FOUND) {
		req_flash(r, N_("That took too long. Please begin again."));
		return resp_redirect(r, URL_LITERAL("/settings"));
	}
	if (e)
		return e;
	why = req_text(r, "This code is not right, or not good any more.");
	switch (answer) {
	case CONTACT_DONE:
		break;
	case CONTACT_WRONG_NEW:
		return show_codes(r, 422, &step, why, nothing);
	case CONTACT_WRONG_OLD:
		return show_codes(r, 422, &step, nothing, why);
	case CONTACT_TAKEN:
		return show_taken(r, code_is_mail(step.target));
	}
	req_flash(r, code_is_mail(step.target) ? N_("Your e-mail address is changed.")
					       : N_("Your phone number is changed."));
	return resp_redirect(r, URL_LITERAL("/settings"));
}
