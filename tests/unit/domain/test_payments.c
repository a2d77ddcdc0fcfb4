/* Payments: what a cashier may change, and what nobody else may. */
#include "unit/domain/selling.h"

#define AT_ONCE 6

static const struct db_sql sql_payments = SQL("SELECT COUNT(*) FROM payment WHERE order_id = ?");
static const struct db_sql sql_state = SQL("SELECT state FROM payment WHERE reference = ?");
static const struct db_sql sql_paid_at = SQL("SELECT paid_at FROM sale_order WHERE order_id = ?");
/* All there is of orders, payments and events, as one number. */
static const struct db_sql sql_everything = SQL(
	"SELECT (SELECT COALESCE(SUM(CRC32(CONCAT_WS('|', order_id, state, is_returned, paid_at,"
	" ended_at))), 0) FROM sale_order) + (SELECT COALESCE(SUM(CRC32(CONCAT_WS('|', reference,"
	" state, changed_at, attempts, next_try_at))), 0) FROM payment) + (SELECT COUNT(*) FROM"
	" outbox)");

static const struct db_sql sql_told = SQL(
	"SELECT COUNT(*) FROM outbox WHERE topic = 'mail.requested' AND payload LIKE ? AND payload"
	" LIKE ?");

static int start(void **state)
{
	return forum_set_up(state);
}

static int64_t everything(struct ctx *c)
{
	return forum_number(c, &sql_everything, DB_NO_ARGS);
}

/* How often the buyer was told by mail that an order was closed. */
static int64_t told_of(struct ctx *c, int64_t order, int64_t user)
{
	struct str kind =
		str_format(c->arena, "%%\"order_closed\",\"user\":\"%lld\"%%", (long long)user);
	struct str about = str_format(c->arena, "%%\"about\":\"%lld\"%%", (long long)order);

	return forum_number(c, &sql_told, DB_ARGS(kind, about));
}

static int64_t state_of(struct ctx *c, const struct payment *p)
{
	return forum_number(c, &sql_state, DB_ARGS(p->reference));
}

static void a_payment_is_begun_once(void **state)
{
	struct fixture *f = *state;
	struct config without = stores.config;
	struct payment p, again;
	int64_t order;
	struct ctx *c;

	STORES_OR_SKIP();
	c = f->c;
	order = selling_order(c, selling_sale(c, 1), f->ann);
	p = selling_begin(c, order);
	again = selling_begin(c, order);
	assert_same(p.reference, again.reference);
	assert_int_equal(p.reference.n, 32);
	assert_int_equal(p.amount, PRICE);
	assert_same(p.page, str_format(c->arena, "/dev/cashier/" STR_FMT, STR_ARG(p.reference)));
	assert_int_equal(payment_find(c, p.reference, &again), OK);
	assert_int_equal(again.order_id, order);
	assert_int_equal(payment_find(c, STR("nothing"), &again), ERR_NOT_FOUND);
	forum_as(c, f->bob, ROLE_USER);
	assert_int_equal(payment_begin(c, order, &again), ERR_NOT_FOUND);
	assert_int_equal(payment_find(c, p.reference, &again), ERR_NOT_FOUND);
	forum_as(c, 0, ROLE_USER);
	assert_int_equal(payment_begin(c, order, &again), ERR_AUTH);
	assert_int_equal(payment_find(c, p.reference, &again), ERR_AUTH);
	forum_as(c, f->ann, ROLE_USER);
	without.pay.cashier = STR("none");
	c->config = &without;
	assert_int_equal(payment_begin(c, order, &again), ERR_UNAVAILABLE);
	c->config = &stores.config;
	selling_let_expire(c, order);
	assert_int_equal(payment_begin(c, order, &again), ERR_CONFLICT);
}

struct begun {
	int64_t user, order;
};

static int64_t begin_one(struct ctx *c, int number, const void *context)
{
	const struct begun *b = context;
	struct payment p;

	(void)number;
	forum_as(c, b->user, ROLE_USER);
	return payment_begin(c, b->order, &p);
}

static void begun_by_many_at_once_it_is_one(void **state)
{
	struct fixture *f = *state;
	int64_t results[AT_ONCE];
	struct begun b;
	int i;

	STORES_OR_SKIP();
	b = (struct begun){ f->ann, selling_order(f->c, selling_sale(f->c, 1), f->ann) };
	forum_at_once(AT_ONCE, begin_one, &b, results);
	for (i = 0; i < AT_ONCE; i++)
		assert_int_equal(results[i], OK);
	assert_int_equal(forum_number(f->c, &sql_payments, DB_ARGS(b.order)), 1);
}

