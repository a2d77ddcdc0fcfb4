/* The MariaDB wrapper while the server is restarted, killed, frozen or ends the connection. */
#include "unit/unit.h"

#include "base/clock.h"
#include "store/db.h"
#include "support/patience.h"
#include "support/stores.h"

struct fixture {
	struct arena *a;
	struct db *db;
};

static const struct db_sql sql_add = SQL("UPDATE counter SET n = n + ? WHERE id = 1");
static const struct db_sql sql_get = SQL("SELECT n FROM counter WHERE id = ?");
static const struct db_sql sql_answer = SQL("SELECT ?");
static const struct db_sql sql_locked = SQL("SELECT n FROM counter WHERE id = ? FOR UPDATE");
static const struct db_sql sql_connection = SQL("SELECT CONNECTION_ID()");
static const struct db_sql sql_kill = SQL("KILL CONNECTION ?");
static const struct db_sql sql_is_open =
	SQL("SELECT COUNT(*) FROM information_schema.processlist WHERE id = ?");

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	f->a = arena_new(4096);
	if (stores.missing)
		return 0;
	f->db = db_new(&stores.config);
	return db_run_script_unsafe(f->db, STR("DROP TABLE IF EXISTS counter;\n"
					       "CREATE TABLE counter (id INT PRIMARY KEY, n INT);\n"
					       "INSERT INTO counter VALUES (1, 0);\n"));
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	db_free(f->db);
	arena_free(f->a);
	free(f);
	return 0;
}

/* The one number a statement gives; -1 when it failed with the error wanted. */
static int64_t number(struct fixture *f, const struct db_sql *sql, struct db_args args, err wanted)
{
	struct db_rows *rows;

	assert_int_equal(db_query(f->db, f->a, &rows, sql, args), wanted);
	if (wanted)
		return -1;
	assert_true(db_next(rows));
	return db_int(rows, 0);
}

static int64_t counter(struct fixture *f)
{
	return number(f, &sql_get, DB_ARGS(1), OK);
}

static void kill_connection(struct fixture *f, int64_t id)
{
	struct fixture other = { .a = f->a, .db = db_new(&stores.config) };

	assert_int_equal(db_exec(other.db, NULL, &sql_kill, DB_ARGS(id)), OK);
	WAIT_UNTIL(!number(&other, &sql_is_open, DB_ARGS(id), OK));
	db_free(other.db);
}

/* Nobody waits for a server that is dead, or known to be silent. */
static void ask_in_vain(void *context)
{
	int i;

	for (i = 0; i < 1000; i++)
		number(context, &sql_get, DB_ARGS(1), ERR_UNAVAILABLE);
}

static void ask_once_in_vain(void *context)
{
	number(context, &sql_answer, DB_ARGS(2), ERR_UNAVAILABLE);
}

static void a_restart_between_statements_is_not_noticed(void **state)
{
	struct fixture *f = *state;

	STORES_OR_SKIP();
	assert_int_equal(counter(f), 0);
	stores_signal("mariadb", SIGKILL);
	stores_start("mariadb");
	assert_int_equal(counter(f), 0);
	stores_signal("mariadb", SIGKILL);
	stores_start("mariadb");
	/* Writing, too: the end of the connection is seen before anything is sent. */
	assert_int_equal(db_exec(f->db, NULL, &sql_add, DB_ARGS(1)), OK);
	assert_int_equal(counter(f), 1);
	kill_connection(f, number(f, &sql_connection, DB_NO_ARGS, OK));
	assert_int_equal(db_begin(f->db), OK);
	assert_int_equal(db_exec(f->db, NULL, &sql_add, DB_ARGS(1)), OK);
	assert_int_equal(db_end(f->db, OK), OK);
	assert_int_equal(counter(f), 2);
}

static void a_dead_server_is_found_out_at_once(void **state)
{
	struct fixture *f = *state;

	STORES_OR_SKIP();
	assert_int_equal(counter(f), 0);
	stores_signal("mariadb", SIGKILL);
	number(f, &sql_get, DB_ARGS(1), ERR_UNAVAILABLE);
	assert_int_equal(db_exec(f->db, NULL, &sql_add, DB_ARGS(1)), ERR_UNAVAILABLE);
	assert_int_equal(db_begin(f->db), ERR_UNAVAILABLE);
	assert_int_equal(db_ping(f->db), ERR_UNAVAILABLE);
	assert_true(patience_is_quick(ask_in_vain, f, 400));
	stores_start("mariadb");
	stores_sleep_ms(DB_RETRY_MS);
	assert_int_equal(db_ping(f->db), OK);
	assert_int_equal(counter(f), 0);
}

