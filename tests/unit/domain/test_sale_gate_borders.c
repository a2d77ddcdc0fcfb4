/* The borders of the gate: its window, its counts, the places it tells of, and parts that lack. */
#include "unit/domain/market.h"
#include "unit/still_clock.h"

#define KEPT_SECONDS 128 /* of the rate, when it is cut */
#define RATE_MOST 256
#define RATE_SECONDS 120 /* that are shown */

static int start(void **state)
{
	return forum_set_up(state);
}

/* Half a second before the start it is closed, and half a second after the end. */
static void the_window_is_exact(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	enum sale_refusal early;
	int64_t sale, starts;

	STORES_OR_SKIP();
	sale = market_sale(c, 5);
	/* A machine that stood still for so long is no fault: again. */
	do {
		starts = clock_now() + 500;
		market_set(c, sale, "starts", starts);
		early = market_press(c, sale, forum_user(c, ROLE_USER)).refusal;
	} while (clock_now() >= starts);
	assert_int_equal(early, SALE_REFUSED_EARLY);
	market_set(c, sale, "starts", clock_now());
	assert_true(market_is_queueing(market_press(c, sale, f->ann)));
	market_set(c, sale, "ends", clock_now());
	assert_int_equal(market_press(c, sale, f->bob).refusal, SALE_REFUSED_LATE);
	/* And still she is told how hers stands. */
	assert_true(market_is_queueing(market_press(c, sale, f->ann)));
}

/* Closed for the moment, not broken: who presses may try again. */
static void without_one_of_its_numbers_it_is_closed(void **state)
{
	static const char *const fields[] = { "starts", "ends", "base", "taken" };
	struct fixture *f = *state;
	struct ctx *c = f->c;
	int64_t sale;
	size_t i;

	STORES_OR_SKIP();
	for (i = 0; i < ARRAY_LEN(fields); i++) {
		sale = market_sale(c, 2);
		market_number(c, CACHE_ARGS(STR("HDEL"), sale_key(c->arena, sale),
					    str_from_c(fields[i])));
		assert_int_equal(market_press(c, sale, f->ann).refusal, SALE_REFUSED_AWAY);
		assert_int_equal(market_redis_stock(c, sale), 2);
		market_settle(c, sale, 0);
		assert_true(market_is_queueing(market_press(c, sale, f->ann)));
	}
}

/* Told with the press, the same press again, and the poll: so many are before her. */
static void the_place_in_the_queue_is_the_same_everywhere(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	struct str first;
	int64_t sale;

	STORES_OR_SKIP();
	sale = market_sale(c, 9);
	assert_int_equal(market_press(c, sale, f->ann).ahead, 0);
	first = market_message(c, sale);
	assert_int_equal(market_press(c, sale, f->bob).ahead, 1);
	assert_int_equal(market_press(c, sale, f->mod).ahead, 2);
	assert_int_equal(market_press(c, sale, f->mod).ahead, 2);
	assert_int_equal(market_result(c, sale, f->mod).ahead, 2);
	market_handle(c, sale, first);
	assert_int_equal(market_press(c, sale, f->mod).ahead, 1);
	assert_int_equal(market_result(c, sale, f->mod).ahead, 1);
	assert_int_equal(market_press(c, sale, forum_user(c, ROLE_USER)).ahead, 2);
	/* One whose turn has come, though nobody has told her yet. */
	market_set(c, sale, "done", market_of(c, sale, "base") + 9);
	assert_int_equal(market_result(c, sale, f->mod).ahead, 0);
}

/* The longer the queue, the later she asks again; but within five seconds. */
static void a_long_queue_is_asked_about_less_often(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	int64_t sale;

	STORES_OR_SKIP();
	sale = market_sale(c, 9);
	assert_int_equal(market_press(c, sale, f->ann).wait_ms, 200);
	market_set(c, sale, "taken", 1000);
	assert_int_equal(market_press(c, sale, f->bob).wait_ms, 300);
	market_set(c, sale, "taken", 1000000);
	assert_int_equal(market_press(c, sale, f->mod).wait_ms, 5000);
}

/* Each press is counted, by the process that took it, four times a second. */
static void presses_are_counted_together(void **state)
{
	struct fixture *f = *state;
	struct cache_reply *counts;
	struct ctx *c = f->c;
	struct str rate;
	int64_t sale;
	int i;

	STORES_OR_SKIP();
	sale = market_sale(c, 2);
	rate = sale_rate_key(c->arena, sale);
	clock_stop();
	market_press(c, sale, f->ann);
	assert_int_equal(market_of(c, sale, "asked"), 1);
	for (i = 0; i < 4; i++)
		market_press(c, sale, f->ann);
	clock_move(249);
	market_press(c, sale, f->ann);
	assert_int_equal(market_of(c, sale, "asked"), 1);
	market_number(c, CACHE_ARGS(STR("DEL"), rate));
	clock_move(1);
	market_press(c, sale, f->ann);
	assert_int_equal(market_of(c, sale, "asked"), 7);
	assert_int_equal(cache_run(c->cache, &counts, CACHE_ARGS(STR("HVALS"), rate)), OK);
	assert_int_equal(cache_int(cache_item(counts, 0)), 6);
	/* Also those that this process refuses from memory. */
	market_press(c, sale, f->bob);
	assert_int_equal(market_press(c, sale, f->mod).refusal, SALE_REFUSED_SOLD_OUT);
	assert_int_equal(market_press(c, sale, f->mod).refusal, SALE_REFUSED_SOLD_OUT);
	clock_move(1000);
	assert_int_equal(market_press(c, sale, f->mod).refusal, SALE_REFUSED_SOLD_OUT);
	assert_int_equal(market_of(c, sale, "asked"), 11);
	clock_run();
}

