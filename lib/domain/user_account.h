/*
 * What only the owner of an account and the account's own pages know of it. Part of domain/user.h.
 */
#ifndef DOMAIN_USER_ACCOUNT_H
#define DOMAIN_USER_ACCOUNT_H

#include "domain/user.h"

struct account {
	struct user user; /* user.email is empty until it was proved */
	struct str phone; /* 11 digits; empty when there is none */
	bool has_password;
	bool has_second;   /* a second factor: domain/second_factor.h */
	int recovery_left; /* recovery codes that were not used */
	bool may_rename;   /* the name was made by the program */
};

/* ERR_NOT_FOUND for a pending account, too. */
err account_find(struct ctx *c, int64_t id, struct account *out) MUST_CHECK;

/*
 * The viewer chooses a name that was checked, in the place of a made one; their sessions know it at
 * once. ERR_CONFLICT when it is in use, ERR_FORBIDDEN when the viewer has chosen before.
 */
err account_rename(struct ctx *c, struct str name) MUST_CHECK;

#endif
