/* Time. */
#include "unit/unit.h"

#include <sys/time.h>

#include "base/clock.h"

static void assert_date(struct clock_date d, int year, int month, int day, int hour, int minute,
			int second)
{
	assert_int_equal(d.year, year);
	assert_int_equal(d.month, month);
	assert_int_equal(d.day, day);
	assert_int_equal(d.hour, hour);
	assert_int_equal(d.minute, minute);
	assert_int_equal(d.second, second);
}

static void known_instants(void **state)
{
	(void)state;
	assert_date(clock_utc(0), 1970, 1, 1, 0, 0, 0);
	assert_date(clock_utc(999), 1970, 1, 1, 0, 0, 0);
	assert_date(clock_utc(-1), 1969, 12, 31, 23, 59, 59);
	assert_date(clock_utc(INT64_C(951782399999)), 2000, 2, 28, 23, 59, 59);
	assert_date(clock_utc(INT64_C(951782400000)), 2000, 2, 29, 0, 0, 0);
	assert_date(clock_utc(INT64_C(1709164800000)), 2024, 2, 29, 0, 0, 0);
	assert_date(clock_utc(INT64_C(4107542400000)), 2100, 3, 1, 0, 0, 0);
	assert_date(clock_utc(INT64_C(1767225599000)), 2025, 12, 31, 23, 59, 59);
}

/* Each day of six centuries, and the seconds at its ends, as the C library has them. */
static void every_day_as_the_c_library_has_it(void **state)
{
	int64_t day;

	(void)state;
	for (day = -130000; day < 130000; day++) {
		int64_t second = day * 86400 + (day & 1 ? 86399 : 0);
		time_t t = (time_t)second;
		struct tm tm;

		assert_non_null(gmtime_r(&t, &tm));
		assert_date(clock_utc(second * 1000), tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
			    tm.tm_hour, tm.tm_min, tm.tm_sec);
	}
}

static void extremes_do_not_overflow(void **state)
{
	(void)state;
	assert_true(clock_utc(INT64_MAX).year > 9999);
	assert_true(clock_utc(INT64_MIN).year < 0);
	assert_true(clock_local(INT64_MAX).year > 9999);
	assert_true(clock_local(INT64_MIN).year < 0);
	clock_iso(*state, INT64_MIN);
	clock_http(*state, INT64_MIN);
}

static void zones(void **state)
{
	(void)state;
	assert_int_equal(clock_set_zone(STR("Asia/Shanghai")), OK);
	assert_date(clock_local(0), 1970, 1, 1, 8, 0, 0);
	assert_int_equal(clock_day(INT64_C(1769875199999)), 20260131); /* 23:59:59.999 there */
	assert_int_equal(clock_day(INT64_C(1769875200000)), 20260201);
	assert_int_equal(clock_set_zone(STR("America/New_York")), OK);
	assert_date(clock_local(INT64_C(1767225600000)), 2025, 12, 31, 19, 0, 0);
	assert_date(clock_local(INT64_C(1782864000000)), 2026, 6, 30, 20, 0, 0); /* in summer */
	assert_date(clock_local(-1), 1969, 12, 31, 18, 59, 59);
	assert_int_equal(clock_set_zone(STR("UTC")), OK);
	assert_date(clock_local(INT64_C(951782400000)), 2000, 2, 29, 0, 0, 0);
}

static void zones_that_are_none(void **state)
{
	static const struct str wrong[] = {
		STR_INIT(""),
		STR_INIT("Asia/Nowhere"),
		STR_INIT("Asia"), /* a folder */
		STR_INIT("/usr/share/zoneinfo/UTC"),
		STR_INIT("../zoneinfo/UTC"),
		STR_INIT("Asia/../UTC"),
		STR_INIT("UTC\0x"),
		STR_INIT("zone.tab"),
		STR_INIT("CST-8"),
		STR_INIT("Asia/Shanghai "),
		STR_INIT("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			 "a"),
	};
	size_t i;

	(void)state;
	assert_int_equal(clock_set_zone(STR("Asia/Shanghai")), OK);
	for (i = 0; i < ARRAY_LEN(wrong); i++) {
		assert_false(clock_is_zone(wrong[i]));
		assert_int_equal(clock_set_zone(wrong[i]), ERR_INVALID);
	}
	assert_int_equal(clock_local(0).hour, 8);
}

static void written_for_machines(void **state)
{
	struct arena *a = *state;

	assert_text(clock_iso(a, INT64_C(1769846709123)), "2026-01-31T08:05:09Z");
	assert_text(clock_iso(a, 0), "1970-01-01T00:00:00Z");
	assert_text(clock_iso(a, INT64_C(253402300799999)), "9999-12-31T23:59:59Z");
	assert_text(clock_iso(a, INT64_C(253402300800000)), "10000-01-01T00:00:00Z");
	assert_text(clock_http(a, INT64_C(1769846709123)), "Sat, 31 Jan 2026 08:05:09 GMT");
	assert_text(clock_http(a, INT64_C(784111777000)), "Sun, 06 Nov 1994 08:49:37 GMT");
	assert_text(clock_http(a, 0), "Thu, 01 Jan 1970 00:00:00 GMT");
	assert_text(clock_http(a, -1), "Wed, 31 Dec 1969 23:59:59 GMT");
}

static void clocks_go_on(void **state)
{
	int64_t ms = clock_ticks();
	int64_t us = clock_ticks_us();

	(void)state;
	assert_true(clock_now() > INT64_C(1704067200000));
	assert_true(clock_ticks() >= ms);
	assert_true(clock_ticks_us() >= us);
	assert_true(us / 1000 - ms <= 1000);
}

static void on_signal(int signal)
{
	(void)signal;
}

static void sleep_lasts_unless_a_signal_comes(void **state)
{
	/* Again and again, or one could come before it sleeps. */
	const struct itimerval often = { .it_interval.tv_sec = 1, .it_value.tv_sec = 1 };
	const struct sigaction heard = { .sa_handler = on_signal };
	const struct itimerval never = { 0 };
	int64_t began = clock_ticks_us();

	(void)state;
	assert_true(clock_sleep(1020));
	assert_in_range(clock_ticks_us() - began, 1020000, 30000000);
	assert_int_equal(sigaction(SIGALRM, &heard, NULL), 0);
	setitimer(ITIMER_REAL, &often, NULL);
	assert_false(clock_sleep(CLOCK_MINUTE));
	setitimer(ITIMER_REAL, &never, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		arena_test(known_instants),
		arena_test(every_day_as_the_c_library_has_it),
		arena_test(extremes_do_not_overflow),
		arena_test(zones),
		arena_test(zones_that_are_none),
		arena_test(written_for_machines),
		arena_test(clocks_go_on),
		arena_test(sleep_lasts_unless_a_signal_comes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
