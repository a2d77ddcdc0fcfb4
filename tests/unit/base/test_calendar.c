/* Days and months as numbers, against the C library's calendar. */
#include "unit/unit.h"

#include <time.h>

#include "base/calendar.h"

static int day_of(time_t t)
{
	struct tm tm;

	gmtime_r(&t, &tm);
	return (tm.tm_year + 1900) * 10000 + (tm.tm_mon + 1) * 100 + tm.tm_mday;
}

/* 1999 to 2101: a century that has its leap day, and one that has not. */
static void every_day_of_a_century_follows_the_one_before(void **state)
{
	time_t t;
	int before = day_of(915148800 - 86400);

	(void)state;
	for (t = 915148800; t < 4133894400; t += 86400) {
		int day = day_of(t);
		struct tm tm;

		gmtime_r(&t, &tm);
		assert_int_equal(calendar_day_before(day), before);
		assert_int_equal(calendar_weekday(day), (tm.tm_wday + 6) % 7);
		before = day;
	}
}

static void months_have_their_days(void **state)
{
	(void)state;
	assert_int_equal(calendar_month_days(202402), 29);
	assert_int_equal(calendar_month_days(202302), 28);
	assert_int_equal(calendar_month_days(200002), 29);
	assert_int_equal(calendar_month_days(210002), 28);
	assert_int_equal(calendar_month_days(202612), 31);
	assert_int_equal(calendar_month_days(202604), 30);
	assert_int_equal(calendar_month_before(202601), 202512);
	assert_int_equal(calendar_month_after(202512), 202601);
	assert_int_equal(calendar_month_before(202612), 202611);
	assert_int_equal(calendar_month_after(202601), 202602);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_day_of_a_century_follows_the_one_before),
		cmocka_unit_test(months_have_their_days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
