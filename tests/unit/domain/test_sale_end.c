/* The end of a sale's records: when all is quiet, wholly, and once. */
#include "unit/domain/selling.h"

#include "domain/sale_end.h"
#include "domain/sale_keys.h"

static const struct db_sql sql_state = SQL("SELECT state FROM sale WHERE sale_id = ?");
static const struct db_sql sql_ends = SQL("UPDATE sale SET ends_at = ? WHERE sale_id = ?");
static const struct db_sql sql_end_order =
	SQL("UPDATE sale_order SET state = ?, is_returned = ? WHERE order_id = ?");
static const struct db_sql sql_event =
	SQL("INSERT INTO outbox (event_id, topic, payload, state, next_try_at, created_at)"
	    " VALUES (?, ?, '{}', ?, 1, 1)");
static const struct db_sql sql_event_state = SQL("UPDATE outbox SET state = ? WHERE event_id = ?");
static const struct db_sql sql_all_over = SQL("UPDATE sale SET state = 3");

static int start(void **state)
{
	return selling_set_up_mq(state);
}

static struct cache_reply *ask(struct ctx *c, struct cache_args args)
{
	struct cache_reply *reply;

	assert_int_equal(cache_run(c->cache, &reply, args), OK);
	return reply;
}

static void set_keys(struct ctx *c, int64_t sale)
{
	ask(c, CACHE_ARGS(STR("HSET"), sale_key(c->arena, sale), STR("base"), 1));
	ask(c, CACHE_ARGS(STR("SET"), sale_stock_key(c->arena, sale), 1));
	ask(c, CACHE_ARGS(STR("HSET"), sale_ticket_key(c->arena, sale), 7, STR("q1")));
	ask(c, CACHE_ARGS(STR("HSET"), sale_rate_key(c->arena, sale), 1, 1));
	ask(c, CACHE_ARGS(STR("HSET"), sale_key_of(c->arena, sale, ":watch"), 1, 1));
	ask(c, CACHE_ARGS(STR("HSET"), sale_key_of(c->arena, sale, ":report"), 1, 1));
}

static int64_t count_keys(struct ctx *c, int64_t sale)
{
	return cache_int(
		ask(c, CACHE_ARGS(STR("EXISTS"), sale_key(c->arena, sale),
				  sale_stock_key(c->arena, sale), sale_ticket_key(c->arena, sale),
				  sale_stream_key(c->arena, sale), sale_rate_key(c->arena, sale),
				  sale_key_of(c->arena, sale, ":watch"),
				  sale_key_of(c->arena, sale, ":report"))));
}

/* A sale whose records have been kept long enough, with keys and a queue. */
static int64_t old_sale(struct ctx *c)
{
	int64_t sale;

	assert_int_equal(db_exec(c->db, NULL, &sql_all_over, DB_NO_ARGS), OK);
	sale = selling_sale(c, 5);
	assert_int_equal(db_exec(c->db, NULL, &sql_ends, DB_ARGS(c->now - SALE_KEEP_MS - 1, sale)),
			 OK);
	set_keys(c, sale);
	return sale;
}

static void expect_end(struct ctx *c, int64_t sale, bool is_ended)
{
	int64_t ended, depth;

	assert_int_equal(sale_end(c, 10, &ended), OK);
	assert_int_equal(ended, is_ended);
	assert_int_equal(forum_number(c, &sql_state, DB_ARGS(sale)),
			 is_ended ? SALE_OVER : SALE_PUBLISHED);
	if (is_ended) {
		assert_int_equal(count_keys(c, sale), 0);
		assert_int_equal(mq_depth(c->mq, sale_orders_key(c->arena, sale).p, &depth),
				 ERR_NOT_FOUND);
	} else {
		assert_true(count_keys(c, sale) >= 4);
	}
}

static void records_are_kept_for_their_time(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	int64_t sale;

	STORES_OR_SKIP();
	sale = old_sale(c);
	assert_int_equal(db_exec(c->db, NULL, &sql_ends,
				 DB_ARGS(c->now - SALE_KEEP_MS + CLOCK_MINUTE, sale)),
			 OK);
	expect_end(c, sale, false);
	assert_int_equal(db_exec(c->db, NULL, &sql_ends, DB_ARGS(c->now - SALE_KEEP_MS - 1, sale)),
			 OK);
	expect_end(c, sale, true);
}

static void an_order_under_way_keeps_them(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	int64_t sale, order;

	STORES_OR_SKIP();
	sale = old_sale(c);
	order = selling_order(c, sale, f->ann);
	expect_end(c, sale, false);
	assert_int_equal(db_exec(c->db, NULL, &sql_end_order, DB_ARGS(ORDER_EXPIRED, 0, order)),
			 OK);
	expect_end(c, sale, false);
	assert_int_equal(db_exec(c->db, NULL, &sql_end_order, DB_ARGS(ORDER_EXPIRED, 1, order)),
			 OK);
	expect_end(c, sale, true);
	assert_int_equal(selling_state_of(c, order), ORDER_EXPIRED);
}

