/*
 * The table of texts that tools/tmplc makes of the templates, the sources and
 * the catalogue po/zh_CN.po. Only html/text.c and the tests read it.
 */
#ifndef HTML_TEXT_TABLE_H
#define HTML_TEXT_TABLE_H

#include "base/str.h"

struct text_entry {
	struct str one;     /* English, and the key */
	struct str many;    /* English plural; empty when the text has none */
	struct str chinese; /* one form for all numbers; English while untranslated */
};

/* Sorted by `one`, byte by byte. */
extern const struct text_entry text_table[];
extern const size_t text_table_count;

#endif
