/* Text that is built. */
#include "unit/unit.h"

#include "base/buf.h"

static struct buf buf_of(struct arena *a)
{
	struct buf b;

	buf_init(&b, a, 0);
	return b;
}

static void starts_empty(void **state)
{
	struct buf b = buf_of(*state);

	assert_int_equal(b.n, 0);
	assert_string_equal(b.p, "");
	assert_text(buf_str(&b), "");
}

/* Through every size, so that each growth happens at each of its borders. */
static void grows_byte_by_byte(void **state)
{
	struct buf b = buf_of(*state);
	size_t i;

	for (i = 0; i < 5000; i++) {
		buf_add_char(&b, (char)('a' + i % 26));
		assert_int_equal(b.n, i + 1);
		assert_true(b.n < b.room);
		assert_int_equal(b.p[b.n], 0);
	}
	for (i = 0; i < 5000; i++)
		assert_int_equal(b.p[i], 'a' + i % 26);
}

static void grows_by_pieces_of_every_size(void **state)
{
	char piece[200];
	size_t n;

	memset(piece, 'x', sizeof(piece));
	for (n = 0; n < sizeof(piece); n++) {
		struct buf b = buf_of(*state);

		buf_add_bytes(&b, piece, n);
		buf_add(&b, STR("y"));
		assert_int_equal(b.n, n + 1);
		assert_int_equal(b.p[n], 'y');
		assert_int_equal(b.p[n + 1], 0);
	}
}

static void nothing_can_be_added(void **state)
{
	struct buf b = buf_of(*state);

	buf_add(&b, (struct str){ NULL, 0 });
	buf_add_bytes(&b, NULL, 0);
	BUF_LIT(&b, "");
	assert_text(buf_str(&b), "");
}

static void clear_and_cut(void **state)
{
	struct buf b = buf_of(*state);

	BUF_LIT(&b, "abcdef");
	buf_cut(&b, 6);
	assert_text(buf_str(&b), "abcdef");
	buf_cut(&b, 2);
	assert_string_equal(b.p, "ab");
	buf_clear(&b);
	assert_string_equal(b.p, "");
	BUF_LIT(&b, "z");
	assert_text(buf_str(&b), "z");
}

static void cut_too_far(void)
{
	struct buf b = buf_of(arena_new(0));

	BUF_LIT(&b, "abc");
	buf_cut(&b, 4);
}

static void grow_too_far(void)
{
	struct buf b = buf_of(arena_new(0));

	BUF_LIT(&b, "abc");
	buf_reserve(&b, SIZE_MAX - 1);
}

static void impossible_sizes_abort(void **state)
{
	(void)state;
	assert_aborts(cut_too_far);
	assert_aborts(grow_too_far);
}

static void reserved_room_is_written_by_the_caller(void **state)
{
	struct buf b = buf_of(*state);
	char *to;

	BUF_LIT(&b, "ab");
	to = buf_reserve(&b, 1000);
	memset(to, 'c', 1000);
	b.n += 1000;
	assert_int_equal(buf_str(&b).n, 1002);
	assert_int_equal(b.p[1002], 0);
	assert_ptr_equal(buf_reserve(&b, 0), b.p + 1002);
}

static void integers(void **state)
{
	static const int64_t values[] = { 0,    1,     9,     10,    11,    99,         100,
					  101,  999,   1000,  12345, 99999, 1000000000, -1,
					  -9,   -10,   -99,   -100,  -101,  INT64_MAX,  INT64_MIN,
					  -999, 10101, 70007, 80,    8,     INT32_MIN,  INT32_MAX };
	size_t i;

	for (i = 0; i < ARRAY_LEN(values); i++) {
		struct buf b = buf_of(*state);

		buf_add_i64(&b, values[i]);
		assert_same(buf_str(&b), str_format(*state, "%lld", (long long)values[i]));
	}
}

static void formats(void **state)
{
	struct buf b = buf_of(*state);
	int n;

	buf_addf(&b, "%s", "");
	assert_text(buf_str(&b), "");
	for (n = 1; n < 300; n++) {
		size_t before = b.n;

		buf_addf(&b, "%*d", n, 7);
		assert_int_equal(b.n, before + (size_t)n);
		assert_int_equal(b.p[b.n - 1], '7');
		assert_int_equal(b.p[b.n], 0);
	}
}

static void code_points(void **state)
{
	struct buf b = buf_of(*state);

	buf_add_code_point(&b, 0x41);
	buf_add_code_point(&b, 0x7F);
	buf_add_code_point(&b, 0x80);
	buf_add_code_point(&b, 0x7FF);
	buf_add_code_point(&b, 0x800);
	buf_add_code_point(&b, 0xD7FF);
	buf_add_code_point(&b, 0xE000);
	buf_add_code_point(&b, 0xFFFF);
	buf_add_code_point(&b, 0x10000);
	buf_add_code_point(&b, 0x10FFFF);
	assert_text(buf_str(&b), "A\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80"
				 "\xEF\xBF\xBF\xF0\x90\x80\x80\xF4\x8F\xBF\xBF");
	buf_clear(&b);
	buf_add_code_point(&b, 0xD800);
	buf_add_code_point(&b, 0xDFFF);
	buf_add_code_point(&b, 0x110000);
	assert_text(buf_str(&b), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

static void json(void **state)
{
	struct buf b = buf_of(*state);

	buf_add_json(&b, STR(""));
	buf_add_json(&b, STR("a\"\\/\b\t\n\v\f\r\x01\x1F\x7F\0z"));
	buf_add_json(&b, STR("\xE4\xB8\xAD\xF0\x9F\x98\x80"));
	buf_add_json(&b, STR("\xFF\xC3"));
	assert_text(buf_str(&b), "\"\""
				 "\"a\\\"\\\\/\\b\\t\\n\\u000b\\f\\r\\u0001\\u001f\\u007f\\u0000z\""
				 "\"\xE4\xB8\xAD\xF0\x9F\x98\x80\""
				 "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

static void urls(void **state)
{
	struct buf b = buf_of(*state);

	buf_add_url(&b, STR("azAZ09-._~ /?&=%+\"\xE4\xB8\xAD\0"));
	assert_text(buf_str(&b), "azAZ09-._~%20%2F%3F%26%3D%25%2B%22%E4%B8%AD%00");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		arena_test(starts_empty),
		arena_test(grows_byte_by_byte),
		arena_test(grows_by_pieces_of_every_size),
		arena_test(nothing_can_be_added),
		arena_test(clear_and_cut),
		arena_test(impossible_sizes_abort),
		arena_test(reserved_room_is_written_by_the_caller),
		arena_test(integers),
		arena_test(formats),
		arena_test(code_points),
		arena_test(json),
		arena_test(urls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
