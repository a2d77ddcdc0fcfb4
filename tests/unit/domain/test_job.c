/* Programs that cron starts end in their time, whatever there is to do. */
#include "unit/unit.h"

#include <stdlib.h>

#include "base/clock.h"
#include "domain/job.h"
#include "support/stores.h"

#define WORK_MS 300

static int batches;

static err endless(struct ctx *c, int limit, int64_t *done)
{
	(void)c;
	batches++;
	program_sleep(20);
	*done = limit;
	return OK;
}

static err short_of_work(struct ctx *c, int limit, int64_t *done)
{
	(void)c;
	*done = batches++ ? 0 : limit;
	return OK;
}

static err failing(struct ctx *c, int limit, int64_t *done)
{
	(void)c;
	(void)limit;
	batches++;
	*done = 1;
	return ERR_UNAVAILABLE;
}

static err repeat(err (*batch)(struct ctx *c, int limit, int64_t *done), int64_t *total,
		  int64_t *took)
{
	struct job j = { .name = STR("test") };
	int64_t began;
	err e;

	assert_int_equal(program_open(&j.p, "test"), OK);
	batches = 0;
	began = clock_ticks();
	j.ends_at = began + WORK_MS;
	e = job_repeat(&j, batch, 7, total);
	*took = clock_ticks() - began;
	program_close(&j.p);
	return e;
}

/* A program finds its configuration by the environment. */
static int set_up(void **state)
{
	char path[sizeof(stores.folder) + 16];
	int failed = stores_set_up(state);

	snprintf(path, sizeof(path), "%s/plaza.conf", stores.folder);
	return failed || stores.missing ? failed : setenv("PLAZA_CONFIG", path, 1);
}

static void work_without_end_is_left_when_the_time_is_over(void **state)
{
	int64_t total, took;

	(void)state;
	STORES_OR_SKIP();
	assert_int_equal(repeat(endless, &total, &took), OK);
	assert_in_range(took, WORK_MS, WORK_MS + 20 * CLOCK_SECOND);
	assert_in_range(batches, 1, WORK_MS / 20);
	assert_int_equal(total, 7 * batches);
}

static void a_batch_that_did_nothing_is_the_last(void **state)
{
	int64_t total, took;

	(void)state;
	STORES_OR_SKIP();
	assert_int_equal(repeat(short_of_work, &total, &took), OK);
	assert_int_equal(batches, 2);
	assert_int_equal(total, 7);
}

static void a_batch_that_failed_is_the_last(void **state)
{
	int64_t total, took;

	(void)state;
	STORES_OR_SKIP();
	assert_int_equal(repeat(failing, &total, &took), ERR_UNAVAILABLE);
	assert_int_equal(batches, 1);
	assert_int_equal(total, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(work_without_end_is_left_when_the_time_is_over),
		cmocka_unit_test(a_batch_that_did_nothing_is_the_last),
		cmocka_unit_test(a_batch_that_failed_is_the_last),
	};

	stores_need((const char *const[]){ "redis" }, 1);
	return cmocka_run_group_tests(tests, set_up, stores_tear_down);
}
