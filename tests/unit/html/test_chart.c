/* Counts as the outline of a drawing. */
#include "unit/unit.h"

#include "html/chart.h"

static void the_scale_is_round_and_even(void **state)
{
	static const struct {
		int64_t most, top;
	} cases[] = {
		{ 0, 2 },     { 1, 2 },      { 2, 2 },       { 3, 4 },
		{ 5, 6 },     { 7, 8 },      { 9, 10 },      { 10, 10 },
		{ 11, 20 },   { 21, 40 },    { 99, 100 },    { 100, 100 },
		{ 101, 200 }, { 999, 1000 }, { 4100, 6000 }, { 8001, 10000 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(chart_top(cases[i].most), cases[i].top);
	assert_true(chart_top(INT64_MAX) == INT64_MAX);
	assert_int_equal(chart_top(-5), 2);
}

static void counts_are_steps(void **state)
{
	static const int64_t values[] = { 0, 5, 5, 10, 0 };
	struct chart c;

	chart_draw(*state, values, ARRAY_LEN(values), &c);
	assert_text(c.steps, "M0 1000H1V500H3V0H4V1000H5");
	assert_text(c.area, "M0 1000H1V500H3V0H4V1000H5V1000H0Z");
	assert_int_equal(c.top, 10);
	assert_int_equal(c.middle, 5);
	assert_int_equal(c.most, 10);
	assert_int_equal(c.sum, 20);
	assert_int_equal(c.width, 5);
}

static void nothing_is_a_flat_line(void **state)
{
	static const int64_t values[] = { 0, 0, 0 };
	struct chart c;

	chart_draw(*state, values, ARRAY_LEN(values), &c);
	assert_text(c.steps, "M0 1000H3");
	assert_int_equal(c.top, 2);
}

static void odd_values_do_no_harm(void **state)
{
	static const int64_t values[] = { -7, INT64_MAX - 1, 1 };
	static const int64_t one[] = { 3 };
	struct chart c;

	chart_draw(*state, values, ARRAY_LEN(values), &c);
	assert_text(c.steps, "M0 1000H1V0H2V1000H3");
	chart_draw(*state, one, 1, &c);
	assert_text(c.steps, "M0 250H1");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_scale_is_round_and_even),
	arena_test(counts_are_steps),
	arena_test(nothing_is_a_flat_line),
	arena_test(odd_values_do_no_harm),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
