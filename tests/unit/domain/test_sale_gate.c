/* The gate of a sale: who is taken, who is refused, and what each is told. */
#include "unit/domain/market.h"
#include "unit/still_clock.h"

#include "base/num.h"
#include "domain/sale_press.h"

#define AT_ONCE 12

static int start(void **state)
{
	return forum_set_up(state);
}

static void a_press_waits_and_becomes_an_order(void **state)
{
	struct fixture *f = *state;
	struct sale_answer answer;
	struct ctx *c = f->c;
	int64_t sale;

	STORES_OR_SKIP();
	sale = market_sale(c, 3);
	answer = market_press(c, sale, f->ann);
	assert_true(market_is_queueing(answer));
	assert_text(sale_answer_code(c->arena, &answer), "0");
	assert_true(answer.wait_ms >= 200);
	assert_int_equal(market_redis_stock(c, sale), 2);
	assert_int_equal(market_sql_stock(c, sale), 3);
	assert_true(market_is_queueing(market_result(c, sale, f->ann)));
	market_deliver(c, sale);
	answer = market_result(c, sale, f->ann);
	assert_true(answer.order_id > 0);
	assert_same(sale_answer_code(c->arena, &answer), num_text(c->arena, answer.order_id));
	assert_int_equal(market_press(c, sale, f->ann).order_id, answer.order_id);
	assert_int_equal(market_orders(c, sale), 1);
	market_check(c, sale);
}

static void who_never_pressed_is_told_so(void **state)
{
	struct fixture *f = *state;
	struct sale_answer answer;
	int64_t sale;

	STORES_OR_SKIP();
	sale = market_sale(f->c, 1);
	market_press(f->c, sale, f->ann);
	answer = market_result(f->c, sale, f->bob);
	assert_int_equal(answer.refusal, SALE_REFUSED_NOBODY);
	assert_text(sale_answer_code(f->c->arena, &answer), "-1");
	forum_as(f->c, 0, ROLE_USER);
	assert_int_equal(sale_press(f->c, sale, &answer), ERR_AUTH);
	assert_int_equal(sale_result(f->c, sale, &answer), ERR_AUTH);
}

struct pressing {
	int64_t sale, user;
};

static int64_t press_once(struct ctx *c, int number, const void *context)
{
	const struct pressing *p = context;
	struct sale_answer answer;

	(void)number;
	forum_as(c, p->user, ROLE_USER);
	if (sale_press(c, p->sale, &answer))
		return 2;
	return market_is_queueing(answer) ? 1 : 0;
}

static void pressing_many_times_at_once_takes_one_unit(void **state)
{
	struct fixture *f = *state;
	int64_t results[AT_ONCE];
	struct pressing p;
	int i;

	STORES_OR_SKIP();
	p = (struct pressing){ market_sale(f->c, 5), f->ann };
	forum_at_once(AT_ONCE, press_once, &p, results);
	for (i = 0; i < AT_ONCE; i++)
		assert_int_equal(results[i], 1);
	assert_int_equal(market_redis_stock(f->c, p.sale), 4);
	assert_int_equal(market_number(f->c, CACHE_ARGS(STR("XLEN"),
							sale_stream_key(f->c->arena, p.sale))),
			 1);
	market_deliver(f->c, p.sale);
	assert_int_equal(market_orders(f->c, p.sale), 1);
	market_check(f->c, p.sale);
}

static void redis_tells_when_it_is_open(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	struct sale_live_numbers numbers;
	int64_t soon, ended;

	STORES_OR_SKIP();
	soon = market_sale_at(c, 1, CLOCK_HOUR, 2 * CLOCK_HOUR);
	ended = market_sale(c, 1);
	market_number(c, CACHE_ARGS(STR("HSET"), sale_key(c->arena, ended), STR("ends"),
				    clock_now() - 1));
	/* This machine's clock is not asked. */
	c->now = 0;
	assert_int_equal(market_press(c, soon, f->ann).refusal, SALE_REFUSED_EARLY);
	assert_int_equal(market_press(c, ended, f->ann).refusal, SALE_REFUSED_LATE);
	c->now = clock_now();
	assert_int_equal(market_redis_stock(c, soon), 1);
	assert_int_equal(market_redis_stock(c, ended), 1);
	assert_int_equal(sale_live_read(c, soon, &numbers), OK);
	assert_true(numbers.is_loaded);
	assert_int_equal(numbers.asked, 1);
	assert_int_equal(numbers.taken, 0);
}

