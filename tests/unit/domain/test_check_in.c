/* Checking in with a clock of the test's own: streaks, months, midnights, and a Redis that forgets.
 */
#include "unit/domain/people.h"

#include "base/calendar.h"
#include "base/clock.h"
#include "domain/check_in.h"
#include "domain/check_in_internal.h"
#include "domain/points.h"

static const struct db_sql sql_days = SQL("SELECT COUNT(*) FROM check_in WHERE user_id = ?");
static const struct db_sql sql_points =
	SQL("SELECT COALESCE(SUM(points), 0) FROM check_in WHERE user_id = ?");
static const struct db_sql sql_points_of =
	SQL("SELECT points FROM check_in WHERE user_id = ? AND day = ?");
static const struct db_sql sql_user =
	SQL("SELECT points * 100 + level FROM user WHERE user_id = ?");

/* Noon of a day in UTC; in Shanghai it is eight in the evening of the same day. */
static int64_t noon(int day)
{
	int64_t ms = INT64_C(946728000000); /* 2000-01-01 12:00 UTC */
	int at = 20000101;

	while (at < day) {
		int month = at / 100;

		if (at % 100 == calendar_month_days(month))
			at = calendar_month_after(month) * 100 + 1;
		else
			at++;
		ms += CLOCK_DAY;
	}
	return ms;
}

/* What the relay and persist would do with it. */
static void write_row(struct fixture *f, int64_t user, int day)
{
	struct str batch = str_format(f->c->arena, "[[\"checkin\",1,%d,%lld,%lld000]]", day,
				      (long long)user, (long long)f->c->now);

	assert_int_equal(check_in_persist(f->c, batch), OK);
}

static void write_days(struct fixture *f, int64_t user, int first, int count)
{
	int64_t at = noon(first);
	int i;

	for (i = 0; i < count; i++, at += CLOCK_DAY)
		write_row(f, user, clock_day(at));
}

static bool press_at(struct fixture *f, int64_t at)
{
	bool is_first = false;

	f->c->now = at;
	assert_int_equal(check_in_press(f->c, &is_first), OK);
	return is_first;
}

static struct check_in_state state_at(struct fixture *f, int64_t at, int month)
{
	struct check_in_state s;

	f->c->now = at;
	assert_int_equal(check_in_load(f->c, month, &s), OK);
	return s;
}

static void set_zone(const char *name)
{
	assert_int_equal(clock_set_zone(str_from_c(name)), OK);
}

static void the_row_counts_backwards_only(void **state)
{
	uint32_t days = 0;

	(void)state;
	assert_int_equal(check_in_row(0, 31), 0);
	days |= UINT32_C(1) << (31 - 3) | UINT32_C(1) << (31 - 4) | UINT32_C(1) << (31 - 6);
	assert_int_equal(check_in_row(days, 4), 2);
	assert_int_equal(check_in_row(days, 5), 0);
	assert_int_equal(check_in_row(days, 6), 1);
	assert_int_equal(check_in_count(days), 3);
	assert_int_equal(check_in_row(UINT32_MAX, 31), 31);
	assert_int_equal(check_in_row(UINT32_MAX, 1), 1);
	/* The first bit is no day. */
	assert_int_equal(check_in_count(UINT32_MAX), 31);
}

static void a_streak_brings_more_up_to_a_bound(void **state)
{
	static const int points[] = { 5, 6, 7, 8, 9, 10, 10, 10 };
	int i;

	(void)state;
	for (i = 0; i < (int)ARRAY_LEN(points); i++)
		assert_int_equal(check_in_points(i + 1), points[i]);
}

