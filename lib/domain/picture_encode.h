/*
 * Pictures made anew, by libgd: decoded, turned upright, cut and made smaller, and written as WebP.
 * Nothing of the file that came in gets through but its pixels. Decoders have a history: call this
 * only in a process that has nothing to lose (workers/picture).
 */
#ifndef DOMAIN_PICTURE_ENCODE_H
#define DOMAIN_PICTURE_ENCODE_H

#include "base/str.h"

#define PICTURE_SIZES_MAX 4

/* What is made of one picture. */
struct picture_shape {
	bool is_square;               /* cut to the square in its middle */
	int sizes[PICTURE_SIZES_MAX]; /* widths, the largest first; 0 ends the list */
};

struct picture_file {
	int size;         /* of the shape */
	struct str bytes; /* WebP */
};
struct picture_files {
	struct picture_file items[PICTURE_SIZES_MAX];
	size_t count;
};

/*
 * One file for each size; none is larger than the picture itself. ERR_INVALID when it cannot be
 * decoded or is beyond the limits of picture.h.
 */
err picture_encode(struct arena *a, struct str bytes, const struct picture_shape *shape,
		   struct picture_files *out) MUST_CHECK;

#endif
