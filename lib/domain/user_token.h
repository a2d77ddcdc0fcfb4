/*
 * One-time links sent by mail. The token is made when the mail is written, so that neither
 * MariaDB nor the queue ever holds it.
 */
#ifndef DOMAIN_USER_TOKEN_H
#define DOMAIN_USER_TOKEN_H

#include "domain/user.h"

enum { USER_TOKEN_ACTIVATION = 1, USER_TOKEN_RESET = 2 };

/* A pending account that still waits for its activation. ERR_NOT_FOUND otherwise. */
err user_find_pending(struct ctx *c, int64_t id, struct user *out) MUST_CHECK;

/* A fresh activation token for it; only its hash is stored. Older ones stay good until they end. */
err user_token_new(struct ctx *c, int64_t user_id, struct str *token_out) MUST_CHECK;

/* The same for a new password, good for USER_RESET_MINUTES. */
err user_token_new_reset(struct ctx *c, int64_t user_id, struct str *token_out) MUST_CHECK;

#define USER_PENDING_DAYS 7

/*
 * Forget links that ended, and accounts that were not activated within USER_PENDING_DAYS (their
 * names are free again): at most `limit` rows of each. *swept is their number.
 */
err user_sweep(struct ctx *c, int limit, int64_t *swept) MUST_CHECK;

#endif