static void closing_early_holds_at_once(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	struct sale s;
	int64_t sale;

	STORES_OR_SKIP();
	sale = market_sale(c, 2);
	assert_true(market_is_queueing(market_press(c, sale, f->ann)));
	market_admin(c);
	assert_int_equal(sale_find(c, sale, &s), OK);
	assert_int_equal(sale_phase_at(&s, -1, c->now), SALE_OPEN);
	assert_int_equal(sale_close(c, sale), OK);
	assert_int_equal(sale_close(c, sale), OK);
	assert_int_equal(sale_find(c, sale, &s), OK);
	assert_int_equal(sale_phase_at(&s, -1, c->now), SALE_ENDED);
	assert_int_equal(market_press(c, sale, f->bob).refusal, SALE_REFUSED_LATE);
	/* Who was taken before is honoured. */
	market_deliver(c, sale);
	assert_true(market_result(c, sale, f->ann).order_id > 0);
	/* Also when Redis forgot that it was closed. */
	forum_empty_redis();
	market_settle(c, sale, 0);
	assert_int_equal(market_press(c, sale, f->bob).refusal, SALE_REFUSED_LATE);
}

static void without_its_keys_a_sale_is_closed(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	int64_t sale;

	STORES_OR_SKIP();
	sale = market_sale(c, 2);
	market_press(c, sale, f->ann);
	market_number(c, CACHE_ARGS(STR("DEL"), sale_stock_key(c->arena, sale)));
	assert_int_equal(market_press(c, sale, f->bob).refusal, SALE_REFUSED_AWAY);
	assert_int_equal(market_redis_stock(c, sale), -1);
	/* Nobody is told -1 before it is known. */
	market_number(c, CACHE_ARGS(STR("DEL"), sale_key(c->arena, sale),
				    sale_ticket_key(c->arena, sale)));
	assert_int_equal(market_press(c, sale, f->bob).refusal, SALE_REFUSED_AWAY);
	assert_true(market_is_queueing(market_result(c, sale, f->ann)));
	assert_true(market_is_queueing(market_result(c, sale, f->bob)));
	market_deliver(c, sale);
	assert_true(market_result(c, sale, f->ann).order_id > 0);
	market_settle(c, sale, 0);
	assert_true(market_result(c, sale, f->ann).order_id > 0);
	assert_int_equal(market_result(c, sale, f->bob).refusal, SALE_REFUSED_NOBODY);
	assert_int_equal(market_redis_stock(c, sale), 1);
	market_check(c, sale);
}

/* Who has an order is not told anything else because the tickets are gone. */
static void without_tickets_a_sale_is_closed(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	int64_t sale, order, left;

	STORES_OR_SKIP();
	for (left = 0; left < 2; left++) {
		sale = market_sale(c, 1 + left);
		market_press(c, sale, f->ann);
		market_deliver(c, sale);
		order = market_result(c, sale, f->ann).order_id;
		/* With none left the process remembers so. */
		if (!left)
			assert_int_equal(market_press(c, sale, f->bob).refusal,
					 SALE_REFUSED_SOLD_OUT);
		market_number(c, CACHE_ARGS(STR("DEL"), sale_ticket_key(c->arena, sale)));
		assert_int_equal(market_press(c, sale, f->ann).refusal, SALE_REFUSED_AWAY);
		assert_int_equal(market_press(c, sale, f->bob).refusal, SALE_REFUSED_AWAY);
		assert_int_equal(market_result(c, sale, f->ann).order_id, order);
		assert_int_equal(market_redis_stock(c, sale), left);
		assert_int_equal(market_number(c, CACHE_ARGS(STR("XLEN"),
							     sale_stream_key(c->arena, sale))),
				 0);
		market_settle(c, sale, 0);
		assert_int_equal(market_press(c, sale, f->ann).order_id, order);
		market_check(c, sale);
	}
}

