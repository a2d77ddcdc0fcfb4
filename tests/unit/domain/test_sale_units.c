/* Units that come back from orders that ended, and units an administrator adds or takes away. */
#include "unit/domain/market.h"

#include "domain/sale_order.h"

static const struct db_sql sql_cancel = SQL("UPDATE sale_order SET state = 2 WHERE order_id = ?");
static const struct db_sql sql_end_as = SQL("UPDATE sale_order SET state = ? WHERE order_id = ?");
static const struct db_sql sql_pay = SQL("UPDATE sale_order SET state = 1 WHERE order_id = ?");

static int start(void **state)
{
	return forum_set_up(state);
}

static struct str ended(struct ctx *c, int64_t order)
{
	return str_format(c->arena, "{\"kind\":\"ended\",\"order\":\"%lld\"}", (long long)order);
}

static void an_ended_order_gives_its_unit_back_once(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	int64_t sale, order, other;

	STORES_OR_SKIP();
	sale = market_sale(c, 1);
	market_press(c, sale, f->ann);
	market_deliver(c, sale);
	order = market_result(c, sale, f->ann).order_id;
	assert_int_equal(market_press(c, sale, f->bob).refusal, SALE_REFUSED_SOLD_OUT);
	/* Not while it stands. */
	market_handle(c, sale, ended(c, order));
	assert_int_equal(db_exec(c->db, NULL, &sql_pay, DB_ARGS(order)), OK);
	market_handle(c, sale, ended(c, order));
	assert_int_equal(market_sql_stock(c, sale), 0);
	assert_int_equal(db_exec(c->db, NULL, &sql_cancel, DB_ARGS(order)), OK);
	/* Of another sale: nothing. */
	other = market_sale(c, 1);
	market_handle(c, other, ended(c, order));
	assert_int_equal(market_sql_stock(c, other), 1);
	market_handle(c, sale, ended(c, order));
	market_handle(c, sale, ended(c, order));
	market_handle(c, sale, ended(c, order + 1));
	assert_int_equal(market_sql_stock(c, sale), 1);
	assert_int_equal(market_redis_stock(c, sale), 1);
	market_check(c, sale);
	/* For sale again, but not to the one who had it. */
	assert_int_equal(market_press(c, sale, f->ann).order_id, order);
	stores_sleep_ms(1010);
	assert_true(market_is_queueing(market_press(c, sale, f->bob)));
	market_deliver(c, sale);
	assert_true(market_result(c, sale, f->bob).order_id > 0);
	market_check(c, sale);
}

/* Expired, or paid for late: by the time the message is read the money may be on its way back. */
static void however_an_order_ended_its_unit_comes_back(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	int64_t sale, order;
	int i;

	STORES_OR_SKIP();
	sale = market_sale(c, 9);
	for (i = 0; i < 2 * (ORDER_STATES - ORDER_CANCELLED); i++) {
		int64_t buyer = forum_user(c, ROLE_USER);

		market_press(c, sale, buyer);
		market_deliver(c, sale);
		order = market_result(c, sale, buyer).order_id;
		assert_int_equal(market_sql_stock(c, sale), 8);
		assert_int_equal(db_exec(c->db, NULL, &sql_end_as,
					 DB_ARGS(ORDER_CANCELLED + i / 2, order)),
				 OK);
		/* With its message, or without. */
		if (i % 2)
			market_handle(c, sale, ended(c, order));
		else
			market_settle(c, sale, 0);
		assert_int_equal(market_sql_stock(c, sale), 9);
		market_check(c, sale);
	}
}

/* The request is on its way when the order before it ends. */
static void a_unit_comes_back_while_others_wait(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	int64_t sale, order;

	STORES_OR_SKIP();
	sale = market_sale(c, 2);
	market_press(c, sale, f->ann);
	market_deliver(c, sale);
	order = market_result(c, sale, f->ann).order_id;
	market_press(c, sale, f->bob);
	assert_int_equal(market_redis_stock(c, sale), 0);
	assert_int_equal(db_exec(c->db, NULL, &sql_cancel, DB_ARGS(order)), OK);
	market_handle(c, sale, ended(c, order));
	assert_int_equal(market_redis_stock(c, sale), 1);
	market_check(c, sale);
	market_deliver(c, sale);
	assert_int_equal(market_redis_stock(c, sale), 1);
	market_check(c, sale);
}

static struct str units(struct ctx *c, struct str change, int64_t delta)
{
	return str_format(c->arena,
			  "{\"kind\":\"units\",\"change\":\"" STR_FMT "\",\"delta\":%lld}",
			  STR_ARG(change), (long long)delta);
}

static void units_change_once_for_each_form(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	struct str form;
	int64_t sale;

	STORES_OR_SKIP();
	form = forum_form(c);
	sale = market_sale(c, 2);
	market_press(c, sale, f->ann);
	market_handle(c, sale, units(c, form, 3));
	market_handle(c, sale, units(c, form, 3));
	assert_int_equal(market_sql_stock(c, sale), 5);
	assert_int_equal(market_redis_stock(c, sale), 4);
	assert_int_equal(market_of(c, sale, "units"), 5);
	market_check(c, sale);
	/* Never below what people on their way were promised. */
	market_handle(c, sale, units(c, forum_form(c), -1000));
	assert_int_equal(market_redis_stock(c, sale), 0);
	assert_int_equal(market_sql_stock(c, sale), 1);
	market_deliver(c, sale);
	assert_true(market_result(c, sale, f->ann).order_id > 0);
	market_check(c, sale);
	market_handle(c, sale, units(c, forum_form(c), SALE_UNITS_MAX));
	assert_int_equal(market_of(c, sale, "units"), SALE_UNITS_MAX);
	market_check(c, sale);
}

/* More wait than SQL has left, whatever made it so: taking units away adds none. */
static void fewer_units_are_never_more(void **state)
{
	static const struct db_sql sql_set =
		SQL("UPDATE sale SET stock = 1, units = 1 WHERE sale_id = ?");
	struct fixture *f = *state;
	struct ctx *c = f->c;
	int64_t sale;

	STORES_OR_SKIP();
	sale = market_sale(c, 3);
	market_press(c, sale, f->ann);
	market_press(c, sale, f->bob);
	market_press(c, sale, f->mod);
	assert_int_equal(db_exec(c->db, NULL, &sql_set, DB_ARGS(sale)), OK);
	market_handle(c, sale, units(c, forum_form(c), -1));
	assert_int_equal(market_sql_stock(c, sale), 1);
	assert_int_equal(market_redis_stock(c, sale), 0);
	market_deliver(c, sale);
	assert_int_equal(market_orders(c, sale), 1);
	market_check(c, sale);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		people_test(an_ended_order_gives_its_unit_back_once),
		people_test(however_an_order_ended_its_unit_comes_back),
		people_test(a_unit_comes_back_while_others_wait),
		people_test(units_change_once_for_each_form),
		people_test(fewer_units_are_never_more),
	};

	return cmocka_run_group_tests(tests, start, stores_tear_down);
}
