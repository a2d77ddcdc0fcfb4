/* Tickets that are decided: which of them a decision changes, and what follows for the stock. */
#include "unit/domain/market.h"

#include "domain/sale_tickets.h"

struct deciding {
	struct ctx *c;
	struct sale_locked row;
};

static int start(void **state)
{
	return forum_set_up(state);
}

static err look_at_row(void *context)
{
	struct deciding *d = context;

	return sale_lock(d->c, d->row.id, &d->row);
}

static struct deciding begin(struct ctx *c, int64_t units)
{
	struct deciding d = { .c = c, .row.id = market_sale(c, units) };

	assert_int_equal(db_transaction(c->db, look_at_row, &d), OK);
	return d;
}

static void put(struct deciding *d, int64_t user, const char *ticket)
{
	market_number(d->c, CACHE_ARGS(STR("HSET"), sale_ticket_key(d->c->arena, d->row.id), user,
				       str_from_c(ticket)));
}

static void decide(struct deciding *d, struct sale_decision decision, int64_t done)
{
	assert_int_equal(sale_tickets_apply(d->c, &d->row, &decision, 1, done), OK);
}

/* A refusal is of one request; an order is its buyer's, whichever of them it came of. */
static void a_refusal_is_of_its_own_request(void **state)
{
	struct fixture *f = *state;
	struct deciding d;

	STORES_OR_SKIP();
	d = begin(f->c, 3);
	put(&d, f->ann, "q5");
	decide(&d, (struct sale_decision){ f->ann, 4, 0, SALE_REFUSED_LOST }, 0);
	assert_true(market_is_queueing(market_result(f->c, d.row.id, f->ann)));
	decide(&d, (struct sale_decision){ f->ann, 5, 0, SALE_REFUSED_LOST }, 0);
	assert_int_equal(market_result(f->c, d.row.id, f->ann).refusal, SALE_REFUSED_LOST);
	put(&d, f->bob, "q7");
	decide(&d, (struct sale_decision){ f->bob, 6, 77, SALE_NO_REFUSAL }, 0);
	assert_int_equal(market_result(f->c, d.row.id, f->bob).order_id, 77);
	assert_int_equal(market_of(f->c, d.row.id, "sold"), 1);
	assert_int_equal(market_of(f->c, d.row.id, "refused"), 1);
}

/* What one was told never changes; who was told nothing is told of the order. */
static void what_was_told_stays(void **state)
{
	struct fixture *f = *state;
	struct deciding d;

	STORES_OR_SKIP();
	d = begin(f->c, 3);
	put(&d, f->ann, "-sold-out");
	decide(&d, (struct sale_decision){ f->ann, 1, 77, SALE_NO_REFUSAL }, 0);
	assert_int_equal(market_result(f->c, d.row.id, f->ann).refusal, SALE_REFUSED_SOLD_OUT);
	put(&d, f->bob, "76");
	decide(&d, (struct sale_decision){ f->bob, 1, 0, SALE_REFUSED_LOST }, 0);
	assert_int_equal(market_result(f->c, d.row.id, f->bob).order_id, 76);
	decide(&d, (struct sale_decision){ f->mod, 1, 0, SALE_REFUSED_LOST }, 0);
	assert_int_equal(market_result(f->c, d.row.id, f->mod).refusal, SALE_REFUSED_NOBODY);
	decide(&d, (struct sale_decision){ f->mod, 1, 78, SALE_NO_REFUSAL }, 0);
	assert_int_equal(market_result(f->c, d.row.id, f->mod).order_id, 78);
}

/* A batch that comes late takes nobody's place in the queue back, nor the stock. */
static void what_is_done_only_grows(void **state)
{
	struct fixture *f = *state;
	struct deciding d;
	int64_t base;

	STORES_OR_SKIP();
	d = begin(f->c, 3);
	base = market_of(f->c, d.row.id, "base");
	assert_int_equal(sale_tickets_apply(f->c, &d.row, NULL, 0, base + 9), OK);
	assert_int_equal(market_of(f->c, d.row.id, "done"), base + 9);
	assert_int_equal(sale_tickets_apply(f->c, &d.row, NULL, 0, base + 3), OK);
	assert_int_equal(market_of(f->c, d.row.id, "done"), base + 9);
	d.row.stock = 2;
	d.row.change_no++;
	assert_int_equal(sale_tickets_apply(f->c, &d.row, NULL, 0, 0), OK);
	assert_int_equal(market_redis_stock(f->c, d.row.id), 2);
	d.row.stock = 1;
	assert_int_equal(sale_tickets_apply(f->c, &d.row, NULL, 0, 0), OK);
	assert_int_equal(market_redis_stock(f->c, d.row.id), 1);
	d.row.stock = 3;
	d.row.change_no--;
	assert_int_equal(sale_tickets_apply(f->c, &d.row, NULL, 0, 0), OK);
	assert_int_equal(market_redis_stock(f->c, d.row.id), 1);
}

/* More on their way than SQL has left: none are left for others, and not fewer than none. */
static void the_stock_is_never_less_than_nothing(void **state)
{
	struct fixture *f = *state;
	struct deciding d;

	STORES_OR_SKIP();
	d = begin(f->c, 3);
	market_press(f->c, d.row.id, f->ann);
	market_press(f->c, d.row.id, f->bob);
	d.row.stock = 1;
	d.row.change_no++;
	assert_int_equal(sale_tickets_apply(f->c, &d.row, NULL, 0, 0), OK);
	assert_int_equal(market_redis_stock(f->c, d.row.id), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		people_test(a_refusal_is_of_its_own_request),
		people_test(what_was_told_stays),
		people_test(what_is_done_only_grows),
		people_test(the_stock_is_never_less_than_nothing),
	};

	return cmocka_run_group_tests(tests, start, stores_tear_down);
}
