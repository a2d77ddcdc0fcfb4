/*
 * What somebody typed when it turned out that a login was needed: kept in Redis
 * for an hour, offered again afterwards, in the same browser only. Nobody can make a link
 * that shows others a form with words of his own in it.
 */
#ifndef DOMAIN_HELD_H
#define DOMAIN_HELD_H

#include "domain/ctx.h"

#define HELD_BYTES_MAX (96 * 1024) /* a post of 20,000 characters of four bytes, and its title */
#define HELD_TOTAL_MAX (INT64_C(32) * 1024 * 1024) /* bytes kept in an hour, of everybody */

struct held_field {
	struct str name, value;
};

struct held {
	struct str action; /* the path it was sent to */
	struct {
		struct held_field *items;
		size_t count;
	} fields;
};

/*
 * Keep it; the token comes back in the address. browser is a secret only that browser knows, and
 * not empty. ERR_INVALID when it is too much, ERR_UNAVAILABLE also when HELD_TOTAL_MAX is reached.
 * The caller limits by address: guests cause this.
 */
err held_keep(struct ctx *c, const struct held *h, struct str browser,
	      struct str *token_out) MUST_CHECK;

/* ERR_NOT_FOUND when it is gone, or was kept for another browser. */
err held_find(struct ctx *c, struct str token, struct str browser, struct held *out) MUST_CHECK;

#endif