static void a_frozen_server_times_out_and_its_late_answer_is_lost(void **state)
{
	struct fixture *f = *state;
	int64_t started;

	STORES_OR_SKIP();
	assert_int_equal(number(f, &sql_answer, DB_ARGS(1), OK), 1);
	stores_signal("mariadb", SIGSTOP);
	started = clock_ticks();
	ask_once_in_vain(f);
	assert_in_range(clock_ticks() - started, 1000, WAIT_MOST_MS);
	assert_true(patience_is_quick(ask_once_in_vain, f, 1000));
	stores_signal("mariadb", SIGCONT);
	stores_sleep_ms(DB_RETRY_MS);
	assert_int_equal(number(f, &sql_answer, DB_ARGS(3), OK), 3);
	assert_int_equal(number(f, &sql_answer, DB_ARGS(4), OK), 4);
}

static void connecting_to_a_frozen_server_times_out(void **state)
{
	struct fixture *f = *state;
	int64_t started = clock_ticks();

	STORES_OR_SKIP();
	stores_signal("mariadb", SIGSTOP);
	ask_once_in_vain(f);
	assert_in_range(clock_ticks() - started, 1000, WAIT_MOST_MS);
	stores_signal("mariadb", SIGCONT);
	stores_sleep_ms(DB_RETRY_MS);
	assert_int_equal(number(f, &sql_answer, DB_ARGS(3), OK), 3);
}

static void a_connection_lost_within_a_transaction_undoes_it(void **state)
{
	struct fixture *f = *state;
	int64_t id;

	STORES_OR_SKIP();
	assert_int_equal(db_begin(f->db), OK);
	assert_int_equal(db_exec(f->db, NULL, &sql_add, DB_ARGS(5)), OK);
	id = number(f, &sql_connection, DB_NO_ARGS, OK);
	kill_connection(f, id);
	/* Not even a read goes on: it would be outside the transaction. */
	number(f, &sql_get, DB_ARGS(1), ERR_UNAVAILABLE);
	assert_int_equal(db_exec(f->db, NULL, &sql_add, DB_ARGS(5)), ERR_UNAVAILABLE);
	assert_int_equal(db_end(f->db, OK), ERR_UNAVAILABLE);
	assert_int_equal(counter(f), 0);
}

static void a_lost_commit_is_in_doubt_not_done(void **state)
{
	struct fixture *f = *state;

	STORES_OR_SKIP();
	assert_int_equal(db_begin(f->db), OK);
	assert_int_equal(db_exec(f->db, NULL, &sql_add, DB_ARGS(5)), OK);
	stores_signal("mariadb", SIGKILL);
	assert_int_equal(db_end(f->db, OK), ERR_UNAVAILABLE);
	stores_start("mariadb");
	stores_sleep_ms(DB_RETRY_MS);
	assert_int_equal(counter(f), 0);
}

static err add_run(void *context)
{
	struct fixture *f = context;

	return db_exec(f->db, NULL, &sql_add, DB_ARGS(1));
}

static void a_transaction_after_a_restart_works(void **state)
{
	struct fixture *f = *state;

	STORES_OR_SKIP();
	assert_int_equal(db_transaction(f->db, add_run, f), OK);
	stores_signal("mariadb", SIGKILL);
	assert_int_equal(db_transaction(f->db, add_run, f), ERR_UNAVAILABLE);
	stores_start("mariadb");
	stores_sleep_ms(DB_RETRY_MS);
	assert_int_equal(db_transaction(f->db, add_run, f), OK);
	assert_int_equal(counter(f), 2);
}

static void a_locking_read_in_a_transaction_is_not_repeated(void **state)
{
	struct fixture *f = *state;

	STORES_OR_SKIP();
	assert_int_equal(db_begin(f->db), OK);
	kill_connection(f, number(f, &sql_connection, DB_NO_ARGS, OK));
	number(f, &sql_locked, DB_ARGS(1), ERR_UNAVAILABLE);
	assert_int_equal(db_end(f->db, OK), ERR_UNAVAILABLE);
}

#define fault_test(function) cmocka_unit_test_setup_teardown((function), set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		fault_test(a_restart_between_statements_is_not_noticed),
		fault_test(a_dead_server_is_found_out_at_once),
		fault_test(a_frozen_server_times_out_and_its_late_answer_is_lost),
		fault_test(connecting_to_a_frozen_server_times_out),
		fault_test(a_connection_lost_within_a_transaction_undoes_it),
		fault_test(a_lost_commit_is_in_doubt_not_done),
		fault_test(a_transaction_after_a_restart_works),
		fault_test(a_locking_read_in_a_transaction_is_not_repeated),
	};

	stores_need((const char *const[]){ "mariadb" }, 1);
	return cmocka_run_group_tests(tests, stores_set_up, stores_tear_down);
}
