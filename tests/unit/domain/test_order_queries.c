/*
 * Every statement about orders, payments, addresses and the pipes, explained on filled tables: see
 * explain.h.
 */
#include "unit/domain/selling.h"

#include "domain/mail.h"
#include "domain/plumbing.h"
#include "domain/sale_end.h"
#include "domain/sale_keys.h"
#include "unit/domain/explain.h"

#define SALE 77

static const char fill[] =
	"INSERT INTO goods (goods_id, name, body_md, body_html, excerpt, price, created_at)"
	" SELECT seq, 'thing', '', '', '', 1, 1 FROM seq_1_to_200;\n"
	"INSERT INTO sale (sale_id, goods_id, price, units, stock, starts_at, ends_at, pay_seconds,"
	" state, created_by, created_at) SELECT seq, 1 + seq MOD 200, 1, 9000, 10, seq, 9000 + seq,"
	" 60, 3, 1, 1 FROM seq_1_to_2000;\n"
	"UPDATE sale SET state = 1, ends_at = 9000000000000 WHERE sale_id IN (77, 78);\n"
	"INSERT INTO sale_order (order_id, sale_id, user_id, goods_id, request_no, price, state,"
	" is_returned, created_at, expires_at) SELECT seq, 77, seq, 1, seq, 1, seq MOD 6,"
	" seq MOD 6 > 1, seq, 9000000000000 FROM seq_1_to_20000;\n"
	"INSERT INTO sale_order (order_id, sale_id, user_id, goods_id, request_no, price, state,"
	" is_returned, created_at, expires_at) SELECT 100000 + seq, 100 + seq MOD 1000, seq, 1, 1,"
	" 1, 1, 0, seq, 5 FROM seq_1_to_20000;\n"
	"INSERT INTO payment (reference, order_id, amount, state, created_at, changed_at,"
	" next_try_at) SELECT CONCAT('reference', seq), seq, 1, seq MOD 4, 1, 1, 9000000000000"
	" FROM seq_1_to_20000;\n"
	"INSERT INTO address (address_id, user_id, name, phone, region, street, created_at)"
	" SELECT seq, seq MOD 4000, 'n', '1', 'r', 's', 1 FROM seq_1_to_20000;\n"
	"INSERT INTO outbox (event_id, topic, payload, state, next_try_at, created_at)"
	" SELECT seq, 'sale.order.77', '{}', 1, seq, seq FROM seq_1_to_20000;\n"
	"INSERT INTO job_run (name, began_at) SELECT CONCAT('job', seq), 1 FROM seq_1_to_8;\n"
	"ANALYZE TABLE sale, sale_order, payment, address, outbox, goods, job_run;\n";

static int start(void **state)
{
	return selling_set_up_mq(state) || explain_fill(fill);
}

static void use_addresses(struct ctx *c)
{
	struct address_list list;
	struct address found;
	int64_t first = selling_address(c, "Ann"), second = selling_address(c, "Anna");

	assert_int_equal(address_mine(c, &list), OK);
	assert_int_equal(address_find(c, first, &found), OK);
	found.is_default = false;
	assert_int_equal(address_edit(c, &found), OK);
	assert_int_equal(address_delete(c, first), OK);
	assert_int_equal(address_find(c, second, &found), OK);
}

static void use_orders(struct ctx *c, struct fixture *f)
{
	struct sale_order_counts counts;
	struct sale_orders mine;
	struct sale_order one;
	int64_t order, closed;

	order = selling_order(c, SALE, f->ann);
	assert_int_equal(sale_order_ship_to(c, order, selling_address(c, "Ann")), OK);
	assert_int_equal(sale_order_mine(c, 0, 20, &mine), OK);
	assert_int_equal(sale_order_mine(c, order + 1, 20, &mine), OK);
	assert_int_equal(sale_order_of(c, order, f->ann, &one), OK);
	assert_int_equal(sale_order_cancel(c, order), OK);
	selling_let_expire(c, selling_order(c, SALE, f->bob));
	assert_int_equal(sale_order_expire(c, 10, &closed), OK);
	assert_int_equal(closed, 1);
	assert_int_equal(sale_order_count(c, SALE, &counts), OK);
}

static void use_payments(struct ctx *c, struct fixture *f)
{
	int64_t order = selling_order(c, 78, f->ann), late, handed;
	struct payment p = selling_begin(c, order), again;

	assert_int_equal(payment_find(c, p.reference, &again), OK);
	assert_int_equal(selling_call(c, &p, "paid"), OK);
	late = selling_order(c, 79, f->ann);
	p = selling_begin(c, late);
	selling_let_expire(c, late);
	assert_int_equal(selling_call(c, &p, "paid"), OK);
	assert_int_equal(payment_refund(c, 10, &handed), OK);
	assert_int_equal(handed, 1);
}

static void use_plumbing(struct ctx *c)
{
	struct plumbing_events events;
	struct sale_report report;
	struct plumbing all;
	int64_t changed;

	assert_int_equal(plumbing_events(c, OUTBOX_DEAD, 5, 20, &events), OK);
	assert_int_equal(plumbing_events_retry(c, 5, &changed), OK);
	assert_int_equal(plumbing_events_retry(c, 0, &changed), OK);
	assert_int_equal(plumbing_events_drop(c, 5, &changed), OK);
	assert_int_equal(plumbing_events_drop(c, 0, &changed), OK);
	assert_int_equal(plumbing_read(c, &all), OK);
	cache_want(c->cache, CACHE_ARGS(STR("HSET"), sale_key(c->arena, SALE), STR("base"), 1,
					STR("taken"), 0, STR("answered"), 0, STR("done"), 1,
					STR("change"), 0, STR("units"), 1));
	cache_want(c->cache, CACHE_ARGS(STR("HSET"), sale_key(c->arena, SALE), STR("starts"), 1,
					STR("ends"), 2));
	cache_want(c->cache, CACHE_ARGS(STR("SET"), sale_stock_key(c->arena, SALE), 1));
	cache_want(c->cache, CACHE_ARGS(STR("HSET"), sale_ticket_key(c->arena, SALE), 0, STR("-"),
					7, STR("7"), 8, STR("8")));
	assert_int_equal(sale_check(c, SALE, clock_ticks() + 1, &report), OK);
	assert_true(report.is_loaded);
}

static void end_sale(struct ctx *c)
{
	static const struct db_sql sql_past = SQL("UPDATE sale SET ends_at = 5 WHERE sale_id = 78");
	int64_t ended;

	is_explaining = false;
	assert_int_equal(db_exec(c->db, NULL, &sql_past, DB_NO_ARGS), OK);
	is_explaining = true;
	assert_int_equal(sale_end(c, 10, &ended), OK);
}

static void every_statement_is_served_by_an_index(void **state)
{
	struct fixture *f = *state;

	STORES_OR_SKIP();
	is_explaining = true;
	use_addresses(f->c);
	use_orders(f->c, f);
	use_payments(f->c, f);
	use_plumbing(f->c);
	end_sale(f->c);
	explain_end(40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		people_test(every_statement_is_served_by_an_index),
	};

	return cmocka_run_group_tests(tests, start, stores_tear_down);
}
