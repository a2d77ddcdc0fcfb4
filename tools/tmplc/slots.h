/*
 * The places {0} to {7} of a translated text that values are put in.
 */
#ifndef TMPLC_SLOTS_H
#define TMPLC_SLOTS_H

#include "base/str.h"

/* A bit for each slot that occurs in s: bit 0 for {0}. {8} and {9} have bits too, and are always
 * wrong. */
unsigned slots_of(struct str s);

/* The bits of {0} to {count - 1}. */
unsigned slots_first(size_t count);

#endif
