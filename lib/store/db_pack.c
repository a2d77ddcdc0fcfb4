/*
 * Rows as bytes: a head, then for each cell its kind and a number, which is the length of the text
 * that follows for a text. In this machine's byte order, as the bytes are kept for moments.
 */
#include "store/db_internal.h"

struct head {
	uint64_t statement; /* the hash of its text: another release may ask for other columns */
	uint32_t columns, count;
};

enum kind { KIND_NULL, KIND_INT, KIND_TEXT };

static void pack_cell(struct buf *out, const struct db_cell *cell)
{
	int64_t number = cell->text ? (int64_t)cell->length : cell->number;

	buf_add_char(out, cell->is_null ? KIND_NULL : cell->text ? KIND_TEXT : KIND_INT);
	if (cell->is_null)
		return;
	buf_add_bytes(out, &number, sizeof(number));
	if (cell->text)
		buf_add_bytes(out, cell->text, cell->length);
}

void db_pack(struct buf *out, const struct db_sql *sql, const struct db_rows *rows)
{
	const struct head head = { .statement = str_hash(str_from_c(sql->text)),
				   .columns = (uint32_t)rows->columns,
				   .count = (uint32_t)rows->count };
	const struct db_row *row;
	size_t i;

	buf_add_bytes(out, &head, sizeof(head));
	for (row = rows->first; row; row = row->next) {
		for (i = 0; i < rows->columns; i++)
			pack_cell(out, &row->cells[i]);
	}
}

/* Take size bytes off the front. False when there are fewer. */
static bool take(struct str *bytes, void *out, size_t size)
{
	if (bytes->n < size)
		return false;
	memcpy(out, bytes->p, size);
	*bytes = str_slice(*bytes, size, bytes->n);
	return true;
}

static bool unpack_cell(struct str *bytes, struct db_cell *out)
{
	char kind;

	if (!take(bytes, &kind, sizeof(kind)))
		return false;
	out->is_null = kind == KIND_NULL;
	if (out->is_null)
		return true;
	if (!take(bytes, &out->number, sizeof(out->number)))
		return false;
	if (kind != KIND_TEXT)
		return kind == KIND_INT;
	if (out->number < 0 || (uint64_t)out->number > bytes->n)
		return false;
	out->text = bytes->p;
	out->length = (size_t)out->number;
	*bytes = str_slice(*bytes, out->length, bytes->n);
	return true;
}

static struct db_row *unpack_row(struct arena *a, struct str *bytes, size_t columns)
{
	struct db_row *row =
		arena_alloc(a, sizeof(struct db_row) + columns * sizeof(struct db_cell));
	size_t i;

	for (i = 0; i < columns; i++) {
		if (!unpack_cell(bytes, &row->cells[i]))
			return NULL;
	}
	return row;
}

struct db_rows *db_unpack(struct arena *a, const struct db_sql *sql, struct str bytes)
{
	struct db_rows *rows = ARENA_NEW(a, struct db_rows);
	struct db_row **end = &rows->first;
	struct head head;

	if (!take(&bytes, &head, sizeof(head)) || head.statement != str_hash(str_from_c(sql->text)))
		return NULL;
	/* Each cell takes a byte: a row that cannot be is found out before it is allocated. */
	if (head.count && head.columns > bytes.n)
		return NULL;
	rows->arena = a;
	rows->columns = head.columns;
	for (rows->count = 0; rows->count < head.count; rows->count++) {
		*end = unpack_row(a, &bytes, head.columns);
		if (!*end)
			return NULL;
		end = &(*end)->next;
	}
	return bytes.n ? NULL : rows;
}
