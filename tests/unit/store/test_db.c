/* The MariaDB wrapper, against a real server: values, errors, transactions. */
#include "unit/unit.h"

#include "unit/store/db_fixture.h"

static void values_come_back_as_they_went(void **state)
{
	struct fixture *f = *state;
	struct db_rows *rows;

	STORES_OR_SKIP();
	assert_int_equal(db_exec(f->db, NULL, &sql_insert,
				 DB_ARGS(INT64_MIN,
					 STR("\xF0\x9F\x98\x80 \xE5\xB9\xBF\xE5\x9C\xBA"),
					 STR("a\0b'\"\\;--"))),
			 OK);
	rows = one(f, INT64_MIN);
	assert_true(db_int(rows, 0) == INT64_MIN);
	assert_text(db_str(rows, 1), "\xF0\x9F\x98\x80 \xE5\xB9\xBF\xE5\x9C\xBA");
	assert_text(db_str(rows, 2), "a\0b'\"\\;--");
	assert_int_equal(db_int(rows, 3), 7);
	assert_false(db_next(rows));
	assert_int_equal(db_exec(f->db, NULL, &sql_insert, DB_ARGS(INT64_MAX, STR(""), DB_NULL)),
			 OK);
	rows = one(f, INT64_MAX);
	assert_true(db_int(rows, 0) == INT64_MAX);
	assert_false(db_is_null(rows, 1));
	assert_int_equal(db_str(rows, 1).n, 0);
	assert_true(db_is_null(rows, 2));
	assert_int_equal(db_str(rows, 2).n, 0);
	assert_int_equal(db_int(rows, 2), 0);
}

static void long_texts_are_not_cut(void **state)
{
	static const size_t sizes[] = { 1, 255, 256, 4095, 65535, 65536, 3000000 };
	struct fixture *f = *state;
	size_t i;

	STORES_OR_SKIP();
	for (i = 0; i < ARRAY_LEN(sizes); i++) {
		char *p = arena_alloc(f->a, sizes[i] + 1);
		int64_t id = 100 + (int64_t)i;

		memset(p, 'x', sizes[i]);
		p[sizes[i] - 1] = 'z';
		assert_int_equal(db_exec(f->db, NULL, &sql_insert,
					 DB_ARGS(id, DB_NULL, ((struct str){ p, sizes[i] }))),
				 OK);
		assert_same(db_str(one(f, id), 2), ((struct str){ p, sizes[i] }));
	}
}

static void all_rows_are_read(void **state)
{
	static const struct db_sql fill =
		SQL("INSERT INTO thing (id) SELECT seq FROM seq_3_to_5000 WHERE ? = 1");
	struct fixture *f = *state;
	struct db_rows *rows;
	int64_t changed = 0, id = 1;

	STORES_OR_SKIP();
	assert_int_equal(db_exec(f->db, &changed, &fill, DB_ARGS(1)), OK);
	assert_int_equal(changed, 4998);
	assert_int_equal(db_query(f->db, f->a, &rows, &sql_all, DB_ARGS(1)), OK);
	assert_int_equal(db_count(rows), 5000);
	for (; db_next(rows); id++)
		assert_int_equal(db_int(rows, 0), id);
	assert_int_equal(id, 5001);
	assert_int_equal(db_query(f->db, f->a, &rows, &sql_all, DB_ARGS(6000)), OK);
	assert_int_equal(db_count(rows), 0);
	assert_false(db_next(rows));
}

static void computed_columns_have_a_type(void **state)
{
	static const struct db_sql sql = SQL("SELECT SUM(amount), COUNT(*), COALESCE(?, 5), NULL, "
					     "1.50, TIMESTAMP'2026-01-31 08:05:09.123',"
					     " CAST('-12' AS CHAR), 18446744073709551615, "
					     "JSON_VALUE('{\"a\":3}', '$.a') FROM thing");
	struct fixture *f = *state;
	struct db_rows *rows;

	STORES_OR_SKIP();
	assert_int_equal(db_query(f->db, f->a, &rows, &sql, DB_ARGS(DB_NULL)), OK);
	assert_true(db_next(rows));
	assert_int_equal(db_int(rows, 0), 14);
	assert_text(db_str(rows, 0), "14");
	assert_int_equal(db_int(rows, 1), 2);
	assert_int_equal(db_int(rows, 2), 5);
	assert_true(db_is_null(rows, 3));
	assert_text(db_str(rows, 4), "1.50");
	assert_text(db_str(rows, 5), "2026-01-31 08:05:09.123");
	assert_int_equal(db_int(rows, 6), -12);
	assert_int_equal(db_int(rows, 7), -1);
	assert_int_equal(db_int(rows, 8), 3);
}

