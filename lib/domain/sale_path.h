/*
 * The way to the gate of a sale: a captcha, and for its right answer a one-time path that stands in
 * the address of the order request. Both are of one viewer and one sale.
 *
 * A path is made from the captcha it was given for, so that the same form sent twice has the same
 * path. It lives a minute:
 *
 *   sale:{s}:path:<path>  STRING  the user; "-" once it was used
 */
#ifndef DOMAIN_SALE_PATH_H
#define DOMAIN_SALE_PATH_H

#include "domain/sale_gate.h"

#define SALE_PATH_SECONDS 60

/* A captcha for the viewer and this sale, and its picture. ERR_NOT_FOUND: not the viewer's, or
 * used. */
err sale_captcha_new(struct ctx *c, int64_t sale_id, struct str *id_out) MUST_CHECK;
err sale_captcha_picture(struct ctx *c, int64_t sale_id, struct str id,
			 struct str *png_out) MUST_CHECK;

/*
 * A path, handed out only while the sale is open, by Redis's clock, and only for a right answer.
 * ERR_INVALID: wrong answer (the captcha is used up). ERR_CONFLICT: not open; *why says how.
 */
err sale_path_new(struct ctx *c, int64_t sale_id, struct str captcha, struct str typed,
		  struct str *path_out, enum sale_refusal *why) MUST_CHECK;

/* Queue the look at a path into the pipeline. */
struct cache_reply *sale_path_want(struct ctx *c, int64_t sale_id, struct str path);

/*
 * After the flush: true when it is the viewer's, for this sale, and not used; that it is used now
 * goes out with the next flush, which is the press itself, or with the next request.
 */
bool sale_path_take(struct ctx *c, int64_t sale_id, struct str path,
		    const struct cache_reply *reply) MUST_CHECK;

#endif
