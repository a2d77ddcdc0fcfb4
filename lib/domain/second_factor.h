/*
 * The second factor: codes of an authenticator (domain/totp.h), and recovery codes for when that is
 * lost. The only code that reads or writes `second_factor` and `recovery_code`.
 */
#ifndef DOMAIN_SECOND_FACTOR_H
#define DOMAIN_SECOND_FACTOR_H

#include "domain/ctx.h"

#define SECOND_RECOVERY_CODES 10
#define SECOND_SETUP_SECONDS 900
#define SECOND_TRIES 10     /* wrong ones in an hour, of one account, from one address */
#define SECOND_TRIES_ALL 40 /* from anywhere */

/* Whether logging in to this account takes a second step. */
err second_find(struct ctx *c, int64_t user_id, bool *is_on) MUST_CHECK;

/* What the viewer's authenticator has to know. */
struct second_setup {
	struct str key; /* as people type it */
	struct str uri; /* for the picture */
};

/* Begin: a fresh secret for the viewer, kept for SECOND_SETUP_SECONDS. */
err second_start(struct ctx *c) MUST_CHECK;
/* The one that was begun. ERR_NOT_FOUND when there is none. */
err second_setup(struct ctx *c, struct second_setup *out) MUST_CHECK;

struct second_codes {
	struct str items[SECOND_RECOVERY_CODES];
};

/*
 * The first code from the authenticator: from now on it is asked for. *out are the recovery codes,
 * shown this one time. ERR_INVALID for a wrong code, ERR_NOT_FOUND when nothing was begun (or it is
 * on already). The owner is told.
 */
err second_confirm(struct ctx *c, struct str typed, int language,
		   struct second_codes *out) MUST_CHECK;

enum second_answer { SECOND_RIGHT, SECOND_WRONG, SECOND_CLOSED };

/*
 * A code of the authenticator, or a recovery code: each lets in once. After SECOND_TRIES wrong ones
 * SECOND_CLOSED, with the seconds to wait. A used recovery code is told to the owner.
 */
err second_check(struct ctx *c, int64_t user_id, struct str typed, struct str address, int language,
		 enum second_answer *answer, int64_t *retry_seconds) MUST_CHECK;

/* Ten new recovery codes in the place of the old ones; ERR_NOT_FOUND when it is off. */
err second_renew_codes(struct ctx *c, int language, struct second_codes *out) MUST_CHECK;

/* Off, for the viewer. ERR_NOT_FOUND when it was off. */
err second_remove(struct ctx *c, int language) MUST_CHECK;

#endif
