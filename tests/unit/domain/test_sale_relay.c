/* Requests from the streams of sales to their queues, and sales that are asked for. */
#include "unit/domain/market.h"

#include "domain/outbox.h"
#include "domain/sale_relay_internal.h"
#include "support/queue.h"

static int start(void **state)
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
	return e ? -1 : 0;
}

/* A queue that was just made takes nothing before it has a leader. */
static size_t carry(struct ctx *c, struct sale_relay *relay)
{
	err e = ERR_UNAVAILABLE;
	size_t moved = 0;

	WAIT_UNTIL(forum_next(c), !(e = sale_relay_round(relay, c, 0, &moved)));
	assert_int_equal(e, OK);
	return moved;
}

static void look(struct ctx *c, struct sale_relay *relay)
{
	err e = ERR_UNAVAILABLE;

	WAIT_UNTIL(forum_next(c), !(e = sale_relay_look(relay, c)));
	assert_int_equal(e, OK);
}

/* What the queue holds, one message after the other. */
static struct str hear(struct mq *m, struct arena *a)
{
	struct mq_delivery d = { 0 };
	err e = ERR_NOT_FOUND;

	WAIT_UNTIL(!(e = mq_next(m, a, 1000, &d)));
	assert_int_equal(e, OK);
	assert_int_equal(mq_ack(m, d.tag, false), OK);
	return d.body;
}

static void assert_silent(struct ctx *c, int64_t sale, struct mq *m, struct arena *a)
{
	struct str mark = queue_mark(c->mq, a, sale_orders_key(a, sale));
	struct mq_delivery d;

	assert_false(queue_next(m, a, mark, &d));
}

static struct mq *listen(struct ctx *c, int64_t sale)
{
	struct mq *m = mq_new(&stores.config);

	assert_int_equal(mq_subscribe_also(m, sale_orders_key(c->arena, sale).p, 10), OK);
	return m;
}

static int64_t stream_length(struct ctx *c, int64_t sale)
{
	return market_number(c, CACHE_ARGS(STR("XLEN"), sale_stream_key(c->arena, sale)));
}

static void what_was_taken_is_carried_in_one_message(void **state)
{
	struct fixture *f = *state;
	struct sale_relay *relay;
	struct ctx *c = f->c;
	struct arena *heard;
	struct mq *queue;
	int64_t sale;
	struct str body;

	STORES_OR_SKIP();
	heard = arena_new(4096);
	relay = sale_relay_new();
	sale = market_sale(c, 5);
	queue = listen(c, sale);
	look(c, relay);
	assert_int_equal(carry(c, relay), 0);
	market_press(c, sale, f->ann);
	market_number(c, CACHE_ARGS(STR("XADD"), sale_stream_key(c->arena, sale), STR("*"),
				    STR("no"), STR("x")));
	market_press(c, sale, f->bob);
	assert_int_equal(carry(c, relay), 3);
	assert_int_equal(stream_length(c, sale), 0);
	body = hear(queue, heard);
	assert_true(str_find(body, str_format(heard, ",%lld,", (long long)f->ann)) > 0);
	assert_true(str_find(body, str_format(heard, ",%lld,", (long long)f->bob)) > 0);
	market_handle(c, sale, body);
	assert_int_equal(market_orders(c, sale), 2);
	market_check(c, sale);
	assert_silent(c, sale, queue, heard);
	mq_free(queue);
	sale_relay_free(relay);
	arena_free(heard);
}