static void the_session_is_set_up(void **state)
{
	static const struct db_sql sql =
		SQL("SELECT @@time_zone, @@tx_isolation, @@innodb_lock_wait_timeout,"
		    " @@character_set_connection, LOCATE('STRICT_ALL_TABLES', @@sql_mode) > 0,"
		    " CAST(@@max_statement_time AS DECIMAL(4,1))");
	struct fixture *f = *state;
	struct db_rows *rows;

	STORES_OR_SKIP();
	assert_int_equal(db_query(f->db, f->a, &rows, &sql, DB_NO_ARGS), OK);
	assert_true(db_next(rows));
	assert_text(db_str(rows, 0), "+00:00");
	assert_text(db_str(rows, 1), "READ-COMMITTED");
	assert_int_equal(db_int(rows, 2), 2);
	assert_text(db_str(rows, 3), "utf8mb4");
	assert_int_equal(db_int(rows, 4), 1);
	assert_text(db_str(rows, 5), "2.5");
}

static void a_duplicate_key_is_a_conflict(void **state)
{
	struct fixture *f = *state;

	STORES_OR_SKIP();
	assert_int_equal(db_exec(f->db, NULL, &sql_insert, DB_ARGS(1, DB_NULL, DB_NULL)),
			 ERR_CONFLICT);
	assert_int_equal(db_exec(f->db, NULL, &sql_insert, DB_ARGS(9, STR("two"), DB_NULL)),
			 ERR_CONFLICT);
	/* The transaction may go on after it. */
	assert_int_equal(db_begin(f->db), OK);
	assert_int_equal(db_exec(f->db, NULL, &sql_insert, DB_ARGS(1, DB_NULL, DB_NULL)),
			 ERR_CONFLICT);
	assert_int_equal(db_exec(f->db, NULL, &sql_insert, DB_ARGS(3, DB_NULL, DB_NULL)), OK);
	assert_int_equal(db_end(f->db, OK), OK);
	assert_int_equal(count(f), 3);
}

static void found_rows_count_as_changed(void **state)
{
	struct fixture *f = *state;
	int64_t changed = -1;

	STORES_OR_SKIP();
	assert_int_equal(db_exec(f->db, &changed, &sql_set, DB_ARGS(7, 1)), OK);
	assert_int_equal(changed, 1);
	assert_int_equal(db_exec(f->db, &changed, &sql_set, DB_ARGS(7, 99)), OK);
	assert_int_equal(changed, 0);
}

static void wrong_statements_are_internal_errors(void **state)
{
	static const struct db_sql syntax = SQL("SELEKT 1");
	static const struct db_sql table = SQL("SELECT 1 FROM nowhere");
	struct fixture *f = *state;
	struct db_rows *rows;
	char long_name[80];

	STORES_OR_SKIP();
	memset(long_name, 'n', sizeof(long_name));
	assert_int_equal(db_query(f->db, f->a, &rows, &syntax, DB_NO_ARGS), ERR_INTERNAL);
	assert_int_equal(db_query(f->db, f->a, &rows, &table, DB_NO_ARGS), ERR_INTERNAL);
	assert_int_equal(db_exec(f->db, NULL, &sql_insert,
				 DB_ARGS(5, ((struct str){ long_name, sizeof(long_name) }),
					 DB_NULL)),
			 ERR_INTERNAL);
	assert_int_equal(db_exec(f->db, NULL, &sql_insert, DB_ARGS(5, STR("\xFF\xFE"), DB_NULL)),
			 ERR_INTERNAL);
	assert_int_equal(count(f), 2);
}

static struct fixture *aborting;

static void ignore(err e)
{
	(void)e;
}

static void too_few_args(void)
{
	ignore(db_exec(aborting->db, NULL, &sql_insert, DB_ARGS(1, 2)));
}

static void too_many_args(void)
{
	ignore(db_exec(aborting->db, NULL, &sql_set, DB_ARGS(1, 2, 3)));
}

