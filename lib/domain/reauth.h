/*
 * Proof of who asks, once more: a session may be borrowed, so what would hand over the account (a
 * new password, address or number, the second factor, deleting it) wants a proof that is not older
 * than REAUTH_SECONDS. It is noted in the session and ends with it. The pages that need it say so
 * in their routes: ROUTE_SURE.
 */
#ifndef DOMAIN_REAUTH_H
#define DOMAIN_REAUTH_H

#include "domain/session.h"

#define REAUTH_SECONDS 600

/* Whether the session's owner proved it lately. ERR_UNAVAILABLE without Redis. */
err reauth_find(struct ctx *c, const struct session *s, bool *is_fresh) MUST_CHECK;

/* They did just now. A session that has ended meanwhile stays ended. */
err reauth_note(struct ctx *c, const struct session *s) MUST_CHECK;

#endif
