/* Registering, and the link in the mail that finishes it. */
#include "account/account_pages.h"

#include "tmpl/account_activate.h"
#include "tmpl/account_again.h"
#include "tmpl/account_register.h"

static const struct field register_fields[] = {
	FIELD_TEXT(struct registration, username, USER_NAME_MIN, USER_NAME_MAX, FIELD_ONE_LINE),
	FIELD_TEXT(struct registration, email, 3, USER_EMAIL_MAX, FIELD_ONE_LINE),
	FIELD_TEXT(struct registration, password, USER_PASSWORD_MIN, USER_PASSWORD_MAX,
		   FIELD_KEEP_SPACE),
};

static err show_register(struct req *r, int status, const struct registration *in,
			 const struct field_errors *errors)
{
	struct register_view view = {
		.username = in->username,
		.email = in->email,
		.username_error = req_field_error(r, errors, "username"),
		.email_error = req_field_error(r, errors, "email"),
		.password_error = req_field_error(r, errors, "password"),
		.has_errors = errors->count > 0,
		.login = URL_LITERAL("/login"),
	};

	tmpl_account_register(req_page(r), &view);
	return resp_page(r, status,
			 &(struct page_meta){
				 .title = req_text(r, "Register"),
				 .is_noindex = true,
			 });
}

err register_page(struct req *r)
{
	if (!ctx_is_guest(&r->ctx))
		return resp_redirect(r, URL_LITERAL("/"));
	return show_register(r, 200, &(struct registration){ 0 }, &(struct field_errors){ 0 });
}

/* What the table of fields cannot know. Each field is asked only when it passed the table. */
static void check_registration(struct req *r, const struct registration *in,
			       struct field_errors *errors)
{
	const struct {
		const char *name;
		const char *problem;
	} checks[] = {
		{ "username", user_name_problem(&r->ctx, in->username) },
		{ "email", user_email_problem(in->email) },
		{ "password",
		  user_password_problem(&r->ctx, in->password, in->username, in->email) },
	};

	for (size_t i = 0; i < ARRAY_LEN(checks); i++)
		if (checks[i].problem && !field_errors_find(errors, checks[i].name))
			field_errors_add(errors, checks[i].name, checks[i].problem, 0);
}

err register_action(struct req *r)
{
	struct field_errors errors = { 0 };
	struct registration in = { .language = r->language };
	bool is_complete = fields_read(r->ctx.arena, &r->in.body, register_fields,
				       ARRAY_LEN(register_fields), &in, &errors);
	err e;

	check_registration(r, &in, &errors);
	if (!is_complete || errors.count > 0)
		return show_register(r, 422, &in, &errors);
	e = user_register(&r->ctx, &in, r->form_id);
	if (e == ERR_CONFLICT) {
		field_errors_add(&errors, "username", N_("This name is taken."), 0);
		return show_register(r, 422, &in, &errors);
	}
	return e ? e : resp_redirect(r, URL_LITERAL("/register/done"));
}

err register_done_page(struct req *r)
{
	return show_notice(r, 200,
			   &(struct notice_view){
				   .title = req_text(r, "Look into your mail"),
				   .text = req_text(r, "We have sent you a link. It activates your "
						       "account and is good for 24 hours."),
				   .way = URL_LITERAL("/activate/again"),
				   .way_text = req_text(r, "No mail? Send it again"),
				   .shows_outbox = r->ctx.config->site.is_development,
			   });
}

/* The link is followed by mail scanners too, so that only the button activates. */
err activate_page(struct req *r)
{
	struct activate_view view = { 0 };
	struct user user = { 0 };
	err e = user_activation_find(&r->ctx, r->path.slugs[0], &user);

	if (e == ERR_NOT_FOUND)
		return show_notice(r, 404,
				   &(struct notice_view){
					   .title = req_text(r, "This link is not good any more"),
					   .text = req_text(r, "It was used, or is older than 24 "
							       "hours, or was cut off on the way."),
					   .way = URL_LITERAL("/activate/again"),
					   .way_text = req_text(r, "Send a new link"),
				   });
	if (e)
		return e;
	view.name = user.name;
	view.action = url_format(r->ctx.arena, "/activate/{}", r->path.slugs[0]);
	tmpl_account_activate(req_page(r), &view);
	return resp_page(r, 200,
			 &(struct page_meta){
				 .title = req_text(r, "Activate your account"),
				 .is_noindex = true,
			 });
}

err activate_action(struct req *r)
{
	struct user user = { 0 };
	err e = user_activate(&r->ctx, r->path.slugs[0], &user);

	if (e == ERR_NOT_FOUND)
		return activate_page(r);
	if (e)
		return e;
	req_flash(r, N_("Your account is active. Log in and say hello."));
	return resp_redirect(r, URL_LITERAL("/login"));
}

static err show_again(struct req *r, int status, struct str email, struct str error)
{
	struct again_view view = { .email = email, .email_error = error };

	tmpl_account_again(req_page(r), &view);
	return resp_page(r, status,
			 &(struct page_meta){
				 .title = req_text(r, "Send the link again"),
				 .is_noindex = true,
			 });
}

err activation_again_page(struct req *r)
{
	return show_again(r, 200, (struct str){ 0 }, (struct str){ 0 });
}

err activation_again_action(struct req *r)
{
	struct str email = str_trim(form_get(&r->in.body, "email"));
	const char *problem = user_email_problem(email);
	err e;

	if (problem)
		return show_again(r, 422, email, req_text(r, problem));
	e = user_resend_activation(&r->ctx, email, r->language);
	return e ? e : resp_redirect(r, URL_LITERAL("/register/done"));
}
