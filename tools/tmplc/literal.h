/*
 * Texts as literals of C, which is also how a .po file writes them.
 */
#ifndef TMPLC_LITERAL_H
#define TMPLC_LITERAL_H

#include "base/buf.h"

/* Append s in double quotes, escaped so that C and gettext read the same bytes. */
void literal_write(struct buf *b, struct str s);

/*
 * Take a literal in double quotes off the front of *rest (which begins with its
 * quote) and append what it stands for. False when it does not end, or holds an
 * escape that C does not know.
 */
bool literal_read(struct str *rest, struct buf *out);

#endif
