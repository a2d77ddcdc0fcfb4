/* What the reconciler sees and has settled is right afterwards: each kind of difference that has an
 * owner who knows better. */
#include "unit/domain/market.h"

#include "domain/sale_check.h"

#define UNITS 5
#define WAITING 7
#define BUYER 8
#define LOOK_MS 1000 /* two looks at what differs, and all tickets */

struct mended {
	struct ctx *c;
	int64_t sale;
};

static void run(struct mended *m, struct cache_args args)
{
	struct cache_reply *reply;

	assert_int_equal(cache_run(m->c->cache, &reply, args), OK);
	assert_false(cache_is_error(reply));
}

/* One bought, one waits. */
static int open_sale(void **state)
{
	struct mended *m = calloc(1, sizeof(*m));

	*state = m;
	if (stores.missing)
		return 0;
	m->c = forum_open();
	m->sale = market_sale(m->c, UNITS);
	market_press(m->c, m->sale, BUYER);
	market_deliver(m->c, m->sale);
	market_press(m->c, m->sale, WAITING);
	return 0;
}

static int close_sale(void **state)
{
	struct mended *m = *state;

	if (!stores.missing)
		forum_close(m->c);
	free(m);
	return 0;
}

static bool is_right(struct mended *m)
{
	struct sale_report report;

	assert_int_equal(sale_check(m->c, m->sale, clock_ticks() + LOOK_MS, &report), OK);
	return sale_report_is_right(&report);
}

static void set_field(struct mended *m, const char *field, int64_t value)
{
	run(m, CACHE_ARGS(STR("HSET"), sale_key(m->c->arena, m->sale), str_from_c(field), value));
}

static void add_field(struct mended *m, const char *field, int64_t delta)
{
	run(m,
	    CACHE_ARGS(STR("HINCRBY"), sale_key(m->c->arena, m->sale), str_from_c(field), delta));
}

static void add_stock(struct mended *m, int64_t delta)
{
	run(m, CACHE_ARGS(STR("INCRBY"), sale_stock_key(m->c->arena, m->sale), delta));
}

/* Seen, settled, right; and the one that waits goes on waiting, until it is delivered. */
static void expect_mended(struct mended *m)
{
	assert_false(is_right(m));
	market_settle(m->c, m->sale, 0);
	assert_true(is_right(m));
	market_check(m->c, m->sale);
	assert_true(market_is_queueing(market_result(m->c, m->sale, WAITING)));
}

static void a_stock_that_is_off(void **state)
{
	struct mended *m = *state;

	STORES_OR_SKIP();
	assert_true(is_right(m));
	add_stock(m, 1);
	expect_mended(m);
	add_stock(m, -1);
	expect_mended(m);
	add_field(m, "answered", -1);
	expect_mended(m);
	add_field(m, "answered", 1);
	expect_mended(m);
}

/* Taken out, and the ticket is gone: nobody would have got it. */
static void a_unit_nobody_waits_for(void **state)
{
	struct mended *m = *state;

	STORES_OR_SKIP();
	add_field(m, "taken", 1);
	add_stock(m, -1);
	expect_mended(m);
	assert_int_equal(market_redis_stock(m->c, m->sale), UNITS - 2);
}

static void terms_the_gate_judges_by(void **state)
{
	static const char *const fields[] = { "starts", "ends", "units" };
	struct mended *m = *state;
	size_t i;

	STORES_OR_SKIP();
	for (i = 0; i < ARRAY_LEN(fields); i++) {
		add_field(m, fields[i], CLOCK_HOUR);
		expect_mended(m);
	}
}

/* Closed by nobody: it is open again. Closed by an administrator it stays. */
static void a_gate_that_nobody_closed(void **state)
{
	struct mended *m = *state;

	STORES_OR_SKIP();
	set_field(m, "closed", 1);
	assert_int_equal(market_press(m->c, m->sale, 9).refusal, SALE_REFUSED_LATE);
	expect_mended(m);
	assert_true(market_is_queueing(market_press(m->c, m->sale, 9)));
	market_admin(m->c);
	assert_int_equal(sale_close(m->c, m->sale), OK);
	assert_true(is_right(m));
	run(m, CACHE_ARGS(STR("HDEL"), sale_key(m->c->arena, m->sale), STR("closed")));
	expect_mended(m);
	assert_int_equal(market_press(m->c, m->sale, 10).refusal, SALE_REFUSED_LATE);
}

/* With a number ahead of SQL's no stock would be set any more. */
static void a_change_that_never_was(void **state)
{
	struct mended *m = *state;

	STORES_OR_SKIP();
	add_field(m, "change", 1000);
	add_stock(m, 2);
	expect_mended(m);
	market_deliver(m->c, m->sale);
	market_check(m->c, m->sale);
	assert_true(market_result(m->c, m->sale, WAITING).order_id > 0);
	assert_true(is_right(m));
}

#define mended_test(function) cmocka_unit_test_setup_teardown((function), open_sale, close_sale)

int main(void)
{
	const struct CMUnitTest tests[] = {
		mended_test(a_stock_that_is_off),      mended_test(a_unit_nobody_waits_for),
		mended_test(terms_the_gate_judges_by), mended_test(a_gate_that_nobody_closed),
		mended_test(a_change_that_never_was),
	};

	return cmocka_run_group_tests(tests, forum_set_up, stores_tear_down);
}
