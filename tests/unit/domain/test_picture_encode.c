/* Pictures made anew: sizes, turns, what is refused, and that nothing but pixels gets through. */
#include "unit/unit.h"

#include "domain/picture.h"
#include "domain/picture_encode.h"
#include "domain/picture_header.h"
#include "unit/domain/pictures.h"

static const struct picture_shape square = { true, { 64, 32 } };
static const struct picture_shape wide = { false, { 80, 40, 20 } };

static struct picture_files encoded(struct arena *a, struct str bytes,
				    const struct picture_shape *shape)
{
	struct picture_files files = { 0 };

	assert_null(picture_problem(bytes));
	assert_int_equal(picture_encode(a, bytes, shape, &files), OK);
	return files;
}

static bool is_near(int colour, int wanted)
{
	int shift;

	for (shift = 0; shift < 24; shift += 8)
		if (abs((colour >> shift & 0xFF) - (wanted >> shift & 0xFF)) > 40)
			return false;
	return true;
}

/* The colours of its four corners, as they are read: along the lines. */
static void assert_corners(struct str webp, int width, int height, const int corners[4])
{
	gdImagePtr image = gdImageCreateFromWebpPtr((int)webp.n, (void *)(uintptr_t)webp.p);
	int i;

	assert_non_null(image);
	assert_int_equal(gdImageSX(image), width);
	assert_int_equal(gdImageSY(image), height);
	for (i = 0; i < 4; i++) {
		int x = i % 2 ? width - 1 - width / 8 : width / 8;
		int y = i / 2 ? height - 1 - height / 8 : height / 8;
		int colour = gdImageGetTrueColorPixel(image, x, y) & 0xFFFFFF;

		if (!is_near(colour, corners[i]))
			fail_msg("corner %d is %06x, not %06x", i, (unsigned)colour,
				 (unsigned)corners[i]);
	}
	gdImageDestroy(image);
}

static const int upright[4] = { RED, GREEN, BLUE, WHITE };

static void every_format_becomes_webp_in_all_sizes(void **state)
{
	struct arena *a = *state;
	int format;

	for (format = 0; format < AS_COUNT; format++) {
		struct str bytes = picture_made(a, 200, 100, format);
		struct picture_files files = encoded(a, bytes, &wide);

		assert_int_equal(files.count, 3);
		assert_corners(files.items[0].bytes, 80, 40, upright);
		assert_corners(files.items[1].bytes, 40, 20, upright);
		assert_corners(files.items[2].bytes, 20, 10, upright);
		files = encoded(a, bytes, &square);
		assert_int_equal(files.count, 2);
		assert_corners(files.items[0].bytes, 64, 64, upright);
		assert_corners(files.items[1].bytes, 32, 32, upright);
	}
}

static void small_pictures_are_not_blown_up(void **state)
{
	struct arena *a = *state;
	struct picture_files files = encoded(a, picture_made(a, 30, 50, AS_PNG), &wide);

	assert_corners(files.items[0].bytes, 30, 50, upright);
	assert_corners(files.items[2].bytes, 20, 33, upright);
	files = encoded(a, picture_made(a, 30, 50, AS_PNG), &square);
	assert_corners(files.items[0].bytes, 30, 30, upright);
}

static void a_camera_may_be_held_in_eight_ways(void **state)
{
	static const int corners[9][4] = {
		[1] = { RED, GREEN, BLUE, WHITE }, [2] = { GREEN, RED, WHITE, BLUE },
		[3] = { WHITE, BLUE, GREEN, RED }, [4] = { BLUE, WHITE, RED, GREEN },
		[5] = { RED, BLUE, GREEN, WHITE }, [6] = { BLUE, RED, WHITE, GREEN },
		[7] = { WHITE, GREEN, BLUE, RED }, [8] = { GREEN, WHITE, RED, BLUE },
	};
	struct arena *a = *state;
	struct str jpeg = picture_made(a, 160, 80, AS_JPEG);
	int orientation;

	for (orientation = 1; orientation <= 8; orientation++) {
		struct str bytes = picture_turned(a, jpeg, orientation, orientation % 2);
		struct picture_files files = encoded(a, bytes, &wide);
		bool is_lying = orientation >= 5;

		assert_corners(files.items[0].bytes, 80, is_lying ? 160 : 40, corners[orientation]);
		assert_corners(files.items[1].bytes, 40, is_lying ? 80 : 20, corners[orientation]);
		files = encoded(a, bytes, &square);
		assert_corners(files.items[1].bytes, 32, 32, corners[orientation]);
	}
	/* What is no way to hold one is none. */
	assert_corners(encoded(a, picture_turned(a, jpeg, 9, true), &wide).items[0].bytes, 80, 40,
		       corners[1]);
}