static void what_was_not_confirmed_stays(void **state)
{
	struct fixture *f = *state;
	struct config nowhere = stores.config;
	struct sale_relay *relay;
	struct ctx *c = f->c;
	struct mq *there;
	size_t moved;
	int64_t sale;

	STORES_OR_SKIP();
	relay = sale_relay_new();
	sale = market_sale(c, 5);
	look(c, relay);
	market_press(c, sale, f->ann);
	there = c->mq;
	nowhere.mq.port = 1;
	c->mq = mq_new(&nowhere);
	assert_int_equal(sale_relay_round(relay, c, 0, &moved), ERR_UNAVAILABLE);
	mq_free(c->mq);
	c->mq = there;
	assert_int_equal(stream_length(c, sale), 1);
	/* A relay that died: the compensator comes for it, but not at once. */
	assert_int_equal(sale_relay_idle(c, &moved), OK);
	assert_int_equal(moved, 0);
	c->now += SALE_RELAY_IDLE_MS + 1000;
	while (sale_relay_idle(c, &moved))
		stores_sleep_ms(100);
	assert_int_equal(moved, 1);
	assert_int_equal(stream_length(c, sale), 0);
	sale_relay_free(relay);
}

static void a_queue_that_fails_holds_up_nobody(void **state)
{
	struct fixture *f = *state;
	int64_t failing, working;
	struct sale_relay *relay;
	struct ctx *c = f->c;
	struct mq *other;
	size_t moved;

	STORES_OR_SKIP();
	relay = sale_relay_new();
	failing = market_sale(c, 5);
	working = market_sale(c, 5);
	look(c, relay);
	market_press(c, failing, f->ann);
	market_press(c, working, f->ann);
	while (stream_length(c, failing) + stream_length(c, working))
		carry(c, relay);
	/* The relay thinks that it is there. */
	other = mq_new(&stores.config);
	assert_int_equal(mq_remove(other, sale_orders_key(c->arena, failing)), OK);
	mq_free(other);
	market_press(c, failing, f->bob);
	market_press(c, working, f->bob);
	assert_int_equal(sale_relay_round(relay, c, 0, &moved), ERR_UNAVAILABLE);
	assert_int_equal(moved, 1);
	assert_int_equal(stream_length(c, failing), 1);
	assert_int_equal(stream_length(c, working), 0);
	carry(c, relay);
	assert_int_equal(stream_length(c, failing), 0);
	sale_relay_free(relay);
}

/* Redis refuses to read all streams when one of them is something else. */
static void a_stream_that_is_none_holds_up_nobody(void **state)
{
	struct fixture *f = *state;
	int64_t odd, working;
	struct sale_relay *relay;
	struct ctx *c = f->c;
	struct arena *heard;
	struct mq *queue;

	STORES_OR_SKIP();
	heard = arena_new(4096);
	relay = sale_relay_new();
	odd = market_sale(c, 5);
	working = market_sale(c, 5);
	queue = listen(c, odd);
	look(c, relay);
	market_number(c, CACHE_ARGS(STR("SET"), sale_stream_key(c->arena, odd), STR("x")));
	market_press(c, working, f->ann);
	assert_int_equal(carry(c, relay), 1);
	assert_int_equal(stream_length(c, working), 0);
	/* `orders` is asked at once to put it right; until then it stays left out. */
	look(c, relay);
	assert_text(hear(queue, heard), "{\"kind\":\"settle\",\"upto\":0}");
	market_press(c, working, f->bob);
	assert_int_equal(carry(c, relay), 1);
	market_settle(c, odd, 0);
	look(c, relay);
	market_press(c, odd, f->ann);
	assert_int_equal(carry(c, relay), 1);
	assert_int_equal(stream_length(c, odd), 0);
	assert_true(str_find(hear(queue, heard), str_format(heard, ",%lld,", (long long)f->ann)) >
		    0);
	mq_free(queue);
	sale_relay_free(relay);
	arena_free(heard);
}

/* Its queue is looked at when it has confirmed nothing for so long, however often it was tried. */
static void a_failure_counts_from_its_beginning(void **state)
{
	struct watched w = { .failing_since = 5 };

	(void)state;
	sale_relay_note(&w, false);
	assert_int_equal(w.failing_since, 5);
	sale_relay_note(&w, true);
	assert_int_equal(w.failing_since, 0);
	sale_relay_note(&w, false);
	assert_true(w.failing_since > 5);
}

