/* Points in time as people type them. */
#include "unit/unit.h"

#include "base/clock_typed.h"

static void zone(const char *name)
{
	assert_int_equal(clock_set_zone(str_from_c(name)), OK);
}

static void assert_typed(struct arena *a, struct str typed, const char *iso)
{
	int64_t ms = -1;

	if (clock_parse_typed(typed, &ms))
		fail_msg("\"" STR_FMT "\" is not read", STR_ARG(typed));
	assert_same(clock_iso(a, ms), str_from_c(iso));
}

static void what_fields_send_and_people_type(void **state)
{
	zone("Asia/Shanghai");
	assert_typed(*state, STR("2026-01-31T08:05"), "2026-01-31T00:05:00Z");
	assert_typed(*state, STR("2026-01-31T08:05:59"), "2026-01-31T00:05:00Z");
	assert_typed(*state, STR(" 2026-1-31  8:05 "), "2026-01-31T00:05:00Z");
	assert_typed(*state, STR("2026/01/31 08:05"), "2026-01-31T00:05:00Z");
	assert_typed(*state, STR("2026.1.31 0:00"), "2026-01-30T16:00:00Z");
	assert_typed(*state, STR("2026年1月31日 8：05"), "2026-01-31T00:05:00Z");
	assert_typed(*state, STR("2026年1月31日8时05分"), "2026-01-31T00:05:00Z");
	assert_typed(*state, STR("2028-02-29T23:59"), "2028-02-29T15:59:00Z");
}

static void what_is_no_time(void **state)
{
	static const struct str wrong[] = {
		STR_INIT(""),
		STR_INIT("soon"),
		STR_INIT("2026-01-31"),
		STR_INIT("2026-01-31T"),
		STR_INIT("2026-01-31T08"),
		STR_INIT("2026-01-31T08:"),
		STR_INIT("2026-01-3108:05"),
		STR_INIT("2026-01-31T24:00"),
		STR_INIT("2026-01-31T08:60"),
		STR_INIT("2026-01-31T08:05:60"),
		STR_INIT("2026-01-31T08:05Z"),
		STR_INIT("2026-01-31T08:05+08:00"),
		STR_INIT("2026-02-30T08:05"),
		STR_INIT("2027-02-29T08:05"),
		STR_INIT("2026-13-01T08:05"),
		STR_INIT("2026-00-01T08:05"),
		STR_INIT("2026-01-00T08:05"),
		STR_INIT("26-01-31T08:05"),
		STR_INIT("20260-01-31T08:05"),
		STR_INIT("-2026-01-31T08:05"),
		STR_INIT("31.01.2026 08:05"),
		STR_INIT("2026-01-31T8:05 pm"),
		STR_INIT("2026-01-31T08:05:00:00"),
	};
	size_t i;

	(void)state;
	zone("Asia/Shanghai");
	for (i = 0; i < ARRAY_LEN(wrong); i++) {
		int64_t ms = 7;

		if (!clock_parse_typed(wrong[i], &ms) || ms != 7)
			fail_msg("\"" STR_FMT "\"", STR_ARG(wrong[i]));
	}
}

static void hours_a_zone_has_not_or_twice(void **state)
{
	int64_t ms = 7;

	zone("Europe/Berlin");
	assert_typed(*state, STR("2026-03-29T01:59"), "2026-03-29T00:59:00Z");
	assert_int_equal(clock_parse_typed(STR("2026-03-29T02:30"), &ms), ERR_INVALID);
	assert_typed(*state, STR("2026-03-29T03:00"), "2026-03-29T01:00:00Z");
	assert_typed(*state, STR("2026-10-25T02:30"), "2026-10-25T00:30:00Z");
	assert_typed(*state, STR("2026-10-25T03:00"), "2026-10-25T02:00:00Z");
	/* Half an hour, and two hours; asked for behind each of the two, which the C library may
	 * take for a hint. */
	zone("Australia/Lord_Howe");
	assert_typed(*state, STR("2026-07-01T12:00"), "2026-07-01T01:30:00Z");
	assert_typed(*state, STR("2026-04-05T01:45"), "2026-04-04T14:45:00Z");
	assert_typed(*state, STR("2026-01-01T12:00"), "2026-01-01T01:00:00Z");
	assert_typed(*state, STR("2026-04-05T01:45"), "2026-04-04T14:45:00Z");
	zone("Antarctica/Troll");
	assert_typed(*state, STR("2026-01-01T12:00"), "2026-01-01T12:00:00Z");
	assert_typed(*state, STR("2026-10-25T01:30"), "2026-10-24T23:30:00Z");
	assert_typed(*state, STR("2026-07-01T12:00"), "2026-07-01T10:00:00Z");
	assert_typed(*state, STR("2026-10-25T01:30"), "2026-10-24T23:30:00Z");
	zone("Asia/Shanghai");
}

static void there_and_back(void **state)
{
	int64_t ms;

	zone("Asia/Shanghai");
	assert_int_equal(clock_parse_typed(STR("2026-07-01T20:00"), &ms), OK);
	assert_text(clock_typed(*state, ms), "2026-07-01T20:00");
	assert_text(clock_typed(*state, ms + 59999), "2026-07-01T20:00");
	assert_text(clock_shown(*state, ms), "2026-07-01 20:00");
}

static void what_a_field_can_hold(void **state)
{
	(void)state;
	zone("Asia/Shanghai");
	assert_true(clock_is_field_value(STR("2026-07-01T20:00")));
	assert_false(clock_is_field_value(STR("2026-07-01 20:00")));
	assert_false(clock_is_field_value(STR("2026-07-01T20:0x")));
	assert_false(clock_is_field_value(STR("2026-02-30T20:00")));
	assert_false(clock_is_field_value(STR("")));
}

static const struct CMUnitTest tests[] = {
	arena_test(what_fields_send_and_people_type), cmocka_unit_test(what_is_no_time),
	arena_test(hours_a_zone_has_not_or_twice),    arena_test(there_and_back),
	cmocka_unit_test(what_a_field_can_hold),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
