/* Settling: Redis emptied or set back, tickets that nobody answers, messages that come too late. */
#include "unit/domain/market.h"

static int start(void **state)
{
	return forum_set_up(state);
}

/* A plain mixture: ann has an order, bob waits in the queue, mod in the stream only. */
struct middle {
	int64_t sale, order;
	struct str queued, streamed;
};

static struct middle begin(struct fixture *f, int64_t units)
{
	struct middle m = { .sale = market_sale(f->c, units) };
	struct ctx *c = f->c;

	market_press(c, m.sale, f->ann);
	market_deliver(c, m.sale);
	m.order = market_result(c, m.sale, f->ann).order_id;
	market_press(c, m.sale, f->bob);
	m.queued = market_message(c, m.sale);
	market_press(c, m.sale, f->mod);
	m.streamed = market_message(c, m.sale);
	return m;
}

static void redis_emptied_in_the_middle(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	struct middle m;

	STORES_OR_SKIP();
	m = begin(f, 5);
	forum_empty_redis();
	/* Nobody is told -1 who may still get an order. */
	assert_int_equal(market_result(c, m.sale, f->ann).order_id, m.order);
	assert_true(market_is_queueing(market_result(c, m.sale, f->bob)));
	assert_true(market_is_queueing(market_result(c, m.sale, f->mod)));
	assert_int_equal(market_press(c, m.sale, f->bob).refusal, SALE_REFUSED_AWAY);
	market_handle(c, m.sale, m.queued);
	market_settle(c, m.sale, 0);
	assert_int_equal(market_result(c, m.sale, f->ann).order_id, m.order);
	assert_true(market_result(c, m.sale, f->bob).order_id > 0);
	assert_int_equal(market_result(c, m.sale, f->mod).refusal, SALE_REFUSED_NOBODY);
	assert_int_equal(market_redis_stock(c, m.sale), 3);
	market_check(c, m.sale);
	/* Whatever comes now is too late, and what he was told stays; settled is settled. */
	market_settle(c, m.sale, 0);
	market_handle(c, m.sale, m.streamed);
	market_handle(c, m.sale, m.queued);
	assert_int_equal(market_result(c, m.sale, f->mod).refusal, SALE_REFUSED_NOBODY);
	assert_int_equal(market_orders(c, m.sale), 2);
	market_check(c, m.sale);
	/* He may try again. */
	assert_true(market_is_queueing(market_press(c, m.sale, f->mod)));
	market_deliver(c, m.sale);
	assert_true(market_result(c, m.sale, f->mod).order_id > 0);
	assert_int_equal(market_press(c, m.sale, f->ann).order_id, m.order);
	market_check(c, m.sale);
}

static void settling_what_is_well_changes_nothing(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	struct middle m;

	STORES_OR_SKIP();
	m = begin(f, 5);
	market_settle(c, m.sale, 0);
	market_settle(c, m.sale, 1);
	assert_true(market_is_queueing(market_result(c, m.sale, f->bob)));
	assert_true(market_is_queueing(market_result(c, m.sale, f->mod)));
	assert_int_equal(market_redis_stock(c, m.sale), 2);
	market_handle(c, m.sale, m.queued);
	market_handle(c, m.sale, m.streamed);
	assert_true(market_result(c, m.sale, f->mod).order_id > 0);
	market_check(c, m.sale);
}

/* The broker lost what it had confirmed: a ticket is enough to make the order. */
static void stuck_tickets_become_orders(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	int64_t upto, later, order;
	struct middle m;

	STORES_OR_SKIP();
	m = begin(f, 5);
	upto = market_of(c, m.sale, "base") + market_of(c, m.sale, "taken");
	later = forum_user(c, ROLE_USER);
	market_press(c, m.sale, later);
	market_handle(c, m.sale, m.queued);
	market_settle(c, m.sale, upto);
	order = market_result(c, m.sale, f->mod).order_id;
	assert_true(order > 0);
	assert_int_equal(market_press(c, m.sale, f->mod).order_id, order);
	assert_true(market_result(c, m.sale, f->bob).order_id > 0);
	assert_true(market_is_queueing(market_result(c, m.sale, later)));
	assert_int_equal(market_redis_stock(c, m.sale), 1);
	market_check(c, m.sale);
	/* The message that was lost turns up after all. */
	market_handle(c, m.sale, m.streamed);
	assert_int_equal(market_result(c, m.sale, f->mod).order_id, order);
	market_deliver(c, m.sale);
	assert_true(market_result(c, m.sale, later).order_id > 0);
	assert_int_equal(market_orders(c, m.sale), 4);
	market_check(c, m.sale);
}

