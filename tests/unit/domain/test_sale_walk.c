/*
 * Random histories of a sale, one for each seed: people press, the relay and `orders` do their part
 * twice, late or halfway, orders end in every way, keys get lost. Whatever happened, when all is
 * delivered everybody has an end, no unit is lost or sold twice, and nobody was told two things.
 */
#include "unit/domain/walk.h"

#include "domain/payment.h"
#include "domain/sale_check.h"

#define HISTORIES 40 /* SALE_WALKS=2000 for a long look */
#define FIRST_SEED 1 /* SALE_WALK_SEED: one that failed */
#define STEPS 160
#define CHECK_MS 20000

static const struct db_sql sql_events =
	SQL("SELECT event_id, payload FROM outbox WHERE topic = ? AND state = 0 ORDER BY event_id");
static const struct db_sql sql_sent = SQL("UPDATE outbox SET state = 1 WHERE event_id = ?");
static const struct db_sql sql_age =
	SQL("UPDATE sale_order SET expires_at = ? WHERE sale_id = ? AND state = 0 AND user_id = ?");
static const struct db_sql sql_order =
	SQL("SELECT COALESCE(MAX(order_id), 0) FROM sale_order WHERE sale_id = ? AND user_id = ?");
/* Begun, paid, to refund, refunded: what may be so of its order. */
static const struct db_sql sql_wrong_payments =
	SQL("SELECT COUNT(*) FROM payment p JOIN sale_order o USING (order_id) WHERE o.sale_id = ?"
	    " AND NOT ((p.state = 0 AND o.state IN (0, 2, 3)) OR (p.state = 1 AND o.state = 1)"
	    " OR (p.state = 2 AND o.state = 4) OR (p.state = 3 AND o.state = 5))");
static const struct db_sql sql_wrong_returns =
	SQL("SELECT COUNT(*) FROM sale_order WHERE sale_id = ? AND is_returned = (state < 2)");

static int64_t order_of(struct walk *w, const struct person *p)
{
	return forum_number(w->c, &sql_order, DB_ARGS(w->sale, p->id));
}

static void press(struct walk *w)
{
	struct person *p = walk_anybody(w);
	struct sale_answer answer = { 0 };
	err e = sale_press(w->c, w->sale, &answer);

	walk_note(w, "press");
	walk_must(w, !e || w->loses, "a press is answered");
	/* While keys are lost the refusal of a moment says nothing of the end. */
	if (!e && (answer.order_id || !answer.refusal || !w->loses))
		walk_hear(w, p, answer);
}

static void ask(struct walk *w)
{
	struct person *p = walk_anybody(w);
	struct sale_answer answer = { 0 };
	err e = sale_result(w->c, w->sale, &answer);

	walk_note(w, "ask");
	walk_must(w, !e || w->loses, "a question is answered");
	if (!e)
		walk_hear(w, p, answer);
}

/* Killed between the broker's word and the cut, it carries them again. */
static void relay(struct walk *w)
{
	bool is_cut = walk_below(w, 4) > 0;

	if (market_number(w->c, CACHE_ARGS(STR("XLEN"), sale_stream_key(w->c->arena, w->sale))) < 1)
		return;
	walk_note(w, is_cut ? "relay " : "relay-again ");
	walk_queue(w, is_cut ? market_message(w->c, w->sale) : market_peek(w->c, w->sale));
}

/* Of the outbox, to the queue; now and then again. */
static void compensate_some(struct walk *w, bool is_once)
{
	struct str topic = sale_orders_key(w->c->arena, w->sale);
	struct db_rows *rows;

	assert_int_equal(db_query(w->c->db, w->c->arena, &rows, &sql_events, DB_ARGS(topic)), OK);
	while (db_next(rows)) {
		walk_queue(w, db_str(rows, 1));
		if (is_once || walk_below(w, 5))
			assert_int_equal(db_exec(w->c->db, NULL, &sql_sent,
						 DB_ARGS(db_int(rows, 0))),
					 OK);
	}
}

static void compensate(struct walk *w)
{
	walk_note(w, "compensate ");
	compensate_some(w, false);
}

static void handle_halfway(struct walk *w, size_t at)
{
	walk_note(w, "half@%zu ", at);
	walk_must(w, market_handle_halfway(w->c, w->sale, w->queue[at]) != OK, "it is not done");
}

