/* Dead letters and dead events: seen, tried again, dropped; and what administrators are shown of
 * all that waits. */
#include "unit/domain/selling.h"

#include "domain/plumbing.h"
#include "support/queue.h"

#define DEAD STR("mail.dead")

struct pipes {
	struct ctx *c;
	struct mq *consumer;
	struct arena *received;
};

static const struct db_sql sql_event =
	SQL("INSERT INTO outbox (event_id, topic, payload, state, attempts, next_try_at,"
	    " created_at) VALUES (?, 'mail.requested', '{}', ?, 10, 1, ?)");
static const struct db_sql sql_state =
	SQL("SELECT state * 100 + attempts FROM outbox WHERE event_id = ?");
static const struct db_sql sql_count = SQL("SELECT COUNT(*) FROM outbox WHERE event_id < 100");
static const struct db_sql sql_sale_state = SQL("UPDATE sale SET state = ? WHERE sale_id = ?");
static const struct db_sql sql_empty = SQL("DELETE FROM outbox");
static const struct db_sql sql_job =
	SQL("INSERT INTO job_run (name, began_at, ended_at, is_well) VALUES ('closer', 5, 7, 1)");

static int start(void **state)
{
	return selling_set_up_mq(state);
}

static int open_pipes(void **state)
{
	struct pipes *p = calloc(1, sizeof(*p));
	int64_t done;

	*state = p;
	if (stores.missing)
		return 0;
	p->c = forum_open();
	p->received = arena_new(4096);
	p->consumer = mq_new(&stores.config);
	if (mq_declare(p->c->mq) || mq_subscribe(p->consumer, "mail", 10))
		return -1;
	queue_drain(p->c->mq, p->consumer, p->received, STR("mail.requested"));
	return plumbing_letters_drop(p->c, STR(""), STR(""), &done) ||
	       db_exec(p->c->db, NULL, &sql_empty, DB_NO_ARGS);
}

static int close_pipes(void **state)
{
	struct pipes *p = *state;

	if (!stores.missing) {
		mq_free(p->consumer);
		arena_free(p->received);
		forum_close(p->c);
	}
	free(p);
	return 0;
}

/* A message that its consumer cannot handle. */
static void kill_one(struct pipes *p, const char *id, const char *body)
{
	struct mq_delivery d;

	assert_int_equal(mq_publish_confirmed(p->c->mq, STR("mail.requested"), str_from_c(id),
					      str_from_c(body)),
			 OK);
	assert_int_equal(mq_next(p->consumer, p->received, WAIT_MOST_MS, &d), OK);
	assert_int_equal(mq_reject(p->consumer, d.tag), OK);
}

/* Dead letters take a moment to arrive. */
static size_t await_letters(struct pipes *p, size_t wanted, struct plumbing_letters *out)
{
	int64_t until = clock_ticks() + WAIT_MOST_MS;

	do {
		stores_sleep_ms(50);
		assert_int_equal(plumbing_letters(p->c, DEAD, out), OK);
	} while (out->count < wanted && clock_ticks() < until);
	return out->count;
}

static void a_dead_letter_says_what_it_was(void **state)
{
	struct pipes *p = *state;
	struct plumbing_letters letters;

	STORES_OR_SKIP();
	kill_one(p, "17", "{\"a\":1}");
	kill_one(p, "18", "{\"b\":2}");
	assert_int_equal(await_letters(p, 2, &letters), 2);
	assert_text(letters.items[0].id, "17");
	assert_text(letters.items[0].key, "mail.requested");
	assert_text(letters.items[0].body, "{\"a\":1}");
	assert_text(letters.items[0].died_in, "mail");
	assert_text(letters.items[0].reason, "rejected");
	assert_text(letters.items[0].queue, "mail.dead");
	assert_true(llabs(letters.items[0].died_at - clock_now()) < CLOCK_MINUTE);
	/* looked at they stay, in their order */
	assert_int_equal(await_letters(p, 2, &letters), 2);
	assert_text(letters.items[0].id, "17");
	assert_int_equal(plumbing_letters(p->c, STR(""), &letters), OK);
	assert_int_equal(letters.count, 2);
	assert_int_equal(plumbing_check_dead(p->c), OK);
	assert_int_equal(plumbing_letters(p->c, STR("mail"), &letters), ERR_NOT_FOUND);
	assert_int_equal(plumbing_letters(p->c, STR("other.dead"), &letters), ERR_NOT_FOUND);
}

