/* A forgotten password: asking for the link, and what the link leads to. */
#include "account/account_pages.h"

#include "tmpl/account_forgot.h"
#include "tmpl/account_reset.h"

struct forgot_input {
	struct str login;
};

static const struct field forgot_fields[] = {
	FIELD_TEXT(struct forgot_input, login, 1, USER_EMAIL_MAX, FIELD_ONE_LINE),
};

struct reset_input {
	struct str password;
};

static const struct field reset_fields[] = {
	FIELD_TEXT(struct reset_input, password, USER_PASSWORD_MIN, USER_PASSWORD_MAX,
		   FIELD_KEEP_SPACE),
};

static err show_forgot(struct req *r, int status, const struct forgot_view *view)
{
	tmpl_account_forgot(req_page(r), view);
	return resp_page(r, status,
			 &(struct page_meta){
				 .title = req_text(r, "Forgotten your password?"),
				 .is_noindex = true,
			 });
}

err forgot_page(struct req *r)
{
	return show_forgot(r, 200, &(struct forgot_view){ 0 });
}

err forgot_action(struct req *r)
{
	struct field_errors errors = { 0 };
	struct forgot_input in = { 0 };
	err e;

	if (!fields_read(r->ctx.arena, &r->in.body, forgot_fields, ARRAY_LEN(forgot_fields), &in,
			 &errors))
		return show_forgot(r, 422,
				   &(struct forgot_view){
					   .login = in.login,
					   .login_error = req_field_error(r, &errors, "login"),
				   });
	e = user_reset_request(&r->ctx, in.login, r->language);
	return e ? e : resp_redirect(r, URL_LITERAL("/password/forgot/done"));
}

err forgot_done_page(struct req *r)
{
	return show_notice(
		r, 200,
		&(struct notice_view){
			.title = req_text(r, "Look into your mail"),
			.text = req_text(r, "If there is such an account, a link is on its way to "
					    "its address. It is good for 15 minutes."),
			.way = URL_LITERAL("/password/forgot"),
			.way_text = req_text(r, "No mail? Ask again"),
			.shows_outbox = r->ctx.config->site.is_development,
		});
}

/* Also for a link that is wrong in the same way as one that never was. */
static err show_dead_link(struct req *r)
{
	return show_notice(r, 404,
			   &(struct notice_view){
				   .title = req_text(r, "This link is not good any more"),
				   .text = req_text(r, "It was used, or is older than 15 "
						       "minutes, or was cut off on the way."),
				   .way = URL_LITERAL("/password/forgot"),
				   .way_text = req_text(r, "Send a new link"),
			   });
}

static err show_reset(struct req *r, int status, const struct user *user, struct str error)
{
	struct reset_view view = {
		.name = user->name,
		.password_error = error,
		.action = url_format(r->ctx.arena, "/password/reset/{}", r->path.slugs[0]),
	};

	tmpl_account_reset(req_page(r), &view);
	return resp_page(r, status,
			 &(struct page_meta){
				 .title = req_text(r, "New password"),
				 .is_noindex = true,
			 });
}

/* The link is followed by mail scanners too, so that it only leads to the form. */
err reset_page(struct req *r)
{
	struct user user = { 0 };
	err e = user_reset_find(&r->ctx, r->path.slugs[0], &user);

	if (e == ERR_NOT_FOUND)
		return show_dead_link(r);
	return e ? e : show_reset(r, 200, &user, (struct str){ 0 });
}

static void check_password(struct req *r, struct str password, const struct user *user,
			   struct field_errors *errors)
{
	const char *problem = user_password_problem(&r->ctx, password, user->name, user->email);

	if (problem && !field_errors_find(errors, "password"))
		field_errors_add(errors, "password", problem, 0);
}

/* Nobody is logged in by it: who reads a mail is not yet who types the password. */
err reset_action(struct req *r)
{
	struct field_errors errors = { 0 };
	struct reset_input in = { 0 };
	struct user user = { 0 };
	bool is_complete;
	err e = user_reset_find(&r->ctx, r->path.slugs[0], &user);

	if (e)
		return e == ERR_NOT_FOUND ? show_dead_link(r) : e;
	is_complete = fields_read(r->ctx.arena, &r->in.body, reset_fields, ARRAY_LEN(reset_fields),
				  &in, &errors);
	check_password(r, in.password, &user, &errors);
	if (!is_complete || errors.count > 0)
		return show_reset(r, 422, &user, req_field_error(r, &errors, "password"));
	e = user_reset(&r->ctx, r->path.slugs[0], in.password, r->language, &user);
	if (e)
		return e == ERR_NOT_FOUND ? show_dead_link(r) : e;
	user_login_trust(&r->ctx, user.id, r->in.remote_address);
	req_flash(r, N_("Your password is changed. Log in with the new one."));
	return resp_redirect(r, URL_LITERAL("/login"));
}
