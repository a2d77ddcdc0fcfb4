/* Refunds handed over by many at once, and who wins when an order is paid, cancelled and closed at
 * the same time. */
#include "unit/domain/selling.h"

#define RACES 24

static const struct db_sql sql_state = SQL("SELECT state FROM payment WHERE reference = ?");
static const struct db_sql sql_refund_later =
	SQL("UPDATE payment SET next_try_at = ? WHERE reference = ?");
static const struct db_sql sql_attempts = SQL("SELECT attempts FROM payment WHERE reference = ?");

static const struct db_sql sql_next = SQL("SELECT next_try_at FROM payment WHERE reference = ?");
static const struct db_sql sql_tried = SQL("UPDATE payment SET attempts = ? WHERE reference = ?");

/* While the cashier is away its answer to a refund does not come. */
static bool is_cashier_away;

err __real_payment_called(struct ctx *c, const struct payment_call *call);
err __wrap_payment_called(struct ctx *c, const struct payment_call *call);

err __wrap_payment_called(struct ctx *c, const struct payment_call *call)
{
	return is_cashier_away ? ERR_UNAVAILABLE : __real_payment_called(c, call);
}

static int start(void **state)
{
	return forum_set_up(state);
}

static int64_t state_of(struct ctx *c, const struct payment *p)
{
	return forum_number(c, &sql_state, DB_ARGS(p->reference));
}

static int64_t refund_all(struct ctx *c, int number, const void *context)
{
	int64_t handed;

	(void)number;
	(void)context;
	return payment_refund(c, 100, &handed) ? -2 : handed;
}

static void refunds_are_handed_over_once_by_many(void **state)
{
	struct fixture *f = *state;
	int64_t results[3], order;
	struct payment p;
	struct ctx *c;
	int i;

	STORES_OR_SKIP();
	c = f->c;
	for (i = 0; i < 10; i++) {
		order = selling_order(c, selling_sale(c, 1), f->ann);
		p = selling_begin(c, order);
		assert_int_equal(sale_order_cancel(c, order), OK);
		assert_int_equal(selling_call(c, &p, "paid"), OK);
	}
	forum_at_once(3, refund_all, NULL, results);
	assert_int_equal(results[0] + results[1] + results[2], 10);
	assert_int_equal(forum_number(c, &sql_attempts, DB_ARGS(p.reference)), 1);
	assert_int_equal(state_of(c, &p), PAYMENT_REFUNDED);
}

static void a_refund_is_asked_for_when_it_is_due(void **state)
{
	struct fixture *f = *state;
	struct config without = stores.config;
	int64_t order, handed;
	struct payment p;
	struct ctx *c;

	STORES_OR_SKIP();
	c = f->c;
	order = selling_order(c, selling_sale(c, 1), f->ann);
	p = selling_begin(c, order);
	assert_int_equal(sale_order_cancel(c, order), OK);
	assert_int_equal(selling_call(c, &p, "paid"), OK);
	assert_int_equal(db_exec(c->db, NULL, &sql_refund_later,
				 DB_ARGS(c->now + CLOCK_MINUTE, p.reference)),
			 OK);
	assert_int_equal(payment_refund(c, 10, &handed), OK);
	assert_int_equal(handed, 0);
	without.pay.cashier = STR("none");
	c->config = &without;
	c->now += CLOCK_HOUR;
	assert_int_equal(payment_refund(c, 10, &handed), OK);
	assert_int_equal(handed, 0);
	c->config = &stores.config;
	assert_int_equal(payment_refund(c, 10, &handed), OK);
	assert_int_equal(handed, 1);
}

/* Paid for when it was cancelled already. */
static struct payment refund_due(struct ctx *c, int64_t user)
{
	int64_t order = selling_order(c, selling_sale(c, 1), user);
	struct payment p = selling_begin(c, order);

	assert_int_equal(sale_order_cancel(c, order), OK);
	assert_int_equal(selling_call(c, &p, "paid"), OK);
	return p;
}

