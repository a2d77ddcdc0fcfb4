/* What `orders` makes of messages: once, whole, reordered, late, and of nonsense. */
#include "unit/domain/market.h"

#include "domain/sale_order.h"

#define MANY 40

static const struct db_sql sql_guard =
	SQL("UPDATE sale SET stock = ?, units = ? WHERE sale_id = ?");
static const struct db_sql sql_terms =
	SQL("SELECT COUNT(*) FROM sale_order WHERE sale_id = ? AND price = 9.90 AND state = 0 AND"
	    " expires_at = created_at + 1800000 AND goods_id > 0 AND request_no > 0");
static const struct db_sql sql_forget_state = SQL("UPDATE sale SET state = 3 WHERE sale_id = ?");

static const struct db_sql sql_forget_name =
	SQL("UPDATE sale_order SET goods_name = NULL WHERE order_id = ?");

static int start(void **state)
{
	return forum_set_up(state);
}

static void press_many(struct ctx *c, int64_t sale, int64_t *users, int count)
{
	int i;

	for (i = 0; i < count; i++) {
		users[i] = forum_user(c, ROLE_USER);
		market_press(c, sale, users[i]);
	}
}

static void a_batch_becomes_orders(void **state)
{
	struct fixture *f = *state;
	int64_t users[MANY], sale;
	struct ctx *c = f->c;
	int i;

	STORES_OR_SKIP();
	sale = market_sale(c, MANY + 1);
	press_many(c, sale, users, MANY);
	market_deliver(c, sale);
	for (i = 0; i < MANY; i++)
		assert_true(market_result(c, sale, users[i]).order_id > 0);
	assert_int_equal(forum_number(c, &sql_terms, DB_ARGS(sale)), MANY);
	assert_int_equal(market_sql_stock(c, sale), 1);
	assert_int_equal(market_of(c, sale, "sold"), MANY);
	market_check(c, sale);
}

static void the_same_message_again_changes_nothing(void **state)
{
	struct fixture *f = *state;
	int64_t users[MANY], orders[MANY], sale;
	struct ctx *c = f->c;
	struct str message;
	int i;

	STORES_OR_SKIP();
	sale = market_sale(c, MANY - 5);
	press_many(c, sale, users, MANY);
	message = market_message(c, sale);
	market_handle(c, sale, message);
	for (i = 0; i < MANY; i++)
		orders[i] = market_result(c, sale, users[i]).order_id;
	market_handle(c, sale, message);
	market_handle(c, sale, message);
	for (i = 0; i < MANY; i++)
		assert_int_equal(market_result(c, sale, users[i]).order_id, orders[i]);
	assert_int_equal(market_orders(c, sale), MANY - 5);
	assert_int_equal(market_of(c, sale, "sold"), MANY - 5);
	market_check(c, sale);
}

/* The process dies after the commit: Redis hears of it when the message comes again. */
static void a_crash_between_commit_and_tickets_is_made_good(void **state)
{
	struct fixture *f = *state;
	int64_t users[4], sale;
	struct ctx *c = f->c;
	struct str message;
	int i;

	STORES_OR_SKIP();
	sale = market_sale(c, 4);
	press_many(c, sale, users, 4);
	message = market_message(c, sale);
	assert_int_equal(market_handle_halfway(c, sale, message), ERR_UNAVAILABLE);
	assert_int_equal(market_orders(c, sale), 4);
	for (i = 0; i < 4; i++)
		assert_true(market_is_queueing(market_result(c, sale, users[i])));
	market_handle(c, sale, message);
	for (i = 0; i < 4; i++)
		assert_true(market_result(c, sale, users[i]).order_id > 0);
	assert_int_equal(market_orders(c, sale), 4);
	market_check(c, sale);
}

static void the_order_of_messages_does_not_matter(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	struct str first, second;
	int64_t sale;

	STORES_OR_SKIP();
	sale = market_sale(c, 2);
	market_press(c, sale, f->ann);
	first = market_message(c, sale);
	market_press(c, sale, f->bob);
	second = market_message(c, sale);
	market_handle(c, sale, second);
	market_check(c, sale);
	market_handle(c, sale, first);
	market_handle(c, sale, second);
	assert_true(market_result(c, sale, f->ann).order_id > 0);
	assert_true(market_result(c, sale, f->bob).order_id > 0);
	market_check(c, sale);
}

