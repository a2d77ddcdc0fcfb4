/*
 * MariaDB: constant statements with bound parameters, one connection a process,
 * opened on first use. The only code that includes mysql.h.
 *
 * A statement is a static const struct db_sql made by SQL("literal"); no function
 * takes SQL as a char *. Prepared once per connection and found again by the
 * constant's address. Rows, and every text in them, live in the arena given.
 *
 * Beyond ERR_UNAVAILABLE (down, too slow, deadlock, lost connection) and
 * ERR_INTERNAL (a wrong statement) a call returns ERR_CONFLICT for a duplicate key.
 * After a connection error the connection is dropped; the first statement outside a
 * transaction is repeated once on a new one when it only reads. While the server is
 * down further attempts fail at once for DB_RETRY_MS.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include "base/buf.h"
#include "base/config.h"
#include "base/str.h"

#define DB_CONNECT_SECONDS 2
#define DB_READ_SECONDS 3
#define DB_RETRY_MS 500

struct db;
struct db_rows;

struct db_sql {
	const char *text;
};

/* clang-format off */
#define SQL(literal) { "" literal "" }
/* clang-format on */

enum db_kind { DB_KIND_NULL, DB_KIND_INT, DB_KIND_TEXT };

struct db_arg {
	enum db_kind kind;
	int64_t number;
	struct str text;
};

struct db_null {
	char unused;
};
#define DB_NULL ((struct db_null){ 0 })

static inline struct db_arg db_arg_int(int64_t n)
{
	return (struct db_arg){ .kind = DB_KIND_INT, .number = n };
}

static inline struct db_arg db_arg_text(struct str s)
{
	return (struct db_arg){ .kind = DB_KIND_TEXT, .text = s };
}

static inline struct db_arg db_arg_null(struct db_null n)
{
	(void)n;
	return (struct db_arg){ .kind = DB_KIND_NULL };
}

/* Integers, struct str and DB_NULL bind; a char * does not compile. */
/* clang-format off */
#define DB_ARG(x)                    \
	_Generic((x),                \
		int64_t: db_arg_int, \
		int: db_arg_int,     \
		bool: db_arg_int,    \
		struct str: db_arg_text, \
		struct db_null: db_arg_null)((x))
/* clang-format on */

#define DB_MAP_1(a) DB_ARG(a)
#define DB_MAP_2(a, ...) DB_ARG(a), DB_MAP_1(__VA_ARGS__)
#define DB_MAP_3(a, ...) DB_ARG(a), DB_MAP_2(__VA_ARGS__)
#define DB_MAP_4(a, ...) DB_ARG(a), DB_MAP_3(__VA_ARGS__)
#define DB_MAP_5(a, ...) DB_ARG(a), DB_MAP_4(__VA_ARGS__)
#define DB_MAP_6(a, ...) DB_ARG(a), DB_MAP_5(__VA_ARGS__)
#define DB_MAP_7(a, ...) DB_ARG(a), DB_MAP_6(__VA_ARGS__)
#define DB_MAP_8(a, ...) DB_ARG(a), DB_MAP_7(__VA_ARGS__)
#define DB_MAP_9(a, ...) DB_ARG(a), DB_MAP_8(__VA_ARGS__)
#define DB_MAP_10(a, ...) DB_ARG(a), DB_MAP_9(__VA_ARGS__)
#define DB_MAP_11(a, ...) DB_ARG(a), DB_MAP_10(__VA_ARGS__)
#define DB_MAP_12(a, ...) DB_ARG(a), DB_MAP_11(__VA_ARGS__)
#define DB_PICK(_1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, name, ...) name
/* clang-format off */
#define DB_LIST(...)                                                                     \
	(const struct db_arg[]){ DB_PICK(__VA_ARGS__, DB_MAP_12, DB_MAP_11, DB_MAP_10,   \
		DB_MAP_9, DB_MAP_8, DB_MAP_7, DB_MAP_6, DB_MAP_5, DB_MAP_4, DB_MAP_3,    \
		DB_MAP_2, DB_MAP_1, 0)(__VA_ARGS__) }
/* clang-format on */

struct db_args {
	const struct db_arg *items;
	size_t count;
};

/* Up to twelve values: DB_ARGS(id, title). */
#define DB_ARGS(...) \
	((struct db_args){ DB_LIST(__VA_ARGS__), \
			   sizeof(DB_LIST(__VA_ARGS__)) / sizeof(struct db_arg) })
#define DB_NO_ARGS ((struct db_args){ NULL, 0 })

/* Does not connect yet. config must outlive the db. */
struct db *db_new(const struct config *config);
/* Closes; NULL is allowed. */
void db_free(struct db *db);

/* A SELECT: all rows are read before it returns. */
err db_query(struct db *db, struct arena *a, struct db_rows **out, const struct db_sql *sql,
	     struct db_args args) MUST_CHECK;

/* Step to the next row; false at the end. */
bool db_next(struct db_rows *rows);
size_t db_count(const struct db_rows *rows);
/* Columns of the current row, from 0. NULL reads as 0 and the empty text. */
int64_t db_int(const struct db_rows *rows, unsigned column);
struct str db_str(const struct db_rows *rows, unsigned column);
bool db_is_null(const struct db_rows *rows, unsigned column);

/*
 * Rows as bytes, to be kept somewhere and read again: db_pack appends them all. db_unpack gives
 * them back, as if sql had just been run; NULL when the bytes are not rows of this very statement.
 * Their texts point into the bytes.
 */
void db_pack(struct buf *out, const struct db_sql *sql, const struct db_rows *rows);
struct db_rows *db_unpack(struct arena *a, const struct db_sql *sql, struct str bytes);

/*
 * INSERT, UPDATE, DELETE. changed (may be NULL): rows inserted, deleted or, for an UPDATE, found by
 * its WHERE, whether or not their values were the same before.
 */
err db_exec(struct db *db, int64_t *changed, const struct db_sql *sql,
	    struct db_args args) MUST_CHECK;

/*
 * err e = db_begin(db); if (e) return e;
 * ... e = db_exec(...);
 * return db_end(db, e);     commits when e is OK, rolls back otherwise; returns e, or the error
 *                           of the commit
 *
 * A commit that fails by a lost connection is in doubt: ERR_UNAVAILABLE, and the form's id
 * tells on the next try whether it happened. Transactions do not nest: a bug, aborts.
 */
err db_begin(struct db *db) MUST_CHECK;
err db_end(struct db *db, err e) MUST_CHECK;

/*
 * Run work in a transaction, again (at most three times in all) when InnoDB chose it as the victim
 * of a deadlock or a lock wait ran out.
 */
err db_transaction(struct db *db, err (*work)(void *context), void *context) MUST_CHECK;

/* Statements sent since the last call: for counting what a page costs. */
unsigned db_take_count(struct db *db);

/* Can it answer now? For /readyz. */
err db_ping(struct db *db) MUST_CHECK;

/*
 * Run a migration file's statements, separated by ';' at line ends: for plazactl only, the one
 * place where SQL is not a constant of the program.
 */
err db_run_script_unsafe(struct db *db, struct str script) MUST_CHECK;

#endif
