/* Loading a sale: with an end for each key, and once, whoever else does it meanwhile. */
#include "unit/domain/market.h"

#include "domain/sale_settle.h"

#define MANY 150

struct loading {
	struct ctx *c;
	int64_t sale;
	struct sale_locked row;
};

static int start(void **state)
{
	return forum_set_up(state);
}

static void keys_have_an_end_from_the_beginning(void **state)
{
	static const char *const parts[] = { "", ":stock", ":ticket" };
	struct fixture *f = *state;
	struct ctx *c = f->c;
	int64_t sale, ttl;
	size_t i;

	STORES_OR_SKIP();
	sale = market_sale(c, 5);
	for (i = 0; i < ARRAY_LEN(parts); i++) {
		ttl = market_number(c,
				    CACHE_ARGS(STR("TTL"), sale_key_of(c->arena, sale, parts[i])));
		assert_true(ttl > 7 * 86400 && ttl <= 7 * 86400 + 3600);
	}
}

static err look_at_row(void *context)
{
	struct loading *l = context;

	return sale_lock(l->c, l->sale, &l->row);
}

/* Frozen after the look, it wakes up when another has loaded the sale, and somebody has bought. */
static void who_comes_second_undoes_nothing(void **state)
{
	struct fixture *f = *state;
	struct loading l = { .c = f->c };
	struct sale_in_redis there;
	struct ctx *c = f->c;
	int64_t base;

	STORES_OR_SKIP();
	l.sale = market_sale(c, 5);
	market_number(c, CACHE_ARGS(STR("DEL"), sale_key(c->arena, l.sale)));
	assert_int_equal(sale_in_redis_read(c, l.sale, &there), OK);
	assert_false(there.is_loaded);
	assert_true(there.has_tickets);
	market_settle(c, l.sale, 0);
	base = market_of(c, l.sale, "base");
	market_press(c, l.sale, f->ann);
	assert_int_equal(db_transaction(c->db, look_at_row, &l), OK);
	assert_int_equal(sale_load(c, &l.row, &there), OK);
	assert_int_equal(market_of(c, l.sale, "base"), base);
	assert_int_equal(market_of(c, l.sale, "taken"), 1);
	assert_int_equal(market_redis_stock(c, l.sale), 4);
	assert_true(market_is_queueing(market_result(c, l.sale, f->ann)));
	market_deliver(c, l.sale);
	assert_true(market_result(c, l.sale, f->ann).order_id > 0);
	market_check(c, l.sale);
}

static void put_waiting(struct ctx *c, int64_t sale, int64_t user, int64_t no)
{
	market_number(c, CACHE_ARGS(STR("HSET"), sale_ticket_key(c->arena, sale), user,
				    str_format(c->arena, "q%lld", (long long)no)));
}

/* More wait than there are units, and the sale itself is gone: the first one is served, and each of
 * them has an end. */
static void who_waited_in_vain_is_told(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	int64_t sale, no;

	STORES_OR_SKIP();
	sale = market_sale(c, 1);
	no = market_of(c, sale, "base") + 1;
	put_waiting(c, sale, f->bob, no);
	put_waiting(c, sale, f->ann, no + 1);
	market_number(c, CACHE_ARGS(STR("DEL"), sale_key(c->arena, sale)));
	market_settle(c, sale, 0);
	assert_true(market_result(c, sale, f->bob).order_id > 0);
	assert_int_equal(market_result(c, sale, f->ann).refusal, SALE_REFUSED_LOST);
	assert_int_equal(market_orders(c, sale), 1);
	market_check(c, sale);
}

static void all_who_wait_are_found(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	int64_t sale, no, i;

	STORES_OR_SKIP();
	sale = market_sale(c, MANY);
	no = market_of(c, sale, "base");
	/* What nobody can have is nobody's. */
	market_number(c, CACHE_ARGS(STR("HSET"), sale_ticket_key(c->arena, sale), STR("somebody"),
				    str_format(c->arena, "q%lld", (long long)no + 1)));
	for (i = 1; i <= MANY; i++)
		put_waiting(c, sale, i, no + i);
	market_number(c, CACHE_ARGS(STR("HSET"), sale_key(c->arena, sale), STR("taken"), MANY));
	market_settle(c, sale, no + MANY);
	for (i = 1; i <= MANY; i++)
		assert_true(market_result(c, sale, i).order_id > 0);
	assert_int_equal(market_orders(c, sale), MANY);
	market_check(c, sale);
}

/* A queue that was lost has all settled that there is: who presses after it is served. */
static void settling_all_there_is_settles_nothing_to_come(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	int64_t sale;

	STORES_OR_SKIP();
	sale = market_sale(c, 3);
	market_press(c, sale, f->ann);
	market_message(c, sale);
	market_settle(c, sale, SALE_NUMBER_MOST);
	assert_true(market_result(c, sale, f->ann).order_id > 0);
	market_press(c, sale, f->bob);
	market_deliver(c, sale);
	assert_true(market_result(c, sale, f->bob).order_id > 0);
	market_check(c, sale);
}

/* Redis came back with an older state, and then the message was lost, too. */
static void who_waits_with_a_settled_number_is_told(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	int64_t sale, old;

	STORES_OR_SKIP();
	sale = market_sale(c, 3);
	old = market_of(c, sale, "base");
	forum_empty_redis();
	market_settle(c, sale, 0);
	market_number(c, CACHE_ARGS(STR("HSET"), sale_key(c->arena, sale), STR("base"), old));
	market_press(c, sale, f->ann);
	market_message(c, sale);
	market_settle(c, sale, 0);
	assert_int_equal(market_result(c, sale, f->ann).refusal, SALE_REFUSED_LOST);
	market_check(c, sale);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		people_test(keys_have_an_end_from_the_beginning),
		people_test(who_comes_second_undoes_nothing),
		people_test(who_waited_in_vain_is_told),
		people_test(all_who_wait_are_found),
		people_test(settling_all_there_is_settles_nothing_to_come),
		people_test(who_waits_with_a_settled_number_is_told),
	};

	return cmocka_run_group_tests(tests, start, stores_tear_down);
}
