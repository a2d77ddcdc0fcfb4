/*
 * Words to mask in a text: an Aho-Corasick automaton over code points (Aho and
 * Corasick, "Efficient string matching", CACM 18(6), 1975). Letters are compared
 * case-folded, full-width and other compatibility forms as their usual ones,
 * without accents.
 *
 * Symbols between the characters of a word are skipped, so that "b-a-d" is found by
 * "bad". So is white space in Chinese; between words of Latin and its like it counts
 * ("bad" is not in "club admin"), unless the letters stand one by one ("b a d"). An
 * empty line always counts. A word that has symbols or spaces of its own ("c++") is
 * found as it is written only.
 *
 * Where words overlap or touch, everything any of them covers is masked as one.
 */
#ifndef BASE_WORDS_H
#define BASE_WORDS_H

#include "base/str.h"

struct words;

/* An automaton in the arena over the words; empty ones are left out. */
struct words *words_new(struct arena *a, const struct str *list, size_t count);

/*
 * The text with each run covered by words replaced by "***"; the same text when there is none. Byte
 * for byte equal outside the runs. The text is valid UTF-8.
 */
struct str words_mask(struct arena *a, const struct words *w, struct str text);

/* The same with another mask: in Markdown "***" would draw a line or make text bold. */
struct str words_mask_as(struct arena *a, const struct words *w, struct str text, struct str mask);

/* Whether any word occurs: for names, which are refused rather than masked. */
bool words_occur(const struct words *w, struct str text);

#endif
