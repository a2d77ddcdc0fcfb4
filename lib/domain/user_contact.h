/*
 * Another e-mail address or phone number, or a first one. Both ends confirm it, each with a code
 * (domain/code.h): the new one, and what the account had before. Who has lost the old one may have
 * that code sent to the other of the two instead. Part of domain/user.h.
 */
#ifndef DOMAIN_USER_CONTACT_H
#define DOMAIN_USER_CONTACT_H

#include "domain/step.h"
#include "domain/user_account.h"

struct contact_wish {
	struct str value;   /* the new one, checked; with an '@' it is an address */
	bool is_other_way;  /* the old one is lost */
	struct str address; /* of the client */
	struct str holder;  /* the session's id */
	int language;
};

/*
 * Take the places and send the codes. ERR_INVALID when it is the one they have. ERR_LIMITED as of
 * code_take_place. Whether somebody else has it is not looked at: it would tell.
 */
err contact_start(struct ctx *c, const struct contact_wish *w, int64_t *retry_seconds) MUST_CHECK;

enum contact_answer {
	CONTACT_DONE,
	CONTACT_WRONG_NEW, /* the code sent to the new one */
	CONTACT_WRONG_OLD,
	CONTACT_TAKEN /* it belongs to another account; only who reads what is sent there hears it
		       */
};

/* What was begun by this session: target, and old, empty when nothing else confirms. */
err contact_find(struct ctx *c, struct str holder, struct step *out) MUST_CHECK;

/*
 * Both codes. Neither is used up unless both are right. Of an address changed links that wait for a
 * new password are void. The owner is told at the old end. ERR_NOT_FOUND when nothing was begun,
 * and when the old end is none of the account's any more.
 */
err contact_finish(struct ctx *c, struct str holder, struct str new_code, struct str old_code,
		   int language, enum contact_answer *answer) MUST_CHECK;

#endif
