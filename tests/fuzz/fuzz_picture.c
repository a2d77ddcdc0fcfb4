/* Headers of pictures: whatever the bytes are, what comes out is within bounds. */
#include "domain/picture_header.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = { (const char *)data, size };
	struct picture_header h;
	err e = picture_header_read(bytes, &h);

	if (h.orientation < 1 || h.orientation > 8)
		abort();
	if ((e == ERR_NOT_FOUND) != (h.format == PICTURE_UNKNOWN))
		abort();
	if (!e && (h.width < 1 || h.height < 1))
		abort();
	return 0;
}
