/*
 * Money as people write it. Here it is int64_t cents; MariaDB has DECIMAL.
 */
#ifndef BASE_MONEY_H
#define BASE_MONEY_H

#include "base/str.h"

/*
 * "12", "12.5", "12.50", also with the yuan sign before it; never negative. False (and *out
 * untouched) for anything else and for more than `most` cents.
 */
bool money_parse(struct str s, int64_t most, int64_t *out) MUST_CHECK;

/* "12.50"; a negative amount begins with '-'. */
struct str money_text(struct arena *a, int64_t cents);

#endif
