/* UTF-8. */
#include "unit/unit.h"

#include "base/buf.h"
#include "base/utf8.h"

static void valid_texts(void **state)
{
	(void)state;
	assert_true(utf8_is_valid(STR("")));
	assert_true(utf8_is_valid((struct str){ NULL, 0 }));
	assert_true(utf8_is_valid(STR("\x01\x7F")));
	assert_true(utf8_is_valid(STR("\xC2\x80\xDF\xBF")));
	assert_true(utf8_is_valid(STR("\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF")));
	assert_true(utf8_is_valid(STR("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF")));
	assert_true(utf8_is_valid(STR("plain text that is long, then \xE4\xB8\xAD, then plain")));
}

static void invalid_texts(void **state)
{
	static const struct str wrong[] = {
		STR_INIT("\0"),   /* NUL */
		STR_INIT("\x80"), /* a continuation alone */
		STR_INIT("\xBF"),
		STR_INIT("\xC0\x80"), /* overlong */
		STR_INIT("\xC1\xBF"),
		STR_INIT("\xE0\x9F\xBF"),
		STR_INIT("\xF0\x8F\xBF\xBF"),
		STR_INIT("\xED\xA0\x80"), /* surrogates */
		STR_INIT("\xED\xBF\xBF"),
		STR_INIT("\xF4\x90\x80\x80"), /* above U+10FFFF */
		STR_INIT("\xF5\x80\x80\x80"),
		STR_INIT("\xFE"),
		STR_INIT("\xFF"),
		STR_INIT("\xC2"), /* cut */
		STR_INIT("\xE4\xB8"),
		STR_INIT("\xF0\x9F\x98"),
		STR_INIT("\xC2\x41"), /* no continuation */
		STR_INIT("\xE4\x41\xAD"),
		STR_INIT("\xE4\xB8\xC0"),
	};
	size_t i;
	size_t before;

	/* At every place of the words of eight that are looked at at once. */
	for (i = 0; i < ARRAY_LEN(wrong); i++) {
		for (before = 0; before < 18; before++) {
			struct str s =
				str_format(*state, "%.*s", (int)before, "abcdefghijklmnopqr");
			struct buf b;

			buf_init(&b, *state, 0);
			buf_add(&b, s);
			buf_add(&b, wrong[i]);
			assert_false(utf8_is_valid(buf_str(&b)));
			buf_add(&b, STR("plain text after it"));
			assert_false(utf8_is_valid(buf_str(&b)));
		}
	}
}

/* Every code point there is, and every number near them that is none. */
static void every_code_point(void **state)
{
	uint32_t code_point;

	(void)state;
	for (code_point = 1; code_point <= 0x10FFFF; code_point++) {
		char bytes[8] = { 0 };
		struct buf b = { .arena = NULL, .p = bytes, .n = 0, .room = sizeof(bytes) };
		struct str s;
		uint32_t got;

		if (code_point == 0xD800)
			code_point = 0xE000;
		buf_add_code_point(&b, code_point);
		s = buf_str(&b);
		assert_true(utf8_is_valid(s));
		assert_true(utf8_next(&s, &got));
		assert_int_equal(got, code_point);
		assert_int_equal(s.n, 0);
	}
}

static void reading_on_after_wrong_bytes(void **state)
{
	static const uint32_t wanted[] = { 'a', 0xFFFD, 0xFFFD, 'b', 0x4E2D, 0xFFFD, 0xFFFD };
	struct str rest = STR("a\xC3\xFF"
			      "b\xE4\xB8\xAD\xE4\xB8");
	uint32_t got;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(wanted); i++) {
		assert_true(utf8_next(&rest, &got));
		assert_int_equal(got, wanted[i]);
	}
	assert_false(utf8_next(&rest, &got));
}

static void counting_and_cutting(void **state)
{
	const struct str s = STR("a\xE4\xB8\xAD\xF0\x9F\x98\x80z");

	(void)state;
	assert_int_equal(utf8_count(STR("")), 0);
	assert_int_equal(utf8_count(s), 4);
	assert_text(utf8_cut(s, 0), "");
	assert_text(utf8_cut(s, 1), "a");
	assert_text(utf8_cut(s, 2), "a\xE4\xB8\xAD");
	assert_text(utf8_cut(s, 3), "a\xE4\xB8\xAD\xF0\x9F\x98\x80");
	assert_same(utf8_cut(s, 4), s);
	assert_same(utf8_cut(s, 5), s);
	assert_int_equal(utf8_cut((struct str){ NULL, 0 }, 3).n, 0);
}