static void a_day_counts_once(void **state)
{
	struct fixture *f = *state;
	int64_t at = noon(20260310);
	struct check_in_state s;

	STORES_OR_SKIP();
	set_zone("Asia/Shanghai");
	s = state_at(f, at, 0);
	assert_false(s.is_done);
	assert_int_equal(s.streak, 0);
	assert_true(press_at(f, at));
	assert_false(press_at(f, at + CLOCK_HOUR));
	s = state_at(f, at, 0);
	assert_true(s.is_done);
	assert_int_equal(s.today, 20260310);
	assert_int_equal(s.streak, 1);
	assert_int_equal(s.days_in_month, 1);
	write_row(f, f->ann, 20260310);
	write_row(f, f->ann, 20260310);
	assert_int_equal(forum_number(f->c, &sql_days, DB_ARGS(f->ann)), 1);
	assert_int_equal(forum_number(f->c, &sql_points, DB_ARGS(f->ann)), 5);
}

static int64_t press(struct ctx *c, int number, const void *context)
{
	const struct fixture *f = context;
	bool is_first = false;

	(void)number;
	forum_as(c, f->ann, ROLE_USER);
	c->now = noon(20260415);
	return check_in_press(c, &is_first) ? -1 : is_first;
}

static void twenty_presses_at_once_are_one(void **state)
{
	struct fixture *f = *state;
	int64_t results[20], sum = 0;
	int i;

	STORES_OR_SKIP();
	forum_at_once(20, press, f, results);
	for (i = 0; i < 20; i++) {
		assert_true(results[i] >= 0);
		sum += results[i];
	}
	assert_int_equal(sum, 1);
}

static void days_are_those_of_the_sites_zone(void **state)
{
	struct fixture *f = *state;
	int64_t midnight = noon(20260609) + 4 * CLOCK_HOUR; /* of the 10th, in Shanghai */

	STORES_OR_SKIP();
	set_zone("Asia/Shanghai");
	assert_true(press_at(f, midnight - 1));
	assert_true(press_at(f, midnight));
	assert_int_equal(state_at(f, midnight, 0).today, 20260610);
	assert_int_equal(state_at(f, midnight, 0).streak, 2);
}

/* A day of 23 hours, one of 25: each is one day. */
static void days_may_have_another_length(void **state)
{
	struct fixture *f = *state;
	int64_t spring = INT64_C(1772942400000); /* 2026-03-08 04:00 UTC: the 7th, 23:00 */
	int64_t autumn = INT64_C(1793505600000); /* 2026-11-01 04:00 UTC: midnight */

	STORES_OR_SKIP();
	set_zone("America/New_York");
	assert_true(press_at(f, spring));
	assert_true(press_at(f, spring + CLOCK_HOUR)); /* 00:00 on the 8th */
	assert_false(press_at(f, spring + CLOCK_HOUR + 23 * CLOCK_HOUR - 1));
	assert_true(press_at(f, spring + CLOCK_HOUR + 23 * CLOCK_HOUR));
	assert_int_equal(state_at(f, f->c->now, 0).today, 20260309);
	assert_int_equal(state_at(f, f->c->now, 0).streak, 3);
	assert_true(press_at(f, autumn));
	assert_false(press_at(f, autumn + 25 * CLOCK_HOUR - 1));
	assert_true(press_at(f, autumn + 25 * CLOCK_HOUR));
	assert_int_equal(state_at(f, f->c->now, 0).streak, 2);
	set_zone("Asia/Shanghai");
}

