/*
 * Uploaded pictures. What comes in is looked at (format, size, pixels), stored aside and made anew
 * by the worker `picture`; only what that made is ever shown. Until then pages show what was there
 * before and say that the new one is coming; a file that cannot be decoded ends in a state that
 * says so. The only code that reads or writes the `picture` table.
 *
 * A picture is called by 32 hex digits that nobody can choose or guess; its files are
 * <kind>/<first two digits>/<name>-<size>.webp below /media/.
 */
#ifndef DOMAIN_PICTURE_H
#define DOMAIN_PICTURE_H

#include "domain/ctx.h"
#include "html/url.h"

#define PICTURE_BYTES_MAX (5 * 1024 * 1024)
#define PICTURE_PIXELS_MAX (24 * 1000 * 1000)
#define PICTURE_SIDE_MAX 10000 /* pixels */
#define PICTURE_SIDE_MIN 16
#define PICTURE_TOPIC "picture.uploaded"

/* Numbers in SQL. To add one: a row in the table of picture.c. */
enum picture_kind {
	PICTURE_AVATAR = 1, /* of a user: 96 and 192 pixels, square */
	PICTURE_GOODS = 2,  /* of goods: 320, 640 and 1280 pixels wide */
};

enum picture_state {
	PICTURE_WAITING,
	PICTURE_SHOWN,
	PICTURE_REFUSED, /* it could not be decoded */
	PICTURE_REPLACED,
	PICTURE_NONE = -1, /* nothing was uploaded, or it was removed */
};

/* What is wrong with an uploaded file, in English for the text catalogue; NULL when nothing is. */
const char *picture_problem(struct str bytes);

/*
 * Take an upload that has no problem; who may do that is the caller's question. One that still
 * waits for the same target is replaced by it. The same form again changes nothing.
 */
err picture_take(struct ctx *c, enum picture_kind kind, int64_t target_id, struct str bytes,
		 struct str form_id) MUST_CHECK;

/* What became of the newest upload. */
err picture_find_state(struct ctx *c, enum picture_kind kind, int64_t target_id,
		       enum picture_state *out) MUST_CHECK;

/*
 * Nothing is shown any more, and the files are gone, also those that wait: for "remove my picture"
 * and for what is deleted. OK also when there is none. A ready picture is taken from the target.
 */
err picture_remove(struct ctx *c, enum picture_kind kind, int64_t target_id) MUST_CHECK;

/* Where a picture is in one of its kind's sizes; any other size is a bug and aborts. */
struct url picture_url(struct arena *a, enum picture_kind kind, struct str name, int size);

/* Forget what was replaced some minutes ago or never finished, at most `limit`. */
err picture_sweep(struct ctx *c, int limit, int64_t *swept) MUST_CHECK;

#endif
