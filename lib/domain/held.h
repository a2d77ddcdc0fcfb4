/*
 * What somebody typed when it turned out that a login was needed: kept in Redis
 * for an hour, offered again afterwards.
 */
#ifndef DOMAIN_HELD_H
#define DOMAIN_HELD_H

#include "domain/ctx.h"

#define HELD_BYTES_MAX (96 * 1024) /* a post of 20,000 characters of four bytes, and its title */

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

/* Keep it; the token comes back in the address. ERR_INVALID when it is too much. */
err held_keep(struct ctx *c, const struct held *h, struct str *token_out) MUST_CHECK;

/* ERR_NOT_FOUND when it is gone. */
err held_find(struct ctx *c, struct str token, struct held *out) MUST_CHECK;
err held_drop(struct ctx *c, struct str token) MUST_CHECK;

#endif
