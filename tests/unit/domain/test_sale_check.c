/* The reconciler's look at a sale: each thing that can be wrong is seen, nothing else is. */
#include "unit/domain/checking.h"

static const struct db_sql sql_change =
	SQL("UPDATE sale SET change_no = change_no + 1 WHERE sale_id = ?");

static void a_sale_that_fits_is_left_alone(void **state)
{
	struct checking *k = *state;
	struct sale_report again;
	int64_t order;

	STORES_OR_SKIP();
	order = selling_order(k->c, k->sale, 7);
	load(k, UNITS - 3, 3, 1);
	set_order(k, 7, order);
	set_queued(k, 8, BASE + 2);
	set_queued(k, 9, BASE + 3);
	set_ticket(k, 10, STR("-sold-out"));
	assert_true(is_right_in_time(k));
	assert_true(k->r.is_loaded);
	assert_int_equal(k->r.queued, 2);
	assert_false(k->r.is_partial);
	assert_int_equal(settles(k), 0);
	assert_int_equal(sale_report_read(k->c, k->sale, &again), OK);
	assert_memory_equal(&again, &k->r, sizeof(again));
	assert_int_equal(sale_report_read(k->c, k->sale + 1, &again), OK);
	assert_int_equal(again.checked_at, 0);
	assert_int_equal(sale_check(k->c, 12345, 0, &again), ERR_NOT_FOUND);
}

static void what_redis_lost_is_loaded_again(void **state)
{
	struct checking *k = *state;

	STORES_OR_SKIP();
	assert_false(is_right(k));
	assert_false(k->r.is_loaded);
	assert_int_equal(settles(k), 1);
	assert_int_equal(settle_upto(k), 0);
	/* not asked for each minute */
	assert_false(is_right(k));
	assert_int_equal(settles(k), 1);
	k->c->now += SALE_SETTLE_AGAIN_MS + 1;
	assert_false(is_right(k));
	assert_int_equal(settles(k), 2);
	/* a part of it is as bad as all */
	load(k, UNITS, 0, 0);
	assert_true(is_right(k));
	set(k->c, CACHE_ARGS(STR("DEL"), sale_ticket_key(k->c->arena, k->sale)));
	assert_false(is_right(k));
}

static void a_stock_that_does_not_fit_is_seen(void **state)
{
	struct checking *k = *state;

	STORES_OR_SKIP();
	load(k, UNITS + 1, 0, 0);
	assert_false(is_right(k));
	assert_int_equal(k->r.redis, 1);
	assert_int_equal(k->r.sql, 0);
	assert_int_equal(settles(k), 1);
	load(k, UNITS - 2, 1, 0);
	assert_false(is_right(k));
	assert_int_equal(k->r.redis, -1);
	/* SQL itself may be wrong */
	assert_int_equal(db_exec(k->c->db, NULL, &sql_stock, DB_ARGS(-1, k->sale)), OK);
	load(k, UNITS - 1, 0, 0);
	assert_false(is_right(k));
	assert_int_equal(k->r.redis, 0);
	assert_int_equal(k->r.sql, -1);
}

static void next_change(struct checking *k)
{
	set(k->c, CACHE_ARGS(STR("HINCRBY"), sale_key(k->c->arena, k->sale), STR("change"), 1));
}

/* `orders` commits first and tells Redis then. */
static void a_moment_between_the_stores_is_waited_for(void **state)
{
	struct checking *k = *state;
	int64_t order;
	pid_t child;

	STORES_OR_SKIP();
	load(k, UNITS - 1, 1, 0);
	set_queued(k, 7, BASE + 1);
	order = selling_order(k->c, k->sale, 7);
	assert_int_equal(db_exec(k->c->db, NULL, &sql_change, DB_ARGS(k->sale)), OK);
	child = fork();
	if (child == 0) {
		struct checking other = { .c = forum_open(), .sale = k->sale };

		stores_sleep_ms(700);
		load(&other, UNITS - 1, 1, 1);
		next_change(&other);
		set_order(&other, 7, order);
		_exit(0);
	}
	assert_true(is_right_in_time(k));
	waitpid(child, NULL, 0);
	assert_int_equal(settles(k), 0);
}

/* While `orders` writes all the time, figures of two moments are read; a standing one is wrong. */
static void what_moves_is_not_compared(void **state)
{
	struct checking *k = *state;
	pid_t child;
	int i;

	STORES_OR_SKIP();
	load(k, UNITS - 1, 0, 0);
	assert_int_equal(db_exec(k->c->db, NULL, &sql_change, DB_ARGS(k->sale)), OK);
	assert_int_equal(db_exec(k->c->db, NULL, &sql_change, DB_ARGS(k->sale)), OK);
	child = fork();
	if (child == 0) {
		struct checking other = { .c = forum_open(), .sale = k->sale };

		for (i = 0; i < 80; i++) {
			stores_sleep_ms(50);
			assert_int_equal(db_exec(other.c->db, NULL, &sql_change, DB_ARGS(k->sale)),
					 OK);
			next_change(&other);
		}
		_exit(0);
	}
	assert_true(is_right_in_time(k));
	waitpid(child, NULL, 0);
	assert_false(is_right(k));
	assert_int_equal(k->r.redis, -1);
}

