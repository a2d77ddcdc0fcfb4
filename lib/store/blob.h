/*
 * Blobs: whole files under a key, like "avatar/3f/3f9c21-96.webp". Here they lie below the folder
 * media.dir; any store that knows put, get and remove under a key, S3 among them, fits behind these
 * functions.
 *
 * A key is parts of a-z, 0-9, '-', '_' and '.', separated by '/': no part begins with a dot or is
 * empty. Keys are made by the programs, never taken from a request: a wrong one is a bug and
 * aborts. Symbolic links on the way are not followed.
 *
 * A blob is there whole or not at all: a reader never sees half of one, nor does a crash leave it.
 * ERR_UNAVAILABLE when the store cannot be reached or is full.
 */
#ifndef STORE_BLOB_H
#define STORE_BLOB_H

#include "base/config.h"
#include "base/str.h"

#define BLOB_KEY_MAX 200 /* bytes */

/* Who may read it: anybody, by its address /media/<key>, or only the programs. */
enum blob_area { BLOB_PUBLIC, BLOB_PRIVATE };

/* Store the bytes under key, in the place of what was there. */
err blob_put(const struct config *config, enum blob_area area, struct str key,
	     struct str bytes) MUST_CHECK;

/* Read one of at most `most` bytes. ERR_NOT_FOUND; ERR_INVALID when it is larger. */
err blob_get(const struct config *config, struct arena *a, enum blob_area area, struct str key,
	     size_t most, struct str *out) MUST_CHECK;

/* Remove it; OK also when there is none. */
err blob_remove(const struct config *config, enum blob_area area, struct str key) MUST_CHECK;

#endif
