/* Numbers from text, and back. */
#include "unit/unit.h"

#include "base/num.h"

static void assert_number(struct str s, int64_t wanted)
{
	int64_t got = 0;

	assert_true(num_parse_i64(s, INT64_MIN, INT64_MAX, &got));
	assert_true(got == wanted);
}

static void there_and_back(void **state)
{
	static const int64_t numbers[] = { 0, 7, -7, INT64_MAX, INT64_MIN };
	struct arena *a = arena_new(256);
	size_t i;

	(void)state;
	assert_text(num_text(a, -10), "-10");
	for (i = 0; i < ARRAY_LEN(numbers); i++)
		assert_number(num_text(a, numbers[i]), numbers[i]);
	arena_free(a);
}

static void numbers(void **state)
{
	(void)state;
	assert_number(STR("0"), 0);
	assert_number(STR("7"), 7);
	assert_number(STR("10"), 10);
	assert_number(STR("-1"), -1);
	assert_number(STR("-10"), -10);
	assert_number(STR("9223372036854775807"), INT64_MAX);
	assert_number(STR("-9223372036854775808"), INT64_MIN);
}

static void not_numbers(void **state)
{
	static const struct str wrong[] = {
		STR_INIT(""),
		STR_INIT("-"),
		STR_INIT("+1"),
		STR_INIT(" 1"),
		STR_INIT("1 "),
		STR_INIT("01"),
		STR_INIT("00"),
		STR_INIT("-0"),
		STR_INIT("-01"),
		STR_INIT("1e3"),
		STR_INIT("0x10"),
		STR_INIT("1.0"),
		STR_INIT("--1"),
		STR_INIT("1-"),
		STR_INIT("1\0"),
		STR_INIT("\0"),
		STR_INIT("1,000"),
		STR_INIT("\xEF\xBC\x91"),
		STR_INIT("1\n"),
		STR_INIT("/"),
		STR_INIT(":"),
		STR_INIT("9223372036854775808"),
		STR_INIT("1234567890123456789012345"),
		STR_INIT("-9223372036854775809"),
		STR_INIT("18446744073709551617"),
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(wrong); i++) {
		int64_t value = 99;

		assert_false(num_parse_i64(wrong[i], INT64_MIN, INT64_MAX, &value));
		assert_int_equal(value, 99);
	}
	assert_false(num_parse_i64((struct str){ NULL, 0 }, 0, 1, &(int64_t){ 0 }));
}

static void ranges(void **state)
{
	int64_t value = 99;

	(void)state;
	assert_false(num_parse_i64(STR("4"), 5, 7, &value));
	assert_false(num_parse_i64(STR("8"), 5, 7, &value));
	assert_int_equal(value, 99);
	assert_true(num_parse_i64(STR("5"), 5, 7, &value));
	assert_true(num_parse_i64(STR("7"), 5, 7, &value));
	assert_int_equal(value, 7);
	assert_true(num_parse_i64(STR("-5"), -5, -5, &value));
}

static void ids(void **state)
{
	int64_t id = 0;

	(void)state;
	assert_false(num_parse_id(STR("0"), &id));
	assert_false(num_parse_id(STR("-1"), &id));
	assert_true(num_parse_id(STR("1"), &id));
	assert_true(num_parse_id(STR("9223372036854775807"), &id));
	assert_true(id == INT64_MAX);
	assert_false(num_parse_id(STR("9223372036854775808"), &id));
}

static void hex(void **state)
{
	unsigned char out[4] = { 9, 9, 9, 9 };

	(void)state;
	assert_true(num_parse_hex(STR("00fFA9"), out, 3));
	assert_int_equal(out[0], 0);
	assert_int_equal(out[1], 0xFF);
	assert_int_equal(out[2], 0xA9);
	assert_int_equal(out[3], 9);
	assert_true(num_parse_hex(STR(""), out, 0));
}

static void not_hex(void **state)
{
	unsigned char out[2] = { 9, 9 };

	(void)state;
	assert_false(num_parse_hex(STR("001"), out, 2));
	assert_false(num_parse_hex(STR("00112"), out, 2));
	assert_false(num_parse_hex(STR("001122"), out, 2));
	assert_false(num_parse_hex(STR("001g"), out, 2));
	assert_false(num_parse_hex(STR("00@1"), out, 2));
	assert_false(num_parse_hex(STR("00`1"), out, 2));
	assert_false(num_parse_hex(STR("00/1"), out, 2));
	assert_false(num_parse_hex(STR("00:1"), out, 2));
	assert_false(num_parse_hex(STR("0x11"), out, 2));
	assert_false(num_parse_hex(STR(""), out, 2));
	assert_int_equal(out[0], 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),     cmocka_unit_test(there_and_back),
		cmocka_unit_test(not_numbers), cmocka_unit_test(ranges),
		cmocka_unit_test(ids),         cmocka_unit_test(hex),
		cmocka_unit_test(not_hex),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