/* Closed meanwhile, or at its end: they were in time. */
static void stuck_tickets_were_in_time(void **state)
{
	static const struct db_sql sql_end = SQL("UPDATE sale SET ends_at = ? WHERE sale_id = ?");
	struct fixture *f = *state;
	struct ctx *c = f->c;
	struct middle m;

	STORES_OR_SKIP();
	m = begin(f, 5);
	assert_int_equal(db_exec(c->db, NULL, &sql_end, DB_ARGS(c->now - CLOCK_MINUTE, m.sale)),
			 OK);
	market_settle(c, m.sale, INT64_C(1) << 52);
	assert_true(market_result(c, m.sale, f->bob).order_id > 0);
	assert_true(market_result(c, m.sale, f->mod).order_id > 0);
	market_check(c, m.sale);
}

/* More tickets than units, whatever made it so: the first ones win, and a refusal stays when a unit
 * comes back. */
static void a_settled_refusal_stays(void **state)
{
	static const struct db_sql sql_cancel =
		SQL("UPDATE sale_order SET state = 2 WHERE order_id = ?");
	static const struct db_sql sql_fewer =
		SQL("UPDATE sale SET units = units - 1, stock = stock - 1 WHERE sale_id = ?");
	struct fixture *f = *state;
	struct ctx *c = f->c;
	struct middle m;

	STORES_OR_SKIP();
	m = begin(f, 3);
	assert_int_equal(db_exec(c->db, NULL, &sql_fewer, DB_ARGS(m.sale)), OK);
	market_settle(c, m.sale, INT64_C(1) << 52);
	assert_true(market_result(c, m.sale, f->bob).order_id > 0);
	assert_int_equal(market_result(c, m.sale, f->mod).refusal, SALE_REFUSED_SOLD_OUT);
	assert_int_equal(db_exec(c->db, NULL, &sql_cancel, DB_ARGS(m.order)), OK);
	market_settle(c, m.sale, 0);
	assert_int_equal(market_redis_stock(c, m.sale), 1);
	market_handle(c, m.sale, m.streamed);
	assert_int_equal(market_orders(c, m.sale), 2);
	assert_int_equal(market_result(c, m.sale, f->mod).refusal, SALE_REFUSED_SOLD_OUT);
	market_check(c, m.sale);
}

/* "ended" was lost: the unit comes back all the same, once. */
static void units_come_back_without_their_message(void **state)
{
	static const struct db_sql sql_cancel =
		SQL("UPDATE sale_order SET state = ? WHERE order_id = ?");
	struct fixture *f = *state;
	struct ctx *c = f->c;
	struct str ended;
	struct middle m;

	STORES_OR_SKIP();
	m = begin(f, 5);
	market_settle(c, m.sale, 0);
	assert_int_equal(market_sql_stock(c, m.sale), 4);
	assert_int_equal(db_exec(c->db, NULL, &sql_cancel, DB_ARGS(3, m.order)), OK);
	market_settle(c, m.sale, 0);
	assert_int_equal(market_sql_stock(c, m.sale), 5);
	market_check(c, m.sale);
	ended = str_format(c->arena, "{\"kind\":\"ended\",\"order\":\"%lld\"}", (long long)m.order);
	market_handle(c, m.sale, ended);
	market_settle(c, m.sale, 0);
	assert_int_equal(market_sql_stock(c, m.sale), 5);
	market_check(c, m.sale);
}