static void a_letter_is_tried_again_as_it_was(void **state)
{
	struct pipes *p = *state;
	struct plumbing_letters letters;
	struct mq_delivery d;
	int64_t done;

	STORES_OR_SKIP();
	kill_one(p, "17", "one");
	kill_one(p, "18", "two");
	kill_one(p, "19", "three");
	assert_int_equal(await_letters(p, 3, &letters), 3);
	assert_int_equal(plumbing_letters_replay(p->c, DEAD, STR("18"), &done), OK);
	assert_int_equal(done, 1);
	assert_int_equal(mq_next(p->consumer, p->received, WAIT_MOST_MS, &d), OK);
	assert_text(d.id, "18");
	assert_text(d.key, "mail.requested");
	assert_text(d.body, "two");
	/* It dies again: that is not tried for ever. */
	assert_int_equal(mq_reject(p->consumer, d.tag), OK);
	assert_int_equal(await_letters(p, 3, &letters), 3);
	assert_int_equal(plumbing_letters_replay(p->c, STR(""), STR(""), &done), OK);
	assert_int_equal(done, 3);
	assert_int_equal(plumbing_letters(p->c, DEAD, &letters), OK);
	assert_int_equal(letters.count, 0);
}

static void one_letter_or_all_are_dropped(void **state)
{
	struct pipes *p = *state;
	struct plumbing_letters letters;
	struct mq_delivery d;
	struct str mark;
	int64_t done;

	STORES_OR_SKIP();
	kill_one(p, "17", "one");
	kill_one(p, "18", "two");
	kill_one(p, "19", "three");
	assert_int_equal(await_letters(p, 3, &letters), 3);
	assert_int_equal(plumbing_letters_drop(p->c, DEAD, STR("17"), &done), OK);
	assert_int_equal(done, 1);
	assert_int_equal(plumbing_letters_drop(p->c, DEAD, STR("17"), &done), OK);
	assert_int_equal(done, 0);
	assert_int_equal(await_letters(p, 2, &letters), 2);
	assert_text(letters.items[0].id, "18");
	assert_int_equal(plumbing_letters_drop(p->c, DEAD, STR(""), &done), OK);
	assert_int_equal(done, 2);
	assert_int_equal(plumbing_letters(p->c, DEAD, &letters), OK);
	assert_int_equal(letters.count, 0);
	mark = queue_mark(p->c->mq, p->received, STR("mail.requested"));
	assert_false(queue_next(p->consumer, p->received, mark, &d));
}

/* All letters of sales lie in one queue and find back into their own. */
static void a_letter_of_a_sale_finds_its_queue_again(void **state)
{
	struct pipes *p = *state;
	struct plumbing_letters letters = { 0 };
	struct mq *orders;
	struct mq_delivery d;
	int64_t done, sale;
	struct str key;

	STORES_OR_SKIP();
	sale = selling_sale(p->c, 1);
	key = sale_orders_key(p->c->arena, sale);
	orders = mq_new(&stores.config);
	assert_int_equal(mq_subscribe_also(orders, key.p, 10), OK);
	assert_int_equal(mq_publish_confirmed(p->c->mq, key, STR("5"), STR("poison")), OK);
	assert_int_equal(mq_next(orders, p->received, WAIT_MOST_MS, &d), OK);
	assert_int_equal(mq_reject(orders, d.tag), OK);
	WAIT_UNTIL(plumbing_letters(p->c, STR("sale.order.dead"), &letters) || letters.count);
	assert_int_equal(letters.count, 1);
	assert_same(letters.items[0].key, key);
	/* not while nobody would take it */
	assert_int_equal(db_exec(p->c->db, NULL, &sql_sale_state, DB_ARGS(3, sale)), OK);
	assert_int_equal(plumbing_letters_replay(p->c, STR(""), STR("5"), &done), OK);
	assert_int_equal(done, 0);
	assert_int_equal(db_exec(p->c->db, NULL, &sql_sale_state, DB_ARGS(1, sale)), OK);
	assert_int_equal(plumbing_letters_replay(p->c, STR("sale.order.dead"), STR("5"), &done),
			 OK);
	assert_int_equal(done, 1);
	assert_int_equal(mq_next(orders, p->received, WAIT_MOST_MS, &d), OK);
	assert_same(d.key, key);
	assert_int_equal(mq_ack(orders, d.tag, false), OK);
	assert_int_equal(mq_leave(orders, key.p), OK);
	mq_free(orders);
	assert_int_equal(mq_remove(p->c->mq, key), OK);
	assert_int_equal(db_exec(p->c->db, NULL, &sql_sale_state, DB_ARGS(3, sale)), OK);
}

