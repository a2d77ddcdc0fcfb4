/* Many requests at once: in one message, in several, and while Redis does not answer. */
#include "unit/domain/market.h"

#include <signal.h>

#include "base/num.h"

#define MESSAGES 3
#define EACH 450 /* of them together more than two transactions */

static int start(void **state)
{
	return forum_set_up(state);
}

/* How often anybody has set a text in Redis. */
static int64_t times_set(struct ctx *c)
{
	const struct str name = STR("cmdstat_set:calls=");
	struct cache_reply *reply;
	struct str text, number;
	int64_t calls;

	assert_int_equal(cache_run(c->cache, &reply, CACHE_ARGS(STR("INFO"), STR("commandstats"))),
			 OK);
	text = cache_text(reply);
	assert_true(str_find(text, name) >= 0);
	text = str_slice(text, (size_t)str_find(text, name) + name.n, text.n);
	assert_true(str_split(&text, ',', &number));
	assert_true(num_parse_i64(number, 0, INT64_MAX, &calls));
	return calls;
}

/* Tickets are decided in pieces: before the last of them SQL's stock has nothing to say. */
static void a_large_batch_looks_sold_out_at_no_moment(void **state)
{
	enum { LARGE = 500 };
	struct fixture *f = *state;
	struct ctx *c = f->c;
	int64_t sale, before;
	int i;

	STORES_OR_SKIP();
	sale = market_sale(c, LARGE + 1);
	for (i = 0; i < LARGE; i++)
		market_press(c, sale, f->bob + 1000 + i);
	before = times_set(c);
	market_deliver(c, sale);
	assert_int_equal(times_set(c), before + 1);
	assert_int_equal(market_redis_stock(c, sale), 1);
	assert_int_equal(market_orders(c, sale), LARGE);
	market_check(c, sale);
}

static void messages_that_come_together_are_one_batch(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	struct str messages[4];
	int64_t sale;

	STORES_OR_SKIP();
	sale = market_sale(c, 2);
	market_press(c, sale, f->ann);
	messages[0] = market_message(c, sale);
	market_press(c, sale, f->bob);
	messages[1] = market_message(c, sale);
	messages[2] = messages[0];
	messages[3] = sale_settle_body(c->arena, 0);
	assert_int_equal(sale_orders_handle_some(c, sale, messages, 4), ERR_INVALID);
	assert_int_equal(sale_orders_handle_some(c, sale, messages, 3), OK);
	assert_true(market_result(c, sale, f->ann).order_id > 0);
	assert_true(market_result(c, sale, f->bob).order_id > 0);
	assert_int_equal(market_orders(c, sale), 2);
	market_check(c, sale);
}

static int64_t press_for_messages(struct ctx *c, int64_t first_user, struct str *messages)
{
	int64_t sale = market_sale(c, MESSAGES * EACH + 1);
	int i;

	for (i = 0; i < MESSAGES * EACH; i++) {
		market_press(c, sale, first_user + i);
		if (i % EACH == EACH - 1)
			messages[i / EACH] = market_message(c, sale);
	}
	return sale;
}

static void check_all_have(struct ctx *c, int64_t sale, int64_t first_user)
{
	int i;

	for (i = 0; i < MESSAGES * EACH; i++)
		assert_true(market_result(c, sale, first_user + i).order_id > 0);
	assert_int_equal(market_orders(c, sale), MESSAGES * EACH);
	assert_int_equal(market_sql_stock(c, sale), 1);
	assert_int_equal(market_redis_stock(c, sale), 1);
	assert_int_equal(market_of(c, sale, "sold"), MESSAGES * EACH);
	market_check(c, sale);
}

static void more_than_a_transaction_are_all_told(void **state)
{
	struct fixture *f = *state;
	struct str messages[MESSAGES];
	int64_t sale;

	STORES_OR_SKIP();
	sale = press_for_messages(f->c, f->bob + 1000, messages);
	assert_int_equal(sale_orders_handle_some(f->c, sale, messages, MESSAGES), OK);
	check_all_have(f->c, sale, f->bob + 1000);
}

/* The first transaction's tickets are on their way while the second is written: none may be lost.
 */
static void orders_whose_tickets_did_not_arrive_are_told_later(void **state)
{
	struct fixture *f = *state;
	struct str messages[MESSAGES];
	int64_t sale;
	int i;

	STORES_OR_SKIP();
	sale = press_for_messages(f->c, f->bob + 1000, messages);
	stores_signal("redis", SIGSTOP);
	assert_int_equal(sale_orders_handle(f->c, sale, messages[0]), ERR_UNAVAILABLE);
	assert_int_equal(market_orders(f->c, sale), EACH);
	assert_int_equal(sale_orders_handle_some(f->c, sale, messages, MESSAGES), ERR_UNAVAILABLE);
	stores_signal("redis", SIGCONT);
	assert_in_range(market_orders(f->c, sale), EACH + 1, MESSAGES * EACH - 1);
	stores_sleep_ms(CACHE_RETRY_MS + 100);
	for (i = 0; i < MESSAGES; i++)
		market_handle(f->c, sale, messages[i]);
	check_all_have(f->c, sale, f->bob + 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		people_test(a_large_batch_looks_sold_out_at_no_moment),
		people_test(messages_that_come_together_are_one_batch),
		people_test(more_than_a_transaction_are_all_told),
		people_test(orders_whose_tickets_did_not_arrive_are_told_later),
	};

	return cmocka_run_group_tests(tests, start, stores_tear_down);
}
