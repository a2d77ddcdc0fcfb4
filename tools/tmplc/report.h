/*
 * What the compiler has to say. Each message names a file and a line, as C
 * compilers do, so that editors can jump to it.
 */
#ifndef TMPLC_REPORT_H
#define TMPLC_REPORT_H

#include "base/buf.h"

struct report {
	struct buf *out; /* the messages, one a line */
	size_t errors;
	size_t warnings;
};

/* Add "path:line: message" and count it. Returns ERR_INVALID, so that a caller can return it on. */
err report_error(struct report *r, struct str path, int line, const char *format, ...)
	PRINTF_LIKE(4, 5);

/* The same as a warning: the run goes on and succeeds. */
void report_warning(struct report *r, struct str path, int line, const char *format, ...)
	PRINTF_LIKE(4, 5);

#endif