static void a_call_told_again_changes_nothing(void **state)
{
	struct fixture *f = *state;
	int64_t order, before;
	struct payment p;
	struct ctx *c;

	STORES_OR_SKIP();
	c = f->c;
	order = selling_order(c, selling_sale(c, 1), f->ann);
	p = selling_begin(c, order);
	forum_as(c, 0, ROLE_USER);
	assert_int_equal(selling_call(c, &p, "paid"), OK);
	assert_int_equal(selling_state_of(c, order), ORDER_PAID);
	assert_int_equal(state_of(c, &p), PAYMENT_PAID);
	before = everything(c);
	c->now += CLOCK_MINUTE;
	assert_int_equal(selling_call(c, &p, "paid"), OK);
	assert_int_equal(selling_call(c, &p, "refunded"), ERR_CONFLICT);
	assert_int_equal(everything(c), before);
	forum_as(c, f->ann, ROLE_USER);
	assert_int_equal(payment_begin(c, order, &p), ERR_CONFLICT);
}

/* One bit at a time of the text `field` of a call points to. */
static void flip_each_bit(struct ctx *c, struct payment_call *call, struct str *field)
{
	char *bytes = str_c(c->arena, *field);
	size_t bit;

	field->p = bytes;
	for (bit = 0; bit < 8 * field->n; bit++) {
		char flip = (char)(1 << (bit % 8));

		bytes[bit / 8] ^= flip;
		assert_int_equal(payment_called(c, call), ERR_FORBIDDEN);
		bytes[bit / 8] ^= flip;
	}
}

static void a_forged_call_changes_nothing(void **state)
{
	struct fixture *f = *state;
	struct config other = stores.config;
	struct payment_call right, call;
	struct payment p;
	int64_t before;
	struct ctx *c;
	int bit;

	STORES_OR_SKIP();
	c = f->c;
	p = selling_begin(c, selling_order(c, selling_sale(c, 1), f->ann));
	right = cashier_sandbox_call(c, &p, STR("paid"));
	before = everything(c);
	call = right;
	flip_each_bit(c, &call, &call.signature);
	flip_each_bit(c, &call, &call.reference);
	flip_each_bit(c, &call, &call.outcome);
	for (bit = 0; bit < 64; bit++) {
		call = right;
		call.amount = (int64_t)((uint64_t)call.amount ^ UINT64_C(1) << bit);
		assert_int_equal(payment_called(c, &call), ERR_FORBIDDEN);
		call = right;
		call.at = (int64_t)((uint64_t)call.at ^ UINT64_C(1) << bit);
		assert_int_equal(payment_called(c, &call), ERR_FORBIDDEN);
	}
	call = right;
	call.signature = (struct str){ 0 };
	assert_int_equal(payment_called(c, &call), ERR_FORBIDDEN);
	call.signature = str_slice(right.signature, 0, 63);
	assert_int_equal(payment_called(c, &call), ERR_FORBIDDEN);
	other.pay.secret[31] ^= 1;
	c->config = &other;
	call.signature = payment_sign(c, &call);
	c->config = &stores.config;
	assert_int_equal(payment_called(c, &call), ERR_FORBIDDEN);
	assert_int_equal(everything(c), before);
	assert_int_equal(payment_called(c, &right), OK);
}

static void what_is_signed_but_wrong_changes_nothing(void **state)
{
	struct fixture *f = *state;
	struct payment p, wrong;
	struct payment_call call;
	int64_t before;
	struct ctx *c;

	STORES_OR_SKIP();
	c = f->c;
	p = selling_begin(c, selling_order(c, selling_sale(c, 1), f->ann));
	before = everything(c);
	wrong = p;
	wrong.amount = PRICE - 1;
	assert_int_equal(selling_call(c, &wrong, "paid"), ERR_CONFLICT);
	wrong = p;
	wrong.reference = STR("00000000000000000000000000000000");
	assert_int_equal(selling_call(c, &wrong, "paid"), ERR_NOT_FOUND);
	assert_int_equal(selling_call(c, &p, "stolen"), ERR_INVALID);
	assert_int_equal(selling_call(c, &p, "refunded"), ERR_CONFLICT);
	call = cashier_sandbox_call(c, &p, STR("paid"));
	c->now += PAYMENT_CALL_MS + 1;
	assert_int_equal(payment_called(c, &call), ERR_FORBIDDEN);
	c->now -= 2 * (PAYMENT_CALL_MS + 1);
	assert_int_equal(payment_called(c, &call), ERR_FORBIDDEN);
	assert_int_equal(everything(c), before);
}

/* From closed and paid to refunded, told and asked again at each step. */
static void expect_refund(struct ctx *c, int64_t order, const struct payment *p)
{
	int64_t handed, before;

	assert_int_equal(selling_call(c, p, "paid"), OK);
	assert_int_equal(selling_state_of(c, order), ORDER_REFUNDING);
	assert_int_equal(state_of(c, p), PAYMENT_REFUNDING);
	assert_int_equal(forum_number(c, &sql_paid_at, DB_ARGS(order)), c->now);
	before = everything(c);
	assert_int_equal(selling_call(c, p, "paid"), OK);
	assert_int_equal(everything(c), before);
	assert_int_equal(payment_refund(c, 10, &handed), OK);
	assert_int_equal(handed, 1);
	assert_int_equal(selling_state_of(c, order), ORDER_REFUNDED);
	assert_int_equal(state_of(c, p), PAYMENT_REFUNDED);
	before = everything(c);
	assert_int_equal(payment_refund(c, 10, &handed), OK);
	assert_int_equal(handed, 0);
	assert_int_equal(selling_call(c, p, "refunded"), OK);
	assert_int_equal(selling_call(c, p, "paid"), OK);
	assert_int_equal(everything(c), before);
}

