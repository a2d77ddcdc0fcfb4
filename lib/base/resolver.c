/* The C library reads its options when it looks up the first name. */
#include "base/resolver.h"

#include <stdlib.h>

#include "base/err.h"

void resolver_limit(void)
{
	if (setenv("RES_OPTIONS", "timeout:1 attempts:1", 0))
		BUG("out of memory");
}
