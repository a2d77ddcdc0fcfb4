/* The MariaDB wrapper, against a real server: transactions, locks, slow statements. */
#include "unit/store/db_fixture.h"

#include <pthread.h>

#include "base/clock.h"

static void a_transaction_is_all_or_nothing(void **state)
{
	struct fixture *f = *state;

	STORES_OR_SKIP();
	assert_int_equal(db_begin(f->db), OK);
	assert_int_equal(db_exec(f->db, NULL, &sql_insert, DB_ARGS(3, DB_NULL, DB_NULL)), OK);
	assert_int_equal(db_end(f->db, ERR_NOT_FOUND), ERR_NOT_FOUND);
	assert_int_equal(count(f), 2);
	assert_int_equal(db_begin(f->db), OK);
	assert_int_equal(db_exec(f->db, NULL, &sql_insert, DB_ARGS(3, DB_NULL, DB_NULL)), OK);
	assert_int_equal(db_end(f->db, OK), OK);
	assert_int_equal(count(f), 3);
}

/* The other side of a deadlock: it has changed more, so InnoDB chooses the test's side. */
struct rival {
	struct db *db;
	pthread_t thread;
	pthread_barrier_t both_hold;
	err e;
};

static void *rival_run(void *context)
{
	static const struct db_sql heavy =
		SQL("INSERT INTO thing (id) SELECT seq FROM seq_1000_to_2000 WHERE ? = 1");
	struct rival *r = context;

	r->e = db_begin(r->db);
	if (!r->e)
		r->e = db_exec(r->db, NULL, &heavy, DB_ARGS(1));
	if (!r->e)
		r->e = db_exec(r->db, NULL, &sql_add, DB_ARGS(10, 2));
	pthread_barrier_wait(&r->both_hold);
	if (!r->e)
		r->e = db_exec(r->db, NULL, &sql_add, DB_ARGS(10, 1));
	r->e = db_end(r->db, r->e);
	return NULL;
}

struct attempt {
	struct fixture *f;
	struct rival rival;
	int count;
};

static err attempt_run(void *context)
{
	struct attempt *t = context;
	err e = db_exec(t->f->db, NULL, &sql_add, DB_ARGS(1, 1));

	if (e)
		return e;
	if (++t->count == 1) {
		pthread_barrier_wait(&t->rival.both_hold);
		stores_sleep_ms(200); /* the rival waits for row 1 by now */
	}
	return db_exec(t->f->db, NULL, &sql_add, DB_ARGS(1, 2));
}

static void a_deadlock_is_tried_again(void **state)
{
	struct fixture *f = *state;
	struct attempt t = { .f = f };

	STORES_OR_SKIP();
	t.rival.db = db_new(&stores.config);
	pthread_barrier_init(&t.rival.both_hold, NULL, 2);
	pthread_create(&t.rival.thread, NULL, rival_run, &t.rival);
	assert_int_equal(db_transaction(f->db, attempt_run, &t), OK);
	pthread_join(t.rival.thread, NULL);
	assert_int_equal(t.rival.e, OK);
	assert_int_equal(t.count, 2);
	assert_int_equal(db_int(one(f, 1), 3), 7 + 1 + 10);
	assert_int_equal(db_int(one(f, 2), 3), 7 + 1 + 10);
	pthread_barrier_destroy(&t.rival.both_hold);
	db_free(t.rival.db);
}

static err conflict_run(void *context)
{
	(*(int *)context)++;
	return ERR_CONFLICT;
}

static void other_errors_are_not_tried_again(void **state)
{
	struct fixture *f = *state;
	int calls = 0;

	STORES_OR_SKIP();
	assert_int_equal(db_transaction(f->db, conflict_run, &calls), ERR_CONFLICT);
	assert_int_equal(calls, 1);
}

static void a_lock_wait_dooms_the_transaction(void **state)
{
	struct fixture *f = *state;
	struct db *other;
	int64_t started;

	STORES_OR_SKIP();
	other = db_new(&stores.config);
	assert_int_equal(db_begin(other), OK);
	assert_int_equal(db_exec(other, NULL, &sql_add, DB_ARGS(1, 2)), OK);
	assert_int_equal(db_begin(f->db), OK);
	assert_int_equal(db_exec(f->db, NULL, &sql_add, DB_ARGS(1, 1)), OK);
	started = clock_ticks();
	assert_int_equal(db_exec(f->db, NULL, &sql_add, DB_ARGS(1, 2)), ERR_UNAVAILABLE);
	assert_in_range(clock_ticks() - started, 1500, 20000);
	assert_int_equal(db_end(other, OK), OK);
	/* Whoever overlooks the error commits nothing. */
	assert_int_equal(db_exec(f->db, NULL, &sql_add, DB_ARGS(1, 2)), ERR_UNAVAILABLE);
	assert_int_equal(db_end(f->db, OK), ERR_UNAVAILABLE);
	assert_int_equal(db_int(one(f, 1), 3), 7);
	assert_int_equal(db_int(one(f, 2), 3), 8);
	db_free(other);
}

static void a_slow_statement_ends_alone(void **state)
{
	static const struct db_sql slow =
		SQL("SELECT COUNT(*) FROM seq_1_to_100000 a, seq_1_to_100000 b"
		    " WHERE (a.seq * b.seq) % 7 = ?");
	static const struct db_sql id = SQL("SELECT CONNECTION_ID()");
	struct fixture *f = *state;
	struct db_rows *rows;
	int64_t before = 0, after = 1, started;
	int tries;

	STORES_OR_SKIP();
	/* A server that is kept from its work ends it too late now and then, with the connection.
	 */
	for (tries = 0; before != after && tries < 3; tries++) {
		assert_int_equal(db_query(f->db, f->a, &rows, &id, DB_NO_ARGS), OK);
		assert_true(db_next(rows));
		before = db_int(rows, 0);
		started = clock_ticks();
		assert_int_equal(db_query(f->db, f->a, &rows, &slow, DB_ARGS(8)), ERR_UNAVAILABLE);
		assert_in_range(clock_ticks() - started, 2000, 20000);
		stores_sleep_ms(DB_RETRY_MS);
		assert_int_equal(db_query(f->db, f->a, &rows, &id, DB_NO_ARGS), OK);
		assert_true(db_next(rows));
		after = db_int(rows, 0);
	}
	assert_int_equal(after, before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		db_test(a_transaction_is_all_or_nothing),
		db_test(a_deadlock_is_tried_again),
		db_test(other_errors_are_not_tried_again),
		db_test(a_lock_wait_dooms_the_transaction),
		db_test(a_slow_statement_ends_alone),
	};

	stores_need((const char *const[]){ "mariadb" }, 1);
	return cmocka_run_group_tests(tests, stores_set_up, stores_tear_down);
}
