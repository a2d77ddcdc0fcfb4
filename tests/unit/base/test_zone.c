/* Zones other than the process's own, against the C library; and files that are none. */
#include "unit/unit.h"

#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/zone.h"

#define HOUR (3600 * CLOCK_SECOND)

static void offsets_are_those_of_the_c_library(void **state)
{
	static const char *const names[] = { "Asia/Shanghai",    "America/New_York",
					     "Europe/London",    "Asia/Kathmandu",
					     "Australia/Sydney", "Pacific/Apia",
					     "America/St_Johns", "Africa/Casablanca" };
	struct arena *a = *state;
	size_t i;

	for (i = 0; i < ARRAY_LEN(names); i++) {
		const struct zone *z = zone_load(a, str_from_c(names[i]));
		time_t t;

		assert_non_null(z);
		setenv("TZ", names[i], 1);
		tzset();
		/* To 2037, in steps that meet all hours of the day. */
		for (t = 0; t < 2114380800; t += 86400 * 3 + 5 * 3600 + 1800) {
			struct tm tm;

			localtime_r(&t, &tm);
			assert_int_equal(zone_shift(z, (int64_t)t * 1000), tm.tm_gmtoff * 1000);
		}
	}
	unsetenv("TZ");
	tzset();
}

/* New York, 2026: clocks go forward on 8 March at 07:00 UTC, back on 1 November at 06:00 UTC. */
static void clocks_change_at_their_second(void **state)
{
	const struct zone *z = zone_load(*state, STR("America/New_York"));

	assert_int_equal(zone_shift(z, INT64_C(1772953199999)), -5 * HOUR);
	assert_int_equal(zone_shift(z, INT64_C(1772953200000)), -4 * HOUR);
	assert_int_equal(zone_shift(z, INT64_C(1793512799000)), -4 * HOUR);
	assert_int_equal(zone_shift(z, INT64_C(1793512800000)), -5 * HOUR);
	assert_int_equal(zone_shift(z, INT64_MIN / 2), zone_shift(z, INT64_MIN / 2 + 1));
}

static void what_is_no_zone_is_none(void **state)
{
	static const char *const names[] = {
		"", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "zone1970.tab", "Asia"
	};
	struct arena *a = *state;
	size_t i;

	for (i = 0; i < ARRAY_LEN(names); i++)
		assert_null(zone_load(a, str_from_c(names[i])));
}

/* However a file is cut or changed, nothing behind its end is read. */
static void broken_files_are_refused_or_harmless(void **state)
{
	struct arena *a = *state;
	FILE *f = fopen("/usr/share/zoneinfo/America/New_York", "r");
	char bytes[8192];
	size_t n = fread(bytes, 1, sizeof(bytes), f), i;

	fclose(f);
	assert_non_null(zone_parse(a, (struct str){ bytes, n }));
	for (i = 0; i < n; i++) {
		char *copy = str_c(a, (struct str){ bytes, i });
		const struct zone *z = zone_parse(a, (struct str){ copy, i });

		if (z)
			(void)zone_shift(z, INT64_C(1772953200000));
	}
	for (i = 0; i < n; i += i < 2000 ? 1 : 7) {
		char *copy = str_c(a, (struct str){ bytes, n });
		const struct zone *z;

		copy[i] = (char)(copy[i] ^ 0xFF);
		z = zone_parse(a, (struct str){ copy, n });
		if (z)
			(void)zone_shift(z, INT64_C(1772953200000));
	}
}

static void there_is_a_list_of_zones(void **state)
{
	struct zone_names names = zone_names(*state);
	size_t i;

	assert_true(names.count > 250);
	for (i = 1; i < names.count; i++)
		assert_true(str_compare(names.items[i - 1], names.items[i]) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		arena_test(offsets_are_those_of_the_c_library),
		arena_test(clocks_change_at_their_second),
		arena_test(what_is_no_zone_is_none),
		arena_test(broken_files_are_refused_or_harmless),
		arena_test(there_is_a_list_of_zones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
