/* Prepared statements: kept per connection, found by the address of their constant. */
#include "store/db_internal.h"

#include "base/clock.h"
#include "base/sabotage.h"

#define FIRST_ROOM 64 /* a power of two */
#define MOST_ARGS 12

static size_t place_of(const struct db_sql *sql, size_t room)
{
	return (size_t)(((uint64_t)(uintptr_t)sql * UINT64_C(0x9E3779B97F4A7C15)) >> 32) &
	       (room - 1);
}

/* Where sql is, or the free place where it belongs. */
static struct db_statement *find(struct db_statement *table, size_t room, const struct db_sql *sql)
{
	size_t i = place_of(sql, room);

	while (table[i].sql && table[i].sql != sql)
		i = (i + 1) & (room - 1);
	return &table[i];
}

static void grow_table(struct db *db)
{
	size_t i, room = db->room ? db->room * 2 : FIRST_ROOM;
	struct db_statement *table = calloc(room, sizeof(*table));

	if (!table)
		BUG("out of memory");
	for (i = 0; i < db->room; i++) {
		if (db->statements[i].sql)
			*find(table, room, db->statements[i].sql) = db->statements[i];
	}
	free(db->statements);
	db->statements = table;
	db->room = room;
}

void db_forget_statements(struct db *db)
{
	size_t i;

	for (i = 0; i < db->room; i++) {
		if (!db->statements[i].sql)
			continue;
		mysql_stmt_close(db->statements[i].handle);
		free(db->statements[i].slots);
	}
	if (db->room)
		memset(db->statements, 0, db->room * sizeof(*db->statements));
	db->used = 0;
}

static bool is_integer(const MYSQL_FIELD *f)
{
	switch (f->type) {
	case MYSQL_TYPE_TINY:
	case MYSQL_TYPE_SHORT:
	case MYSQL_TYPE_INT24:
	case MYSQL_TYPE_LONG:
	case MYSQL_TYPE_LONGLONG:
	case MYSQL_TYPE_YEAR:
		return true;
	case MYSQL_TYPE_NEWDECIMAL: /* SUM() of integers */
		return f->decimals == 0;
	default:
		return false;
	}
}

static void describe(MYSQL_BIND *b, struct db_slot *slot, const MYSQL_FIELD *f, const char *sql)
{
	if (f->type == MYSQL_TYPE_FLOAT || f->type == MYSQL_TYPE_DOUBLE)
		BUG("a floating column, cast it to an integer or DECIMAL: %s", sql);
	slot->is_int = is_integer(f);
	b->buffer = &slot->number;
	b->length = &slot->length;
	b->is_null = &slot->is_null;
	b->error = &slot->is_cut;
	b->is_unsigned = (f->flags & UNSIGNED_FLAG) != 0;
	b->buffer_type = slot->is_int ? MYSQL_TYPE_LONGLONG : MYSQL_TYPE_STRING;
	b->buffer_length = slot->is_int ? sizeof(slot->number) : 0;
}

/* Bind each column once, for as long as the statement lives. */
static bool bind_columns(struct db_statement *s)
{
	MYSQL_RES *result = mysql_stmt_result_metadata(s->handle);
	MYSQL_BIND *binds = calloc(s->columns, sizeof(*binds));
	bool is_bound;
	unsigned i;

	s->slots = calloc(s->columns, sizeof(*s->slots));
	if (!result || !binds || !s->slots)
		BUG("out of memory");
	for (i = 0; i < s->columns; i++)
		describe(&binds[i], &s->slots[i], mysql_fetch_field_direct(result, i),
			 s->sql->text);
	is_bound = !mysql_stmt_bind_result(s->handle, binds);
	mysql_free_result(result);
	free(binds);
	return is_bound;
}

static err prepare_new(struct db *db, const struct db_sql *sql, struct db_statement *s)
{
	MYSQL_STMT *handle = mysql_stmt_init(db->mysql);
	const char *text = SABOTAGE_TEXT(sql->text);
	err e;

	if (!handle)
		BUG("out of memory");
	s->sql = sql;
	s->handle = handle;
	db->sent_at = clock_ticks();
	if (!mysql_stmt_prepare(handle, text, strlen(text))) {
		s->params = mysql_stmt_param_count(handle);
		s->columns = mysql_stmt_field_count(handle);
		if (s->columns == 0 || bind_columns(s)) {
			db->used++;
			return OK;
		}
	}
	/* No value was sent yet, so the text cannot hold one. */
	s->sql = NULL;
	e = db_fail(db, mysql_stmt_errno(handle), mysql_stmt_error(handle), sql->text);
	free(s->slots);
	s->slots = NULL;
	mysql_stmt_close(handle);
	return e;
}

err db_prepare(struct db *db, const struct db_sql *sql, struct db_statement **out)
{
	if (db->used * 2 >= db->room)
		grow_table(db);
	*out = find(db->statements, db->room, sql);
	return (*out)->sql ? OK : prepare_new(db, sql, *out);
}

static void bind_arg(MYSQL_BIND *b, const struct db_arg *arg)
{
	switch (arg->kind) {
	case DB_KIND_NULL:
		b->buffer_type = MYSQL_TYPE_NULL;
		return;
	case DB_KIND_INT:
		b->buffer_type = MYSQL_TYPE_LONGLONG;
		b->buffer = (void *)&arg->number; /* the API has no const */
		return;
	case DB_KIND_TEXT:
		b->buffer_type = MYSQL_TYPE_STRING;
		b->buffer = (void *)(arg->text.p ? arg->text.p : "");
		b->buffer_length = arg->text.n;
		return;
	}
}

err db_execute(struct db *db, const struct db_sql *sql, struct db_args args,
	       struct db_statement **out)
{
	MYSQL_BIND binds[MOST_ARGS];
	struct db_statement *s = NULL;
	err e = db_ready(db);
	size_t i;

	if (!e)
		e = db_prepare(db, sql, &s);
	*out = s;
	if (e)
		return e;
	if (args.count != s->params || args.count > MOST_ARGS)
		BUG("%zu values for %zu parameters: %s", args.count, s->params, sql->text);
	memset(binds, 0, args.count * sizeof(binds[0]));
	for (i = 0; i < args.count; i++)
		bind_arg(&binds[i], &args.items[i]);
	if (args.count && mysql_stmt_bind_param(s->handle, binds))
		return db_fail_statement(db, s->handle, sql);
	db->count++;
	db->sent_at = clock_ticks();
	if (mysql_stmt_execute(s->handle))
		return db_fail_statement(db, s->handle, sql);
	return OK;
}

err db_exec(struct db *db, int64_t *changed, const struct db_sql *sql, struct db_args args)
{
	struct db_statement *s = NULL;
	err e = db_execute(db, sql, args, &s);

	if (e)
		return e;
	if (s->columns) /* NOLINT(clang-analyzer-core.NullDereference): set when there is no error
			 */
		BUG("db_exec of a statement that gives rows: %s", sql->text);
	if (changed)
		*changed = (int64_t)mysql_stmt_affected_rows(s->handle);
	return OK;
}
