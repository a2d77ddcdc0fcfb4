/*
 * Accounts that are entered by phone. Part of domain/user.h.
 */
#ifndef DOMAIN_USER_PHONE_H
#define DOMAIN_USER_PHONE_H

#include "domain/user_login.h"

#define USER_PHONE_LENGTH 11

/* A number as it was typed, without blanks, hyphens and the country's "+86"; never longer. */
struct str user_phone_plain(struct arena *a, struct str typed);

/* What is wrong with a plain number, as of user_name_problem: ^1[3-9][0-9]{9}$. */
const char *user_phone_problem(struct str phone);

/* "138****5678": enough for its owner. */
struct str user_phone_masked(struct arena *a, struct str phone);

/*
 * Somebody proved that this number is theirs: find their account, or make one (no password, a made
 * name, to be chosen once). One number, one account, also when two do this at once. LOGIN_OK, or
 * LOGIN_DISABLED for one that was closed.
 */
err user_phone_log_in(struct ctx *c, struct str phone, struct login_result *out) MUST_CHECK;

#endif