static void sold_out_is_remembered_for_a_moment_only(void **state)
{
	static const struct db_sql sql_more =
		SQL("UPDATE sale SET units = units + 9, stock = stock + 9 WHERE sale_id = ?");
	struct fixture *f = *state;
	struct ctx *c = f->c;
	int64_t sale, other;

	STORES_OR_SKIP();
	sale = market_sale(c, 1);
	other = forum_user(c, ROLE_USER);
	market_press(c, sale, f->ann);
	clock_stop();
	assert_int_equal(market_press(c, sale, f->bob).refusal, SALE_REFUSED_SOLD_OUT);
	/* From memory; but whoever has a ticket is told what became of it. */
	market_number(c, CACHE_ARGS(STR("SET"), sale_stock_key(c->arena, sale), 5));
	assert_int_equal(market_press(c, sale, other).refusal, SALE_REFUSED_SOLD_OUT);
	assert_true(market_is_queueing(market_press(c, sale, f->ann)));
	clock_move(999);
	assert_int_equal(market_press(c, sale, f->mod).refusal, SALE_REFUSED_SOLD_OUT);
	clock_move(1);
	assert_true(market_is_queueing(market_press(c, sale, other)));
	clock_run();
	/* Never from an earlier loading. */
	market_number(c, CACHE_ARGS(STR("SET"), sale_stock_key(c->arena, sale), 0));
	assert_int_equal(market_press(c, sale, f->mod).refusal, SALE_REFUSED_SOLD_OUT);
	market_number(c, CACHE_ARGS(STR("DEL"), sale_key(c->arena, sale)));
	assert_int_equal(market_press(c, sale, f->mod).refusal, SALE_REFUSED_AWAY);
	assert_int_equal(db_exec(c->db, NULL, &sql_more, DB_ARGS(sale)), OK);
	market_settle(c, sale, 0);
	assert_true(market_is_queueing(market_press(c, sale, f->mod)));
}

static void tickets_are_read_as_they_are(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	struct str key;
	int64_t sale;

	STORES_OR_SKIP();
	sale = market_sale(c, 1);
	key = sale_ticket_key(c->arena, sale);
	market_number(c, CACHE_ARGS(STR("HSET"), key, f->ann, STR("-sold-out"), f->bob,
				    STR("xsold-out"), f->mod, STR("1234567890123456789")));
	assert_int_equal(market_result(c, sale, f->ann).refusal, SALE_REFUSED_SOLD_OUT);
	assert_int_equal(market_press(c, sale, f->ann).refusal, SALE_REFUSED_SOLD_OUT);
	assert_int_equal(market_result(c, sale, f->bob).refusal, SALE_REFUSED_LOST);
	assert_int_equal(market_result(c, sale, f->mod).order_id, INT64_C(1234567890123456789));
}

static void numbers_stay_exact_and_grow(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	int64_t sale, first, second, third;

	STORES_OR_SKIP();
	sale = market_sale(c, 5);
	first = market_of(c, sale, "base");
	forum_empty_redis();
	market_settle(c, sale, 0);
	second = market_of(c, sale, "base");
	forum_empty_redis();
	market_settle(c, sale, 0);
	third = market_of(c, sale, "base");
	assert_true(first > 0 && first < second && second < third);
	assert_true(third < (INT64_C(1) << 53));
	assert_int_equal(third & ((1 << 24) - 1), 0);
	market_press(c, sale, f->ann);
	market_press(c, sale, f->bob);
	assert_true(str_find(market_message(c, sale),
			     str_format(c->arena, "[%lld,", (long long)third + 2)) > 0);
}

static void a_look_ahead_of_the_press_is_one_round_trip(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	struct sale_press_want want;
	struct sale_answer answer;
	int64_t sale;

	STORES_OR_SKIP();
	sale = market_sale(c, 1);
	market_press(c, sale, f->ann);
	market_press(c, sale, f->bob);
	forum_as(c, f->mod, ROLE_USER);
	(void)cache_take_count(c->cache);
	sale_press_prepare(c, &want, sale, f->mod);
	assert_int_equal(cache_flush(c->cache), OK);
	assert_int_equal(sale_press_go(c, &want, &answer), OK);
	assert_int_equal(answer.refusal, SALE_REFUSED_SOLD_OUT);
	assert_int_equal(cache_take_count(c->cache), 1);
	/* The cookie claimed somebody else. */
	sale_press_prepare(c, &want, sale, f->bob);
	assert_int_equal(cache_flush(c->cache), OK);
	forum_as(c, f->ann, ROLE_USER);
	assert_int_equal(sale_press_go(c, &want, &answer), OK);
	assert_true(market_is_queueing(answer));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		people_test(a_press_waits_and_becomes_an_order),
		people_test(who_never_pressed_is_told_so),
		people_test(pressing_many_times_at_once_takes_one_unit),
		people_test(redis_tells_when_it_is_open),
		people_test(closing_early_holds_at_once),
		people_test(without_its_keys_a_sale_is_closed),
		people_test(without_tickets_a_sale_is_closed),
		people_test(sold_out_is_remembered_for_a_moment_only),
		people_test(tickets_are_read_as_they_are),
		people_test(numbers_stay_exact_and_grow),
		people_test(a_look_ahead_of_the_press_is_one_round_trip),
	};

	return cmocka_run_group_tests(tests, start, stores_tear_down);
}