static void a_streak_goes_on_over_the_ends_of_months_and_years(void **state)
{
	static const struct {
		int first, count, today, streak, in_month;
	} rows[] = {
		{ 20251230, 5, 20260103, 5, 3 },    /* over New Year */
		{ 20240227, 4, 20240301, 4, 1 },    /* with the leap day */
		{ 20230227, 3, 20230301, 3, 1 },    /* without */
		{ 20260401, 30, 20260430, 30, 30 }, /* a whole month */
		{ 20240115, 500, 20250528, 500, 28 },
	};
	struct fixture *f = *state;
	size_t i;

	STORES_OR_SKIP();
	set_zone("Asia/Shanghai");
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t at = noon(rows[i].today);
		struct check_in_state s;
		int64_t who = forum_user(f->c, ROLE_USER);

		forum_as(f->c, who, ROLE_USER);
		write_days(f, who, rows[i].first, rows[i].count);
		s = state_at(f, at, 0);
		assert_true(s.is_done);
		assert_int_equal(s.streak, rows[i].streak);
		assert_int_equal(s.days_in_month, rows[i].in_month);
		/* Tomorrow it is still as long: the day is not over. */
		s = state_at(f, at + CLOCK_DAY, 0);
		assert_false(s.is_done);
		assert_int_equal(s.streak, rows[i].streak);
		/* The day after it is broken. */
		assert_int_equal(state_at(f, at + 2 * CLOCK_DAY, 0).streak, 0);
		forum_next(f->c);
	}
}

static void points_follow_the_streak_in_sql(void **state)
{
	struct fixture *f = *state;

	STORES_OR_SKIP();
	write_days(f, f->ann, 20251228, 8); /* 5 6 7 8 9 10 10 10 */
	assert_int_equal(forum_number(f->c, &sql_points, DB_ARGS(f->ann)), 65);
	write_row(f, f->ann, 20260106); /* the 5th was missed */
	assert_int_equal(forum_number(f->c, &sql_points_of, DB_ARGS(f->ann, 20260106)), 5);
	assert_int_equal(forum_number(f->c, &sql_user, DB_ARGS(f->ann)), 70 * 100 + 2);
}

/* One batch with several days and people, in any order, twice. */
static void a_batch_is_written_day_by_day(void **state)
{
	struct fixture *f = *state;
	struct str batch;
	int i;

	STORES_OR_SKIP();
	batch = str_format(f->c->arena,
			   "[[\"checkin\",1,20260203,%lld,3],[\"checkin\",1,20260201,%lld,1000],"
			   "[\"checkin\",1,20260202,%lld,2000],[\"checkin\",1,20260203,%lld,3000],"
			   "[\"checkin\",1,20260230,%lld,1000],[\"checkin\",1,20260203,1,1000],"
			   "[\"checkin\"],7]",
			   (long long)f->bob, (long long)f->ann, (long long)f->ann,
			   (long long)f->ann, (long long)f->ann);
	for (i = 0; i < 2; i++) {
		assert_int_equal(check_in_persist(f->c, batch), OK);
		assert_int_equal(forum_number(f->c, &sql_days, DB_ARGS(f->ann)), 3);
		assert_int_equal(forum_number(f->c, &sql_points, DB_ARGS(f->ann)), 18);
	}
	assert_int_equal(check_in_persist(f->c, STR("{}")), ERR_INVALID);
	assert_int_equal(check_in_persist(f->c, STR("[[\"checkin\"")), ERR_INVALID);
	assert_int_equal(check_in_persist(f->c, STR("[]")), OK);
}

static void what_redis_forgot_comes_back_from_sql(void **state)
{
	struct fixture *f = *state;
	int64_t at = noon(20260803);
	struct check_in_state s;

	STORES_OR_SKIP();
	set_zone("Asia/Shanghai");
	write_days(f, f->ann, 20260725, 9); /* to the 2nd */
	assert_true(press_at(f, at));
	write_row(f, f->ann, 20260803);
	forum_empty_redis();
	s = state_at(f, at, 0);
	assert_true(s.is_done);
	assert_int_equal(s.streak, 10);
	assert_int_equal(s.days_in_month, 3);
	assert_int_equal(state_at(f, at, 202607).days_in_month, 7);
	forum_empty_redis();
	assert_false(press_at(f, at + CLOCK_HOUR));
	assert_true(press_at(f, at + CLOCK_DAY));
}

/* A day that SQL alone knows, beside a month that Redis believes to know. */
static void redis_learns_what_was_written_without_it(void **state)
{
	struct fixture *f = *state;
	int64_t at = noon(20260905);

	STORES_OR_SKIP();
	assert_int_equal(state_at(f, at, 0).days_in_month, 0);
	write_row(f, f->ann, 20260905);
	assert_true(state_at(f, at, 0).is_done);
	assert_false(press_at(f, at));
}