static void exec_of_a_select(void)
{
	ignore(db_exec(aborting->db, NULL, &sql_count, DB_NO_ARGS));
}

static void query_of_an_update(void)
{
	struct db_rows *rows;

	ignore(db_query(aborting->db, aborting->a, &rows, &sql_set, DB_ARGS(1, 1)));
}

static void floating_column(void)
{
	static const struct db_sql sql = SQL("SELECT 1e0");
	struct db_rows *rows;

	ignore(db_query(aborting->db, aborting->a, &rows, &sql, DB_NO_ARGS));
}

static void column_out_of_range(void)
{
	(void)db_int(one(aborting, 1), 4);
}

static void end_without_begin(void)
{
	ignore(db_end(aborting->db, OK));
}

static void begin_inside(void)
{
	if (!db_begin(aborting->db))
		ignore(db_begin(aborting->db));
}

static void misuse_aborts(void **state)
{
	aborting = *state;
	STORES_OR_SKIP();
	assert_aborts(too_few_args);
	assert_aborts(too_many_args);
	assert_aborts(exec_of_a_select);
	assert_aborts(query_of_an_update);
	assert_aborts(floating_column);
	assert_aborts(column_out_of_range);
	assert_aborts(end_without_begin);
	assert_aborts(begin_inside);
}

static void statements_are_prepared_once(void **state)
{
	static const struct db_sql sql = SQL("SELECT CAST(VARIABLE_VALUE AS SIGNED) FROM"
					     " information_schema.SESSION_STATUS WHERE"
					     " VARIABLE_NAME = 'COM_STMT_PREPARE'");
	struct fixture *f = *state;
	struct db_rows *rows;
	int i;

	STORES_OR_SKIP();
	for (i = 0; i < 20; i++) {
		one(f, 1);
		assert_int_equal(db_exec(f->db, NULL, &sql_set, DB_ARGS(i, 1)), OK);
	}
	assert_int_equal(db_take_count(f->db), 40);
	assert_int_equal(db_take_count(f->db), 0);
	assert_int_equal(db_query(f->db, f->a, &rows, &sql, DB_NO_ARGS), OK);
	assert_true(db_next(rows));
	assert_int_equal(db_int(rows, 0), 3); /* these two and this one */
}

static void a_changed_table_is_no_surprise(void **state)
{
	struct fixture *f = *state;

	STORES_OR_SKIP();
	assert_text(db_str(one(f, 1), 1), "one");
	assert_int_equal(db_run_script_unsafe(f->db,
					      STR("ALTER TABLE thing ADD extra INT FIRST;\n"
						  "ALTER TABLE thing MODIFY amount BIGINT;\n")),
			 OK);
	assert_text(db_str(one(f, 1), 1), "one");
	assert_int_equal(db_int(one(f, 1), 3), 7);
}

static void a_script_stops_at_its_first_error(void **state)
{
	struct fixture *f = *state;

	STORES_OR_SKIP();
	assert_int_equal(db_run_script_unsafe(f->db, STR("INSERT INTO thing (id) VALUES (3);\n"
							 "INSERT INTO nowhere VALUES (1);\n"
							 "INSERT INTO thing (id) VALUES (4);\n")),
			 ERR_INTERNAL);
	assert_int_equal(count(f), 3);
	assert_int_equal(db_run_script_unsafe(f->db, STR("INSERT INTO thing (id, body)\n"
							 "VALUES (4, 'a; b')")),
			 OK);
	assert_int_equal(count(f), 4);
	assert_int_equal(db_run_script_unsafe(f->db, STR("\n-- nothing\n\n")), OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		db_test(values_come_back_as_they_went),
		db_test(long_texts_are_not_cut),
		db_test(all_rows_are_read),
		db_test(computed_columns_have_a_type),
		db_test(the_session_is_set_up),
		db_test(a_duplicate_key_is_a_conflict),
		db_test(found_rows_count_as_changed),
		db_test(wrong_statements_are_internal_errors),
		db_test(misuse_aborts),
		db_test(statements_are_prepared_once),
		db_test(a_changed_table_is_no_surprise),
		db_test(a_script_stops_at_its_first_error),
	};

	stores_need((const char *const[]){ "mariadb" }, 1);
	return cmocka_run_group_tests(tests, stores_set_up, stores_tear_down);
}
