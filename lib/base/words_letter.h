/*
 * A text as the letters that words are compared by: compatibility forms as their usual ones (full-
 * width, circled, ligatures), case folded, without accents and without what cannot be seen. One
 * character may give several letters.
 */
#ifndef BASE_WORDS_LETTER_H
#define BASE_WORDS_LETTER_H

#include "base/str.h"

#define LETTERS_PER_CHARACTER 32 /* U+FDFA, the longest, gives 18 */

enum letter_kind {
	LETTER_PLAIN,  /* a letter or digit of any script */
	LETTER_SYMBOL, /* punctuation, emoji */
	LETTER_SPACE,  /* a run of white space, code point U+0020 */
	LETTER_BREAK   /* white space with an empty line in it: between two paragraphs */
};

struct letter {
	enum letter_kind kind;
	uint32_t code_point;
	size_t from, to; /* bytes of the character, or of the run of white space */
};

/* Where reading stands. */
struct letters {
	struct str text, rest;
	int32_t folded[LETTERS_PER_CHARACTER];
	size_t count, used; /* of folded */
	size_t from;        /* where the character in folded starts */
};

struct letters letters_of(struct str text);

/* The next letter; false at the end. */
bool letters_next(struct letters *l, struct letter *out);

/* Of a script written without spaces between its words: Chinese characters, kana, Hangul. */
bool letter_is_wide(uint32_t code_point);

#endif