static void nothing_but_pixels_gets_through(void **state)
{
	struct arena *a = *state;
	struct str jpeg = picture_turned(a, picture_made(a, 160, 80, AS_JPEG), 6, true);
	struct str gif = picture_made(a, 64, 64, AS_GIF);
	struct buf b;
	size_t i;

	/* Polyglots: a script behind the end, a page in a comment. */
	buf_init(&b, a, jpeg.n + 100);
	buf_add(&b, str_slice(jpeg, 0, 2));
	BUF_LIT(&b, "\xFF\xFE\0\x1E<script>alert(1)</script>...");
	buf_add(&b, str_slice(jpeg, 2, jpeg.n));
	BUF_LIT(&b, "<?php system($_GET[0]); ?>");
	for (i = 0; i < 2; i++) {
		struct picture_files files = encoded(a, i ? gif : buf_str(&b), &square);
		struct str made = files.items[0].bytes;

		assert_true(str_starts(made, STR("RIFF")));
		assert_true(str_find(made, STR("<script")) < 0);
		assert_true(str_find(made, STR("<?php")) < 0);
		assert_true(str_find(made, STR("Exif")) < 0);
		assert_true(str_find(made, STR("EXIF")) < 0);
	}
	buf_init(&b, a, gif.n + 100);
	buf_add(&b, gif);
	BUF_LIT(&b, "/*<script>alert(1)</script>*/");
	assert_true(str_find(encoded(a, buf_str(&b), &square).items[0].bytes, STR("script")) < 0);
}

static void what_is_see_through_stays_so(void **state)
{
	struct arena *a = *state;
	gdImagePtr image = gdImageCreateTrueColor(80, 80);
	struct picture_files files;

	gdImageAlphaBlending(image, 0);
	gdImageSaveAlpha(image, 1);
	gdImageFilledRectangle(image, 0, 0, 79, 79, gdTrueColorAlpha(10, 20, 30, 127));
	gdImageFilledRectangle(image, 40, 0, 79, 79, RED);
	files = encoded(a, picture_bytes(a, image, AS_PNG), &square);
	gdImageDestroy(image);
	image = gdImageCreateFromWebpPtr((int)files.items[0].bytes.n,
					 (void *)(uintptr_t)files.items[0].bytes.p);
	assert_int_equal(gdTrueColorGetAlpha(gdImageGetTrueColorPixel(image, 5, 5)), 127);
	assert_int_equal(gdTrueColorGetAlpha(gdImageGetTrueColorPixel(image, 60, 5)), 0);
	gdImageDestroy(image);
}

static void assert_refused(struct arena *a, struct str bytes, const char *why)
{
	struct picture_files files;
	const char *problem = picture_problem(bytes);

	if (!problem || !strstr(problem, why))
		fail_msg("not \"%s\" but \"%s\"", why, problem ? problem : "nothing");
	assert_int_equal(picture_encode(a, bytes, &square, &files), ERR_INVALID);
}

static void only_pictures_are_taken(void **state)
{
	struct arena *a = *state;
	struct str empty = { 0 };

	assert_refused(a, empty, "Choose");
	assert_refused(a, STR("<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"), "Only");
	assert_refused(a, STR("<!doctype html><script>alert(1)</script>"), "Only");
	assert_refused(a,
		       STR("\x7F"
			   "ELF\x02\x01\x01"),
		       "Only");
	assert_refused(a, STR("<?php echo 1;"), "Only");
	assert_refused(a, STR("RIFF\x04\0\0\0WAVE"), "Only");
	assert_refused(a, STR("BM\x36\0\0\0"), "Only");
	assert_refused(a, STR("\xFF\xD8\xFF\xE0"), "cannot be read");
	assert_refused(a, STR("\x89PNG\r\n\x1A\n"), "cannot be read");
	assert_refused(a, STR("RIFF\x04\0\0\0WEBP"), "cannot be read");
	assert_refused(a, STR("GIF89a"), "cannot be read");
	assert_refused(a, STR("RIFF\x16\0\0\0WEBPVP8X\x0A\0\0\0\x02\0\0\0\x40\0\0\x40\0\0"),
		       "Moving");
}

