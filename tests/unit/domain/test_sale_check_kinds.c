/* Differences that no sum of stock and requests shows: the reconciler sees each of them. */
#include "unit/domain/checking.h"

#include "domain/sale_check_tickets.h"

static const struct db_sql sql_close = SQL("UPDATE sale SET state = 2 WHERE sale_id = ?");
static const struct db_sql sql_returned =
	SQL("UPDATE sale_order SET is_returned = 1 WHERE order_id = ?");

/* Of a number that was never given, of nothing known, of nobody: nobody ends them. */
static void tickets_that_nobody_wrote_are_seen(void **state)
{
	static const char *const odd[] = {
		"q1000009", "q9007199254740000", "qx", "q", "-gone", "-", "", "x", "7.5"
	};
	struct checking *k = *state;
	size_t i;

	STORES_OR_SKIP();
	load(k, UNITS, 0, 0);
	set_ticket(k, 10, STR("-late"));
	assert_true(is_right_in_time(k));
	for (i = 0; i < ARRAY_LEN(odd); i++) {
		set_ticket(k, 10, str_from_c(odd[i]));
		if (is_right_in_time(k) || k->r.unknown != 1)
			fail_msg("\"%s\": %lld unknown", odd[i], (long long)k->r.unknown);
	}
	set_ticket(k, 10, STR("-late"));
	set(k->c, CACHE_ARGS(STR("HSET"), sale_ticket_key(k->c->arena, k->sale), STR("ann"),
			     STR("-late")));
	assert_false(is_right_in_time(k));
	assert_int_equal(k->r.unknown, 1);
}

/* Stock and requests make up what SQL has, yet nobody has the ticket of a unit that is gone. */
static void a_unit_that_nobody_waits_for_is_seen(void **state)
{
	struct checking *k = *state;

	STORES_OR_SKIP();
	load(k, UNITS - 2, 2, 0);
	set_queued(k, 7, BASE + 2);
	assert_false(is_right_in_time(k));
	assert_int_equal(k->r.redis, 0);
	assert_int_equal(k->r.adrift, 1);
	assert_int_equal(settles(k), 1);
	set_queued(k, 8, BASE + 1);
	assert_true(is_right_in_time(k));
	/* More that wait than were counted. */
	load(k, UNITS - 1, 2, 1);
	assert_false(is_right_in_time(k));
	assert_int_equal(k->r.adrift, -1);
}

err __real_sale_check_tickets(struct ctx *c, int64_t sale_id, int64_t stuck_upto, int64_t ends_at,
			      struct sale_report *r, struct sale_tickets_seen *seen);
err __wrap_sale_check_tickets(struct ctx *c, int64_t sale_id, int64_t stuck_upto, int64_t ends_at,
			      struct sale_report *r, struct sale_tickets_seen *seen);
err __real_sale_check_waiting(struct ctx *c, int64_t sale_id, int64_t ends_at,
			      struct sale_report *r, struct sale_tickets_seen *seen);
err __wrap_sale_check_waiting(struct ctx *c, int64_t sale_id, int64_t ends_at,
			      struct sale_report *r, struct sale_tickets_seen *seen);

/* During which look at the tickets somebody presses and `orders` answers; 0: during none. */
static int moving_look, looks;

static void move(struct ctx *c, int64_t sale_id)
{
	struct checking k = { .c = c, .sale = sale_id };

	if (++looks == moving_look)
		load(&k, UNITS - 1, 2, 1);
}

err __wrap_sale_check_tickets(struct ctx *c, int64_t sale_id, int64_t stuck_upto, int64_t ends_at,
			      struct sale_report *r, struct sale_tickets_seen *seen)
{
	move(c, sale_id);
	return __real_sale_check_tickets(c, sale_id, stuck_upto, ends_at, r, seen);
}

err __wrap_sale_check_waiting(struct ctx *c, int64_t sale_id, int64_t ends_at,
			      struct sale_report *r, struct sale_tickets_seen *seen)
{
	move(c, sale_id);
	return __real_sale_check_waiting(c, sale_id, ends_at, r, seen);
}

static void what_moves_is_not_counted(void **state)
{
	struct checking *k = *state;

	STORES_OR_SKIP();
	for (moving_look = 1; moving_look <= 2; moving_look++) {
		looks = 0;
		load(k, UNITS - 1, 1, 0);
		is_right_in_time(k);
		assert_int_equal(looks, moving_look);
		assert_int_equal(k->r.adrift, 0);
	}
	moving_look = 0;
	assert_false(is_right_in_time(k));
	assert_int_equal(k->r.adrift, 1);
}

/* The gate judges by them. */
static void terms_that_differ_are_seen(void **state)
{
	static const char *const fields[] = { "starts", "ends", "units", "closed", "change" };
	struct checking *k = *state;
	size_t i;

	STORES_OR_SKIP();
	load(k, UNITS, 0, 0);
	assert_true(is_right(k));
	for (i = 0; i < ARRAY_LEN(fields); i++) {
		set_field(k, fields[i], INT64_C(1) << 50);
		if (is_right(k) || k->r.terms != 1)
			fail_msg("%s: %lld", fields[i], (long long)k->r.terms);
		set(k->c,
		    CACHE_ARGS(STR("HDEL"), sale_key(k->c->arena, k->sale), str_from_c(fields[i])));
		load(k, UNITS, 0, 0);
		assert_true(is_right(k));
	}
	assert_int_equal(settles(k), 1);
	assert_int_equal(db_exec(k->c->db, NULL, &sql_close, DB_ARGS(k->sale)), OK);
	assert_false(is_right(k));
	set_field(k, "closed", 1);
	assert_true(is_right(k));
}

/* Its unit may be sold to somebody else, though the sums are right. */
static void a_unit_given_back_by_who_has_it_is_seen(void **state)
{
	struct checking *k = *state;
	int64_t order;

	STORES_OR_SKIP();
	order = selling_order(k->c, k->sale, 7);
	load(k, UNITS - 1, 1, 1);
	set_order(k, 7, order);
	assert_true(is_right(k));
	assert_int_equal(db_exec(k->c->db, NULL, &sql_returned, DB_ARGS(order)), OK);
	assert_int_equal(db_exec(k->c->db, NULL, &sql_stock, DB_ARGS(1, k->sale)), OK);
	load(k, UNITS, 1, 1);
	assert_false(is_right(k));
	assert_int_equal(k->r.sql, 0);
	assert_int_equal(k->r.redis, 0);
	assert_int_equal(k->r.oversold, 1);
	/* Of one that was cancelled that is as it should be. */
	assert_int_equal(db_exec(k->c->db, NULL, &sql_cancelled, DB_ARGS(k->c->now, order)), OK);
	assert_true(is_right(k));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		check_test(tickets_that_nobody_wrote_are_seen),
		check_test(a_unit_that_nobody_waits_for_is_seen),
		check_test(what_moves_is_not_counted),
		check_test(terms_that_differ_are_seen),
		check_test(a_unit_given_back_by_who_has_it_is_seen),
	};

	return cmocka_run_group_tests(tests, start, stores_tear_down);
}
