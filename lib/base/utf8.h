/*
 * UTF-8 as RFC 3629 has it: no surrogates, no overlong forms, nothing above
 * U+10FFFF. Normalising and case folding are utf8proc's.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/str.h"

/* Valid UTF-8 without NUL. */
bool utf8_is_valid(struct str s);

/* Take one code point off the front of *rest. False at the end. An invalid byte gives U+FFFD. */
bool utf8_next(struct str *rest, uint32_t *code_point);

/* Code points in s. */
size_t utf8_count(struct str s);

/* The first `count` code points of s; never cuts inside one. */
struct str utf8_cut(struct str s, size_t count);

/* Without Unicode white space (U+3000 among it) at both ends. */
struct str utf8_trim(struct str s);

/*
 * C0 and C1 controls but tab and newline, bidirectional overrides, and other invisible code points
 * that have no place in a name or title. The joiners U+200C and U+200D and the variation selectors
 * are not among them, because scripts and emoji need them.
 */
bool utf8_is_invisible(uint32_t code_point);

/*
 * The form in which names are compared: NFKC, case folded, white space at both ends dropped,
 * default ignorable code points removed. ERR_INVALID when s is not valid UTF-8 or becomes empty.
 */
err utf8_fold(struct arena *a, struct str s, struct str *out) MUST_CHECK;

#endif
