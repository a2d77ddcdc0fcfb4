/*
 * The life of an order with the programs that are there for it: `orders` takes, the closer closes,
 * the reconciler notices, the compensator carries what no relay came for.
 */
#include "unit/domain/selling.h"

#include "domain/sale_check.h"
#include "domain/sale_gate.h"
#include "domain/sale_keys.h"
#include "support/child.h"

#define PATIENCE_MS 30000

static const struct db_sql sql_left = SQL("SELECT stock FROM sale WHERE sale_id = ?");
static const struct db_sql sql_orders = SQL("SELECT COUNT(*) FROM sale_order WHERE sale_id = ?");
static const struct db_sql sql_end_all = SQL("UPDATE sale SET state = 3");
static const struct db_sql sql_begin_again = SQL("UPDATE sale SET stock = units WHERE sale_id = ?");

struct life {
	struct fixture *f;
	struct ctx *c;
	int64_t sale;
	pid_t orders, relay;
};

static int start(void **state)
{
	return selling_set_up_mq(state);
}

static int open_life(void **state)
{
	struct life *l = calloc(1, sizeof(*l));
	void *fixture = NULL;

	*state = l;
	if (people_set_up(&fixture))
		return -1;
	l->f = fixture;
	if (stores.missing)
		return 0;
	l->c = l->f->c;
	assert_int_equal(db_exec(l->c->db, NULL, &sql_end_all, DB_NO_ARGS), OK);
	l->orders = child_start("orders", NULL);
	return 0;
}

static int close_life(void **state)
{
	struct life *l = *state;
	void *fixture = l->f;
	int status = 0;

	if (!stores.missing) {
		status = child_end(l->orders, SIGTERM);
		if (l->relay)
			status |= child_end(l->relay, SIGTERM);
	}
	people_tear_down(&fixture);
	free(l);
	return status;
}

static struct sale_answer answer_of(struct life *l, int64_t user)
{
	struct sale_answer a = { 0 };

	forum_next(l->c);
	forum_as(l->c, user, ROLE_USER);
	assert_int_equal(sale_result(l->c, l->sale, &a), OK);
	return a;
}

static struct sale_answer await_answer(struct life *l, int64_t user)
{
	int64_t until = clock_ticks() + PATIENCE_MS;
	struct sale_answer a = answer_of(l, user);

	while (!a.order_id && !a.refusal && clock_ticks() < until) {
		stores_sleep_ms(20);
		a = answer_of(l, user);
	}
	return a;
}

static int64_t redis_stock(struct life *l)
{
	struct cache_reply *reply;

	forum_next(l->c);
	assert_int_equal(cache_run(l->c->cache, &reply,
				   CACHE_ARGS(STR("GET"), sale_stock_key(l->c->arena, l->sale))),
			 OK);
	return cache_is_nil(reply) ? -1 : cache_int(reply);
}

static void await_stock(struct life *l, int64_t stock)
{
	int64_t until = clock_ticks() + PATIENCE_MS;

	while (redis_stock(l) != stock && clock_ticks() < until)
		stores_sleep_ms(20);
	assert_int_equal(redis_stock(l), stock);
	assert_int_equal(forum_number(l->c, &sql_left, DB_ARGS(l->sale)), stock);
}

/* Asks `orders` to load it. */
static void settle(struct life *l)
{
	forum_next(l->c);
	assert_int_equal(db_begin(l->c->db), OK);
	assert_int_equal(db_end(l->c->db, sale_orders_settle(l->c, l->sale, 0)), OK);
	outbox_publish_own(l->c);
}

static void open_sale(struct life *l, int64_t units)
{
	forum_next(l->c);
	l->sale = selling_sale(l->c, units);
	assert_int_equal(db_exec(l->c->db, NULL, &sql_begin_again, DB_ARGS(l->sale)), OK);
	settle(l);
	await_stock(l, units);
}

static struct sale_answer press(struct life *l, int64_t user)
{
	struct sale_answer a = { 0 };

	forum_next(l->c);
	forum_as(l->c, user, ROLE_USER);
	assert_int_equal(sale_press(l->c, l->sale, &a), OK);
	return a;
}

static void expect_right(struct life *l)
{
	struct sale_report report;

	forum_next(l->c);
	assert_int_equal(sale_check(l->c, l->sale, clock_ticks() + 20000, &report), OK);
	assert_true(sale_report_is_right(&report));
	assert_int_equal(report.returning, 0);
}

static void the_unit_of_a_closed_order_is_sold_again(void **state)
{
	struct life *l = *state;
	struct sale_answer first, second;

	STORES_OR_SKIP();
	l->relay = child_start("relay", "sales");
	open_sale(l, 1);
	assert_int_equal(press(l, l->f->ann).refusal, SALE_NO_REFUSAL);
	first = await_answer(l, l->f->ann);
	assert_true(first.order_id > 0);
	assert_int_equal(press(l, l->f->bob).refusal, SALE_REFUSED_SOLD_OUT);
	selling_let_expire(l->c, first.order_id);
	assert_int_equal(child_run("closer"), 0);
	await_stock(l, 1);
	assert_int_equal(child_run("closer"), 0);
	stores_sleep_ms(1100); /* a process remembers for a second that it was sold out */
	assert_int_equal(press(l, l->f->bob).refusal, SALE_NO_REFUSAL);
	second = await_answer(l, l->f->bob);
	assert_true(second.order_id > 0);
	assert_int_equal(answer_of(l, l->f->ann).order_id, first.order_id);
	await_stock(l, 0);
	expect_right(l);
}

