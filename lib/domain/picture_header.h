/*
 * What a picture says of itself before anything decodes it: its format by its first bytes (never by
 * a name or a type somebody claims), its size in pixels, and how a camera was held. Nothing is
 * allocated and nothing is believed: every length is checked against the bytes there are.
 */
#ifndef DOMAIN_PICTURE_HEADER_H
#define DOMAIN_PICTURE_HEADER_H

#include "base/str.h"

enum picture_format {
	PICTURE_UNKNOWN,
	PICTURE_JPEG,
	PICTURE_PNG,
	PICTURE_WEBP,
	PICTURE_GIF,
};

struct picture_header {
	enum picture_format format;
	int64_t width, height; /* pixels, as stored: before it is turned */
	bool is_moving;        /* a WebP of several frames, which libgd cannot decode */
	int orientation;       /* 1 to 8 as in EXIF; 1 is upright */
};

/*
 * ERR_NOT_FOUND: none of the formats. ERR_INVALID: it begins like one, but its header cannot be
 * read or its end is missing; out->format is set all the same.
 */
err picture_header_read(struct str bytes, struct picture_header *out) MUST_CHECK;

#endif