/* Redis gave out more than there is: the one who is refused gives nothing back that was not there.
 */
static void sql_refuses_what_redis_took_too_much(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	struct sale_answer ann, bob;
	struct str message;
	int64_t sale;

	STORES_OR_SKIP();
	sale = market_sale(c, 2);
	market_press(c, sale, f->ann);
	market_press(c, sale, f->bob);
	assert_int_equal(db_exec(c->db, NULL, &sql_guard, DB_ARGS(1, 1, sale)), OK);
	message = market_message(c, sale);
	market_handle(c, sale, message);
	market_handle(c, sale, message);
	ann = market_result(c, sale, f->ann);
	bob = market_result(c, sale, f->bob);
	assert_true(ann.order_id > 0);
	assert_int_equal(bob.refusal, SALE_REFUSED_SOLD_OUT);
	assert_int_equal(market_of(c, sale, "refused"), 1);
	assert_int_equal(market_redis_stock(c, sale), 0);
	market_check(c, sale);
	/* What he was told stays, also when there are units again. */
	assert_int_equal(db_exec(c->db, NULL, &sql_guard, DB_ARGS(4, 5, sale)), OK);
	market_handle(c, sale, message);
	market_settle(c, sale, 0);
	assert_int_equal(market_press(c, sale, f->bob).refusal, SALE_REFUSED_SOLD_OUT);
	/* And is so: he has no order that he does not know of. */
	assert_int_equal(market_orders(c, sale), 1);
	assert_int_equal(market_sql_stock(c, sale), 4);
}

static struct str request(struct ctx *c, int64_t no, int64_t user, int64_t at)
{
	return str_format(c->arena, "[%lld,%lld,%lld]", (long long)no, (long long)user,
			  (long long)at);
}

static struct str requests(struct ctx *c, struct str a, struct str b)
{
	return str_format(c->arena, "{\"kind\":\"requests\",\"items\":[" STR_FMT "%s" STR_FMT "]}",
			  STR_ARG(a), b.n ? "," : "", STR_ARG(b));
}

/* Redis lost a ticket and the buyer pressed again: one order, one unit. */
static void two_requests_of_a_buyer_make_one_order(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	struct str first, second;
	int64_t sale, order;

	STORES_OR_SKIP();
	sale = market_sale(c, 3);
	market_press(c, sale, f->ann);
	first = market_message(c, sale);
	market_number(c, CACHE_ARGS(STR("HDEL"), sale_ticket_key(c->arena, sale), f->ann));
	market_press(c, sale, f->ann);
	second = market_message(c, sale);
	market_handle(c, sale, first);
	order = market_result(c, sale, f->ann).order_id;
	assert_true(order > 0);
	market_handle(c, sale, second);
	assert_int_equal(market_result(c, sale, f->ann).order_id, order);
	assert_int_equal(market_orders(c, sale), 1);
	assert_int_equal(market_sql_stock(c, sale), 2);
	/* The ticket that vanished was never answered: settling counts again. */
	market_settle(c, sale, 1);
	assert_int_equal(market_redis_stock(c, sale), 2);
	market_check(c, sale);
}

static void both_in_one_message_are_one_order_too(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	int64_t sale, no;

	STORES_OR_SKIP();
	sale = market_sale(c, 3);
	no = market_of(c, sale, "base") + 1;
	market_handle(c, sale,
		      requests(c, request(c, no, f->ann, c->now),
			       request(c, no + 1, f->ann, c->now)));
	market_handle(c, sale,
		      requests(c, request(c, no + 2, f->bob, c->now),
			       request(c, no + 2, f->bob, c->now)));
	assert_int_equal(market_orders(c, sale), 2);
	assert_true(market_result(c, sale, f->ann).order_id > 0);
	assert_true(market_result(c, sale, f->bob).order_id > 0);
	assert_int_equal(market_sql_stock(c, sale), 1);
}

