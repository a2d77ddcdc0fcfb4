/*
 * Accounts closed by a moderator: why and until when. The only code that reads or writes
 * `user_ban`. An account whose time is over is open again at its owner's next login, or within a
 * minute.
 */
#ifndef DOMAIN_USER_BAN_H
#define DOMAIN_USER_BAN_H

#include "domain/user.h"

struct user_ban {
	struct str reason; /* empty when nobody said why */
	int64_t until_at;  /* Unix ms; 0: until somebody opens it */
	int64_t by_id;
};

/* Inside the transaction that closes the account. */
err user_ban_set(struct ctx *c, int64_t user_id, struct str reason, int64_t until_at) MUST_CHECK;
err user_ban_clear(struct ctx *c, int64_t user_id) MUST_CHECK;

/* ERR_NOT_FOUND when nothing is known (an account closed on the command line has no reason). */
err user_ban_find(struct ctx *c, int64_t user_id, struct user_ban *out) MUST_CHECK;

/*
 * For a login: when the account is closed and its time is over, open it, and *u is active. OK
 * whether or not that was so.
 */
err user_ban_end_if_over(struct ctx *c, struct user *u) MUST_CHECK;

/* Open accounts whose time is over, at most `limit`; *opened says how many. */
err user_ban_end_all(struct ctx *c, int limit, int64_t *opened) MUST_CHECK;

#endif
