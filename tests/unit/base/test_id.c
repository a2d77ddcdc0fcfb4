/* Snowflake ids, made by a clock of the test. */
#include "unit/unit.h"

#include "base/id.h"

#define START (ID_EPOCH + 1000)

static int64_t now_ms;
static int64_t slept;     /* ms, in all */
static int64_t per_sleep; /* what the clock goes on in a sleep of 1 ms; 0: it stands */

static int64_t test_now(void)
{
	return now_ms;
}

static void test_sleep(int64_t ms)
{
	slept += ms;
	now_ms += ms * per_sleep;
}

static struct id_source source_of(int worker, int64_t last_ms)
{
	struct id_source s;

	id_source_init(&s, worker, last_ms);
	s.now = test_now;
	s.sleep_ms = test_sleep;
	now_ms = START;
	slept = 0;
	per_sleep = 1;
	return s;
}

static int64_t next(struct id_source *s)
{
	int64_t id = 0;

	assert_int_equal(id_next(s, &id), OK);
	return id;
}

static void ids_have_their_layout(void **state)
{
	struct id_source s = source_of(5, 0);
	int64_t id = next(&s);

	(void)state;
	assert_true(id == (INT64_C(1000) << 22 | 5 << 12));
	assert_true(next(&s) == id + 1);
	assert_true(id_time(id) == START);
	now_ms += 7;
	id = next(&s);
	assert_true(id == (INT64_C(1007) << 22 | 5 << 12));
	assert_true(id_time(id + 4095) == START + 7);
}

static void ids_rise_and_a_full_millisecond_is_waited_out(void **state)
{
	struct id_source s = source_of(1023, 0);
	int64_t last = 0;
	int i;

	(void)state;
	for (i = 0; i < 4096; i++) {
		int64_t id = next(&s);

		assert_true(id > last);
		last = id;
	}
	assert_int_equal(slept, 0);
	assert_true(id_time(next(&s)) == START + 1);
	assert_int_equal(slept, 1);
}

static void two_sources_never_meet(void **state)
{
	struct id_source s = source_of(1, 0);
	struct id_source t = source_of(2, 0);
	int64_t a[100];
	int i;
	int k;

	(void)state;
	for (i = 0; i < 100; i++) {
		a[i] = next(&s);
		now_ms += i % 3 == 0;
	}
	now_ms = START;
	for (i = 0; i < 100; i++) {
		int64_t id = next(&t);

		for (k = 0; k < 100; k++)
			assert_true(id != a[k]);
		now_ms += i % 3 == 0;
	}
}

static void a_clock_that_steps_back_is_waited_out(void **state)
{
	struct id_source s = source_of(1, 0);
	int64_t before = next(&s);

	(void)state;
	now_ms -= 1000;
	assert_true(next(&s) > before);
	assert_int_equal(slept, 1000);
	assert_int_equal(s.last_ms, START);
}

static void a_clock_that_steps_back_too_far_is_not(void **state)
{
	struct id_source s = source_of(1, 0);
	int64_t before = next(&s);
	int64_t id = 99;

	(void)state;
	now_ms -= 1001;
	assert_int_equal(id_next(&s, &id), ERR_UNAVAILABLE);
	assert_int_equal(id, 99);
	assert_int_equal(slept, 0);
	now_ms += 1001;
	assert_true(next(&s) == before + 1);
}

static void a_clock_that_stands_is_given_up(void **state)
{
	struct id_source s = source_of(1, 0);
	int64_t id;
	int i;

	(void)state;
	per_sleep = 0;
	for (i = 0; i < 4096; i++)
		next(&s);
	assert_int_equal(id_next(&s, &id), ERR_UNAVAILABLE);
	assert_int_equal(slept, 1000);
	slept = 0;
	now_ms -= 300;
	assert_int_equal(id_next(&s, &id), ERR_UNAVAILABLE);
	assert_int_equal(slept, 900);
}

/* Another process had this worker number: none of its last millisecond may be used. */
static void the_last_millisecond_of_the_one_before_is_left_alone(void **state)
{
	struct id_source s = source_of(1, START);

	(void)state;
	assert_true(id_time(next(&s)) == START + 1);
	s = source_of(1, START + 20);
	assert_true(id_time(next(&s)) == START + 21);
	assert_int_equal(slept, 21);
	s = source_of(1, START - 1);
	assert_true(id_time(next(&s)) == START);
	assert_int_equal(slept, 0);
}

static void times_without_ids(void **state)
{
	struct id_source s = source_of(1, 0);
	int64_t last = ID_EPOCH + (INT64_C(1) << 41) - 1;
	int64_t id;

	(void)state;
	now_ms = ID_EPOCH - 1;
	assert_int_equal(id_next(&s, &id), ERR_UNAVAILABLE);
	now_ms = ID_EPOCH;
	assert_true(next(&s) == 1 << 12);
	now_ms = last;
	id = next(&s);
	assert_true(id > 0 && id_time(id) == last);
	now_ms = last + 1;
	assert_int_equal(id_next(&s, &id), ERR_UNAVAILABLE);
}

static void the_real_clock(void **state)
{
	struct id_source s;
	int64_t last = 0;
	int i;

	(void)state;
	id_source_init(&s, 0, 0);
	for (i = 0; i < 10000; i++) {
		int64_t id = next(&s);

		assert_true(id > last);
		last = id;
	}
}

static void worker_too_small(void)
{
	struct id_source s;

	id_source_init(&s, -1, 0);
}

static void worker_too_large(void)
{
	struct id_source s;

	id_source_init(&s, ID_WORKERS, 0);
}

static void worker_numbers_are_checked(void **state)
{
	(void)state;
	assert_aborts(worker_too_small);
	assert_aborts(worker_too_large);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_have_their_layout),
		cmocka_unit_test(ids_rise_and_a_full_millisecond_is_waited_out),
		cmocka_unit_test(two_sources_never_meet),
		cmocka_unit_test(a_clock_that_steps_back_is_waited_out),
		cmocka_unit_test(a_clock_that_steps_back_too_far_is_not),
		cmocka_unit_test(a_clock_that_stands_is_given_up),
		cmocka_unit_test(the_last_millisecond_of_the_one_before_is_left_alone),
		cmocka_unit_test(times_without_ids),
		cmocka_unit_test(the_real_clock),
		cmocka_unit_test(worker_numbers_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
