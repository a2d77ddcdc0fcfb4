/* What the tests of the MariaDB wrapper share: a table of things, made anew for each test. */
#ifndef STORE_DB_FIXTURE_H
#define STORE_DB_FIXTURE_H

#include "unit/unit.h"

#include "store/db.h"
#include "support/stores.h"

struct fixture {
	struct arena *a;
	struct db *db;
};

static const struct db_sql sql_insert = SQL("INSERT INTO thing (id, name, body) VALUES (?, ?, ?)");
static const struct db_sql sql_one = SQL("SELECT id, name, body, amount FROM thing WHERE id = ?");
static const struct db_sql sql_all = SQL("SELECT id FROM thing WHERE id >= ? ORDER BY id");
static const struct db_sql sql_count = SQL("SELECT COUNT(*), SUM(amount) FROM thing");
static const struct db_sql sql_add = SQL("UPDATE thing SET amount = amount + ? WHERE id = ?");
static const struct db_sql sql_set = SQL("UPDATE thing SET amount = ? WHERE id = ?");

static inline int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	f->a = arena_new(4096);
	if (stores.missing)
		return 0;
	f->db = db_new(&stores.config);
	return db_run_script_unsafe(f->db, STR("-- Things; to be tested;\n"
					       "DROP TABLE IF EXISTS thing;\n"
					       "CREATE TABLE thing (\n"
					       "  id BIGINT PRIMARY KEY, -- the key\n"
					       "  name VARCHAR(50) UNIQUE,\n"
					       "  body MEDIUMTEXT,\n"
					       "  amount INT UNSIGNED NOT NULL DEFAULT 7\n"
					       ") DEFAULT CHARSET utf8mb4;\n"
					       "INSERT INTO thing (id, name)\n"
					       "VALUES (1, 'one'),\n"
					       "  (2, 'two'); \n"));
}

static inline int tear_down(void **state)
{
	struct fixture *f = *state;

	db_free(f->db);
	arena_free(f->a);
	free(f);
	return 0;
}

static inline struct db_rows *one(struct fixture *f, int64_t id)
{
	struct db_rows *rows;

	assert_int_equal(db_query(f->db, f->a, &rows, &sql_one, DB_ARGS(id)), OK);
	assert_true(db_next(rows));
	return rows;
}

static inline int64_t count(struct fixture *f)
{
	struct db_rows *rows;

	assert_int_equal(db_query(f->db, f->a, &rows, &sql_count, DB_NO_ARGS), OK);
	assert_true(db_next(rows));
	return db_int(rows, 0);
}

#define db_test(function) cmocka_unit_test_setup_teardown((function), set_up, tear_down)

#endif
