/* {0}, {1} ... in texts. */
#include "slots.h"

unsigned slots_of(struct str s)
{
	unsigned found = 0;
	size_t i;

	for (i = 0; i + 2 < s.n; i++)
		if (s.p[i] == '{' && s.p[i + 1] >= '0' && s.p[i + 1] <= '9' && s.p[i + 2] == '}')
			found |= 1U << (s.p[i + 1] - '0');
	return found;
}

unsigned slots_first(size_t count)
{
	return (1U << count) - 1;
}
