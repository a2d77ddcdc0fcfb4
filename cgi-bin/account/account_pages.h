/*
 * The account binary: registering, activating, logging in and out. It is a
 * binary of its own so that a wave of password hashing cannot hold the reading pages' processes.
 */
#ifndef ACCOUNT_PAGES_H
#define ACCOUNT_PAGES_H

#include "domain/captcha.h"
#include "domain/held.h"
#include "domain/user.h"
#include "domain/user_login.h"
#include "web/app.h"

/* templates/account/register.html */
struct register_view {
	struct str username, email;
	struct str username_error, email_error, password_error;
	bool has_errors;
	struct url login;
};

/* templates/account/login.html */
struct login_view {
	struct str login;
	struct str next, held; /* where to go afterwards; the text that waits, empty for none */
	bool remember;
	struct str error; /* what went wrong with name and password */
	struct str captcha_error;
	bool asks_captcha;
	struct str captcha_id;
	struct url captcha;
	bool has_held;          /* what was typed before is kept */
	bool offers_activation; /* right password, not activated yet */
};

/* templates/account/notice.html: a heading, a sentence, one way on */
struct notice_view {
	struct str title, text;
	struct url way;
	struct str way_text;
	bool shows_outbox; /* development: where the mail is */
};

/* templates/account/activate.html */
struct activate_view {
	struct str name;
	struct url action;
};

/* templates/account/again.html: the activation mail once more */
struct again_view {
	struct str email, email_error;
};

/* templates/account/resume.html: what was typed before the login */
struct resume_field_view {
	struct str name, value;
	struct str label; /* of a text a person wrote; empty for what the form carried unseen */
	bool is_line;     /* a text of one line */
};
struct resume_view {
	struct url action;
	struct {
		struct resume_field_view *items;
		size_t count;
	} fields;
};

/* registering and activating: register.c */
err register_page(struct req *r);
err register_action(struct req *r);
err register_done_page(struct req *r);
err activate_page(struct req *r);
err activate_action(struct req *r);
err activation_again_page(struct req *r);
err activation_again_action(struct req *r);

/* logging in and out: login.c */
err login_page(struct req *r);
err login_action(struct req *r);
err logout_action(struct req *r);
err captcha_page(struct req *r);

/* what was typed before the login: resume.c */
err resume_page(struct req *r);

/* A heading, a sentence and one way on: notice.c */
err show_notice(struct req *r, int status, const struct notice_view *view) MUST_CHECK;

#endif
