/*
 * Writing a zip archive to a file, piece by piece, in bounded memory. The only code that includes
 * archive.h. Programs that use it are linked with libarchive (see the Makefile).
 *
 *   err e = zip_open(a, path, &z);
 *   if (!e) e = zip_start(z, STR("posts.json"), now);
 *   if (!e) e = zip_add(z, bytes);          as often as needed
 *   if (!e) e = zip_close(z, &size);        on the disk when OK
 *
 * Any error is logged with its reason; then zip_close says ERR_INTERNAL too. A zip that is not
 * closed is closed, unfinished, when the arena is emptied.
 */
#ifndef STORE_ZIP_H
#define STORE_ZIP_H

#include "base/str.h"

struct zip;

/* Make or empty the file, for its owner and group alone. */
err zip_open(struct arena *a, const char *path, struct zip **out) MUST_CHECK;

/* The next file in the archive; name with '/' between folders, at is its time (Unix ms). */
err zip_start(struct zip *z, struct str name, int64_t at) MUST_CHECK;
err zip_add(struct zip *z, struct str bytes) MUST_CHECK;

/* *size is the archive's. */
err zip_close(struct zip *z, int64_t *size) MUST_CHECK;

#endif
