/*
 * How guessable a password is: it is read as a row of pieces, each as long as possible, where a
 * common word, a name, a year, a run on the keyboard, a sequence, or a repetition is one piece, and
 * so is any other single character. Guessing programs work by the piece; so a list of whole
 * passwords, of which there is no end, is not needed.
 */
#ifndef DOMAIN_COMMON_PASSWORDS_H
#define DOMAIN_COMMON_PASSWORDS_H

#include "base/str.h"

/* Fewer pieces than this are too few. */
#define COMMON_PIECES_MIN 7

/*
 * The pieces of a password that was folded (utf8_fold). own: texts close to its owner, folded
 * too, each of which counts as one piece: the name, the parts of the address.
 */
size_t common_password_pieces(struct str folded, const struct str *own, size_t own_count);

#endif
