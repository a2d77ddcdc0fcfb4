/*
 * What stands between two pages of one matter: a login that waits for a code, a change that waits
 * for two. In Redis for STEP_SECONDS, under what only that browser or session holds; it ends after
 * STEP_TRIES wrong tries.
 */
#ifndef DOMAIN_STEP_H
#define DOMAIN_STEP_H

#include "domain/ctx.h"

#define STEP_SECONDS 600
#define STEP_TRIES 5

enum step_kind {
	STEP_PHONE = 1, /* a phone login waits for its code */
	STEP_SECOND,    /* a login with the right password or code waits for the second factor */
	STEP_CONTACT    /* a new address or number waits for the codes of both ends */
};

struct step {
	int64_t user_id;   /* STEP_SECOND */
	struct str stamp;  /* STEP_SECOND: user_login_stamp of the account then */
	struct str target; /* the number or address, sealed in Redis */
	struct str old;    /* STEP_CONTACT: where the other code went; empty for nowhere */
	struct str next, held;
	bool is_remembered;
};

/* A fresh secret for the browser to hold, and the hash under which things lie for it. */
struct str step_token(struct ctx *c);
struct str step_holder(struct ctx *c, struct str token);

/* In the place of an earlier one of the same kind. */
err step_keep(struct ctx *c, enum step_kind kind, struct str holder,
	      const struct step *s) MUST_CHECK;

/* ERR_NOT_FOUND when there is none (any more). */
err step_find(struct ctx *c, enum step_kind kind, struct str holder, struct step *out) MUST_CHECK;

/*
 * It has come to its end. ERR_NOT_FOUND when another request ended it just before: of several that
 * finish the same step at once one goes on.
 */
err step_end(struct ctx *c, enum step_kind kind, struct str holder) MUST_CHECK;

/* A wrong try. ERR_NOT_FOUND when that was the last one: start over. */
err step_fail(struct ctx *c, enum step_kind kind, struct str holder) MUST_CHECK;

#endif
