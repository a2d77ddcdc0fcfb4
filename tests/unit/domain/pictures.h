/*
 * Pictures for tests, made by libgd: four fields of colour, so that one sees how they are turned.
 */
#ifndef UNIT_DOMAIN_PICTURES_H
#define UNIT_DOMAIN_PICTURES_H

#include <gd.h>

#include "base/buf.h"

#define RED 0xD02020
#define GREEN 0x20A020
#define BLUE 0x2020D0
#define WHITE 0xF0F0F0

enum { AS_JPEG, AS_PNG, AS_WEBP, AS_GIF, AS_COUNT };

/* Red and green above, blue and white below. */
static inline gdImagePtr picture_drawn(int width, int height)
{
	gdImagePtr image = gdImageCreateTrueColor(width, height);
	int x = width / 2, y = height / 2;

	gdImageFilledRectangle(image, 0, 0, x - 1, y - 1, RED);
	gdImageFilledRectangle(image, x, 0, width - 1, y - 1, GREEN);
	gdImageFilledRectangle(image, 0, y, x - 1, height - 1, BLUE);
	gdImageFilledRectangle(image, x, y, width - 1, height - 1, WHITE);
	return image;
}

static inline struct str picture_bytes(struct arena *a, gdImagePtr image, int format)
{
	int size = 0;
	void *bytes = format == AS_JPEG   ? gdImageJpegPtr(image, &size, 95)
		      : format == AS_PNG  ? gdImagePngPtr(image, &size)
		      : format == AS_WEBP ? gdImageWebpPtrEx(image, &size, 95)
					  : gdImageGifPtr(image, &size);
	struct str copy = str_copy(a, (struct str){ bytes, (size_t)size });

	gdFree(bytes);
	return copy;
}

static inline struct str picture_made(struct arena *a, int width, int height, int format)
{
	gdImagePtr image = picture_drawn(width, height);
	struct str bytes = picture_bytes(a, image, format);

	gdImageDestroy(image);
	return bytes;
}

/* A JPEG with an EXIF segment that says how the camera was held; big-endian or little. */
static inline struct str picture_turned(struct arena *a, struct str jpeg, int orientation,
					bool is_big)
{
	static const char big[] = "Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0";
	static const char small[] = "Exif\0\0II\x2A\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0";
	struct buf b;

	buf_init(&b, a, jpeg.n + 64);
	buf_add(&b, str_slice(jpeg, 0, 2));
	BUF_LIT(&b, "\xFF\xE1\0\x22");
	if (is_big)
		buf_add_bytes(&b, big, sizeof(big) - 1);
	else
		buf_add_bytes(&b, small, sizeof(small) - 1);
	buf_add_char(&b, (char)orientation);
	while (b.n < 2 + 2 + 0x22)
		buf_add_char(&b, '\0');
	buf_add(&b, str_slice(jpeg, 2, jpeg.n));
	return buf_str(&b);
}

#endif