static void dead_events_are_tried_again_or_dropped(void **state)
{
	struct pipes *p = *state;
	struct plumbing_events events;
	struct ctx *c = p->c;
	int64_t changed;
	int i;

	STORES_OR_SKIP();
	for (i = 1; i <= 6; i++)
		assert_int_equal(db_exec(c->db, NULL, &sql_event,
					 DB_ARGS(i, i <= 4 ? OUTBOX_DEAD : OUTBOX_FAILED, i)),
				 OK);
	assert_int_equal(plumbing_events(c, OUTBOX_DEAD, 0, 3, &events), OK);
	assert_int_equal(events.count, 3);
	assert_int_equal(events.items[0].id, 1);
	assert_int_equal(events.items[0].attempts, 10);
	assert_text(events.items[0].topic, "mail.requested");
	assert_int_equal(plumbing_events(c, OUTBOX_DEAD, 3, 3, &events), OK);
	assert_int_equal(events.count, 1);
	assert_int_equal(plumbing_events_retry(c, 2, &changed), OK);
	assert_int_equal(changed, 1);
	assert_int_equal(forum_number(c, &sql_state, DB_ARGS(2)), 0);
	assert_int_equal(plumbing_events_drop(c, 2, &changed), OK);
	assert_int_equal(changed, 0);
	assert_int_equal(plumbing_events_drop(c, 1, &changed), OK);
	assert_int_equal(changed, 1);
	assert_int_equal(plumbing_events_drop(c, 0, &changed), OK);
	assert_int_equal(changed, 2);
	assert_int_equal(plumbing_events_retry(c, 0, &changed), OK);
	assert_int_equal(changed, 2);
	assert_int_equal(forum_number(c, &sql_count, DB_NO_ARGS), 3);
}

static void all_that_waits_is_shown(void **state)
{
	struct pipes *p = *state;
	struct plumbing_letters letters;
	struct plumbing all;
	size_t i, dead = 0;

	STORES_OR_SKIP();
	kill_one(p, "17", "one");
	assert_int_equal(await_letters(p, 1, &letters), 1);
	assert_int_equal(db_exec(p->c->db, NULL, &sql_event,
				 DB_ARGS(1, OUTBOX_DEAD, p->c->now - 5000)),
			 OK);
	assert_int_equal(db_exec(p->c->db, NULL, &sql_event,
				 DB_ARGS(2, OUTBOX_FAILED, p->c->now - 9000)),
			 OK);
	assert_int_equal(db_exec(p->c->db, NULL, &sql_job, DB_NO_ARGS), OK);
	selling_sale(p->c, 3);
	assert_int_equal(plumbing_read(p->c, &all), OK);
	assert_true(all.has_mq);
	assert_int_equal(all.outbox[OUTBOX_DEAD], 1);
	assert_int_equal(all.outbox[OUTBOX_FAILED], 1);
	assert_int_equal(all.outbox_oldest_ms, 9000);
	assert_int_equal(all.dead_letters, 1);
	assert_true(all.queues.count >= mq_queue_count);
	for (i = 0; i < all.queues.count; i++)
		dead += all.queues.items[i].is_dead && all.queues.items[i].ready;
	assert_int_equal(dead, 1);
	assert_int_equal(all.sales.count, 1);
	assert_int_equal(all.sales.items[0].report.checked_at, 0);
	assert_int_equal(all.jobs.count, 1);
	assert_text(all.jobs.items[0].name, "closer");
	assert_true(all.jobs.items[0].is_well);
}

/* The broker is away: what SQL knows is shown all the same. */
static void without_the_broker_the_rest_is_shown(void **state)
{
	struct config away = stores.config;
	struct pipes *p = *state;
	struct plumbing_letters letters;
	struct plumbing all;
	struct mq *own;

	STORES_OR_SKIP();
	away.mq.port = 1;
	own = p->c->mq;
	p->c->mq = mq_new(&away);
	assert_int_equal(plumbing_read(p->c, &all), OK);
	assert_false(all.has_mq);
	assert_int_equal(all.queues.count, 0);
	assert_int_equal(plumbing_letters(p->c, STR(""), &letters), ERR_UNAVAILABLE);
	mq_free(p->c->mq);
	p->c->mq = own;
}

#define pipes_test(function) cmocka_unit_test_setup_teardown((function), open_pipes, close_pipes)

int main(void)
{
	const struct CMUnitTest tests[] = {
		pipes_test(a_dead_letter_says_what_it_was),
		pipes_test(a_letter_is_tried_again_as_it_was),
		pipes_test(one_letter_or_all_are_dropped),
		pipes_test(a_letter_of_a_sale_finds_its_queue_again),
		pipes_test(dead_events_are_tried_again_or_dropped),
		pipes_test(all_that_waits_is_shown),
		pipes_test(without_the_broker_the_rest_is_shown),
	};

	return cmocka_run_group_tests(tests, start, stores_tear_down);
}
