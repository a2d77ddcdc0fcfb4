/* Orders as their buyers see, send and cancel them, and as the closer ends them. */
#include "unit/domain/selling.h"

#include "base/num.h"
#include "domain/mail.h"
#include "unit/domain/account.h"

#define MANY 40

static const struct db_sql sql_mails =
	SQL("SELECT COUNT(*) FROM outbox WHERE topic = 'mail.requested'"
	    " AND JSON_VALUE(payload, '$.kind') = 'order_closed'"
	    " AND JSON_VALUE(payload, '$.about') = ?");
static const struct db_sql sql_letter =
	SQL("SELECT payload FROM outbox WHERE topic = 'mail.requested'"
	    " AND JSON_VALUE(payload, '$.about') = ?");
static const struct db_sql sql_language = SQL("UPDATE user SET language = ? WHERE user_id = ?");
static const struct db_sql sql_unpaid_of =
	SQL("SELECT COUNT(*) FROM sale_order WHERE sale_id = ? AND state = 0");
static const struct db_sql sql_returns_of =
	SQL("SELECT COUNT(DISTINCT payload) * 1000 + COUNT(*) FROM outbox WHERE topic = ?");
static const struct db_sql sql_forget =
	SQL("UPDATE sale_order SET expires_at = 9000000000000 WHERE state = 0");

static const struct db_sql sql_paid = SQL("UPDATE sale_order SET state = 1 WHERE order_id = ?");

static int start(void **state)
{
	return forum_set_up(state);
}

static void an_order_is_seen_by_its_buyer_only(void **state)
{
	struct fixture *f = *state;
	struct sale_order o;
	int64_t sale, order;

	STORES_OR_SKIP();
	sale = selling_sale(f->c, 5);
	order = selling_order(f->c, sale, f->ann);
	assert_int_equal(sale_order_find(f->c, order, &o), OK);
	assert_int_equal(o.sale_id, sale);
	assert_int_equal(o.price, PRICE);
	assert_int_equal(o.state, ORDER_UNPAID);
	assert_text(o.goods_name, "A lamp");
	assert_int_equal(sale_order_find(f->c, order + 1, &o), ERR_NOT_FOUND);
	forum_as(f->c, f->bob, ROLE_ADMIN);
	assert_int_equal(sale_order_find(f->c, order, &o), ERR_NOT_FOUND);
	assert_int_equal(sale_order_of(f->c, order, f->ann, &o), OK);
	forum_as(f->c, 0, ROLE_USER);
	assert_int_equal(sale_order_find(f->c, order, &o), ERR_AUTH);
}

static void a_list_goes_on_where_it_stopped(void **state)
{
	struct fixture *f = *state;
	struct sale_orders first, second;
	int64_t newest = 0;
	int i;

	STORES_OR_SKIP();
	for (i = 0; i < 5; i++)
		newest = selling_order(f->c, selling_sale(f->c, 1), f->ann);
	selling_order(f->c, selling_sale(f->c, 1), f->bob);
	assert_int_equal(sale_order_mine(f->c, 0, 3, &first), OK);
	assert_int_equal(first.count, 3);
	assert_int_equal(first.items[0].id, newest);
	assert_int_equal(sale_order_mine(f->c, first.items[2].id, 3, &second), OK);
	assert_int_equal(second.count, 2);
	assert_true(second.items[0].id < first.items[2].id);
	forum_as(f->c, 0, ROLE_USER);
	assert_int_equal(sale_order_mine(f->c, 0, 3, &first), ERR_AUTH);
}

static void an_order_keeps_the_address_it_was_given(void **state)
{
	struct fixture *f = *state;
	int64_t order, address, others;
	struct sale_order o;
	struct ctx *c;

	STORES_OR_SKIP();
	c = f->c;
	order = selling_order(c, selling_sale(c, 1), f->ann);
	forum_as(c, f->bob, ROLE_USER);
	others = selling_address(c, "Bob");
	assert_int_equal(sale_order_ship_to(c, order, others), ERR_NOT_FOUND);
	forum_as(c, f->ann, ROLE_USER);
	address = selling_address(c, "Ann");
	assert_int_equal(sale_order_ship_to(c, order, others), ERR_NOT_FOUND);
	assert_int_equal(sale_order_ship_to(c, order, address), OK);
	assert_int_equal(address_delete(c, address), OK);
	assert_int_equal(sale_order_find(c, order, &o), OK);
	assert_text(o.ship_to, "Ann 138 0000 0000\n上海市 南京路 1 号");
	address = selling_address(c, "Anna");
	assert_int_equal(sale_order_cancel(c, order), OK);
	assert_int_equal(sale_order_ship_to(c, order, address), ERR_CONFLICT);
	/* What is paid for is still to be sent. */
	order = selling_order(c, selling_sale(c, 1), f->ann);
	assert_int_equal(db_exec(c->db, NULL, &sql_paid, DB_ARGS(order)), OK);
	assert_int_equal(sale_order_ship_to(c, order, address), OK);
}

