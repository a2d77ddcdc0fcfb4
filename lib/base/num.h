/*
 * Numbers from text, and back. Decimal digits with an optional '-', nothing else: no white
 * space, no '+', no exponent, no leading zeros but "0" itself.
 */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include "base/str.h"

/* False (and *out untouched) unless s is a number from min to max. */
bool num_parse_i64(struct str s, int64_t min, int64_t max, int64_t *out) MUST_CHECK;

/* A positive id: 1 to INT64_MAX. */
bool num_parse_id(struct str s, int64_t *out) MUST_CHECK;

/* Hex digits of either case; exactly 2 * size of them. */
bool num_parse_hex(struct str s, unsigned char *out, size_t size) MUST_CHECK;

/* Its digits, NUL-terminated, as num_parse_i64 reads them. */
struct str num_text(struct arena *a, int64_t n);

#endif
