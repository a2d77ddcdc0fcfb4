/* Chance that a seed repeats: SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number
 * generators, 2014). */
#ifndef SUPPORT_CHANCE_H
#define SUPPORT_CHANCE_H

#include <stdint.h>

/* A number below limit; *state begins with the seed. */
static inline uint32_t chance_draw(uint64_t *state, uint32_t limit)
{
	uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return (uint32_t)((z ^ z >> 31) % limit);
}

#endif