static void a_cancelled_order_gives_its_unit_back_once(void **state)
{
	struct fixture *f = *state;
	int64_t sale, order, paid;
	struct payment p;
	struct ctx *c;

	STORES_OR_SKIP();
	c = f->c;
	sale = selling_sale(c, 5);
	order = selling_order(c, sale, f->ann);
	forum_as(c, f->bob, ROLE_USER);
	assert_int_equal(sale_order_cancel(c, order), ERR_NOT_FOUND);
	forum_as(c, 0, ROLE_USER);
	assert_int_equal(sale_order_cancel(c, order), ERR_AUTH);
	forum_as(c, f->ann, ROLE_USER);
	assert_int_equal(selling_returns_of(c, sale, order), 0);
	assert_int_equal(sale_order_cancel(c, order), OK);
	assert_int_equal(sale_order_cancel(c, order), OK);
	assert_int_equal(selling_state_of(c, order), ORDER_CANCELLED);
	assert_int_equal(selling_returns_of(c, sale, order), 1);
	sale = selling_sale(c, 5);
	paid = selling_order(c, sale, f->ann);
	p = selling_begin(c, paid);
	assert_int_equal(selling_call(c, &p, "paid"), OK);
	assert_int_equal(sale_order_cancel(c, paid), ERR_CONFLICT);
	assert_int_equal(selling_returns_of(c, sale, paid), 0);
}

static void what_is_not_paid_in_time_is_closed(void **state)
{
	struct fixture *f = *state;
	int64_t sale, late, in_time, closed;
	struct ctx *c;

	STORES_OR_SKIP();
	c = f->c;
	sale = selling_sale(c, 5);
	late = selling_order(c, sale, f->ann);
	in_time = selling_order(c, sale, f->bob);
	selling_let_expire(c, late);
	assert_int_equal(sale_order_expire(c, 10, &closed), OK);
	assert_int_equal(closed, 1);
	assert_int_equal(selling_state_of(c, late), ORDER_EXPIRED);
	assert_int_equal(selling_state_of(c, in_time), ORDER_UNPAID);
	assert_int_equal(selling_returns_of(c, sale, late), 1);
	assert_int_equal(forum_number(c, &sql_mails, DB_ARGS(num_text(c->arena, late))), 1);
	assert_int_equal(sale_order_expire(c, 10, &closed), OK);
	assert_int_equal(closed, 0);
	assert_int_equal(selling_returns_of(c, sale, late), 1);
	assert_int_equal(sale_order_cancel(c, late), ERR_CONFLICT);
}

/* Paid in its last millisecond it is paid in time. */
static void it_is_closed_after_its_last_millisecond(void **state)
{
	struct fixture *f = *state;
	int64_t order, closed;
	struct ctx *c;

	STORES_OR_SKIP();
	c = f->c;
	order = selling_order(c, selling_sale(c, 1), f->ann);
	c->now += 30 * CLOCK_MINUTE;
	assert_int_equal(sale_order_expire(c, 10, &closed), OK);
	assert_int_equal(selling_state_of(c, order), ORDER_UNPAID);
	c->now++;
	assert_int_equal(sale_order_expire(c, 10, &closed), OK);
	assert_int_equal(selling_state_of(c, order), ORDER_EXPIRED);
}

/* Somebody pays for it at this moment: the closer neither waits nor closes it. */
static void what_somebody_holds_is_left(void **state)
{
	struct fixture *f = *state;
	int64_t held, other, closed;
	struct ctx *c, *holder;

	STORES_OR_SKIP();
	c = f->c;
	held = selling_order(c, selling_sale(c, 1), f->ann);
	other = selling_order(c, selling_sale(c, 1), f->bob);
	selling_let_expire(c, held);
	selling_let_expire(c, other);
	holder = forum_open();
	assert_int_equal(db_begin(holder->db), OK);
	assert_int_equal(db_exec(holder->db, NULL, &sql_paid, DB_ARGS(held)), OK);
	assert_int_equal(sale_order_expire(c, 10, &closed), OK);
	assert_int_equal(closed, 1);
	assert_int_equal(db_end(holder->db, OK), OK);
	forum_close(holder);
	assert_int_equal(selling_state_of(c, held), ORDER_PAID);
	assert_int_equal(selling_state_of(c, other), ORDER_EXPIRED);
}