/* The order is in SQL, the ticket still waits: nobody told Redis. */
static void a_stuck_ticket_of_an_order_becomes_it(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	int64_t upto;
	struct middle m;

	STORES_OR_SKIP();
	m = begin(f, 5);
	upto = market_of(c, m.sale, "base") + market_of(c, m.sale, "taken");
	market_number(c, CACHE_ARGS(STR("HSET"), sale_ticket_key(c->arena, m.sale), f->ann,
				    str_format(c->arena, "q%lld", (long long)upto - 2)));
	market_number(c,
		      CACHE_ARGS(STR("HINCRBY"), sale_key(c->arena, m.sale), STR("answered"), -1));
	market_settle(c, m.sale, upto);
	assert_int_equal(market_result(c, m.sale, f->ann).order_id, m.order);
	assert_true(market_result(c, m.sale, f->bob).order_id > 0);
	assert_int_equal(market_orders(c, m.sale), 3);
	market_check(c, m.sale);
}

static void differences_are_mended(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	struct middle m;

	STORES_OR_SKIP();
	m = begin(f, 5);
	market_number(c, CACHE_ARGS(STR("SET"), sale_stock_key(c->arena, m.sale), 77));
	market_number(c, CACHE_ARGS(STR("HSET"), sale_key(c->arena, m.sale), STR("answered"), 0));
	market_settle(c, m.sale, 0);
	assert_int_equal(market_redis_stock(c, m.sale), 2);
	market_check(c, m.sale);
	/* An older figure of a consumer that was frozen does not come over a newer one. */
	market_number(c, CACHE_ARGS(STR("HSET"), sale_key(c->arena, m.sale), STR("change"), 99));
	market_number(c, CACHE_ARGS(STR("SET"), sale_stock_key(c->arena, m.sale), 1));
	market_handle(c, m.sale, m.queued);
	assert_int_equal(market_redis_stock(c, m.sale), 1);
}

/* A part of it is gone: all is loaded again, what people were told stays, and who waits by a ticket
 * that is still there has waited for something. */
static void a_part_lost_loses_nobody(void **state)
{
	static const char *const parts[] = { "", ":stock" };
	struct fixture *f = *state;
	struct ctx *c = f->c;
	struct middle m;
	size_t i;

	STORES_OR_SKIP();
	for (i = 0; i < ARRAY_LEN(parts); i++) {
		m = begin(f, 5);
		market_number(c, CACHE_ARGS(STR("DEL"), sale_key_of(c->arena, m.sale, parts[i])));
		assert_int_equal(market_press(c, m.sale, forum_user(c, ROLE_USER)).refusal,
				 SALE_REFUSED_AWAY);
		market_settle(c, m.sale, 0);
		assert_int_equal(market_result(c, m.sale, f->ann).order_id, m.order);
		assert_true(market_result(c, m.sale, f->bob).order_id > 0);
		assert_true(market_result(c, m.sale, f->mod).order_id > 0);
		assert_int_equal(market_redis_stock(c, m.sale), 2);
		market_handle(c, m.sale, m.queued);
		market_handle(c, m.sale, m.streamed);
		assert_int_equal(market_orders(c, m.sale), 3);
		market_check(c, m.sale);
	}
}

/* All tickets are gone, and one was written again since, as it should not be. */
static void tickets_lost_are_all_loaded_again(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	int64_t before, since;
	struct middle m;

	STORES_OR_SKIP();
	m = begin(f, 5);
	before = forum_user(c, ROLE_USER);
	since = forum_user(c, ROLE_USER);
	market_press(c, m.sale, before);
	market_number(c, CACHE_ARGS(STR("DEL"), sale_ticket_key(c->arena, m.sale)));
	market_number(c, CACHE_ARGS(STR("HSET"), sale_ticket_key(c->arena, m.sale), since,
				    str_format(c->arena, "q%lld",
					       (long long)market_of(c, m.sale, "base") +
						       market_of(c, m.sale, "taken"))));
	market_settle(c, m.sale, 0);
	assert_int_equal(market_result(c, m.sale, f->ann).order_id, m.order);
	assert_int_equal(market_result(c, m.sale, before).refusal, SALE_REFUSED_NOBODY);
	assert_true(market_result(c, m.sale, since).order_id > 0);
	assert_int_equal(market_redis_stock(c, m.sale), 3);
	market_deliver(c, m.sale);
	assert_int_equal(market_result(c, m.sale, before).refusal, SALE_REFUSED_NOBODY);
	assert_int_equal(market_orders(c, m.sale), 2);
	market_check(c, m.sale);
}

