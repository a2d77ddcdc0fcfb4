/* What the compensator does with the outbox, and its lease, with real servers. */
#include "unit/unit.h"

#include "base/clock.h"
#include "domain/job_lease.h"
#include "domain/outbox_replay.h"
#include "support/queue.h"
#include "support/stores.h"

#define NOW INT64_C(1769847909000)

struct fixture {
	struct ctx c;
	struct mq *consumer, *marker;
	struct arena *received;
};

static const struct db_sql sql_add =
	SQL("INSERT INTO outbox (event_id, topic, payload, state, attempts,"
	    " next_try_at, created_at) VALUES (?, ?, '{}', ?, ?, ?, 0)");
static const struct db_sql sql_row =
	SQL("SELECT state, attempts, next_try_at FROM outbox WHERE event_id = ?");
static const struct db_sql sql_lock =
	SQL("SELECT event_id FROM outbox WHERE event_id = ? FOR UPDATE");
static const struct db_sql sql_empty = SQL("DELETE FROM outbox");
static const struct db_sql sql_expire = SQL("UPDATE job_lease SET until_at = until_at - ?");

struct row {
	int64_t state, attempts, next_try_at;
};

static bool load_schema(struct db *db, struct arena *a)
{
	static const struct db_sql exists =
		SQL("SELECT 1 FROM information_schema.tables WHERE"
		    " table_schema = DATABASE() AND table_name = 'outbox'");
	struct db_rows *rows;

	if (db_query(db, a, &rows, &exists, DB_NO_ARGS))
		return false;
	if (db_count(rows))
		return true;
	return !db_run_script_unsafe(db, stores_schema(a));
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	if (stores.missing)
		return 0;
	f->received = arena_new(4096);
	f->c.arena = arena_new(4096);
	f->c.db = db_new(&stores.config);
	f->c.mq = mq_new(&stores.config);
	f->c.now = NOW;
	f->consumer = mq_new(&stores.config);
	f->marker = mq_new(&stores.config);
	if (!load_schema(f->c.db, f->c.arena) || db_exec(f->c.db, NULL, &sql_empty, DB_NO_ARGS) ||
	    mq_declare(f->c.mq) || mq_subscribe(f->consumer, "mail", 1000))
		return -1;
	queue_drain(f->marker, f->consumer, f->received, STR("mail.requested"));
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	if (!stores.missing) {
		mq_free(f->consumer);
		mq_free(f->marker);
		mq_free(f->c.mq);
		db_free(f->c.db);
		arena_free(f->c.arena);
		arena_free(f->received);
	}
	free(f);
	return 0;
}

static void add_to(struct fixture *f, int64_t id, struct str topic, enum outbox_state state,
		   int attempts, int64_t due)
{
	assert_int_equal(db_exec(f->c.db, NULL, &sql_add,
				 DB_ARGS(id, topic, (int)state, attempts, due)),
			 OK);
}

static void add(struct fixture *f, int64_t id, enum outbox_state state, int64_t due)
{
	add_to(f, id, STR("mail.requested"), state, 0, due);
}

static struct row row(struct fixture *f, int64_t id)
{
	struct db_rows *rows;

	assert_int_equal(db_query(f->c.db, f->c.arena, &rows, &sql_row, DB_ARGS(id)), OK);
	assert_true(db_next(rows));
	return (struct row){ db_int(rows, 0), db_int(rows, 1), db_int(rows, 2) };
}

static size_t replay(struct fixture *f)
{
	size_t claimed = 0;

	assert_int_equal(outbox_replay(&f->c, &claimed), OK);
	return claimed;
}

static size_t received(struct fixture *f)
{
	struct str mark = queue_mark(f->marker, f->received, STR("mail.requested"));
	struct mq_delivery d;
	size_t n = 0;

	while (queue_next(f->consumer, f->received, mark, &d)) {
		assert_text(d.key, "mail.requested");
		assert_text(d.body, "{}");
		assert_true(d.id.n > 0);
		assert_int_equal(mq_ack(f->consumer, d.tag, false), OK);
		n++;
	}
	return n;
}