static bool has_alarm(FILE *log)
{
	char line[512];
	bool has = false;

	rewind(log);
	while (fgets(line, sizeof(line), log))
		has = has || strstr(line, "ALARM payment") != NULL;
	fclose(log);
	return has;
}

/* Whether the log calls for somebody when a site without a cashier looks for refunds. */
static bool alarms_without_cashier(struct ctx *c)
{
	struct config without = stores.config;
	int64_t handed;
	int real = dup(STDERR_FILENO);
	FILE *log = tmpfile();
	err e;

	without.pay.cashier = STR("none");
	c->config = &without;
	dup2(fileno(log), STDERR_FILENO);
	e = payment_refund(c, 10, &handed);
	dup2(real, STDERR_FILENO);
	close(real);
	c->config = &stores.config;
	assert_int_equal(e, OK);
	assert_int_equal(handed, 0);
	return has_alarm(log);
}

static void money_that_is_owed_is_not_forgotten_with_the_cashier(void **state)
{
	struct fixture *f = *state;
	int64_t handed;
	struct ctx *c;

	STORES_OR_SKIP();
	c = f->c;
	assert_false(alarms_without_cashier(c));
	(void)refund_due(c, f->ann);
	assert_true(alarms_without_cashier(c));
	assert_int_equal(payment_refund(c, 10, &handed), OK);
	assert_int_equal(handed, 1);
}

/* Later and later, at most an hour; and it does not stand in the way of the others. */
static void a_refund_that_is_not_taken_is_asked_for_later(void **state)
{
	static const struct {
		int64_t attempts, wait;
	} waits[] = { { 0, PAYMENT_REFUND_AGAIN_MS },
		      { 1, 2 * PAYMENT_REFUND_AGAIN_MS },
		      { 5, CLOCK_HOUR },
		      { PAYMENT_REFUND_ATTEMPTS + 5, CLOCK_HOUR } };
	struct fixture *f = *state;
	struct payment p, other;
	int64_t handed;
	struct ctx *c;
	size_t i;

	STORES_OR_SKIP();
	c = f->c;
	p = refund_due(c, f->ann);
	other = refund_due(c, f->ann);
	is_cashier_away = true;
	for (i = 0; i < ARRAY_LEN(waits); i++) {
		assert_int_equal(db_exec(c->db, NULL, &sql_tried,
					 DB_ARGS(waits[i].attempts, p.reference)),
				 OK);
		assert_int_equal(db_exec(c->db, NULL, &sql_refund_later,
					 DB_ARGS(c->now, p.reference)),
				 OK);
		assert_int_equal(payment_refund(c, 10, &handed), OK);
		assert_int_equal(handed, i ? 1 : 2);
		assert_int_equal(forum_number(c, &sql_attempts, DB_ARGS(p.reference)),
				 waits[i].attempts + 1);
		assert_int_equal(forum_number(c, &sql_next, DB_ARGS(p.reference)),
				 c->now + waits[i].wait);
		assert_int_equal(payment_refund(c, 10, &handed), OK);
		assert_int_equal(handed, 0);
	}
	is_cashier_away = false;
	c->now += CLOCK_HOUR;
	assert_int_equal(payment_refund(c, 10, &handed), OK);
	assert_int_equal(handed, 2);
	assert_int_equal(state_of(c, &p), PAYMENT_REFUNDED);
	assert_int_equal(state_of(c, &other), PAYMENT_REFUNDED);
}

struct told {
	struct str references[RACES];
};

static int64_t tell_all(struct ctx *c, int number, const void *context)
{
	const struct told *t = context;
	int64_t failed = 0;
	int i;

	(void)number;
	for (i = 0; i < RACES; i++) {
		struct payment p = { .reference = t->references[i], .amount = PRICE };

		forum_next(c);
		failed += selling_call(c, &p, "paid") != OK;
	}
	return failed;
}

