/*
 * What the worker `picture` does with an upload: find it, and say what became of it. In between it
 * decodes the bytes in a process of their own.
 */
#ifndef DOMAIN_PICTURE_WORK_H
#define DOMAIN_PICTURE_WORK_H

#include "domain/picture.h"
#include "domain/picture_encode.h"

struct picture_work {
	int64_t id;
	enum picture_kind kind;
	int64_t target_id;
	struct str name;
	bool is_done; /* made already; only the sessions may not know yet */
	struct str bytes;
	const struct picture_shape *shape;
};

/* The upload a message tells of. ERR_NOT_FOUND: nothing is to be done any more. ERR_INVALID: no
 * such message. */
err picture_work_find(struct ctx *c, struct str message, struct picture_work *out) MUST_CHECK;

/* Show these files, unless something newer is shown or it was removed meanwhile. May be repeated.
 */
err picture_work_show(struct ctx *c, const struct picture_work *w,
		      const struct picture_files *files) MUST_CHECK;

/* It cannot be decoded. */
err picture_work_refuse(struct ctx *c, const struct picture_work *w) MUST_CHECK;

/* Tell the member's sessions of a picture that is shown. */
err picture_work_tell(struct ctx *c, const struct picture_work *w) MUST_CHECK;

#endif