static void cancelled_and_paid_late_a_unit_comes_back_once(void **state)
{
	struct life *l = *state;
	struct payment p;
	int64_t order;

	STORES_OR_SKIP();
	l->relay = child_start("relay", "sales");
	open_sale(l, 2);
	press(l, l->f->ann);
	order = await_answer(l, l->f->ann).order_id;
	assert_true(order > 0);
	await_stock(l, 1);
	forum_as(l->c, l->f->ann, ROLE_USER);
	p = selling_begin(l->c, order);
	assert_int_equal(sale_order_cancel(l->c, order), OK);
	assert_int_equal(selling_call(l->c, &p, "paid"), OK);
	outbox_publish_own(l->c);
	await_stock(l, 2);
	assert_int_equal(child_run("closer"), 0);
	assert_int_equal(selling_state_of(l->c, order), ORDER_REFUNDED);
	assert_int_equal(child_run("reconciler"), 0);
	await_stock(l, 2);
	expect_right(l);
}

static void set(struct life *l, struct cache_args args)
{
	struct cache_reply *reply;

	assert_int_equal(cache_run(l->c->cache, &reply, args), OK);
	assert_false(cache_is_error(reply));
}

/* The gate took it, and then the stream was lost. */
static void a_request_that_was_lost_becomes_an_order(void **state)
{
	struct life *l = *state;
	struct sale_report report;

	STORES_OR_SKIP();
	open_sale(l, 3);
	assert_int_equal(press(l, l->f->ann).refusal, SALE_NO_REFUSAL);
	set(l, CACHE_ARGS(STR("DEL"), sale_stream_key(l->c->arena, l->sale)));
	assert_int_equal(child_run("reconciler"), 0);
	assert_int_equal(sale_report_read(l->c, l->sale, &report), OK);
	assert_int_equal(report.queued, 1);
	assert_int_equal(report.stuck, 0);
	/* more than a minute later */
	set(l, CACHE_ARGS(STR("HINCRBY"), sale_key_of(l->c->arena, l->sale, ":watch"), STR("at"),
			  -SALE_STUCK_MS));
	assert_int_equal(child_run("reconciler"), 0);
	assert_int_equal(sale_report_read(l->c, l->sale, &report), OK);
	assert_int_equal(report.stuck, 1);
	assert_true(await_answer(l, l->f->ann).order_id > 0);
	await_stock(l, 2);
	expect_right(l);
}

static void redis_emptied_is_noticed_and_filled(void **state)
{
	struct life *l = *state;

	STORES_OR_SKIP();
	open_sale(l, 3);
	forum_empty_redis();
	assert_int_equal(child_run("reconciler"), 0);
	await_stock(l, 3);
	expect_right(l);
}

/* No relay is there: what has lain for half a minute is carried by the compensator. */
static void the_compensator_carries_what_no_relay_came_for(void **state)
{
	struct life *l = *state;
	struct str stream;
	int64_t base;
	struct cache_reply *reply;

	STORES_OR_SKIP();
	open_sale(l, 3);
	press(l, l->f->bob);
	assert_int_equal(child_run("compensator"), 0);
	assert_false(answer_of(l, l->f->bob).order_id); /* it is too young */
	stream = sale_stream_key(l->c->arena, l->sale);
	set(l, CACHE_ARGS(STR("DEL"), stream));
	assert_int_equal(cache_run(l->c->cache, &reply,
				   CACHE_ARGS(STR("HGET"), sale_key(l->c->arena, l->sale),
					      STR("base"))),
			 OK);
	base = cache_int(reply);
	set(l, CACHE_ARGS(STR("XADD"), stream,
			  str_format(l->c->arena, "%lld-1", (long long)(l->c->now - 40000)),
			  STR("user"), l->f->bob, STR("no"), base + 1, STR("at"), l->c->now));
	assert_int_equal(child_run("compensator"), 0);
	assert_true(await_answer(l, l->f->bob).order_id > 0);
	assert_int_equal(child_run("compensator"), 0);
	await_stock(l, 2);
	assert_int_equal(forum_number(l->c, &sql_orders, DB_ARGS(l->sale)), 1);
	expect_right(l);
}

#define life_test(function) cmocka_unit_test_setup_teardown((function), open_life, close_life)

int main(void)
{
	const struct CMUnitTest tests[] = {
		life_test(the_unit_of_a_closed_order_is_sold_again),
		life_test(cancelled_and_paid_late_a_unit_comes_back_once),
		life_test(a_request_that_was_lost_becomes_an_order),
		life_test(redis_emptied_is_noticed_and_filled),
		life_test(the_compensator_carries_what_no_relay_came_for),
	};

	return cmocka_run_group_tests(tests, start, stores_tear_down);
}
