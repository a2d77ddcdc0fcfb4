/*
 * The account binary: registering, activating, logging in and out, settings. It is a binary of its
 * own so that a wave of password hashing cannot hold the reading pages' processes. A process
 * computes one hash at a time: how many of it run is how many are computed at once, each with 19
 * MiB and a core for some 25 ms.
 */
#ifndef ACCOUNT_PAGES_H
#define ACCOUNT_PAGES_H

#include "domain/captcha.h"
#include "domain/code.h"
#include "domain/held.h"
#include "domain/second_factor.h"
#include "domain/step.h"
#include "domain/user_account.h"
#include "domain/user_login.h"
#include "domain/user_new_password.h"
#include "domain/user_phone.h"
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
	bool offers_phone;      /* codes can be sent */
	struct url phone;
};

/* templates/account/phone.html: a number to send a code to */
struct phone_view {
	struct str phone, phone_error;
	struct str next, held;
	bool remember;
	struct captcha_view captcha;
	bool has_held;
	bool has_code; /* one is on its way already */
	struct url password;
};

/* templates/account/code.html: the code that was sent */
struct code_view {
	struct str to; /* masked */
	struct str code_error;
	struct str phone, next, held; /* for another code */
	bool remember;
	bool shows_outbox;
};

/* templates/account/second.html: the second step of a login */
struct second_view {
	struct str code_error;
};

/* templates/account/confirm.html: who are you, once more */
struct confirm_view {
	struct str next, held;
	bool asks_second, asks_password; /* neither: a code to the phone */
	struct str name, phone;          /* masked */
	struct str error;
	struct captcha_view captcha;
	bool shows_outbox;
};

/* templates/account/two_step.html: the second factor in the settings */
struct two_step_view {
	bool is_on, is_required;
	int recovery_left;
};

/* templates/account/two_step_new.html: the secret, for the authenticator */
struct two_step_new_view {
	struct str key;
	struct str picture, box; /* of an SVG: its path and its viewBox */
	struct str code_error;
};

/* templates/account/recovery.html */
struct recovery_code_view {
	struct str code;
};
struct recovery_view {
	struct {
		struct recovery_code_view *items;
		size_t count;
	} codes;
};

/* templates/account/contact.html: a new address or number */
struct contact_view {
	bool is_email;
	struct str current; /* what there is, for its owner; empty for none */
	struct str other;   /* masked: where the second code can go instead; empty for nowhere */
	struct str value, value_error;
	bool is_other_way;
	struct captcha_view captcha;
};

/* templates/account/contact_code.html: the codes of both ends */
struct contact_code_view {
	bool is_email;
	struct str to, old; /* masked; old is empty when nothing else confirms */
	struct str new_error, old_error;
	struct url action, again;
	bool shows_outbox;
};

/* templates/account/name.html */
struct name_view {
	struct str name, name_error;
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
/* Where a login goes on to, and for how long it lasts. */
struct login_way {
	struct str next, held;
	bool is_remembered;
};
struct url way_on(struct req *r, struct str next, struct str held);

/*
 * Somebody proved who they are: on to the second step when the account has one, else in. ERR_AUTH
 * when the account changed meanwhile.
 */
err login_finish(struct req *r, const struct login_result *result,
		 const struct login_way *way) MUST_CHECK;
/* In. An administrator without a needed second factor is a member until there is one. */
err login_enter(struct req *r, const struct login_result *result, const struct login_way *way,
		bool has_second) MUST_CHECK;
/* The second step begins; the login page again, which says that it has to begin anew: second.c */
err second_begin(struct req *r, const struct login_result *result,
		 const struct login_way *way) MUST_CHECK;
err login_again(struct req *r) MUST_CHECK;

/* Too often: the seconds to wait, in words and as Retry-After. */
struct str wait_words(struct req *r);

/* Why a password did not let in, for people; empty for LOGIN_OK. Sets Retry-After. */
struct str login_refusal(struct req *r, const struct login_result *result);

/* a forgotten password: password.c */
err forgot_page(struct req *r);
err forgot_action(struct req *r);
err forgot_done_page(struct req *r);
err reset_page(struct req *r);
err reset_action(struct req *r);

/* logging in by phone: phone.c */
err phone_page(struct req *r);
err phone_action(struct req *r);
err phone_code_page(struct req *r);
err phone_code_action(struct req *r);

/* the second step: second.c */
err second_page(struct req *r);
err second_action(struct req *r);

/* who are you, once more: confirm.c */
err confirm_page(struct req *r);
err confirm_action(struct req *r);
err confirm_code_action(struct req *r);

/* the second factor in the settings: two_step.c */
err two_step_page(struct req *r);
err two_step_start_action(struct req *r);
err two_step_new_page(struct req *r);
err two_step_confirm_action(struct req *r);
err two_step_codes_action(struct req *r);
err two_step_off_action(struct req *r);

/* another address or number: contact.c */
err email_page(struct req *r);
err email_action(struct req *r);
err phone_number_page(struct req *r);
err phone_number_action(struct req *r);
err contact_code_page(struct req *r);
err contact_code_action(struct req *r);

/* a name for one that was made: name.c */
err name_page(struct req *r);
err name_action(struct req *r);

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
