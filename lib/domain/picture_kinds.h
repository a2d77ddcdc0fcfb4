/*
 * The kinds of pictures: what is made of each and who is told. For picture*.c only.
 */
#ifndef DOMAIN_PICTURE_KINDS_H
#define DOMAIN_PICTURE_KINDS_H

#include "domain/picture.h"
#include "domain/picture_encode.h"

struct picture_kind_row {
	const char *name; /* of its folder */
	struct picture_shape shape;
	/*
	 * Inside the transaction that shows it: write the name (empty: none) to the target.
	 * ERR_NOT_FOUND when the target is not there any more.
	 */
	err (*set)(struct ctx *c, int64_t target_id, struct str name);
	/* After it, and perhaps again: what remembers the target's picture; NULL for nothing. */
	err (*tell)(struct ctx *c, int64_t target_id);
	int logged; /* TARGET_ of those whose pictures are staff's doing, for the moderation log; 0:
		       none of its business */
};

const struct picture_kind_row *picture_kind_row(enum picture_kind kind);

/* Where the upload waits; a file of what was made of it. */
struct str picture_waiting_key(struct arena *a, struct str name);
struct str picture_file_key(struct arena *a, enum picture_kind kind, struct str name, int size);

/* Remove all files of one. */
err picture_remove_files(struct ctx *c, enum picture_kind kind, struct str name) MUST_CHECK;

#endif