static void handle(struct walk *w, size_t at, bool is_again)
{
	walk_note(w, "handle@%zu%s ", at, is_again ? "-again" : "");
	walk_must(w, sale_orders_handle(w->c, w->sale, w->queue[at]) == OK, "a message is handled");
	if (!is_again)
		walk_unqueue(w, at, 1);
}

/* In turn or not, once or twice, several at once when they can be, or only half of it. */
static void deliver(struct walk *w)
{
	size_t at, count = 1 + walk_below(w, 4);

	if (!w->queued)
		return;
	at = walk_below(w, 6) ? 0 : walk_below(w, (uint32_t)w->queued);
	if (w->dies && !walk_below(w, 6)) {
		handle_halfway(w, at);
	} else if (at || count > w->queued ||
		   sale_orders_handle_some(w->c, w->sale, w->queue, count)) {
		handle(w, at, !walk_below(w, 5));
	} else {
		walk_note(w, "handle%zu ", count);
		walk_unqueue(w, 0, count);
	}
}

static void cancel(struct walk *w)
{
	int64_t order = order_of(w, walk_anybody(w));

	if (order) {
		walk_note(w, "cancel ");
		(void)!sale_order_cancel(w->c, order);
	}
}

static void age(struct walk *w, const struct person *p)
{
	assert_int_equal(db_exec(w->c->db, NULL, &sql_age, DB_ARGS(w->c->now - 5, w->sale, p->id)),
			 OK);
}

static void expire(struct walk *w)
{
	int64_t closed;

	walk_note(w, "expire ");
	age(w, walk_anybody(w));
	assert_int_equal(sale_order_expire(w->c, 100, &closed), OK);
}

/* Perhaps too late, perhaps told twice. */
static void pay(struct walk *w)
{
	const struct person *p = walk_anybody(w);
	int64_t order = order_of(w, p);
	struct payment payment;
	struct payment_call call;
	uint32_t before = walk_below(w, 6);

	if (!order || payment_begin(w->c, order, &payment))
		return;
	walk_note(w, "pay%u ", before);
	if (before == 0)
		(void)!sale_order_cancel(w->c, order);
	if (before == 1)
		age(w, p);
	call = (struct payment_call){ .reference = payment.reference,
				      .outcome = STR("paid"),
				      .amount = payment.amount,
				      .at = w->c->now };
	call.signature = payment_sign(w->c, &call);
	assert_int_equal(payment_called(w->c, &call), OK);
	if (walk_below(w, 2))
		assert_int_equal(payment_called(w->c, &call), OK);
}

static void manage(struct walk *w)
{
	int64_t change = (int64_t)walk_below(w, 7) - (w->shrinks ? 3 : 0);

	market_admin(w->c);
	if (walk_below(w, 12)) {
		walk_note(w, "units%+lld ", (long long)change);
		(void)!sale_change_units(w->c, w->sale, change, forum_form(w->c));
	} else {
		walk_note(w, "close ");
		(void)!sale_close(w->c, w->sale);
	}
}

/* Up to a number the reconciler may have seen: what lies in the stream is not behind it. */
static void reconcile(struct walk *w)
{
	int64_t base = market_of(w->c, w->sale, "base"), taken = market_of(w->c, w->sale, "taken");
	struct str key = sale_stream_key(w->c->arena, w->sale);
	int64_t upto = base > 0 ? base + walk_below(w, (uint32_t)taken + 1) : 0;
	struct cache_reply *first;

	assert_int_equal(cache_run(w->c->cache, &first,
				   CACHE_ARGS(STR("XRANGE"), key, STR("-"), STR("+"), STR("COUNT"),
					      1)),
			 OK);
	if (cache_items(first)) {
		int64_t oldest = cache_int(cache_item(cache_item(cache_item(first, 0), 1), 3));

		upto = oldest <= upto ? oldest - 1 : upto;
	}
	walk_note(w, "settle%lld ", (long long)upto);
	walk_queue(w, sale_settle_body(w->c->arena, upto));
}

/* Some of its keys, or all; the relay notices. */
static void lose(struct walk *w)
{
	static const char *const parts[] = { "", ":stock", ":ticket", ":stream" };
	uint32_t which = 1 + walk_below(w, 15), i;

	if (!w->loses || walk_below(w, 4))
		return;
	walk_note(w, "lose%u ", which);
	for (i = 0; i < ARRAY_LEN(parts); i++) {
		if (which >> i & 1)
			market_number(w->c, CACHE_ARGS(STR("DEL"), sale_key_of(w->c->arena, w->sale,
									       parts[i])));
	}
	walk_queue(w, sale_settle_body(w->c->arena, 0));
}