/* The cashier says it twice in the same instant: it is paid, and not to be refunded. */
static void told_twice_at_once_it_is_paid_once(void **state)
{
	struct fixture *f = *state;
	int64_t results[3], orders[RACES];
	struct payment p;
	struct told *t;
	struct ctx *c;
	int i;

	STORES_OR_SKIP();
	c = f->c;
	t = ARENA_NEW(c->arena, struct told);
	for (i = 0; i < RACES; i++) {
		orders[i] = selling_order(c, selling_sale(c, 1), f->ann);
		t->references[i] = selling_begin(c, orders[i]).reference;
	}
	forum_at_once(3, tell_all, t, results);
	assert_int_equal(results[0] + results[1] + results[2], 0);
	for (i = 0; i < RACES; i++) {
		p.reference = t->references[i];
		assert_int_equal(selling_state_of(c, orders[i]), ORDER_PAID);
		assert_int_equal(state_of(c, &p), PAYMENT_PAID);
	}
}

struct race {
	int64_t user, orders[RACES];
	struct str references[RACES];
};

static err race_one(struct ctx *c, int number, const struct race *r, int i)
{
	struct payment p = { .reference = r->references[i], .amount = PRICE };
	int64_t closed;

	forum_next(c);
	forum_as(c, r->user, ROLE_USER);
	switch (number) {
	case 0:
		return selling_call(c, &p, "paid");
	case 1:
		return sale_order_cancel(c, r->orders[i]);
	default:
		stores_sleep_ms(3);
		c->now += CLOCK_HOUR; /* this one's clock is wrong: all are due */
		return sale_order_expire(c, 1, &closed);
	}
}

static int64_t race_all(struct ctx *c, int number, const void *context)
{
	int64_t failed = 0;
	int i;

	for (i = 0; i < RACES; i++) {
		/* They meet in the middle. */
		err e = race_one(c, number, context, number == 1 ? RACES - 1 - i : i);

		failed += e && e != ERR_CONFLICT;
	}
	return failed;
}

/* Whoever is first decides; the unit comes back once, or the money is kept. */
static void one_of_pay_cancel_and_close_wins(void **state)
{
	struct fixture *f = *state;
	int64_t results[3], sale, wins[ORDER_STATES] = { 0 };
	struct race *r;
	struct payment p;
	struct ctx *c;
	int i;

	STORES_OR_SKIP();
	c = f->c;
	r = ARENA_NEW(c->arena, struct race);
	r->user = f->ann;
	for (i = 0; i < RACES; i++) {
		r->orders[i] = selling_order(c, selling_sale(c, 1), f->ann);
		r->references[i] = selling_begin(c, r->orders[i]).reference;
	}
	forum_at_once(3, race_all, r, results);
	assert_int_equal(results[0] + results[1] + results[2], 0);
	for (i = 0; i < RACES; i++) {
		struct sale_order o;

		p.reference = r->references[i];
		assert_int_equal(sale_order_find(c, r->orders[i], &o), OK);
		sale = o.sale_id;
		wins[o.state]++;
		assert_true(o.state == ORDER_PAID || o.state == ORDER_REFUNDING);
		assert_int_equal(state_of(c, &p),
				 o.state == ORDER_PAID ? PAYMENT_PAID : PAYMENT_REFUNDING);
		assert_int_equal(selling_returns_of(c, sale, o.id), o.state != ORDER_PAID);
	}
	print_message("%lld paid, %lld to be refunded\n", (long long)wins[ORDER_PAID],
		      (long long)wins[ORDER_REFUNDING]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		people_test(refunds_are_handed_over_once_by_many),
		people_test(a_refund_is_asked_for_when_it_is_due),
		people_test(money_that_is_owed_is_not_forgotten_with_the_cashier),
		people_test(a_refund_that_is_not_taken_is_asked_for_later),
		people_test(told_twice_at_once_it_is_paid_once),
		people_test(one_of_pay_cancel_and_close_wins),
	};

	return cmocka_run_group_tests(tests, start, stores_tear_down);
}
