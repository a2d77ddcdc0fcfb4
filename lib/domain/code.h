/*
 * One-time codes of six digits, sent to a phone or a mail address. A code proves that who types it
 * reads what is sent there, and nothing else: it serves one purpose, one target and one holder (the
 * browser or the session that asked), so nobody else can guess at it, use it up, or use it for
 * something other than it was asked for.
 *
 * Asking takes two steps: a place in the limits, then the order. The code itself is made by the
 * worker that sends it; Redis keeps a keyed hash, and no queue and no table ever holds it.
 */
#ifndef DOMAIN_CODE_H
#define DOMAIN_CODE_H

#include "domain/ctx.h"

#define CODE_DIGITS 6
#define CODE_SECONDS 120       /* of one sent to a phone */
#define CODE_MAIL_SECONDS 600  /* mail takes longer */
#define CODE_TRIES 5           /* wrong ones; then the code is dead */
#define CODE_PAUSE_SECONDS 60  /* between two for one target */
#define CODE_DAILY 10          /* for one target */
#define CODE_HOURLY_ADDRESS 20 /* asked for from one address */
#define CODE_HOURLY_NETWORK 60 /* from one network: IPv4 /24, IPv6 /48 */

enum code_purpose {
	CODE_LOGIN = 1,
	CODE_CONFIRM,     /* who asks is still the owner: domain/reauth.h */
	CODE_NEW_CONTACT, /* the new address or number is theirs */
	CODE_OLD_CONTACT, /* and so is what they had before */
	CODE_PURPOSES
};

struct code_for {
	enum code_purpose purpose;
	struct str target; /* 11 digits, or a mail address */
	struct str holder; /* a hash that stands for who asked */
};

/* A target with an '@' is a mail address. */
bool code_is_mail(struct str target);

/*
 * A place in the limits of the target, of the client's address and network, and for a phone of the
 * whole site; the last is an alarm in the log when it is used up. ERR_LIMITED with the seconds to
 * wait. ERR_UNAVAILABLE without Redis: what cannot be counted is not sent.
 */
err code_take_place(struct ctx *c, struct str target, struct str address,
		    int64_t *retry_seconds) MUST_CHECK;

/* Whether the form asks for a captcha first: a few are free for an address and for a target. */
#define CODE_FREE 3
bool code_needs_captcha(struct ctx *c, struct str target, struct str address);

/*
 * Ask the worker to make and send it. user_id: whose account it is about, 0 when there is none yet.
 * In a transaction of its own.
 */
err code_request(struct ctx *c, const struct code_for *f, int64_t user_id, int language) MUST_CHECK;

/* For the worker: a fresh code, in the place of an earlier one for the same. */
err code_make(struct ctx *c, const struct code_for *f, struct str *digits_out) MUST_CHECK;

/*
 * Whether that is the code. A right one is used up when is_used_up, a wrong try counts. Nothing
 * tells a wrong code from one that is dead, gone or was never made.
 */
err code_check(struct ctx *c, const struct code_for *f, struct str typed, bool is_used_up,
	       bool *is_right) MUST_CHECK;

#endif