static void paid_when_it_is_closed_the_money_goes_back(void **state)
{
	struct fixture *f = *state;
	int64_t sale, order, closed;
	struct payment p;
	struct ctx *c;

	STORES_OR_SKIP();
	c = f->c;
	sale = selling_sale(c, 3);
	order = selling_order(c, sale, f->ann);
	p = selling_begin(c, order);
	assert_int_equal(sale_order_cancel(c, order), OK);
	expect_refund(c, order, &p);
	assert_int_equal(selling_returns_of(c, sale, order), 1);
	sale = selling_sale(c, 3);
	order = selling_order(c, sale, f->ann);
	p = selling_begin(c, order);
	selling_let_expire(c, order);
	assert_int_equal(sale_order_expire(c, 10, &closed), OK);
	expect_refund(c, order, &p);
	assert_int_equal(selling_returns_of(c, sale, order), 1);
	assert_int_equal(told_of(c, order, f->ann), 1);
}

/* The deadline is what counts, not when the closer comes. */
static void paid_after_its_time_an_order_is_closed(void **state)
{
	struct fixture *f = *state;
	int64_t sale, order, closed;
	struct payment p;
	struct ctx *c;

	STORES_OR_SKIP();
	c = f->c;
	sale = selling_sale(c, 3);
	order = selling_order(c, sale, f->ann);
	p = selling_begin(c, order);
	selling_let_expire(c, order);
	expect_refund(c, order, &p);
	assert_int_equal(sale_order_expire(c, 10, &closed), OK);
	assert_int_equal(closed, 0);
	assert_int_equal(selling_returns_of(c, sale, order), 1);
	assert_int_equal(told_of(c, order, f->ann), 1);
}

/* Paid in time, but told a minute later. */
static void a_call_that_was_signed_in_time_counts(void **state)
{
	struct fixture *f = *state;
	struct payment_call call;
	struct sale_order o;
	struct payment p;
	int64_t order;
	struct ctx *c;

	STORES_OR_SKIP();
	c = f->c;
	order = selling_order(c, selling_sale(c, 3), f->ann);
	p = selling_begin(c, order);
	c->now += 30 * CLOCK_MINUTE - 1;
	call = cashier_sandbox_call(c, &p, STR("paid"));
	c->now += CLOCK_MINUTE;
	assert_int_equal(payment_called(c, &call), OK);
	assert_int_equal(sale_order_find(c, order, &o), OK);
	assert_int_equal(o.state, ORDER_PAID);
	assert_int_equal(o.paid_at, call.at);
}

/* In its last millisecond an order is paid for, though nobody may begin to any more; and a call is
 * believed for exactly so long. */
static void the_last_millisecond_counts(void **state)
{
	struct fixture *f = *state;
	struct payment_call call;
	struct sale_order o;
	struct payment p;
	int64_t order;
	struct ctx *c;

	STORES_OR_SKIP();
	c = f->c;
	order = selling_order(c, selling_sale(c, 3), f->ann);
	p = selling_begin(c, order);
	c->now += 30 * CLOCK_MINUTE - 1;
	assert_int_equal(payment_begin(c, order, &p), OK);
	c->now++;
	assert_int_equal(payment_begin(c, order, &p), ERR_CONFLICT);
	call = cashier_sandbox_call(c, &p, STR("paid"));
	c->now += PAYMENT_CALL_MS;
	assert_int_equal(payment_called(c, &call), OK);
	assert_int_equal(sale_order_find(c, order, &o), OK);
	assert_int_equal(o.state, ORDER_PAID);
	assert_int_equal(o.paid_at, o.expires_at);
}

/* Cashiers sign what payment.h says, and nothing that reads the same with other numbers. */
static void what_is_signed_is_written_down(void **state)
{
	struct fixture *f = *state;
	struct payment_call call = {
		.reference = STR("r"), .outcome = STR("paid"), .amount = 1999, .at = 7
	};
	struct ctx *c = f->c;

	STORES_OR_SKIP();
	assert_same(payment_sign(c, &call),
		    secret_hmac_sha256(c->arena, c->config->pay.secret, STR("r|1999|paid|7")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		people_test(a_payment_is_begun_once),
		people_test(begun_by_many_at_once_it_is_one),
		people_test(a_call_told_again_changes_nothing),
		people_test(a_forged_call_changes_nothing),
		people_test(what_is_signed_but_wrong_changes_nothing),
		people_test(paid_when_it_is_closed_the_money_goes_back),
		people_test(paid_after_its_time_an_order_is_closed),
		people_test(a_call_that_was_signed_in_time_counts),
		people_test(the_last_millisecond_counts),
		people_test(what_is_signed_is_written_down),
	};

	return cmocka_run_group_tests(tests, start, stores_tear_down);
}
