/*
 * Chance that comes out the same each time: splitmix64 (Steele, Lea and Flood, 2014) from a fixed
 * seed.
 */
#ifndef DEMO_RANDOM_H
#define DEMO_RANDOM_H

#include "base/str.h"

struct chance {
	uint64_t state;
};

uint64_t chance_next(struct chance *r);
/* 0 <= result < limit; limit at least 1. */
size_t chance_below(struct chance *r, size_t limit);
/* from and to included. */
int64_t chance_between(struct chance *r, int64_t from, int64_t to);
/* 0 < result < 1. */
double chance_unit(struct chance *r);
/* True so often in a hundred. */
bool chance_percent(struct chance *r, int percent);
/* A long tail: most results near `least`, few very large. A smaller alpha has a longer tail. */
double chance_tail(struct chance *r, double least, double alpha);

#endif
