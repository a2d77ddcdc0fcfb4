/*
 * The account binary: registering, activating, logging in and out, settings. It is a binary of its
 * own so that a wave of password hashing cannot hold the reading pages' processes. How many hashes
 * are computed at once, each with 19 MiB and a core for some 25 ms: domain/hash_slot.h.
 */
#ifndef ACCOUNT_PAGES_H
#define ACCOUNT_PAGES_H

#include "domain/captcha.h"
#include "domain/held.h"
#include "domain/user_account.h"
#include "domain/user_login.h"
#include "domain/user_new_password.h"
#include "web/app.h"

/* templates/account/register.html */
struct register_view {
	struct str username, email;
	struct str username_error, email_error, password_error;
	bool has_errors;
	struct url login;
};

/* templates/account/captcha.html: part of a form that asks for a password */
struct captcha_view {
	bool is_asked;
	struct str id;
	struct url picture;
	struct str error;
};

/* templates/account/login.html */
struct login_view {
	struct str login;
	struct str next, held; /* where to go afterwards; the text that waits, empty for none */
	bool remember;
	struct str error; /* what went wrong with name and password */
	struct captcha_view captcha;
	bool has_held;          /* what was typed before is kept */
	bool offers_activation; /* right password, not activated yet */
	bool is_address;        /* an address was typed: it counts from its activation on */
	bool offers_phone;      /* codes can be sent */
	struct url phone;
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

/* templates/account/resume.html: what was typed before the login, or the proof */
struct resume_field_view {
	struct str name, value;
	struct str label; /* of what a person wrote or chose; empty for what is carried unseen */
	struct str said;  /* a choice, in words; it is only shown */
	bool is_line;     /* a text of one line */
};
struct resume_view {
	struct url action, back;
	struct str act;     /* what the form does, when its texts do not tell */
	struct str subject; /* to whom or what */
	struct {
		struct resume_field_view *items;
		size_t count;
	} fields;
};

/* templates/account/forgot.html */
struct forgot_view {
	struct str login, login_error;
};

/* templates/account/reset.html */
struct reset_view {
	struct str name, password_error;
	struct url action;
};

/* templates/account/settings.html */
struct settings_view {
	struct str name;
	bool may_rename;
	struct str email, phone; /* masked; empty for none */
	bool offers_phone, has_second;
	bool has_password;
	bool is_locked;                      /* a new password is only set after a confirmation */
	struct str current_error, new_error; /* of the form for a new password */
	struct captcha_view captcha;
};

/* templates/account/sessions.html */
struct session_view {
	struct str id;
	struct str device;  /* in words */
	struct str network; /* where it came from; empty when unknown */
	struct when started, seen;
	bool is_current;
};
struct sessions_view {
	struct {
		struct session_view *items;
		size_t count;
	} sessions;
	bool has_others;
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

/* A captcha for the form that is about to be shown, when view->is_asked. */
err show_captcha(struct req *r, struct captcha_view *view) MUST_CHECK;
/* What was typed for the captcha of a form, or that nothing was, did not do: for people. */
struct str captcha_refusal(struct req *r);
/* Why a password did not let in, for people; empty for LOGIN_OK. Sets Retry-After. */
struct str login_refusal(struct req *r, const struct login_result *result);

/* a forgotten password: password.c */
err forgot_page(struct req *r);
err forgot_action(struct req *r);
err forgot_done_page(struct req *r);
err reset_page(struct req *r);
err reset_action(struct req *r);

/* settings.c */
err settings_page(struct req *r);
err password_change_action(struct req *r);

/* where one is logged in: sessions.c */
err sessions_page(struct req *r);
err session_end_action(struct req *r);
err session_end_others_action(struct req *r);

/* what was typed before the login: resume.c */
err resume_page(struct req *r);

/* A heading, a sentence and one way on: notice.c */
err show_notice(struct req *r, int status, const struct notice_view *view) MUST_CHECK;

#endif