static void tickets_and_orders_are_compared_both_ways(void **state)
{
	struct checking *k = *state;
	int64_t order, others;

	STORES_OR_SKIP();
	order = selling_order(k->c, k->sale, 7);
	selling_order(k->c, k->sale, 8);
	selling_order(k->c, k->sale, 9);
	load(k, UNITS - 3, 3, 3);
	set_order(k, 7, order);
	set_ticket(k, 8, STR("-lost"));
	assert_false(is_right_in_time(k));
	assert_int_equal(k->r.lost, 2);
	assert_int_equal(k->r.mended, 2);
	assert_int_equal(k->r.unknown, 0);
	/* The orders have their tickets again. */
	assert_true(is_right_in_time(k));
	assert_int_equal(k->r.mended, 0);
	others = selling_order(k->c, selling_sale(k->c, 1), 10);
	set_order(k, 10, others); /* of another sale */
	set_order(k, 11, order);  /* of another buyer */
	set_order(k, 12, 999);    /* of nobody */
	assert_false(is_right_in_time(k));
	assert_int_equal(k->r.unknown, 3);
}

/* One that waits is for `orders` to end, which counts it as answered, too. */
static void a_ticket_that_waits_is_left_to_orders(void **state)
{
	struct checking *k = *state;

	STORES_OR_SKIP();
	selling_order(k->c, k->sale, 8);
	load(k, UNITS - 1, 1, 1);
	set_queued(k, 8, BASE + 1);
	assert_false(is_right_in_time(k));
	assert_int_equal(k->r.lost, 1);
	assert_int_equal(k->r.mended, 0);
	assert_int_equal(k->r.queued, 1);
}

static void many_tickets_are_looked_at_in_steps(void **state)
{
	struct checking *k = *state;
	int i;

	STORES_OR_SKIP();
	load(k, UNITS - 1500, 1500, 0);
	for (i = 1; i <= 1500; i++) {
		cache_want(k->c->cache,
			   CACHE_ARGS(STR("HSET"), sale_ticket_key(k->c->arena, k->sale), i,
				      str_format(k->c->arena, "q%lld", (long long)BASE + i)));
	}
	assert_int_equal(cache_flush(k->c->cache), OK);
	is_right_in_time(k);
	assert_true(k->r.queued >= 1500);
	assert_false(k->r.is_partial);
	is_right(k); /* no time at all: one step */
	assert_true(k->r.is_partial);
}

/* A minute after a look, what waited then has had its time. */
static void a_ticket_that_waits_too_long_is_stuck(void **state)
{
	struct checking *k = *state;
	struct ctx *c = k->c;

	STORES_OR_SKIP();
	load(k, UNITS - 2, 2, 0);
	set_queued(k, 7, BASE + 1);
	set_queued(k, 8, BASE + 2);
	assert_true(is_right(k));
	assert_true(is_right(k));
	/* a third one comes */
	load(k, UNITS - 3, 3, 0);
	set_queued(k, 9, BASE + 3);
	c->now += SALE_STUCK_MS - 1;
	assert_true(is_right(k));
	c->now += 1;
	assert_false(is_right(k));
	assert_int_equal(k->r.queued, 3);
	assert_int_equal(k->r.stuck, 2);
	assert_int_equal(settles(k), 1);
	assert_int_equal(settle_upto(k), BASE + 2);
}

/* What was noted under a clock that was an hour ahead keeps nobody waiting for that hour. */
static void a_clock_that_was_set_back_holds_up_nothing(void **state)
{
	struct checking *k = *state;
	int64_t order;

	STORES_OR_SKIP();
	load(k, UNITS - 1, 1, 0);
	set_queued(k, 7, BASE + 1);
	k->c->now += CLOCK_HOUR;
	assert_true(is_right(k));
	k->c->now -= CLOCK_HOUR;
	assert_true(is_right(k));
	k->c->now += SALE_STUCK_MS;
	assert_false(is_right(k));
	assert_int_equal(k->r.stuck, 1);
	assert_int_equal(settles(k), 1);
	k->c->now -= CLOCK_HOUR;
	assert_true(is_right(k));
	k->c->now += SALE_STUCK_MS;
	assert_false(is_right(k));
	assert_int_equal(settles(k), 2);
	/* Nor the unit of an order that ended then. */
	load(k, UNITS - 1, 1, 1);
	order = selling_order(k->c, k->sale, 7);
	set_order(k, 7, order);
	assert_int_equal(db_exec(k->c->db, NULL, &sql_cancelled,
				 DB_ARGS(k->c->now + CLOCK_HOUR, order)),
			 OK);
	k->c->now += SALE_SETTLE_AGAIN_MS;
	assert_true(is_right_in_time(k));
	assert_int_equal(settles(k), 3);
}

