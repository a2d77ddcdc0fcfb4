/*
 * Files read, listed and written.
 */
#ifndef TMPLC_FILES_H
#define TMPLC_FILES_H

#include "base/buf.h"

struct file_list {
	struct str *items; /* paths that begin with the folder asked for, sorted */
	size_t count;
};

/* The whole file. ERR_NOT_FOUND when it cannot be read. */
err file_read(struct arena *a, struct str path, struct str *out) MUST_CHECK;

/*
 * All files below a folder whose names end in `ending` (all when it is empty).
 * Names that begin with a dot are left out. ERR_NOT_FOUND when a folder cannot be read.
 */
err file_list(struct arena *a, struct str folder, struct str ending,
	      struct file_list *out) MUST_CHECK;

/* Write text to path unless that is what it holds. Missing folders are made. ERR_INTERNAL when it
 * fails. */
err file_write_changed(struct arena *a, struct str path, struct str text) MUST_CHECK;

#endif
