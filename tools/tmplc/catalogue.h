/*
 * The catalogue: a gettext .po file with the Chinese for each English text.
 * Editors for translators read and write it; msgid is the English, msgid_plural
 * its plural, and Chinese has one form for both, msgstr[0].
 */
#ifndef TMPLC_CATALOGUE_H
#define TMPLC_CATALOGUE_H

#include "report.h"

struct catalogue_entry {
	struct catalogue_entry *next;
	struct str one;     /* msgid */
	struct str many;    /* msgid_plural; empty when there is none */
	struct str chinese; /* empty: not translated, or marked fuzzy */
	int line;
};

/* Read a catalogue; *out is its first entry, the header left out. ERR_INVALID after a message. */
err catalogue_read(struct arena *a, struct report *r, struct str path, struct str text,
		   struct catalogue_entry **out) MUST_CHECK;

/* Append an entry that waits for its translation. */
void catalogue_write_entry(struct buf *out, struct str found_in, struct str one, struct str many);

#endif
