/*
 * Pictures with characters to type, drawn by libgd: asked for after failed logins. An answer
 * is taken on its first use, right or wrong, and lives three minutes.
 */
#ifndef DOMAIN_CAPTCHA_H
#define DOMAIN_CAPTCHA_H

#include "domain/ctx.h"

#define CAPTCHA_SECONDS 180

/* What to say of an answer that is not right; English, of the catalogue. */
extern const char captcha_is_wrong[];

/* A new one: its id goes into the form, the picture is at /captcha/<id>.png. */
err captcha_new(struct ctx *c, struct str *id_out) MUST_CHECK;

/* The picture as PNG; ERR_NOT_FOUND when the id is unknown or used. */
err captcha_picture(struct ctx *c, struct str id, struct str *png_out) MUST_CHECK;

/*
 * The same for one purpose of one person: owner is a word that says both. No other owner gets the
 * picture, or anything for its answer.
 */
err captcha_new_for(struct ctx *c, struct str owner, struct str *id_out) MUST_CHECK;
err captcha_picture_for(struct ctx *c, struct str id, struct str owner,
			struct str *png_out) MUST_CHECK;
err captcha_check_for(struct ctx *c, struct str id, struct str owner, struct str typed,
		      bool *is_right_out) MUST_CHECK;

/* Whether typed answers it, in any case, white space ignored; the answer is gone afterwards. */
err captcha_check(struct ctx *c, struct str id, struct str typed, bool *is_right_out) MUST_CHECK;

#endif