/* Wherever it is cut, it is refused or still a whole picture; never anything else. */
static void what_was_cut_off_is_refused(void **state)
{
	struct arena *a = *state;
	int format;

	for (format = 0; format < AS_COUNT; format++) {
		struct str whole = picture_made(a, 64, 48, format);
		struct picture_files files;
		size_t n, refused = 0, tried = 0;

		for (n = 0; n < whole.n; n += 1 + whole.n / 60, tried++)
			refused += picture_encode(a, str_slice(whole, 0, n), &square, &files) ==
				   ERR_INVALID;
		/* libgd fills what is missing of a GIF. */
		if (format != AS_GIF)
			assert_int_equal(refused, tried);
		assert_true(refused > 0);
	}
}

/* A PNG that says it is huge: refused by its header, before a pixel is decoded. */
static void bombs_are_not_decoded(void **state)
{
	struct arena *a = *state;
	char *png = str_c(a, picture_made(a, 32, 32, AS_PNG));
	struct str bytes = picture_made(a, 32, 32, AS_PNG);

	png[16 + 2] = 0x20; /* 8224 x 32: long, but small */
	assert_null(picture_problem((struct str){ png, bytes.n }));
	png[20 + 2] = 0x20; /* 8224 x 8224 */
	assert_refused(a, (struct str){ png, bytes.n }, "at most 24 million pixels");
	png[16] = 0x7F;
	assert_refused(a, (struct str){ png, bytes.n }, "at most 24 million pixels");
	png[16] = (char)0xFF;
	assert_refused(a, (struct str){ png, bytes.n }, "at most 24 million pixels");
	assert_refused(a, picture_made(a, 15, 100, AS_PNG), "at least 16");
	assert_refused(a,
		       (struct str){ arena_alloc(a, PICTURE_BYTES_MAX + 1), PICTURE_BYTES_MAX + 1 },
		       "at most 5 MB");
}

/* A header that lies about the size: the decoder finds out, and is not believed either. */
static void a_lying_header_ends_well(void **state)
{
	struct arena *a = *state;
	struct picture_files files;
	int format;

	for (format = 0; format < AS_COUNT; format++) {
		struct str whole = picture_made(a, 64, 48, format);
		size_t i;

		for (i = 0; i < whole.n && i < 48; i++) {
			char *bytes = str_c(a, whole);

			bytes[i] = (char)(bytes[i] ^ 0x55);
			(void)!picture_encode(a, (struct str){ bytes, whole.n }, &square, &files);
		}
	}
}

static void an_orientation_is_only_where_exif_says_so(void **state)
{
	struct arena *a = *state;
	struct str jpeg = picture_made(a, 32, 32, AS_JPEG);
	struct picture_header h;
	size_t i;

	assert_int_equal(picture_header_read(picture_turned(a, jpeg, 6, true), &h), OK);
	assert_int_equal(h.orientation, 6);
	assert_int_equal(picture_header_read(picture_turned(a, jpeg, 8, false), &h), OK);
	assert_int_equal(h.orientation, 8);
	for (i = 4; i < 38; i++) {
		char *bytes = str_c(a, picture_turned(a, jpeg, 6, true));

		bytes[i] = (char)(bytes[i] ^ 0xFF);
		if (!picture_header_read((struct str){ bytes, jpeg.n + 36 }, &h))
			assert_in_range(h.orientation, 1, 8);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		arena_test(every_format_becomes_webp_in_all_sizes),
		arena_test(small_pictures_are_not_blown_up),
		arena_test(a_camera_may_be_held_in_eight_ways),
		arena_test(nothing_but_pixels_gets_through),
		arena_test(what_is_see_through_stays_so),
		arena_test(only_pictures_are_taken),
		arena_test(what_was_cut_off_is_refused),
		arena_test(bombs_are_not_decoded),
		arena_test(a_lying_header_ends_well),
		arena_test(an_orientation_is_only_where_exif_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