/* Redis came back with an older state: its numbers are settled, and must not stay so. */
static void numbers_go_on_above_what_is_settled(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	int64_t old, later;
	struct middle m;

	STORES_OR_SKIP();
	m = begin(f, 5);
	old = market_of(c, m.sale, "base");
	forum_empty_redis();
	market_settle(c, m.sale, 0);
	market_number(c, CACHE_ARGS(STR("HSET"), sale_key(c->arena, m.sale), STR("base"), old));
	market_press(c, m.sale, f->bob);
	market_deliver(c, m.sale);
	assert_int_equal(market_result(c, m.sale, f->bob).refusal, SALE_REFUSED_LOST);
	later = forum_user(c, ROLE_USER);
	market_press(c, m.sale, later);
	market_deliver(c, m.sale);
	assert_true(market_result(c, m.sale, later).order_id > 0);
	market_check(c, m.sale);
}

/* Somebody else has taken over and loaded: the one who was frozen does not undo it. */
static void loading_twice_at_once_is_loading_once(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	struct middle m;
	int64_t base;

	STORES_OR_SKIP();
	m = begin(f, 5);
	forum_empty_redis();
	market_settle(c, m.sale, 0);
	base = market_of(c, m.sale, "base");
	market_settle(c, m.sale, 0);
	assert_int_equal(market_of(c, m.sale, "base"), base);
	market_check(c, m.sale);
}

static void keys_live_until_a_week_after_the_end(void **state)
{
	static const char *const parts[] = { "", ":stock", ":ticket", ":stream", ":rate" };
	struct fixture *f = *state;
	struct ctx *c = f->c;
	int64_t ttl;
	struct middle m;
	size_t i;

	STORES_OR_SKIP();
	m = begin(f, 5);
	for (i = 0; i < ARRAY_LEN(parts); i++) {
		ttl = market_number(c, CACHE_ARGS(STR("TTL"),
						  sale_key_of(c->arena, m.sale, parts[i])));
		assert_true(ttl > 7 * 86400 && ttl <= 7 * 86400 + 3600);
	}
	/* A draft and a sale that is long over are not loaded at all. */
	m.sale = market_draft(c, 3, 0, CLOCK_HOUR);
	market_settle(c, m.sale, 0);
	assert_int_equal(market_redis_stock(c, m.sale), -1);
}

static void a_large_sale_is_loaded_in_pages(void **state)
{
	static const struct db_sql sql_fill =
		SQL("INSERT INTO sale_order (order_id, sale_id, user_id, goods_id, request_no,"
		    " price, created_at, expires_at) SELECT ? + seq, ?, seq, 1, seq, 1, 1, 1"
		    " FROM seq_1_to_2500");
	static const struct db_sql sql_stock =
		SQL("UPDATE sale SET stock = stock - 2500 WHERE sale_id = ?");
	struct fixture *f = *state;
	struct ctx *c = f->c;
	int64_t sale;

	STORES_OR_SKIP();
	sale = market_sale(c, 3000);
	assert_int_equal(db_exec(c->db, NULL, &sql_fill, DB_ARGS(sale, sale)), OK);
	assert_int_equal(db_exec(c->db, NULL, &sql_stock, DB_ARGS(sale)), OK);
	forum_empty_redis();
	market_settle(c, sale, 0);
	assert_int_equal(market_result(c, sale, 1).order_id, sale + 1);
	assert_int_equal(market_result(c, sale, 2500).order_id, sale + 2500);
	assert_int_equal(market_of(c, sale, "sold"), 2500);
	market_check(c, sale);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		people_test(redis_emptied_in_the_middle),
		people_test(settling_what_is_well_changes_nothing),
		people_test(stuck_tickets_become_orders),
		people_test(stuck_tickets_were_in_time),
		people_test(a_settled_refusal_stays),
		people_test(units_come_back_without_their_message),
		people_test(a_stuck_ticket_of_an_order_becomes_it),
		people_test(differences_are_mended),
		people_test(a_part_lost_loses_nobody),
		people_test(tickets_lost_are_all_loaded_again),
		people_test(numbers_go_on_above_what_is_settled),
		people_test(loading_twice_at_once_is_loading_once),
		people_test(keys_live_until_a_week_after_the_end),
		people_test(a_large_sale_is_loaded_in_pages),
	};

	return cmocka_run_group_tests(tests, start, stores_tear_down);
}
