/*
 * The words people make passwords of, for common_passwords.c: sorted, lower case, NUL-padded.
 */
#ifndef DOMAIN_COMMON_WORDS_H
#define DOMAIN_COMMON_WORDS_H

#include "base/str.h"

#define COMMON_WORD_SIZE 16

extern const char common_words[][COMMON_WORD_SIZE];
extern const size_t common_word_count;

#endif