static void what_is_due_is_published_once(void **state)
{
	struct fixture *f = *state;

	STORES_OR_SKIP();
	add(f, 1, OUTBOX_PENDING, NOW);
	add(f, 2, OUTBOX_PENDING, NOW + 1);
	add(f, 3, OUTBOX_FAILED, NOW - 1);
	add(f, 4, OUTBOX_FAILED, NOW + 1);
	add(f, 5, OUTBOX_SENT, NOW - 1);
	add(f, 6, OUTBOX_DEAD, NOW - 1);
	assert_int_equal(replay(f), 2);
	assert_int_equal(received(f), 2);
	assert_int_equal(row(f, 1).state, OUTBOX_SENT);
	assert_int_equal(row(f, 1).attempts, 1);
	assert_int_equal(row(f, 2).state, OUTBOX_PENDING);
	assert_int_equal(row(f, 3).state, OUTBOX_SENT);
	assert_int_equal(row(f, 4).state, OUTBOX_FAILED);
	assert_int_equal(row(f, 6).state, OUTBOX_DEAD);
	assert_int_equal(replay(f), 0);
	assert_int_equal(received(f), 0);
}

static void batches_are_bounded(void **state)
{
	struct fixture *f = *state;
	int64_t i;

	STORES_OR_SKIP();
	for (i = 1; i <= 250; i++)
		add(f, i, i % 2 ? OUTBOX_PENDING : OUTBOX_FAILED, NOW - i);
	assert_int_equal(replay(f), OUTBOX_BATCH);
	assert_int_equal(replay(f), OUTBOX_BATCH);
	assert_int_equal(replay(f), 250 - 2 * OUTBOX_BATCH);
	assert_int_equal(replay(f), 0);
	assert_int_equal(received(f), 250);
}

static void a_refused_event_comes_later_and_later_until_it_is_dead(void **state)
{
	struct fixture *f = *state;
	int64_t attempts, last = 0;

	STORES_OR_SKIP();
	add_to(f, 1, STR("no.such.topic"), OUTBOX_PENDING, 0, NOW);
	add(f, 2, OUTBOX_PENDING, NOW);
	assert_int_equal(replay(f), 2);
	assert_int_equal(row(f, 2).state, OUTBOX_SENT);
	assert_int_equal(received(f), 1);
	for (attempts = 1; attempts < OUTBOX_ATTEMPTS; attempts++) {
		struct row r = row(f, 1);

		assert_int_equal(r.state, OUTBOX_FAILED);
		assert_int_equal(r.attempts, attempts);
		assert_true(r.next_try_at - f->c.now >= 22500);
		assert_true(r.next_try_at - f->c.now <= 75 * CLOCK_MINUTE);
		assert_true(r.next_try_at - f->c.now > last || last > 40 * CLOCK_MINUTE);
		last = r.next_try_at - f->c.now;
		assert_int_equal(replay(f), 0);
		f->c.now = r.next_try_at;
		assert_int_equal(replay(f), 1);
	}
	assert_int_equal(row(f, 1).state, OUTBOX_DEAD);
	assert_int_equal(row(f, 1).attempts, OUTBOX_ATTEMPTS);
	f->c.now += CLOCK_DAY;
	assert_int_equal(replay(f), 0);
}

static void the_wait_doubles_up_to_an_hour(void **state)
{
	int64_t attempts, wait = 30 * CLOCK_SECOND;
	int i;

	(void)state;
	for (attempts = 1; attempts < 70; attempts++) {
		for (i = 0; i < 50; i++)
			assert_in_range(outbox_back_off(attempts), wait * 3 / 4, wait * 5 / 4);
		wait = wait * 2 > CLOCK_HOUR ? CLOCK_HOUR : wait * 2;
	}
}

