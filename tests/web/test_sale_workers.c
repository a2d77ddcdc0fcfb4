/*
 * `orders` and `relay sales` as processes, while they, their queue and the stores go away and come
 * back: whoever was taken learns how it ended, without anything being started again.
 */
#include "unit/domain/market.h"

#include "support/child.h"

#define QUIET_MS 30000 /* at most, until all is decided */

static pid_t orders, relay;

static int set_up_stores(void **state)
{
	struct mq *mq;
	err e;

	stores_need((const char *const[]){ "mariadb", "redis", "rabbitmq" }, 3);
	if (stores_set_up(state))
		return -1;
	if (stores.missing)
		return 0;
	secret_open();
	{
		struct ctx *c = forum_open();

		e = db_run_script_unsafe(c->db, stores_schema(c->arena));
		forum_close(c);
	}
	mq = mq_new(&stores.config);
	e = e ? e : mq_declare(mq);
	mq_free(mq);
	if (e)
		return -1;
	orders = child_start("orders", NULL);
	relay = child_start("relay", "sales");
	return 0;
}

static int tear_down_stores(void **state)
{
	int failed = 0;

	if (!stores.missing)
		failed = child_end(orders, SIGTERM) || child_end(relay, SIGTERM);
	return stores_tear_down(state) || failed;
}

static void wait_until_loaded(struct ctx *c, int64_t sale)
{
	int64_t ends = clock_ticks() + QUIET_MS;
	struct sale_live_numbers n = { 0 };

	while (!n.is_loaded && clock_ticks() < ends) {
		forum_next(c);
		stores_sleep_ms(50);
		if (sale_live_read(c, sale, &n))
			n.is_loaded = false;
	}
	assert_true(n.is_loaded);
}

static int64_t open_sale(struct ctx *c, int64_t units)
{
	int64_t sale = market_draft(c, units, -CLOCK_MINUTE, CLOCK_HOUR);

	assert_int_equal(sale_publish(c, sale), OK);
	wait_until_loaded(c, sale);
	return sale;
}

/* An order, or a refusal; asked again while Redis or MariaDB do not answer. */
static struct sale_answer wait_for(struct ctx *c, int64_t sale, int64_t user)
{
	struct sale_answer answer = { 0 };
	int64_t ends = clock_ticks() + QUIET_MS;
	err e = OK;

	do {
		forum_next(c);
		forum_as(c, user, ROLE_USER);
		e = sale_result(c, sale, &answer);
		if (e || market_is_queueing(answer))
			stores_sleep_ms(20);
	} while ((e || market_is_queueing(answer)) && clock_ticks() < ends);
	assert_int_equal(e, OK);
	assert_false(market_is_queueing(answer));
	return answer;
}

static void assert_order(struct fixture *f, int64_t sale)
{
	int64_t user = forum_user(f->c, ROLE_USER);

	assert_true(market_is_queueing(market_press(f->c, sale, user)));
	assert_true(wait_for(f->c, sale, user).order_id > 0);
	market_check(f->c, sale);
}

static void a_sale_is_found_loaded_and_sold(void **state)
{
	struct fixture *f = *state;
	int64_t first, second;

	STORES_OR_SKIP();
	first = open_sale(f->c, 2);
	second = open_sale(f->c, 2);
	assert_order(f, first);
	assert_order(f, second);
	assert_order(f, first);
}

static void a_queue_that_is_gone_is_made_again(void **state)
{
	struct fixture *f = *state;
	struct mq *mq;
	int64_t sale;

	STORES_OR_SKIP();
	sale = open_sale(f->c, 3);
	assert_order(f, sale);
	mq = mq_new(&stores.config);
	assert_int_equal(mq_remove(mq, sale_orders_key(f->c->arena, sale)), OK);
	mq_free(mq);
	assert_order(f, sale);
}

static void redis_emptied_is_filled_again(void **state)
{
	struct fixture *f = *state;
	int64_t sale;

	STORES_OR_SKIP();
	sale = open_sale(f->c, 3);
	assert_order(f, sale);
	forum_empty_redis();
	forum_next(f->c);
	wait_until_loaded(f->c, sale);
	assert_order(f, sale);
	assert_int_equal(market_redis_stock(f->c, sale), 1);
}

/* Whoever waits by a ticket that is still there gets the order, and nobody else is let in twice. */
static void a_part_lost_is_filled_again(void **state)
{
	static const char *const parts[] = { "", ":stock" };
	struct fixture *f = *state;
	int64_t sale, user;
	size_t i;

	STORES_OR_SKIP();
	sale = open_sale(f->c, 4);
	assert_order(f, sale);
	for (i = 0; i < ARRAY_LEN(parts); i++) {
		user = forum_user(f->c, ROLE_USER);
		assert_true(market_is_queueing(market_press(f->c, sale, user)));
		market_number(f->c,
			      CACHE_ARGS(STR("DEL"), sale_key_of(f->c->arena, sale, parts[i])));
		forum_next(f->c);
		wait_until_loaded(f->c, sale);
		assert_true(wait_for(f->c, sale, user).order_id > 0);
		market_check(f->c, sale);
	}
	assert_int_equal(market_redis_stock(f->c, sale), 1);
}

static void both_killed_in_the_middle(void **state)
{
	struct fixture *f = *state;
	int64_t sale, users[12], got = 0;
	struct sale_answer answer;
	int i;

	STORES_OR_SKIP();
	sale = open_sale(f->c, 8);
	for (i = 0; i < 12; i++) {
		users[i] = forum_user(f->c, ROLE_USER);
		answer = market_press(f->c, sale, users[i]);
		assert_true(i < 8 ? market_is_queueing(answer) || answer.order_id
				  : answer.refusal == SALE_REFUSED_SOLD_OUT);
		if (i % 4 != 1)
			continue;
		child_end(i % 8 == 1 ? orders : relay, SIGKILL);
		if (i % 8 == 1)
			orders = child_start("orders", NULL);
		else
			relay = child_start("relay", "sales");
	}
	for (i = 0; i < 8; i++)
		got += wait_for(f->c, sale, users[i]).order_id > 0;
	assert_int_equal(got, 8);
	assert_int_equal(market_orders(f->c, sale), 8);
	market_check(f->c, sale);
}

static void stores_that_come_back(void **state)
{
	static const char *const names[] = { "mariadb", "redis", "rabbitmq" };
	struct fixture *f = *state;
	int64_t sale, user;
	size_t i;

	STORES_OR_SKIP();
	sale = open_sale(f->c, 3);
	for (i = 0; i < ARRAY_LEN(names); i++) {
		user = forum_user(f->c, ROLE_USER);
		assert_true(market_is_queueing(market_press(f->c, sale, user)));
		stores_signal(names[i], SIGKILL);
		stores_sleep_ms(300);
		stores_start(names[i]);
		assert_true(wait_for(f->c, sale, user).order_id > 0);
		/* The test's own connections find out, too. */
		stores_sleep_ms(CACHE_RETRY_MS);
		(void)!db_ping(f->c->db);
		forum_next(f->c);
		wait_until_loaded(f->c, sale);
		market_check(f->c, sale);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		people_test(a_sale_is_found_loaded_and_sold),
		people_test(a_queue_that_is_gone_is_made_again),
		people_test(redis_emptied_is_filled_again),
		people_test(a_part_lost_is_filled_again),
		people_test(both_killed_in_the_middle),
		people_test(stores_that_come_back),
	};

	return cmocka_run_group_tests(tests, set_up_stores, tear_down_stores);
}