static void times_outside_the_window_make_no_order(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	int64_t sale, no;

	STORES_OR_SKIP();
	sale = market_sale(c, 3);
	no = market_of(c, sale, "base");
	market_handle(c, sale,
		      requests(c, request(c, no + 1, f->ann, c->now - CLOCK_DAY),
			       request(c, no + 2, f->bob, c->now + CLOCK_DAY)));
	assert_int_equal(market_orders(c, sale), 0);
	assert_int_equal(db_exec(c->db, NULL, &sql_forget_state, DB_ARGS(sale)), OK);
	market_handle(c, sale, requests(c, request(c, no + 3, f->ann, c->now), STR("")));
	assert_int_equal(market_orders(c, sale), 0);
	market_check(c, sale);
}

/* The price was agreed on, and so was what it is. An order of before names were kept has none. */
static void an_order_keeps_the_name_of_what_was_bought(void **state)
{
	const struct goods_text renamed = { STR("A candle"), STR("Another one."), 100 };
	struct fixture *f = *state;
	struct ctx *c = f->c;
	struct sale_order order;
	int64_t sale, id;

	STORES_OR_SKIP();
	sale = market_sale(c, 1);
	market_press(c, sale, f->ann);
	market_deliver(c, sale);
	id = market_result(c, sale, f->ann).order_id;
	assert_int_equal(sale_order_find(c, id, &order), OK);
	market_admin(c);
	assert_int_equal(goods_edit(c, order.goods_id, 1, &renamed), OK);
	assert_int_equal(sale_order_of(c, id, f->ann, &order), OK);
	assert_text(order.goods_name, "A lamp");
	assert_int_equal(order.price, MARKET_PRICE);
	assert_int_equal(db_exec(c->db, NULL, &sql_forget_name, DB_ARGS(id)), OK);
	assert_int_equal(sale_order_of(c, id, f->ann, &order), OK);
	assert_text(order.goods_name, "A candle");
}

static void nonsense_is_refused_for_ever(void **state)
{
	static const char *const messages[] = {
		"",
		"x",
		"[]",
		"{}",
		"{\"kind\":\"other\"}",
		"{\"kind\":\"requests\"}",
		"{\"kind\":\"requests\",\"items\":{}}",
		"{\"kind\":\"requests\",\"items\":[[1,2]]}",
		"{\"kind\":\"requests\",\"items\":[[1,2,\"3\"]]}",
		"{\"kind\":\"requests\",\"items\":[[0,2,3]]}",
		"{\"kind\":\"requests\",\"items\":[[9007199254740992,2,3]]}",
		"{\"kind\":\"requests\",\"items\":[[1,-2,3]]}",
		"{\"kind\":\"requests\",\"items\":[[1,2,3]",
		"{\"kind\":\"ended\"}",
		"{\"kind\":\"ended\",\"order\":7}",
		"{\"kind\":\"units\",\"change\":\"x\"}",
		"{\"kind\":\"units\",\"delta\":1}",
		"{\"kind\":\"units\",\"change\":\"x\",\"delta\":9999999}",
		"{\"kind\":\"settle\"}",
		"{\"kind\":\"settle\",\"upto\":-1}",
	};
	struct fixture *f = *state;
	int64_t sale;
	size_t i;

	STORES_OR_SKIP();
	sale = market_sale(f->c, 1);
	for (i = 0; i < ARRAY_LEN(messages); i++)
		assert_int_equal(sale_orders_handle(f->c, sale, str_from_c(messages[i])),
				 ERR_INVALID);
	/* Of a sale that is not there. */
	assert_int_equal(sale_orders_handle(f->c, 12345, sale_settle_body(f->c->arena, 0)),
			 ERR_INVALID);
	assert_int_equal(sale_orders_handle(f->c, 12345,
					    requests(f->c, request(f->c, 1, f->ann, f->c->now),
						     STR(""))),
			 ERR_INVALID);
	market_check(f->c, sale);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		people_test(a_batch_becomes_orders),
		people_test(the_same_message_again_changes_nothing),
		people_test(a_crash_between_commit_and_tickets_is_made_good),
		people_test(the_order_of_messages_does_not_matter),
		people_test(sql_refuses_what_redis_took_too_much),
		people_test(two_requests_of_a_buyer_make_one_order),
		people_test(both_in_one_message_are_one_order_too),
		people_test(times_outside_the_window_make_no_order),
		people_test(an_order_keeps_the_name_of_what_was_bought),
		people_test(nonsense_is_refused_for_ever),
	};

	return cmocka_run_group_tests(tests, start, stores_tear_down);
}
