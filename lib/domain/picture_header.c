/* Headers of JPEG, PNG, WebP and GIF, and the one thing in EXIF that is looked at. */
#include "domain/picture_header.h"

#define ORIENTATION_TAG 0x0112
#define TIFF_SHORT 3
#define MOVING_FLAG 0x02 /* in the extended header of WebP */
#define TIFF_ENTRY 12    /* bytes */

/* Numbers out of bytes; what lies behind the end reads as 0. */
static uint32_t byte_at(struct str s, size_t at)
{
	return at < s.n ? (unsigned char)s.p[at] : 0;
}

static uint32_t big(struct str s, size_t at, size_t count)
{
	uint32_t value = 0;
	size_t i;

	for (i = 0; i < count; i++)
		value = value << 8 | byte_at(s, at + i);
	return value;
}

static uint32_t little(struct str s, size_t at, size_t count)
{
	uint32_t value = 0;

	while (count)
		value = value << 8 | byte_at(s, at + --count);
	return value;
}

/* What follows, without the part before; empty behind the end. */
static struct str from(struct str s, size_t at)
{
	return str_slice(s, at < s.n ? at : s.n, s.n);
}

/* A TIFF header and its first directory; 1 when there is no orientation in it. */
static int read_orientation(struct str tiff)
{
	bool is_big = str_starts(tiff, STR("MM\0*"));
	uint32_t (*number)(struct str s, size_t at, size_t count) = is_big ? big : little;
	size_t at, count, i;

	if (!is_big && !str_starts(tiff, STR("II*\0")))
		return 1;
	at = number(tiff, 4, 4);
	count = number(tiff, at, 2);
	for (i = 0; i < count && at + 2 + (i + 1) * TIFF_ENTRY <= tiff.n; i++) {
		size_t entry = at + 2 + i * TIFF_ENTRY;
		uint32_t value = number(tiff, entry + 8, 2);

		if (number(tiff, entry, 2) != ORIENTATION_TAG)
			continue;
		return number(tiff, entry + 2, 2) == TIFF_SHORT && value >= 1 && value <= 8
			       ? (int)value
			       : 1;
	}
	return 1;
}

static bool is_frame_marker(uint32_t marker)
{
	return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 &&
	       marker != 0xCC;
}

/* One segment of a JPEG file, marker and length left off. */
static void read_segment(uint32_t marker, struct str body, struct picture_header *out)
{
	if (is_frame_marker(marker)) {
		out->height = big(body, 1, 2);
		out->width = big(body, 3, 2);
	} else if (marker == 0xE1 && str_starts(body, STR("Exif\0\0"))) {
		out->orientation = read_orientation(from(body, 6));
	}
}

/* In what was compressed no 0xFF stands alone: the end is only at the end, or it was cut off. */
static err read_jpeg(struct str s, struct picture_header *out)
{
	size_t at = 2;

	while (at + 4 <= s.n && byte_at(s, at) == 0xFF) {
		uint32_t marker = byte_at(s, at + 1);
		size_t length = big(s, at + 2, 2);

		if (marker == 0xFF) { /* fill */
			at++;
			continue;
		}
		if (length < 2 || marker == 0xD8 || marker == 0xD9)
			return ERR_INVALID;
		if (marker == 0xDA)
			return str_find(from(s, at), STR("\xFF\xD9")) < 0 ? ERR_INVALID : OK;
		read_segment(marker, str_slice(s, at + 4, at + 2 + length), out);
		at += 2 + length;
	}
	return ERR_INVALID;
}

/* Chunks: length, name, body, checksum. The last one is named IEND. */
static err read_png(struct str s, struct picture_header *out)
{
	size_t at = 8;

	if (!str_is(str_slice(s, 12, 16), STR("IHDR")))
		return ERR_INVALID;
	out->width = big(s, 16, 4);
	out->height = big(s, 20, 4);
	while (at + 12 <= s.n) {
		struct str name = str_slice(s, at + 4, at + 8);
		size_t length = big(s, at, 4);

		if (str_is(name, STR("IEND")))
			return OK;
		if (str_is(name, STR("eXIf")))
			out->orientation = read_orientation(str_slice(s, at + 8, at + 8 + length));
		at += 12 + length;
	}
	return ERR_INVALID;
}

/* The extended header has the canvas; one frame alone has its own. */
static void read_webp_size(struct str name, struct str body, struct picture_header *out)
{
	if (str_is(name, STR("VP8X"))) {
		out->is_moving = (byte_at(body, 0) & MOVING_FLAG) != 0;
		out->width = (int64_t)little(body, 4, 3) + 1;
		out->height = (int64_t)little(body, 7, 3) + 1;
	} else if (str_is(name, STR("VP8L")) && !out->width && byte_at(body, 0) == 0x2F) {
		uint32_t bits = little(body, 1, 4);

		out->width = (bits & 0x3FFF) + 1;
		out->height = (bits >> 14 & 0x3FFF) + 1;
	} else if (str_is(name, STR("VP8 ")) && !out->width) {
		out->width = little(body, 6, 2) & 0x3FFF;
		out->height = little(body, 8, 2) & 0x3FFF;
	}
}

static err read_webp(struct str s, struct picture_header *out)
{
	size_t end = 8 + (size_t)little(s, 4, 4), at = 12;

	if (end > s.n)
		return ERR_INVALID;
	while (at + 8 <= end) {
		struct str name = str_slice(s, at, at + 4);
		size_t length = little(s, at + 4, 4);
		struct str body = str_slice(s, at + 8, at + 8 + length);

		read_webp_size(name, body, out);
		if (str_is(name, STR("EXIF")))
			out->orientation = read_orientation(
				str_starts(body, STR("Exif\0\0")) ? from(body, 6) : body);
		at += 8 + length + (length & 1);
	}
	return OK;
}

/* The first frame may be larger than the screen it claims to lie on, but a decoder minds that. */
static err read_gif(struct str s, struct picture_header *out)
{
	out->width = little(s, 6, 2);
	out->height = little(s, 8, 2);
	return OK;
}

err picture_header_read(struct str bytes, struct picture_header *out)
{
	struct picture_header h = { .orientation = 1 };
	err e = ERR_NOT_FOUND;

	if (str_starts(bytes, STR("\xFF\xD8\xFF"))) {
		h.format = PICTURE_JPEG;
		e = read_jpeg(bytes, &h);
	} else if (str_starts(bytes, STR("\x89PNG\r\n\x1A\n"))) {
		h.format = PICTURE_PNG;
		e = read_png(bytes, &h);
	} else if (str_starts(bytes, STR("RIFF")) && str_is(str_slice(bytes, 8, 12), STR("WEBP"))) {
		h.format = PICTURE_WEBP;
		e = read_webp(bytes, &h);
	} else if (str_starts(bytes, STR("GIF87a")) || str_starts(bytes, STR("GIF89a"))) {
		h.format = PICTURE_GIF;
		e = read_gif(bytes, &h);
	}
	if (!e && (h.width < 1 || h.height < 1))
		e = ERR_INVALID;
	*out = h;
	return e;
}