static void rows_another_one_works_on_are_passed_over(void **state)
{
	struct fixture *f = *state;
	struct db_rows *rows;
	struct db *other;

	STORES_OR_SKIP();
	add(f, 1, OUTBOX_PENDING, NOW - 2);
	add(f, 2, OUTBOX_PENDING, NOW - 1);
	other = db_new(&stores.config);
	assert_int_equal(db_begin(other), OK);
	assert_int_equal(db_query(other, f->c.arena, &rows, &sql_lock, DB_ARGS(1)), OK);
	assert_int_equal(replay(f), 1);
	assert_int_equal(row(f, 2).state, OUTBOX_SENT);
	assert_int_equal(db_end(other, OK), OK);
	db_free(other);
	assert_int_equal(replay(f), 1);
	assert_int_equal(received(f), 2);
}

static void without_a_broker_no_attempt_counts(void **state)
{
	struct fixture *f = *state;
	size_t claimed;

	STORES_OR_SKIP();
	add(f, 1, OUTBOX_PENDING, NOW);
	stores_signal("rabbitmq", SIGKILL);
	assert_int_equal(outbox_replay(&f->c, &claimed), ERR_UNAVAILABLE);
	assert_int_equal(outbox_check_late(&f->c), OK);
	assert_int_equal(row(f, 1).attempts, 0);
	assert_int_equal(row(f, 1).next_try_at, NOW);
	stores_start("rabbitmq");
	stores_sleep_ms(MQ_RETRY_MS);
	assert_int_equal(replay(f), 1);
	assert_int_equal(row(f, 1).state, OUTBOX_SENT);
}

static void a_frozen_broker_counts_and_the_row_comes_again(void **state)
{
	struct fixture *f = *state;
	int64_t started;
	size_t claimed;

	STORES_OR_SKIP();
	add(f, 1, OUTBOX_PENDING, NOW);
	stores_signal("rabbitmq", SIGSTOP);
	started = clock_ticks();
	assert_int_equal(outbox_replay(&f->c, &claimed), ERR_UNAVAILABLE);
	assert_in_range(clock_ticks() - started, 0, 20000);
	stores_signal("rabbitmq", SIGCONT);
	stores_sleep_ms(MQ_RETRY_MS);
	assert_int_equal(row(f, 1).attempts, 0);
	assert_int_equal(replay(f), 1);
	assert_int_equal(received(f), 1);
}

static void a_lease_is_held_by_one(void **state)
{
	struct fixture *f = *state;
	struct str name = STR("test job");

	STORES_OR_SKIP();
	assert_int_equal(job_lease_take(&f->c, name, STR("a"), 60000), OK);
	assert_int_equal(job_lease_take(&f->c, name, STR("b"), 60000), ERR_CONFLICT);
	assert_int_equal(job_lease_take(&f->c, name, STR("a"), 60000), ERR_CONFLICT);
	assert_int_equal(job_lease_take(&f->c, STR("other job"), STR("b"), 60000), OK);
	assert_int_equal(job_lease_release(&f->c, name, STR("b")), OK);
	assert_int_equal(job_lease_take(&f->c, name, STR("b"), 60000), ERR_CONFLICT);
	assert_int_equal(job_lease_release(&f->c, name, STR("a")), OK);
	assert_int_equal(job_lease_take(&f->c, name, STR("b"), 60000), OK);
	/* A holder that died. */
	assert_int_equal(db_exec(f->c.db, NULL, &sql_expire, DB_ARGS(60001)), OK);
	assert_int_equal(job_lease_take(&f->c, name, STR("c"), 60000), OK);
	assert_int_equal(job_lease_release(&f->c, name, STR("b")), OK);
	assert_int_equal(job_lease_take(&f->c, name, STR("d"), 60000), ERR_CONFLICT);
}

#define replay_test(function) cmocka_unit_test_setup_teardown((function), set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_wait_doubles_up_to_an_hour),
		replay_test(what_is_due_is_published_once),
		replay_test(batches_are_bounded),
		replay_test(a_refused_event_comes_later_and_later_until_it_is_dead),
		replay_test(rows_another_one_works_on_are_passed_over),
		replay_test(without_a_broker_no_attempt_counts),
		replay_test(a_frozen_broker_counts_and_the_row_comes_again),
		replay_test(a_lease_is_held_by_one),
	};

	stores_need((const char *const[]){ "mariadb", "rabbitmq" }, 2);
	return cmocka_run_group_tests(tests, stores_set_up, stores_tear_down);
}