/* A sale that is open for a day has no list of all its seconds. */
static void the_rate_forgets_what_is_old(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	int64_t sale, now = clock_now() / 1000, i;
	struct str rate;

	STORES_OR_SKIP();
	sale = market_sale(c, 2);
	rate = sale_rate_key(c->arena, sale);
	market_number(c, CACHE_ARGS(STR("HSET"), rate, now - KEPT_SECONDS / 2, 1));
	for (i = 0; i < RATE_MOST - 2; i++)
		market_number(c, CACHE_ARGS(STR("HSET"), rate, now - 3 * KEPT_SECONDS - i, 1));
	market_press(c, sale, f->ann);
	assert_int_equal(market_number(c, CACHE_ARGS(STR("HLEN"), rate)), RATE_MOST);
	market_number(c, CACHE_ARGS(STR("HSET"), rate, 1, 1));
	/* Another process, so that it counts at once. */
	memset(c->process->sale_memories, 0, sizeof(c->process->sale_memories));
	stores_sleep_ms(1000 - clock_now() % 1000);
	market_press(c, sale, f->ann);
	assert_int_equal(market_number(c, CACHE_ARGS(STR("HLEN"), rate)), 3);
	assert_int_equal(market_number(c, CACHE_ARGS(STR("HEXISTS"), rate, now - KEPT_SECONDS / 2)),
			 1);
}

/* The last two minutes, without the second that is not full yet. */
static void the_rate_is_of_whole_seconds(void **state)
{
	struct fixture *f = *state;
	struct sale_live_numbers n;
	struct ctx *c = f->c;
	int64_t sale, second, sum = 0;
	struct str rate;
	size_t i;

	STORES_OR_SKIP();
	sale = market_sale(c, 2);
	rate = sale_rate_key(c->arena, sale);
	/* Until all of it happens in one second. */
	do {
		second = clock_now() / 1000;
		market_number(c, CACHE_ARGS(STR("DEL"), rate));
		market_number(c,
			      CACHE_ARGS(STR("HSET"), rate, second, 9, second - 1, 5,
					 second - RATE_SECONDS, 7, second - RATE_SECONDS - 1, 3));
		assert_int_equal(sale_live_read(c, sale, &n), OK);
	} while (clock_now() / 1000 != second);
	for (i = 0; i < ARRAY_LEN(n.rate.items); i++)
		sum += n.rate.items[i];
	assert_int_equal(ARRAY_LEN(n.rate.items), RATE_SECONDS);
	assert_int_equal(n.rate.items[0], 7);
	assert_int_equal(n.rate.items[RATE_SECONDS - 1], 5);
	assert_int_equal(sum, 12);
}

static void the_live_numbers_add_up(void **state)
{
	struct fixture *f = *state;
	struct sale_live_numbers n;
	struct ctx *c = f->c;
	int64_t sale;

	STORES_OR_SKIP();
	sale = market_sale(c, 5);
	market_press(c, sale, f->ann);
	market_deliver(c, sale);
	market_press(c, sale, f->bob);
	market_press(c, sale, f->mod);
	market_set(c, sale, "refused", 4);
	assert_int_equal(sale_live_read(c, sale, &n), OK);
	assert_true(n.is_loaded);
	assert_int_equal(n.stock, 2);
	assert_int_equal(n.taken, 3);
	assert_int_equal(n.queued, 2);
	assert_int_equal(n.sold, 1);
	assert_int_equal(n.refused, 4);
	assert_int_equal(n.stream, 2);
	market_number(c, CACHE_ARGS(STR("DEL"), sale_stock_key(c->arena, sale)));
	assert_int_equal(sale_live_read(c, sale, &n), OK);
	assert_false(n.is_loaded);
}

static int64_t shown_stock(struct ctx *c, int64_t sale)
{
	struct cache_reply *stock = sale_stock_want(c, sale);

	assert_int_equal(cache_flush(c->cache), OK);
	return sale_stock_read(stock);
}

