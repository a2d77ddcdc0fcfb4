/* Money from text and to text. */
#include "unit/unit.h"

#include "base/money.h"

#define MOST 99999999999

static void assert_money(struct str s, int64_t wanted)
{
	int64_t got = -1;

	if (!money_parse(s, MOST, &got) || got != wanted)
		fail_msg("\"" STR_FMT "\" gives %lld", STR_ARG(s), (long long)got);
}

static void what_people_write(void **state)
{
	(void)state;
	assert_money(STR("0"), 0);
	assert_money(STR("12"), 1200);
	assert_money(STR("12.5"), 1250);
	assert_money(STR("12.05"), 1205);
	assert_money(STR(" 0.01 "), 1);
	assert_money(STR("¥ 199.00"), 19900);
	assert_money(STR("￥8"), 800);
	assert_money(STR("999999999.99"), MOST);
}

static void what_is_no_money(void **state)
{
	static const struct str wrong[] = {
		STR_INIT(""),      STR_INIT("."),      STR_INIT("1."),
		STR_INIT(".5"),    STR_INIT("-1"),     STR_INIT("1.234"),
		STR_INIT("1,5"),   STR_INIT("1e3"),    STR_INIT("1.-1"),
		STR_INIT("01"),    STR_INIT("1.2.3"),  STR_INIT("$1"),
		STR_INIT("1 000"), STR_INIT("¥"),      STR_INIT("1000000000"),
		STR_INIT("1.x"),   STR_INIT("1.1x"),   STR_INIT("99999999999999999999"),
		STR_INIT("１２"),  STR_INIT("1.0 元"), STR_INIT("nan"),
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(wrong); i++) {
		int64_t value = 7;

		if (money_parse(wrong[i], MOST, &value) || value != 7)
			fail_msg("\"" STR_FMT "\"", STR_ARG(wrong[i]));
	}
}

static void the_limit_is_in_cents(void **state)
{
	int64_t value;

	(void)state;
	assert_true(money_parse(STR("10.50"), 1050, &value));
	assert_false(money_parse(STR("10.51"), 1050, &value));
}

static void as_text(void **state)
{
	(void)state;
	assert_text(money_text(*state, 0), "0.00");
	assert_text(money_text(*state, 5), "0.05");
	assert_text(money_text(*state, 123456), "1234.56");
	assert_text(money_text(*state, -150), "-1.50");
	assert_text(money_text(*state, MOST), "999999999.99");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(what_people_write),
	cmocka_unit_test(what_is_no_money),
	cmocka_unit_test(the_limit_is_in_cents),
	arena_test(as_text),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
