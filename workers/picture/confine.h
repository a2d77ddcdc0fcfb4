/*
 * A process in which hostile bytes may be decoded: a child that has nothing but them, and may do
 * nothing but reckon and write its answer.
 */
#ifndef PICTURE_CONFINE_H
#define PICTURE_CONFINE_H

#include "domain/picture_encode.h"

#define CONFINE_MEMORY_MB \
	512 /* 24 million pixels are 96 MB, and libgd holds two of them at times */
#define CONFINE_CPU_SECONDS 15
#define CONFINE_WALL_MS (40 * 1000)
#define CONFINE_ANSWER_MAX (8 * 1024 * 1024)

/*
 * picture_encode in such a child. ERR_INVALID: the bytes cannot be decoded; also when the child ran
 * out of memory or time, or died of them. ERR_UNAVAILABLE: no child could be started, or we are to
 * stop: try again.
 */
err confine_encode(struct arena *a, struct str bytes, const struct picture_shape *shape,
		   struct picture_files *out) MUST_CHECK;

#endif
