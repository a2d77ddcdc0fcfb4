/* Chance for the demo data. */
#include "demo_random.h"

#include <math.h>

uint64_t chance_next(struct chance *r)
{
	uint64_t z = r->state += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

size_t chance_below(struct chance *r, size_t limit)
{
	return (size_t)(chance_next(r) % limit);
}

int64_t chance_between(struct chance *r, int64_t from, int64_t to)
{
	return from + (int64_t)(chance_next(r) % (uint64_t)(to - from + 1));
}

double chance_unit(struct chance *r)
{
	return ((double)(chance_next(r) >> 11) + 0.5) * 0x1p-53;
}

bool chance_percent(struct chance *r, int percent)
{
	return chance_below(r, 100) < (size_t)percent;
}

double chance_tail(struct chance *r, double least, double alpha)
{
	return least * pow(chance_unit(r), -1 / alpha);
}
