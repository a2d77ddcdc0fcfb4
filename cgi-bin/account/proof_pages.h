/*
 * Proving who one is beyond a password, and changing what proves it: phone logins, the second step,
 * the page that asks again, addresses and numbers.
 */
#ifndef PROOF_PAGES_H
#define PROOF_PAGES_H

#include "account/account_pages.h"
#include "domain/code.h"
#include "domain/second_factor.h"
#include "domain/step.h"
#include "domain/user_phone.h"

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
	/* The way out for who came from the pages of the staff. */
	bool is_from_admin, is_from_moderation;
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
/*
 * A session for what `result` says of somebody, as `user`, who may be given less. ERR_AUTH, and
 * none begins, when their account was closed or changed meanwhile: whoever did that ended the
 * sessions there were.
 */
err login_start(struct req *r, const struct login_result *result, const struct user *user,
		bool is_remembered) MUST_CHECK;
/* In. An administrator without a needed second factor is a member until there is one. */
err login_enter(struct req *r, const struct login_result *result, const struct login_way *way,
		bool has_second) MUST_CHECK;
/* The second step begins; the login page again, which says that it has to begin anew: second.c */
err second_begin(struct req *r, const struct login_result *result,
		 const struct login_way *way) MUST_CHECK;
err login_again(struct req *r) MUST_CHECK;

/* Too often: the seconds to wait, in words and as Retry-After. */
struct str wait_words(struct req *r);

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

#endif