static void an_event_a_request_or_a_message_keeps_them(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	struct mq_counts counts;
	struct mq_delivery d;
	struct mq *orders;
	struct str key;
	int64_t sale;

	STORES_OR_SKIP();
	sale = old_sale(c);
	key = str_copy(c->arena, sale_orders_key(c->arena, sale));
	assert_int_equal(db_exec(c->db, NULL, &sql_event, DB_ARGS(sale, key, OUTBOX_PENDING)), OK);
	expect_end(c, sale, false);
	assert_int_equal(db_exec(c->db, NULL, &sql_event_state, DB_ARGS(OUTBOX_FAILED, sale)), OK);
	expect_end(c, sale, false);
	assert_int_equal(db_exec(c->db, NULL, &sql_event_state, DB_ARGS(OUTBOX_SENT, sale)), OK);
	ask(c, CACHE_ARGS(STR("XADD"), sale_stream_key(c->arena, sale), STR("1-1"), STR("no"), 1));
	expect_end(c, sale, false);
	ask(c, CACHE_ARGS(STR("XDEL"), sale_stream_key(c->arena, sale), STR("1-1")));
	assert_int_equal(mq_publish_confirmed(c->mq, key, STR("1"), STR("{}")), OK);
	WAIT_UNTIL(!mq_count(c->mq, key.p, &counts) && counts.ready);
	expect_end(c, sale, false);
	orders = mq_new(&stores.config);
	assert_int_equal(mq_subscribe_also(orders, key.p, 1), OK);
	assert_int_equal(mq_next(orders, c->arena, WAIT_MOST_MS, &d), OK);
	assert_int_equal(mq_ack(orders, d.tag, false), OK);
	mq_free(orders);
	WAIT_UNTIL(!mq_count(c->mq, key.p, &counts) && !counts.ready && !counts.consumers);
	expect_end(c, sale, true);
}

/* Sent after all, one day, it would make the queue anew, where nobody looks any more. */
static void a_dead_event_goes_with_them(void **state)
{
	static const struct db_sql sql_events = SQL("SELECT COUNT(*) FROM outbox WHERE topic = ?");
	struct fixture *f = *state;
	struct ctx *c = f->c;
	int64_t sale, other;

	STORES_OR_SKIP();
	sale = old_sale(c);
	other = selling_id(c);
	assert_int_equal(db_exec(c->db, NULL, &sql_event,
				 DB_ARGS(sale, sale_orders_key(c->arena, sale), OUTBOX_DEAD)),
			 OK);
	assert_int_equal(db_exec(c->db, NULL, &sql_event,
				 DB_ARGS(other, sale_orders_key(c->arena, other), OUTBOX_DEAD)),
			 OK);
	expect_end(c, sale, true);
	assert_int_equal(forum_number(c, &sql_events, DB_ARGS(sale_orders_key(c->arena, sale))), 0);
	assert_int_equal(forum_number(c, &sql_events, DB_ARGS(sale_orders_key(c->arena, other))),
			 1);
}

static void a_sale_closed_early_ends_too(void **state)
{
	static const struct db_sql sql_close = SQL("UPDATE sale SET state = 2 WHERE sale_id = ?");
	struct fixture *f = *state;
	int64_t sale;

	STORES_OR_SKIP();
	sale = old_sale(f->c);
	assert_int_equal(db_exec(f->c->db, NULL, &sql_close, DB_ARGS(sale)), OK);
	expect_end(f->c, sale, true);
}

/* Killed after the queue or the keys were gone: the next one does the rest. */
static void an_end_that_was_cut_short_is_ended(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	int64_t sale;

	STORES_OR_SKIP();
	sale = old_sale(c);
	ask(c, CACHE_ARGS(STR("DEL"), sale_key(c->arena, sale), sale_ticket_key(c->arena, sale)));
	expect_end(c, sale, true);
}

static void without_the_broker_nothing_ends(void **state)
{
	struct config away = stores.config;
	struct fixture *f = *state;
	struct ctx *c = f->c;
	struct mq *own;
	int64_t sale, ended;

	STORES_OR_SKIP();
	sale = old_sale(c);
	away.mq.port = 1;
	own = c->mq;
	c->mq = mq_new(&away);
	assert_int_equal(sale_end(c, 10, &ended), ERR_UNAVAILABLE);
	assert_int_equal(ended, 0);
	mq_free(c->mq);
	c->mq = own;
	assert_int_equal(forum_number(c, &sql_state, DB_ARGS(sale)), SALE_PUBLISHED);
	expect_end(c, sale, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		people_test(records_are_kept_for_their_time),
		people_test(an_order_under_way_keeps_them),
		people_test(an_event_a_request_or_a_message_keeps_them),
		people_test(a_dead_event_goes_with_them),
		people_test(a_sale_closed_early_ends_too),
		people_test(an_end_that_was_cut_short_is_ended),
		people_test(without_the_broker_nothing_ends),
	};

	return cmocka_run_group_tests(tests, start, stores_tear_down);
}
