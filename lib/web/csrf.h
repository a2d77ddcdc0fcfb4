/*
 * The token in each form that changes something: "<form id>.<mac>". The mac binds the form to the
 * session, or to the guest's cookie, so that another site cannot make one; the form id is random
 * and different in each form, so that a form works once (domain/form_once.h).
 *
 * The forms of one page share 120 random bits and the mac over them, and differ in the last two
 * characters of the form id: a page with fifty forms costs one hash.
 */
#ifndef WEB_CSRF_H
#define WEB_CSRF_H

#include "base/secret.h"

#define CSRF_FIELD "csrf"
#define CSRF_FORM_ID_LENGTH 22
#define CSRF_FORMS_MAX 4096 /* in one page; past it the ids repeat */

/* The tokens of one page. Zero to start. */
struct csrf_page {
	struct str start; /* of the form ids */
	struct str mac;
	unsigned forms; /* written so far */
};

/* Another token. binding: the session's cookie, or a guest's. */
struct str csrf_next(struct csrf_page *page, struct arena *a,
		     const unsigned char secret[SECRET_KEY_SIZE], struct str binding);

/* Whether the token is one of ours for this binding, which is not empty; then *form_id points into
 * it. */
bool csrf_check(struct arena *a, const unsigned char secret[SECRET_KEY_SIZE], struct str binding,
		struct str token, struct str *form_id) MUST_CHECK;

#endif