/* Sent again: only what went to that topic, and not what is older. */
static void events_are_sent_again_for_a_queue_made_anew(void **state)
{
	static const struct db_sql sql_add =
		SQL("INSERT INTO outbox (event_id, topic, payload, state, next_try_at, created_at)"
		    " VALUES (?, ?, '{}', 1, ?, 0)");
	static const struct db_sql sql_due =
		SQL("SELECT SUM(event_id) FROM outbox WHERE state = 0 AND event_id < 10");
	struct fixture *f = *state;
	struct ctx *c = f->c;

	STORES_OR_SKIP();
	assert_int_equal(db_exec(c->db, NULL, &sql_add, DB_ARGS(1, STR("sale.order.1"), 2000)), OK);
	assert_int_equal(db_exec(c->db, NULL, &sql_add, DB_ARGS(2, STR("sale.order.1"), 900)), OK);
	assert_int_equal(db_exec(c->db, NULL, &sql_add, DB_ARGS(4, STR("sale.order.2"), 2000)), OK);
	assert_int_equal(outbox_send_again(c, STR("sale.order.1"), 1000), OK);
	assert_int_equal(forum_number(c, &sql_due, DB_NO_ARGS), 1);
}

static void a_missing_sale_is_asked_for_and_not_too_often(void **state)
{
	struct fixture *f = *state;
	struct sale_relay *relay;
	struct ctx *c = f->c;
	struct arena *heard;
	struct mq *queue;
	int64_t sale;

	STORES_OR_SKIP();
	heard = arena_new(4096);
	relay = sale_relay_new();
	sale = market_sale(c, 5);
	queue = listen(c, sale);
	look(c, relay);
	assert_silent(c, sale, queue, heard);
	market_number(c, CACHE_ARGS(STR("HDEL"), sale_ticket_key(c->arena, sale), STR("0")));
	look(c, relay);
	look(c, relay);
	assert_text(hear(queue, heard), "{\"kind\":\"settle\",\"upto\":0}");
	assert_silent(c, sale, queue, heard);
	market_settle(c, sale, 0);
	market_number(c, CACHE_ARGS(STR("DEL"), sale_key(c->arena, sale)));
	stores_sleep_ms(SALE_RELAY_ASK_MS);
	look(c, relay);
	assert_text(hear(queue, heard), "{\"kind\":\"settle\",\"upto\":0}");
	mq_free(queue);
	sale_relay_free(relay);
	arena_free(heard);
}

static void a_sale_is_settled_again_before_it_starts(void **state)
{
	struct fixture *f = *state;
	struct sale_relay *relay;
	struct ctx *c = f->c;
	struct arena *heard;
	struct mq *queue;
	int64_t sale;

	STORES_OR_SKIP();
	heard = arena_new(4096);
	relay = sale_relay_new();
	sale = market_sale_at(c, 5, SALE_RELAY_BEFORE_MS - 5000, CLOCK_HOUR);
	queue = listen(c, sale);
	look(c, relay);
	look(c, relay);
	assert_text(hear(queue, heard), "{\"kind\":\"settle\",\"upto\":0}");
	assert_silent(c, sale, queue, heard);
	assert_true(sale_relay_count(relay) > 0);
	mq_free(queue);
	sale_relay_free(relay);
	arena_free(heard);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		people_test(what_was_taken_is_carried_in_one_message),
		people_test(what_was_not_confirmed_stays),
		people_test(a_queue_that_fails_holds_up_nobody),
		people_test(a_stream_that_is_none_holds_up_nobody),
		cmocka_unit_test(a_failure_counts_from_its_beginning),
		people_test(events_are_sent_again_for_a_queue_made_anew),
		people_test(a_missing_sale_is_asked_for_and_not_too_often),
		people_test(a_sale_is_settled_again_before_it_starts),
	};

	return cmocka_run_group_tests(tests, start, stores_tear_down);
}