/* What lies in the stream is not lost: the relay, or the compensator, carries it. */
static void what_still_waits_to_be_carried_is_not_stuck(void **state)
{
	struct checking *k = *state;
	struct ctx *c = k->c;

	STORES_OR_SKIP();
	load(k, UNITS - 2, 2, 0);
	set_queued(k, 7, BASE + 1);
	set_queued(k, 8, BASE + 2);
	set(c, CACHE_ARGS(STR("XADD"), sale_stream_key(c->arena, k->sale), STR("*"), STR("user"), 7,
			  STR("no"), BASE + 1, STR("at"), c->now));
	assert_true(is_right(k));
	c->now += SALE_STUCK_MS;
	assert_true(is_right(k));
	set(c, CACHE_ARGS(STR("DEL"), sale_stream_key(c->arena, k->sale)));
	set(c, CACHE_ARGS(STR("XADD"), sale_stream_key(c->arena, k->sale), STR("*"), STR("user"), 8,
			  STR("no"), BASE + 2, STR("at"), c->now));
	c->now += SALE_STUCK_MS;
	assert_false(is_right(k));
	assert_int_equal(k->r.stuck, 1);
	assert_int_equal(settle_upto(k), BASE + 1);
}

static void units_on_their_way_back_are_nothing_wrong(void **state)
{
	struct checking *k = *state;
	int64_t order;

	STORES_OR_SKIP();
	order = selling_order(k->c, k->sale, 7);
	assert_int_equal(db_exec(k->c->db, NULL, &sql_cancelled, DB_ARGS(k->c->now, order)), OK);
	load(k, UNITS - 1, 1, 1);
	set_order(k, 7, order);
	assert_true(is_right_in_time(k));
	assert_int_equal(k->r.returning, 1);
	assert_int_equal(settles(k), 0);
	/* Until nothing seems to bring them. */
	k->c->now += SALE_STUCK_MS + 1;
	assert_true(is_right_in_time(k));
	assert_int_equal(settles(k), 1);
}

/* Of a sale that ended so long ago, and was looked at so long ago. */
static bool is_due(struct checking *k, int64_t ended_ms, int64_t looked_ms)
{
	k->r.checked_at = k->c->now - looked_ms;
	sale_report_keep(k->c, k->sale, &k->r);
	return sale_check_is_due(k->c, k->sale, k->c->now - ended_ms);
}

static void a_quiet_sale_is_looked_at_less_often(void **state)
{
	struct checking *k = *state;

	STORES_OR_SKIP();
	assert_true(sale_check_is_due(k->c, k->sale, 1));
	load(k, UNITS, 0, 0);
	assert_true(is_right_in_time(k));
	assert_false(is_due(k, SALE_QUIET_MS, CLOCK_MINUTE));
	assert_true(is_due(k, SALE_QUIET_MS, SALE_CHECK_QUIET_MS));
	assert_true(is_due(k, SALE_QUIET_MS - 1, CLOCK_MINUTE));
	assert_true(is_due(k, -CLOCK_HOUR, CLOCK_MINUTE));
	assert_true(is_due(k, SALE_QUIET_MS, -CLOCK_HOUR));
	k->r.queued = 1;
	assert_true(is_due(k, SALE_QUIET_MS, CLOCK_MINUTE));
	k->r.queued = 0;
	k->r.returning = 1;
	assert_true(is_due(k, SALE_QUIET_MS, CLOCK_MINUTE));
	k->r.returning = 0;
	k->r.is_partial = true;
	assert_true(is_due(k, SALE_QUIET_MS, CLOCK_MINUTE));
	k->r.is_partial = false;
	k->r.lost = 1;
	assert_true(is_due(k, SALE_QUIET_MS, CLOCK_MINUTE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		check_test(a_sale_that_fits_is_left_alone),
		check_test(what_redis_lost_is_loaded_again),
		check_test(a_ticket_that_waits_is_left_to_orders),
		check_test(a_stock_that_does_not_fit_is_seen),
		check_test(a_moment_between_the_stores_is_waited_for),
		check_test(what_moves_is_not_compared),
		check_test(tickets_and_orders_are_compared_both_ways),
		check_test(many_tickets_are_looked_at_in_steps),
		check_test(a_ticket_that_waits_too_long_is_stuck),
		check_test(what_still_waits_to_be_carried_is_not_stuck),
		check_test(a_clock_that_was_set_back_holds_up_nothing),
		check_test(units_on_their_way_back_are_nothing_wrong),
		check_test(a_quiet_sale_is_looked_at_less_often),
	};

	return cmocka_run_group_tests(tests, start, stores_tear_down);
}