static void step(struct walk *w)
{
	/* As often as they stand here. */
	static void (*const acts[])(struct walk *
				    w) = { press,  press, press,   press,   press,     ask,
					   relay,  relay, deliver, deliver, deliver,   compensate,
					   cancel, pay,   expire,  manage,  reconcile, lose };

	forum_next(w->c);
	acts[walk_below(w, ARRAY_LEN(acts))](w);
}

static void deliver_all(struct walk *w)
{
	forum_next(w->c);
	compensate_some(w, true);
	walk_queue(w, market_message(w->c, w->sale));
	while (w->queued)
		handle(w, 0, false);
}

/* All is carried, and the reconciler gives up who still waits. */
static void finish(struct walk *w)
{
	int64_t last;

	walk_note(w, "finish ");
	deliver_all(w);
	walk_queue(w, sale_settle_body(w->c->arena, 0));
	deliver_all(w);
	last = market_of(w->c, w->sale, "base") + market_of(w->c, w->sale, "taken");
	walk_queue(w, sale_settle_body(w->c->arena, last));
	deliver_all(w);
	deliver_all(w);
}

static void check_person(struct walk *w, struct person *p)
{
	struct sale_answer answer = { 0 };

	forum_as(w->c, p->id, ROLE_USER);
	walk_must(w, sale_result(w->c, w->sale, &answer) == OK, "the end is told");
	walk_hear(w, p, answer);
	walk_must(w, !market_is_queueing(answer), "nobody waits");
	walk_note(w, "order %lld ", (long long)order_of(w, p));
	walk_must(w, answer.order_id == order_of(w, p), "what is told is what is written");
}

static void check(struct walk *w)
{
	struct sale_report report;
	int i;

	forum_next(w->c);
	walk_must(w, market_of(w->c, w->sale, "taken") == market_of(w->c, w->sale, "answered"),
		  "all requests are answered");
	for (i = 0; i < PEOPLE; i++)
		check_person(w, &w->people[i]);
	walk_must(w, !forum_number(w->c, &sql_wrong_payments, DB_ARGS(w->sale)), "payments fit");
	walk_must(w, !forum_number(w->c, &sql_wrong_returns, DB_ARGS(w->sale)),
		  "units are given back");
	walk_must(w, market_redis_stock(w->c, w->sale) == market_sql_stock(w->c, w->sale),
		  "the stocks are equal");
	market_check(w->c, w->sale);
	assert_int_equal(sale_check(w->c, w->sale, clock_ticks() + CHECK_MS, &report), OK);
	walk_must(w, sale_report_is_right(&report), "the reconciler finds nothing");
}

static void walk(struct walk *w, uint64_t seed)
{
	int i;

	w->seed = w->chance = seed;
	w->loses = walk_below(w, 2);
	w->shrinks = walk_below(w, 2);
	w->dies = walk_below(w, 2);
	w->queued = w->trail_n = 0;
	arena_reset(w->arena);
	for (i = 0; i < PEOPLE; i++)
		w->people[i] = (struct person){ .id = w->people[i].id };
	forum_next(w->c);
	w->sale = market_sale(w->c, 1 + walk_below(w, 8));
	for (i = 0; i < STEPS; i++)
		step(w);
	finish(w);
	check(w);
}

static uint64_t number_of(const char *name, uint64_t usual)
{
	const char *given = getenv(name);

	return given ? strtoull(given, NULL, 10) : usual;
}

static void whatever_happens_everybody_has_an_end(void **state)
{
	struct fixture *f = *state;
	uint64_t first = number_of("SALE_WALK_SEED", FIRST_SEED), i;
	struct walk *w;

	STORES_OR_SKIP();
	w = calloc(1, sizeof(*w));
	w->c = f->c;
	w->arena = arena_new(65536);
	for (i = 0; i < PEOPLE; i++)
		w->people[i].id = forum_user(w->c, ROLE_USER);
	for (i = 0; i < number_of("SALE_WALKS", HISTORIES); i++)
		walk(w, first + i);
	arena_free(w->arena);
	free(w);
}

static int start(void **state)
{
	return forum_set_up(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		people_test(whatever_happens_everybody_has_an_end),
	};

	return cmocka_run_group_tests(tests, start, stores_tear_down);
}
