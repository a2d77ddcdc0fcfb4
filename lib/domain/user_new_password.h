/*
 * A new password: for somebody who knows the old one, and for somebody who forgot it and can read
 * the mail of the account. Part of domain/user.h. Either ends every session of the account, uses up
 * the links that wait, and tells the owner by mail.
 */
#ifndef DOMAIN_USER_NEW_PASSWORD_H
#define DOMAIN_USER_NEW_PASSWORD_H

#include "domain/user_login.h"

/*
 * Ask for the mail with the link, by user name or e-mail. OK whether or not there is such an
 * account, after the same work. The caller limits by address; more than three an hour for one
 * account are silently not sent.
 */
err user_reset_request(struct ctx *c, struct str login, int language) MUST_CHECK;

/*
 * For the mail: the account and a fresh token, of which only the hash is stored. ERR_NOT_FOUND when
 * there is no such account, it has no address or is closed, or waits for its activation while
 * somebody else proved the address.
 */
err user_reset_start(struct ctx *c, int64_t user_id, struct user *out,
		     struct str *token_out) MUST_CHECK;

/* Whose link this is, for the form. ERR_NOT_FOUND for a wrong, expired or used one. */
err user_reset_find(struct ctx *c, struct str token, struct user *out) MUST_CHECK;

/*
 * Set a password that has been checked, by such a link; of several at once one wins. An account
 * that waited for its activation is active now: the link proves the address as well as the other
 * one does, nobody could use the account before, and the password of whoever registered it is gone.
 * ERR_NOT_FOUND as above, or when somebody else proved the address meanwhile. ERR_UNAVAILABLE
 * (nothing was changed) when the sessions cannot be ended.
 */
err user_reset(struct ctx *c, struct str token, struct str password, int language,
	       struct user *out) MUST_CHECK;

/*
 * Set the password of an account that user_confirm just answered LOGIN_OK for. ERR_CONFLICT when it
 * was changed meanwhile. ERR_UNAVAILABLE as above.
 */
err user_change_password(struct ctx *c, const struct login_result *confirmed, struct str password,
			 int language) MUST_CHECK;

#endif