static void without_redis_sql_is_written_at_once(void **state)
{
	struct fixture *f = *state;
	struct cache *there = f->c->cache;
	struct config elsewhere = *f->c->config;
	int64_t at = noon(20261005);
	struct check_in_state s;

	STORES_OR_SKIP();
	elsewhere.redis.socket = STR("/nonexistent/redis.sock");
	f->c->cache = cache_new(&elsewhere);
	cache_start_request(f->c->cache, f->c->arena);
	assert_true(press_at(f, at));
	assert_false(press_at(f, at));
	s = state_at(f, at, 0);
	assert_true(s.is_done);
	assert_int_equal(s.streak, 1);
	assert_int_equal(forum_number(f->c, &sql_days, DB_ARGS(f->ann)), 1);
	cache_free(f->c->cache);
	f->c->cache = there;
}

static void levels_begin_where_they_say(void **state)
{
	int level;

	(void)state;
	assert_int_equal(points_level(0), 1);
	for (level = 2; level <= LEVELS; level++) {
		assert_int_equal(points_level(points_levels[level - 1]), level);
		assert_int_equal(points_level(points_levels[level - 1] - 1), level - 1);
	}
	assert_int_equal(points_level(INT64_MAX), LEVELS);
}

static void points_are_what_there_is(void **state)
{
	static const struct db_sql sql_votes = SQL("UPDATE post SET votes = 30 WHERE post_id = ?");
	struct fixture *f = *state;
	struct points p;
	int64_t done, post;
	int i;

	STORES_OR_SKIP();
	f->c->now = clock_now();
	post = forum_post(f->c, "Title", "text");
	assert_int_equal(db_exec(f->c->db, NULL, &sql_votes, DB_ARGS(post)), OK);
	write_row(f, f->ann, 20261105);
	assert_int_equal(points_find(f->c, f->ann, &p), OK);
	assert_int_equal(p.total, 5 + 10 + 60);
	assert_int_equal(p.level, 2);
	assert_int_equal(p.level_ends, 200);
	/* Twice is once. */
	for (i = 0; i < 2; i++) {
		points_mark_post(f->c, post);
		points_mark_user(f->c, f->ann);
		assert_int_equal(points_refresh_marked(f->c, 1000, &done), OK);
		assert_int_equal(forum_number(f->c, &sql_user, DB_ARGS(f->ann)), 75 * 100 + 2);
	}
	assert_int_equal(points_refresh_marked(f->c, 1000, &done), OK);
	assert_int_equal(done, 0);
	assert_int_equal(post_delete(f->c, post, (struct str){ 0 }), OK);
	assert_int_equal(points_refresh_marked(f->c, 1000, &done), OK);
	assert_int_equal(forum_number(f->c, &sql_user, DB_ARGS(f->ann)), 5 * 100 + 1);
	assert_int_equal(points_find(f->c, 1, &p), ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_row_counts_backwards_only),
		cmocka_unit_test(a_streak_brings_more_up_to_a_bound),
		people_test(a_day_counts_once),
		people_test(twenty_presses_at_once_are_one),
		people_test(days_are_those_of_the_sites_zone),
		people_test(days_may_have_another_length),
		people_test(a_streak_goes_on_over_the_ends_of_months_and_years),
		people_test(points_follow_the_streak_in_sql),
		people_test(a_batch_is_written_day_by_day),
		people_test(what_redis_forgot_comes_back_from_sql),
		people_test(redis_learns_what_was_written_without_it),
		people_test(without_redis_sql_is_written_at_once),
		cmocka_unit_test(levels_begin_where_they_say),
		people_test(points_are_what_there_is),
	};

	return cmocka_run_group_tests(tests, forum_set_up, stores_tear_down);
}