/* What the mail worker makes of it. */
static err letter_to(struct ctx *c, int64_t user, struct mail *out)
{
	int64_t order = selling_order(c, selling_sale(c, 1), user), closed;
	struct db_rows *rows;

	selling_let_expire(c, order);
	assert_int_equal(sale_order_expire(c, 10, &closed), OK);
	assert_int_equal(db_query(c->db, c->arena, &rows, &sql_letter,
				  DB_ARGS(num_text(c->arena, order))),
			 OK);
	assert_true(db_next(rows));
	return mail_build(c, db_str(rows, 0), out);
}

static void the_buyer_is_told_in_her_language(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	struct mail m;
	struct user u;

	STORES_OR_SKIP();
	u = account_new(c);
	assert_int_equal(letter_to(c, u.id, &m), OK);
	assert_same(m.to, u.email);
	assert_true(str_find(m.text, STR("「A lamp」")) >= 0);
	assert_int_equal(db_exec(c->db, NULL, &sql_language, DB_ARGS(STR("en"), u.id)), OK);
	assert_int_equal(letter_to(c, u.id, &m), OK);
	assert_true(str_find(m.text, STR("get A lamp at")) >= 0);
	assert_true(str_find(m.text, STR("/orders\n")) >= 0);
	/* The sale may have ended. */
	assert_int_equal(str_find(m.text, STR("on sale")), -1);
	/* ann has no address */
	assert_int_equal(letter_to(c, f->ann, &m), ERR_NOT_FOUND);
}

static int64_t count_closed(struct ctx *c, int number, const void *context)
{
	int64_t closed = 1, total = 0;

	(void)number;
	(void)context;
	while (closed) {
		forum_next(c);
		if (sale_order_expire(c, 3, &closed))
			return -2;
		total += closed;
	}
	return total;
}

static void two_closers_close_each_order_once(void **state)
{
	struct fixture *f = *state;
	int64_t sale, results[2];
	struct ctx *c;
	int i;

	STORES_OR_SKIP();
	c = f->c;
	sale = selling_sale(c, MANY);
	for (i = 0; i < MANY; i++)
		selling_let_expire(c, selling_order(c, sale, f->ann + i + 100));
	forum_at_once(2, count_closed, NULL, results);
	/* What one holds the other leaves to it, so together they may stop early. */
	assert_int_equal(results[0] + results[1] + count_closed(c, 0, NULL), MANY);
	assert_int_equal(forum_number(c, &sql_unpaid_of, DB_ARGS(sale)), 0);
	assert_int_equal(forum_number(c, &sql_returns_of, DB_ARGS(sale_orders_key(c->arena, sale))),
			 MANY * 1000 + MANY);
}

static void orders_are_counted_by_state(void **state)
{
	struct fixture *f = *state;
	struct sale_order_counts n;
	int64_t sale, closed;
	struct ctx *c;

	STORES_OR_SKIP();
	c = f->c;
	assert_int_equal(db_exec(c->db, NULL, &sql_forget, DB_NO_ARGS), OK);
	sale = selling_sale(c, 9);
	assert_int_equal(sale_order_cancel(c, selling_order(c, sale, f->ann)), OK);
	selling_let_expire(c, selling_order(c, sale, f->bob));
	selling_order(c, sale, f->mod);
	assert_int_equal(sale_order_expire(c, 10, &closed), OK);
	assert_int_equal(sale_order_count(c, sale, &n), OK);
	assert_int_equal(n.in_state[ORDER_UNPAID], 1);
	assert_int_equal(n.in_state[ORDER_CANCELLED], 1);
	assert_int_equal(n.in_state[ORDER_EXPIRED], 1);
	assert_int_equal(n.holding, 3);
	assert_int_equal(n.to_return, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		people_test(an_order_is_seen_by_its_buyer_only),
		people_test(a_list_goes_on_where_it_stopped),
		people_test(an_order_keeps_the_address_it_was_given),
		people_test(a_cancelled_order_gives_its_unit_back_once),
		people_test(what_is_not_paid_in_time_is_closed),
		people_test(it_is_closed_after_its_last_millisecond),
		people_test(what_somebody_holds_is_left),
		people_test(the_buyer_is_told_in_her_language),
		people_test(two_closers_close_each_order_once),
		people_test(orders_are_counted_by_state),
	};

	return cmocka_run_group_tests(tests, start, stores_tear_down);
}