static void trimming(void **state)
{
	(void)state;
	assert_text(utf8_trim(STR("\xE3\x80\x80 a b\xC2\xA0\n")), "a b");
	assert_text(utf8_trim(STR("\xE2\x80\x80\xE2\x80\x8A\xE2\x80\xA8")), "");
	assert_text(utf8_trim(STR("\xE4\xB8\xAD")), "\xE4\xB8\xAD");
	assert_text(utf8_trim(STR(" \xFF ")), "\xFF");
	assert_int_equal(utf8_trim((struct str){ NULL, 0 }).n, 0);
}

static void invisible_code_points(void **state)
{
	static const uint32_t wrong[] = { 0,      0x08,   0x0B,   0x0D,   0x1B,    0x1F,   0x7F,
					  0x80,   0x9F,   0xAD,   0x61C,  0x200B,  0x200E, 0x200F,
					  0x2028, 0x202A, 0x202E, 0x2060, 0x2066,  0x2069, 0x3164,
					  0xFEFF, 0xFFFE, 0xFFFF, 0xFDD0, 0xE0001, 0x1FFFF };
	static const uint32_t right[] = { '\t',   '\n',   ' ',    '~',    0xA0,    0xA1,   0xAE,
					  0x200C, 0x200D, 0x2010, 0x2027, 0x202F,  0x2070, 0x3000,
					  0x4E2D, 0xFE0F, 0xFFFD, 0xFFFC, 0x1F600, 0x10000 };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(wrong); i++)
		assert_true(utf8_is_invisible(wrong[i]));
	for (i = 0; i < ARRAY_LEN(right); i++)
		assert_false(utf8_is_invisible(right[i]));
}

static struct str fold(struct arena *a, struct str s)
{
	struct str out = STR("");

	assert_int_equal(utf8_fold(a, s, &out), OK);
	return out;
}

static void folding(void **state)
{
	struct arena *a = *state;

	assert_text(fold(a, STR("Alice")), "alice");
	assert_text(fold(a, STR("  Alice \xE3\x80\x80")), "alice");
	assert_text(fold(a, STR("\xEF\xBC\xA1\xEF\xBC\xA2")), "ab"); /* full width */
	assert_text(fold(a, STR("STRASSE")), "strasse");
	assert_text(fold(a, STR("Stra\xC3\x9F"
				"e")),
		    "strasse");                             /* sharp s */
	assert_text(fold(a, STR("e\xCC\x81")), "\xC3\xA9"); /* composed */
	assert_text(fold(a, STR("a\xE2\x80\x8B\xE2\x80\x8D\xC2\xAD"
				"b")),
		    "ab"); /* ignorable */
	assert_text(fold(a, STR("\xE5\xBC\xA0\xE4\xB8\x89")), "\xE5\xBC\xA0\xE4\xB8\x89");
	assert_text(fold(a, STR("\xEF\xAC\x81")), "fi");
}

static void what_cannot_be_folded(void **state)
{
	struct str out = STR("before");

	assert_int_equal(utf8_fold(*state, STR(""), &out), ERR_INVALID);
	assert_int_equal(utf8_fold(*state, STR(" \xE3\x80\x80"), &out), ERR_INVALID);
	assert_int_equal(utf8_fold(*state, STR("\xE2\x80\x8B"), &out), ERR_INVALID);
	assert_int_equal(utf8_fold(*state, STR("a\xFF"), &out), ERR_INVALID);
	assert_int_equal(utf8_fold(*state, STR("a\0b"), &out), ERR_INVALID);
	assert_text(out, "before");
}

/* A name that was folded and stored must be found again when it is folded once more. */
static void folding_twice_changes_nothing(void **state)
{
	struct arena *a = *state;
	uint32_t code_point;

	for (code_point = 1; code_point <= 0x1FFFF; code_point++) {
		struct str once;
		struct buf b;

		buf_init(&b, a, 0);
		buf_add_code_point(&b, code_point);
		if (utf8_fold(a, buf_str(&b), &once) == OK)
			assert_same(fold(a, once), once);
		arena_reset(a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		arena_test(valid_texts),           arena_test(invalid_texts),
		arena_test(every_code_point),      arena_test(reading_on_after_wrong_bytes),
		arena_test(counting_and_cutting),  arena_test(trimming),
		arena_test(invisible_code_points), arena_test(folding),
		arena_test(what_cannot_be_folded), arena_test(folding_twice_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
