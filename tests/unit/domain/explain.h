/*
 * EXPLAIN in front of every statement that a test has run: an index serves it, nothing big is
 * scanned or sorted. The linker puts it in front of db_query and db_exec:
 *
 *   static int start(void **state) { return forum_set_up(state) || explain_fill(fill); }
 *   is_explaining = true; ... what runs the statements ... explain_end(40);
 */
#ifndef UNIT_DOMAIN_EXPLAIN_H
#define UNIT_DOMAIN_EXPLAIN_H

#include "unit/unit.h"

#include <stdlib.h>

#include "support/forum.h"

err __real_db_query(struct db *db, struct arena *a, struct db_rows **out, const struct db_sql *sql,
		    struct db_args args);
err __real_db_exec(struct db *db, int64_t *changed, const struct db_sql *sql, struct db_args args);
err __wrap_db_query(struct db *db, struct arena *a, struct db_rows **out, const struct db_sql *sql,
		    struct db_args args);
err __wrap_db_exec(struct db *db, int64_t *changed, const struct db_sql *sql, struct db_args args);

/* A statement with these words may sort: a test that says so says why. */
#ifndef EXPLAIN_MAY_SORT
#define EXPLAIN_MAY_SORT "nothing may"
#endif

static bool is_explaining; /* what a test does for itself is not explained */
static unsigned explained, bad;

/* Rows enough for the server to think about what it does, for the group's set-up. */
static inline int explain_fill(const char *script)
{
	struct ctx *c;
	err e;

	if (stores.missing)
		return 0;
	c = forum_open();
	e = db_run_script_unsafe(c->db, str_from_c(script));
	forum_close(c);
	return e ? -1 : 0;
}

/* They were more than that, and none is bad. */
static inline void explain_end(unsigned least)
{
	is_explaining = false;
	print_message("%u statements explained\n", explained);
	assert_true(explained > least);
	assert_int_equal(bad, 0);
}

/* A check that cannot fail says nothing: this statement is bad, and it is noticed. */
static inline void explain_notices(struct ctx *c, const struct db_sql *sql)
{
	struct db_rows *rows;

	print_message("the next complaint is meant:\n");
	is_explaining = true;
	assert_int_equal(db_query(c->db, c->arena, &rows, sql, DB_NO_ARGS), OK);
	is_explaining = false;
	assert_int_equal(bad, 1);
	bad = 0;
}

static void complain(const struct db_sql *sql, const char *what, struct str table, struct str extra)
{
	print_error("%s of " STR_FMT " (" STR_FMT ") in: %s\n", what, STR_ARG(table),
		    STR_ARG(extra), sql->text);
	bad++;
}

/* Tables that are as long as a statement's own list, not as long as the forum. */
static bool is_short(struct str table)
{
	return table.n == 0 || str_is(table, STR("j")) || str_starts(table, STR("<derived")) ||
	       str_is(table, STR("sensitive_word")) || str_starts(table, STR("<union"));
}

/* Columns: id, select_type, table, type, possible_keys, key, key_len, ref, rows, Extra. */
static void check_row(const struct db_sql *sql, const struct db_rows *rows)
{
	struct str table = db_str(rows, 2), type = db_str(rows, 3), extra = db_str(rows, 9);
	bool is_bounded = str_find(str_from_c(sql->text), STR("FORCE INDEX (PRIMARY)")) >= 0;
	bool may_sort = str_find(str_from_c(sql->text), str_from_c(EXPLAIN_MAY_SORT)) >= 0;

	/* A row that is only added is shown as a scan of its table. */
	if (is_short(table) || str_is(db_str(rows, 1), STR("INSERT")))
		return;
	if (str_is(type, STR("ALL")))
		complain(sql, "full scan", table, extra);
	/* In the order of the primary key up to a LIMIT is how the feed reads. */
	if (str_is(type, STR("index")) && !is_bounded)
		complain(sql, "scan of an index", table, extra);
	if (may_sort)
		return;
	if (str_find(extra, STR("filesort")) >= 0)
		complain(sql, "filesort", table, extra);
	if (str_find(extra, STR("temporary")) >= 0)
		complain(sql, "temporary table", table, extra);
}

static void explain(struct db *db, const struct db_sql *sql, struct db_args args)
{
	static struct {
		const struct db_sql *sql;
		struct db_sql question;
	} known[256];
	static size_t count;
	struct arena *a;
	struct db_rows *rows;
	size_t i, length;
	char *text;

	if (!is_explaining)
		return;
	for (i = 0; i < count && known[i].sql != sql; i++)
		;
	if (i < count)
		return;
	assert_true(count < ARRAY_LEN(known));
	length = strlen(sql->text) + sizeof("EXPLAIN ");
	text = malloc(length);
	snprintf(text, length, "EXPLAIN %s", sql->text);
	known[count].sql = sql;
	known[count].question.text = text;
	a = arena_new(4096);
	assert_int_equal(__real_db_query(db, a, &rows, &known[count++].question, args), OK);
	while (db_next(rows))
		check_row(sql, rows);
	explained++;
	arena_free(a);
}

err __wrap_db_query(struct db *db, struct arena *a, struct db_rows **out, const struct db_sql *sql,
		    struct db_args args)
{
	explain(db, sql, args);
	return __real_db_query(db, a, out, sql, args);
}

err __wrap_db_exec(struct db *db, int64_t *changed, const struct db_sql *sql, struct db_args args)
{
	explain(db, sql, args);
	return __real_db_exec(db, changed, sql, args);
}

#endif
