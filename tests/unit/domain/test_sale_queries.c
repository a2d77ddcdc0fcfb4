/*
 * Every statement about goods and sales, and of `orders`, explained by MariaDB on filled tables as
 * it is run. See explain.h.
 */
#include "unit/domain/market.h"

#include "unit/domain/explain.h"

static const char fill[] =
	"INSERT INTO goods (goods_id, name, body_md, body_html, excerpt, price, created_at)\n"
	" SELECT seq, 'x', 'x', 'x', 'x', 1, 1 FROM seq_1_to_3000;\n"
	"INSERT INTO sale (sale_id, goods_id, price, units, stock, starts_at, ends_at, pay_seconds,"
	" state, created_by, created_at) SELECT seq, seq, 1, 9, 9, seq * 1000, 1700000000000 + seq,"
	" 60, seq MOD 4, 1, 1 FROM seq_1_to_3000;\n"
	"INSERT INTO sale_order (order_id, sale_id, user_id, goods_id, request_no, price, state,"
	" created_at, expires_at) SELECT seq, seq MOD 300, seq, 1, seq, 1, seq MOD 4, 1, seq"
	" FROM seq_1_to_60000;\n"
	"INSERT INTO consumed (consumer, event_id, created_at) SELECT 'orders', seq, seq"
	" FROM seq_1_to_3000;\n"
	"ANALYZE TABLE goods, sale, sale_order, consumed;\n";

static int start(void **state)
{
	return forum_set_up(state) || explain_fill(fill);
}

static void set_up_and_read(struct ctx *c)
{
	struct sale_terms t = { 1, 1, 5, c->now - 1000, c->now + CLOCK_HOUR, SALE_PAY_SECONDS };
	struct goods_text text = { STR("A lamp"), STR("x"), 100 };
	struct sale_list sales;
	struct goods_list list;
	struct goods g;
	struct sale s;
	int64_t id;

	market_admin(c);
	assert_int_equal(goods_create(c, &text, forum_form(c), &id), OK);
	assert_int_equal(goods_edit(c, id, 1, &text), OK);
	assert_int_equal(goods_find(c, id, &g), OK);
	assert_int_equal(goods_newest(c, 0, 20, &list), OK);
	assert_int_equal(goods_newest(c, 2000, 20, &list), OK);
	t.goods_id = id;
	assert_int_equal(sale_create(c, &t, forum_form(c), &id), OK);
	assert_int_equal(sale_find_any(c, id, &s), OK);
	t.units++;
	assert_int_equal(sale_edit(c, id, sale_terms_seen(c->arena, &s), &t), OK);
	assert_int_equal(goods_delete(c, t.goods_id), ERR_CONFLICT);
	assert_int_equal(goods_delete(c, 3), OK);
	assert_int_equal(sale_publish(c, id), OK);
	assert_int_equal(sale_find(c, id, &s), OK);
	assert_int_equal(sale_listed(c, 20, &sales), OK);
	assert_int_equal(sale_newest(c, 0, 20, &sales), OK);
	assert_int_equal(sale_newest(c, 1000, 20, &sales), OK);
	assert_int_equal(sale_live(c, &sales), OK);
	assert_int_equal(sale_change_units(c, id, 1, forum_form(c)), OK);
	assert_int_equal(sale_close(c, id), OK);
}

static void sell(struct fixture *f, struct ctx *c)
{
	static const struct db_sql sql_end =
		SQL("UPDATE sale_order SET state = 2 WHERE order_id = ?");
	int64_t sale = market_sale(c, 5), order;
	struct str late;

	market_press(c, sale, f->ann);
	market_deliver(c, sale);
	order = market_result(c, sale, f->ann).order_id;
	assert_int_equal(db_exec(c->db, NULL, &sql_end, DB_ARGS(order)), OK);
	market_handle(c, sale,
		      str_format(c->arena, "{\"kind\":\"ended\",\"order\":\"%lld\"}",
				 (long long)order));
	market_handle(
		c, sale,
		STR("{\"kind\":\"units\",\"change\":\"abcdefghijklmnopqrstuv\",\"delta\":2}"));
	market_press(c, sale, f->bob);
	late = market_message(c, sale);
	market_settle(c, sale, INT64_C(1) << 52);
	market_handle(c, sale, late);
	forum_empty_redis();
	(void)market_result(c, sale, f->mod);
	market_settle(c, sale, 0);
	market_check(c, sale);
}

static void an_index_serves_every_statement(void **state)
{
	struct fixture *f = *state;

	STORES_OR_SKIP();
	is_explaining = true;
	set_up_and_read(f->c);
	sell(f, f->c);
	explain_end(20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		people_test(an_index_serves_every_statement),
	};

	return cmocka_run_group_tests(tests, start, stores_tear_down);
}