/* Pages show a number only while the gate goes by it, and none below nothing. */
static void a_stock_is_shown_while_the_sale_is_whole(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	int64_t sale;

	STORES_OR_SKIP();
	sale = market_sale(c, 2);
	assert_int_equal(shown_stock(c, sale), 2);
	market_number(c, CACHE_ARGS(STR("SET"), sale_stock_key(c->arena, sale), -5));
	assert_int_equal(shown_stock(c, sale), 0);
	market_number(c, CACHE_ARGS(STR("HDEL"), sale_ticket_key(c->arena, sale), STR("0")));
	assert_int_equal(shown_stock(c, sale), -1);
	market_settle(c, sale, 0);
	assert_int_equal(shown_stock(c, sale), 2);
	market_number(c, CACHE_ARGS(STR("DEL"), sale_key(c->arena, sale)));
	assert_int_equal(shown_stock(c, sale), -1);
}

/* With the first request there is a stream, and it goes with the rest. */
static void a_stream_ends_with_its_sale(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	int64_t sale, ttl;

	STORES_OR_SKIP();
	sale = market_sale(c, 2);
	market_press(c, sale, f->ann);
	ttl = market_number(c, CACHE_ARGS(STR("TTL"), sale_stream_key(c->arena, sale)));
	assert_true(ttl > 7 * 86400 && ttl <= 7 * 86400 + 3600);
}

/* Two sales may share a place in a process's memory, and were loaded in the same second. */
static void what_is_remembered_is_of_one_sale(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	int64_t sale;
	size_t i;

	STORES_OR_SKIP();
	sale = market_sale(c, 2);
	for (i = 0; i < ARRAY_LEN(c->process->sale_memories); i++)
		c->process->sale_memories[i] =
			(struct sale_memory){ .sale_id = sale + 1,
					      .base = market_of(c, sale, "base"),
					      .sold_out_until = clock_ticks() + CLOCK_HOUR };
	assert_true(market_is_queueing(market_press(c, sale, f->ann)));
}

/* Without Redis nobody waits for what nobody brings any more. */
static void only_what_may_be_loaded_again_is_waited_for(void **state)
{
	static const struct db_sql sql_set =
		SQL("UPDATE sale SET state = ?, ends_at = ? WHERE sale_id = ?");
	struct fixture *f = *state;
	struct sale_answer answer;
	struct ctx *c = f->c;
	int64_t sale, draft, kept;

	STORES_OR_SKIP();
	sale = market_sale(c, 2);
	draft = market_draft(c, 2, 0, CLOCK_HOUR);
	forum_empty_redis();
	kept = c->now - SALE_KEEP_MS;
	assert_true(market_is_queueing(market_result(c, sale, f->ann)));
	assert_int_equal(sale_result(c, draft, &answer), ERR_NOT_FOUND);
	assert_int_equal(sale_result(c, sale + 1, &answer), ERR_NOT_FOUND);
	assert_int_equal(db_exec(c->db, NULL, &sql_set, DB_ARGS(SALE_CLOSED, kept + 1, sale)), OK);
	assert_true(market_is_queueing(market_result(c, sale, f->ann)));
	assert_int_equal(db_exec(c->db, NULL, &sql_set, DB_ARGS(SALE_CLOSED, kept, sale)), OK);
	assert_int_equal(market_result(c, sale, f->ann).refusal, SALE_REFUSED_NOBODY);
	assert_int_equal(db_exec(c->db, NULL, &sql_set, DB_ARGS(SALE_OVER, kept + 1, sale)), OK);
	assert_int_equal(market_result(c, sale, f->ann).refusal, SALE_REFUSED_NOBODY);
}

/* The sale itself is gone, and the tickets may be old ones: who has none may have an order. */
static void tickets_without_their_sale_tell_nobody_no(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	int64_t sale, order;

	STORES_OR_SKIP();
	sale = market_sale(c, 2);
	market_press(c, sale, f->ann);
	market_deliver(c, sale);
	order = market_result(c, sale, f->ann).order_id;
	market_number(c, CACHE_ARGS(STR("HDEL"), sale_ticket_key(c->arena, sale), f->ann));
	market_number(c, CACHE_ARGS(STR("DEL"), sale_key(c->arena, sale)));
	assert_int_equal(market_result(c, sale, f->ann).order_id, order);
	assert_true(market_is_queueing(market_result(c, sale, f->bob)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		people_test(the_window_is_exact),
		people_test(without_one_of_its_numbers_it_is_closed),
		people_test(the_place_in_the_queue_is_the_same_everywhere),
		people_test(a_long_queue_is_asked_about_less_often),
		people_test(presses_are_counted_together),
		people_test(the_rate_forgets_what_is_old),
		people_test(the_rate_is_of_whole_seconds),
		people_test(the_live_numbers_add_up),
		people_test(a_stock_is_shown_while_the_sale_is_whole),
		people_test(a_stream_ends_with_its_sale),
		people_test(what_is_remembered_is_of_one_sale),
		people_test(only_what_may_be_loaded_again_is_waited_for),
		people_test(tickets_without_their_sale_tell_nobody_no),
	};

	return cmocka_run_group_tests(tests, start, stores_tear_down);
}
