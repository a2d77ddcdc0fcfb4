/* What the reconciler sees and has settled is right afterwards: each kind of difference that has an
 * owner who knows better. */
#include "unit/domain/market.h"
#include "unit/still_clock.h"

#include "domain/sale_check.h"

#define UNITS 5
#define WAITING 7
#define BUYER 8
#define LOOK_MS 450 /* two looks at what differs, and all tickets */

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

	clock_stop();
	assert_int_equal(sale_check(m->c, m->sale, clock_ticks() + LOOK_MS, &report), OK);
	clock_run();
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

/* What a press did with a sale that is not what it should be: all of it, or nothing. */
static void press_broken(struct ctx *c, int64_t sale, int64_t user)
{
	struct sale_answer answer = { 0 };
	int64_t before = market_redis_stock(c, sale), ticket;
	err e;

	forum_as(c, user, ROLE_USER);
	e = sale_press(c, sale, &answer);
	if (!e && market_is_queueing(answer))
		return;
	assert_true(e == ERR_UNAVAILABLE || answer.refusal == SALE_REFUSED_AWAY);
	ticket =
		market_number(c, CACHE_ARGS(STR("HEXISTS"), sale_ticket_key(c->arena, sale), user));
	assert_true(ticket < 1);
	assert_int_equal(market_redis_stock(c, sale), before);
}

/* Seen, loaded again, and open. */
static void expect_loaded(struct mended *m, const char *what)
{
	press_broken(m->c, m->sale, 9);
	if (is_right(m))
		fail_msg("%s: not seen", what);
	market_settle(m->c, m->sale, 0);
	if (!is_right(m))
		fail_msg("%s: not mended", what);
	market_check(m->c, m->sale);
	assert_true(market_is_queueing(market_press(m->c, m->sale, 10)));
	market_deliver(m->c, m->sale);
	assert_true(market_result(m->c, m->sale, 10).order_id > 0);
	assert_true(is_right(m));
}

/* The next one, where somebody waits. */
static void begin_again(struct mended *m)
{
	m->sale = market_sale(m->c, UNITS);
	market_press(m->c, m->sale, WAITING);
}

/* Whoever waited has an order, or waits on. */
static void expect_answered(struct mended *m)
{
	struct sale_answer answer = market_result(m->c, m->sale, WAITING);

	assert_true(answer.order_id || market_is_queueing(answer));
}

/* Keys of another kind, which no program of ours makes. */
static void parts_of_another_kind(void **state)
{
	static const char *const parts[] = { "", ":stock", ":ticket", ":stream" };
	static const char *const numbers[] = { "x", "1.5", "nan", "99999999999999999999" };
	struct mended *m = *state;
	size_t i;

	STORES_OR_SKIP();
	for (i = 0; i < ARRAY_LEN(parts); i++) {
		struct str key = sale_key_of(m->c->arena, m->sale, parts[i]);

		run(m, CACHE_ARGS(STR("DEL"), key));
		run(m, CACHE_ARGS(STR("RPUSH"), key, STR("x")));
		expect_loaded(m, parts[i]);
		/* Only with the tickets who waited is lost, too. */
		if (!str_is(str_from_c(parts[i]), STR(":ticket")))
			expect_answered(m);
		begin_again(m);
	}
	for (i = 0; i < ARRAY_LEN(numbers); i++) {
		run(m, CACHE_ARGS(STR("SET"), sale_stock_key(m->c->arena, m->sale),
				  str_from_c(numbers[i])));
		expect_loaded(m, numbers[i]);
		expect_answered(m);
		begin_again(m);
	}
}

static void numbers_that_are_gone_or_none(void **state)
{
	static const char *const fields[] = { "base",   "taken",  "answered", "done",
					      "change", "starts", "ends",     "units" };
	struct mended *m = *state;
	size_t i;

	STORES_OR_SKIP();
	for (i = 0; i < 2 * ARRAY_LEN(fields); i++) {
		struct str key = sale_key(m->c->arena, m->sale);
		const char *field = fields[i / 2];

		if (i % 2)
			run(m, CACHE_ARGS(STR("HDEL"), key, str_from_c(field)));
		else
			run(m, CACHE_ARGS(STR("HSET"), key, str_from_c(field), STR("x")));
		expect_loaded(m, field);
		expect_answered(m);
		begin_again(m);
	}
}

#define mended_test(function) cmocka_unit_test_setup_teardown((function), open_sale, close_sale)

int main(void)
{
	const struct CMUnitTest tests[] = {
		mended_test(a_stock_that_is_off),           mended_test(a_unit_nobody_waits_for),
		mended_test(terms_the_gate_judges_by),      mended_test(a_gate_that_nobody_closed),
		mended_test(a_change_that_never_was),       mended_test(parts_of_another_kind),
		mended_test(numbers_that_are_gone_or_none),
	};

	return cmocka_run_group_tests(tests, forum_set_up, stores_tear_down);
}
