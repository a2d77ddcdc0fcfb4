/* Decoding, turning, scaling and encoding, each by libgd but the turning. */
#include "domain/picture_encode.h"

#include <gd.h>

#include "domain/picture.h"
#include "domain/picture_header.h"

#define QUALITY 82

static void release(void *image)
{
	gdImageDestroy(image);
}

/* gd writes what it thinks of a broken file to stderr; the state of the picture says it. */
static void say_nothing(int priority, const char *format, va_list args)
{
	(void)priority;
	(void)format;
	(void)args;
}

static gdImagePtr keep(struct arena *a, gdImagePtr image)
{
	if (image)
		arena_defer(a, release, image);
	return image;
}

static gdImagePtr decode(struct arena *a, struct str s, enum picture_format format)
{
	void *bytes = (void *)(uintptr_t)s.p; /* gd only reads */
	int size = (int)s.n;
	gdImagePtr image = NULL;

	gdSetErrorMethod(say_nothing);
	switch (format) {
	case PICTURE_JPEG:
		image = gdImageCreateFromJpegPtrEx(size, bytes, 1);
		break;
	case PICTURE_PNG:
		image = gdImageCreateFromPngPtr(size, bytes);
		break;
	case PICTURE_WEBP:
		image = gdImageCreateFromWebpPtr(size, bytes);
		break;
	case PICTURE_GIF:
		image = gdImageCreateFromGifPtr(size, bytes);
		break;
	case PICTURE_UNKNOWN:
		break;
	}
	if (!keep(a, image) || !gdImagePaletteToTrueColor(image))
		return NULL;
	return image;
}

static gdImagePtr make(struct arena *a, int width, int height)
{
	gdImagePtr image = keep(a, gdImageCreateTrueColor(width, height));

	if (image) {
		gdImageAlphaBlending(image, 0);
		gdImageSaveAlpha(image, 1);
	}
	return image;
}

/* Where a pixel of the upright picture is in the stored one, by EXIF's eight ways to hold a camera.
 */
static int pixel(gdImagePtr from, int orientation, int x, int y)
{
	int right = gdImageSX(from) - 1, bottom = gdImageSY(from) - 1;

	switch (orientation) {
	case 2:
		return gdImageTrueColorPixel(from, right - x, y);
	case 3:
		return gdImageTrueColorPixel(from, right - x, bottom - y);
	case 4:
		return gdImageTrueColorPixel(from, x, bottom - y);
	case 5:
		return gdImageTrueColorPixel(from, y, x);
	case 6:
		return gdImageTrueColorPixel(from, y, bottom - x);
	case 7:
		return gdImageTrueColorPixel(from, right - y, bottom - x);
	case 8:
		return gdImageTrueColorPixel(from, right - y, x);
	default:
		return gdImageTrueColorPixel(from, x, y);
	}
}

static bool is_lying(int orientation)
{
	return orientation >= 5;
}

static gdImagePtr turn(struct arena *a, gdImagePtr from, int orientation)
{
	int width = gdImageSX(from), height = gdImageSY(from), x, y;
	gdImagePtr to;

	if (orientation == 1)
		return from;
	to = is_lying(orientation) ? make(a, height, width) : make(a, width, height);
	for (y = 0; to && y < gdImageSY(to); y++)
		for (x = 0; x < gdImageSX(to); x++)
			gdImageSetPixel(to, x, y, pixel(from, orientation, x, y));
	return to;
}

static int at_least_one(int64_t n)
{
	return n > 0 ? (int)n : 1;
}

/* The part of a picture that is wanted, at the size that is wanted; never larger than it is. */
static gdImagePtr cut(struct arena *a, gdImagePtr from, bool is_square, int orientation, int size)
{
	int width = gdImageSX(from), height = gdImageSY(from);
	int side = width < height ? width : height;
	int across = is_lying(orientation) ? height : width; /* its width when it is upright */
	int x = 0, y = 0, to_width, to_height;
	gdImagePtr to;

	if (is_square) {
		x = (width - side) / 2;
		y = (height - side) / 2;
		width = height = across = side;
	}
	if (size > across)
		size = across;
	to_width = at_least_one((int64_t)width * size / across);
	to_height = at_least_one((int64_t)height * size / across);
	to = make(a, to_width, to_height);
	if (to)
		gdImageCopyResampled(to, from, 0, 0, x, y, to_width, to_height, width, height);
	return to;
}

static bool write_webp(struct arena *a, gdImagePtr image, struct str *out)
{
	int size = 0;
	void *bytes = gdImageWebpPtrEx(image, &size, QUALITY);

	if (!bytes || size <= 0)
		return false;
	arena_defer(a, gdFree, bytes);
	*out = (struct str){ bytes, (size_t)size };
	return true;
}

/* Each size is made of the one before it, which is smaller than the picture. */
static err write_sizes(struct arena *a, gdImagePtr image, const struct picture_shape *shape,
		       int orientation, struct picture_files *out)
{
	size_t i;

	out->count = 0;
	for (i = 0; i < PICTURE_SIZES_MAX && shape->sizes[i]; i++) {
		image = cut(a, image, shape->is_square, orientation, shape->sizes[i]);
		if (image && i == 0) {
			image = turn(a, image, orientation);
			orientation = 1;
		}
		if (!image || !write_webp(a, image, &out->items[i].bytes))
			return ERR_INVALID;
		out->items[i].size = shape->sizes[i];
		out->count++;
	}
	return OK;
}

err picture_encode(struct arena *a, struct str bytes, const struct picture_shape *shape,
		   struct picture_files *out)
{
	struct picture_header header;
	gdImagePtr image;

	if (picture_problem(bytes) || picture_header_read(bytes, &header))
		return ERR_INVALID;
	image = decode(a, bytes, header.format);
	/* A header that lied must not have made it larger than it said. */
	if (!image || (int64_t)gdImageSX(image) * gdImageSY(image) > PICTURE_PIXELS_MAX)
		return ERR_INVALID;
	return write_sizes(a, image, shape, header.orientation, out);
}
