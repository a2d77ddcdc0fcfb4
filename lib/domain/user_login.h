/*
 * Logging in, as a whole: the captcha after failures, the counters, the password.
 *
 * Failures are counted by account (whatever name of it was typed; unknown names by name, so that
 * both look alike) and by address. After LOGIN_FREE_ACCOUNT or LOGIN_FREE_ADDRESS of them within
 * LOGIN_SOFT_SECONDS a captcha is asked; with it the right password goes in however often others
 * failed. Only LOGIN_HARD failures within an hour close an account to strangers until the oldest is
 * an hour old; the addresses it last logged in from stay open, with a small count of their own.
 */
#ifndef DOMAIN_USER_LOGIN_H
#define DOMAIN_USER_LOGIN_H

#include "domain/user_ban.h"

#define LOGIN_FREE_ACCOUNT 3
#define LOGIN_FREE_ADDRESS 10
#define LOGIN_SOFT_SECONDS (15 * 60)
#define LOGIN_HARD 70       /* an hour, from addresses not known */
#define LOGIN_HARD_KNOWN 10 /* an hour, from each known address */
#define LOGIN_HARD_SECONDS 3600
#define LOGIN_KNOWN_ADDRESSES 3 /* of an account: 70 + 3 * 10 failures an hour at most */
#define LOGIN_KNOWN_SECONDS (30 * 86400)

struct login_try {
	struct str login;    /* user name, or an e-mail address that was proved */
	struct str password; /* as typed, or its first pass */
	bool is_first_pass;
	struct str captcha_id; /* empty when the form had none */
	struct str captcha_typed;
	struct str address; /* of the client */
};

enum login_answer {
	LOGIN_OK,
	LOGIN_WRONG,         /* name and password do not belong together */
	LOGIN_WRONG_CAPTCHA, /* also when one is needed and was not there; the password was not
				looked at */
	LOGIN_PENDING,       /* right password, but not activated yet */
	LOGIN_DISABLED,      /* right password, but closed by a moderator */
	LOGIN_CLOSED         /* too many failures: *retry_seconds says how long */
};

struct login_result {
	enum login_answer answer;
	bool needs_captcha;    /* the form shown next asks for one */
	int64_t retry_seconds; /* with LOGIN_CLOSED */
	struct user user;      /* with LOGIN_OK */
	struct user_ban ban;   /* with LOGIN_DISABLED, as far as it is known */
	struct str hash;       /* with LOGIN_OK: the one the password was checked against */
};

/* Try. Any answer is OK. ERR_UNAVAILABLE also without Redis: what cannot be counted is not tried.
 */
err user_log_in(struct ctx *c, const struct login_try *t, struct login_result *out) MUST_CHECK;

/*
 * The viewer's own password once more, before something that a borrowed session must not do. A try
 * like any other, with the same counters and the same captcha; t->login is not looked at.
 */
err user_confirm(struct ctx *c, const struct login_try *t, struct login_result *out) MUST_CHECK;

/*
 * The same result for somebody who proved who they are in another way. LOGIN_OK or LOGIN_DISABLED;
 * ERR_NOT_FOUND for nobody.
 */
err user_login_find(struct ctx *c, int64_t user_id, struct login_result *out) MUST_CHECK;

/* Password, role and state of a result as one word: unlike before when one of them changed. */
struct str user_login_stamp(struct arena *a, const struct login_result *r);

/*
 * Once the session is started: whether password, role and state are still those that were checked.
 * ERR_AUTH when one changed meanwhile: whoever changed it ended the sessions there were, and did
 * not see this one; so end it.
 */
err user_login_stands(struct ctx *c, const struct login_result *r) MUST_CHECK;

/* The owner proved themselves in another way from this address: it stays open to them, as after a
 * login. */
void user_login_trust(struct ctx *c, int64_t user_id, struct str address);

/* Forget where an account logged in from and how often that failed: its owner left. */
void user_login_forget(struct ctx *c, int64_t user_id);

/* Whether the login form asks this address for a captcha before anything was typed. */
bool user_login_needs_captcha(struct ctx *c, struct str address);

#endif
