/* Rows of a result: read whole, each with its texts in one piece of the arena. */
#include "store/db_internal.h"

#include "base/log.h"
#include "base/num.h"

/* One row with its texts, in one piece. False: the library could not convert a column. */
static struct db_row *keep_row(struct arena *a, const struct db_statement *s)
{
	size_t i, size = sizeof(struct db_row) + s->columns * sizeof(struct db_cell);
	struct db_row *row;
	char *text;

	for (i = 0; i < s->columns; i++) {
		if (!s->slots[i].is_int && !s->slots[i].is_null)
			size += s->slots[i].length + 1;
	}
	row = arena_alloc(a, size);
	text = (char *)&row->cells[s->columns];
	for (i = 0; i < s->columns; i++) {
		const struct db_slot *slot = &s->slots[i];
		struct db_cell *cell = &row->cells[i];
		MYSQL_BIND whole = { .buffer_type = MYSQL_TYPE_STRING,
				     .buffer = text,
				     .buffer_length = slot->length };

		cell->is_null = slot->is_null;
		if (slot->is_null)
			continue;
		if (slot->is_int) {
			cell->number = slot->number;
			continue;
		}
		if (slot->length && mysql_stmt_fetch_column(s->handle, &whole, (unsigned)i, 0))
			return NULL;
		cell->text = text;
		cell->length = slot->length;
		text += slot->length + 1;
	}
	return row;
}

static err read_rows(struct db *db, struct arena *a, const struct db_statement *s,
		     struct db_rows *rows)
{
	const struct db_sql *sql = s->sql;
	struct db_row **end = &rows->first;
	int got;

	/* A text that did not fit into no room is not an error: that is how its length is asked. */
	while (got = mysql_stmt_fetch(s->handle), got == 0 || got == MYSQL_DATA_TRUNCATED) {
		*end = keep_row(a, s);
		if (!*end)
			return db_fail_statement(db, s->handle, sql);
		end = &(*end)->next;
		rows->count++;
	}
	if (got != MYSQL_NO_DATA)
		return db_fail_statement(db, s->handle, sql);
	return OK;
}

static bool only_reads(const struct db_sql *sql)
{
	struct str text = str_from_c(sql->text);

	return str_starts(text, STR("SELECT ")) || str_starts(text, STR("WITH "));
}

static err query_once(struct db *db, struct arena *a, struct db_rows *rows,
		      const struct db_sql *sql, struct db_args args)
{
	struct db_statement *s;
	err e = db_execute(db, sql, args, &s);

	if (e)
		return e;
	if (!s->columns)
		BUG("db_query of a statement that gives no rows: %s", sql->text);
	*rows = (struct db_rows){ .arena = a, .columns = s->columns };
	return read_rows(db, a, s, rows);
}

err db_query(struct db *db, struct arena *a, struct db_rows **out, const struct db_sql *sql,
	     struct db_args args)
{
	struct db_rows *rows = ARENA_NEW(a, struct db_rows);
	err e = query_once(db, a, rows, sql, args);

	/* The connection broke: once more, on a new one. */
	if (e == ERR_UNAVAILABLE && !db->mysql && !db->is_in_transaction && only_reads(sql))
		e = query_once(db, a, rows, sql, args);
	if (!e)
		*out = rows;
	return e;
}

bool db_next(struct db_rows *rows)
{
	rows->current = rows->is_started ? rows->current->next : rows->first;
	rows->is_started = true;
	return rows->current != NULL;
}

size_t db_count(const struct db_rows *rows)
{
	return rows->count;
}

static const struct db_cell *cell_at(const struct db_rows *rows, unsigned column)
{
	if (!rows->current || column >= rows->columns)
		BUG("column %u of %zu%s", column, rows->columns,
		    rows->current ? "" : " without a row");
	return &rows->current->cells[column];
}

bool db_is_null(const struct db_rows *rows, unsigned column)
{
	return cell_at(rows, column)->is_null;
}

int64_t db_int(const struct db_rows *rows, unsigned column)
{
	const struct db_cell *cell = cell_at(rows, column);
	int64_t number = 0;

	if (!cell->text)
		return cell->number;
	if (!num_parse_i64((struct str){ cell->text, cell->length }, INT64_MIN, INT64_MAX, &number))
		log_error("database: column %u is not an integer", column);
	return number;
}

struct str db_str(const struct db_rows *rows, unsigned column)
{
	const struct db_cell *cell = cell_at(rows, column);

	if (cell->is_null)
		return (struct str){ 0 };
	if (cell->text)
		return (struct str){ cell->text, cell->length };
	return num_text(rows->arena, cell->number);
}
