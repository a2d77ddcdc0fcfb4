/* Sales as pages, administrators and workers read them. */
#include "domain/sale.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/num.h"
#include "domain/sale_row.h"

#define LIST_MOST 200
#define LIVE_MOST 1000

#define FROM " FROM sale s STRAIGHT_JOIN goods g ON g.goods_id = s.goods_id"
#define FROM_LIVE " FROM sale s FORCE INDEX (live) STRAIGHT_JOIN goods g ON g.goods_id = s.goods_id"
#define FIND_COLUMNS SALE_COLUMNS ", g.body_md, g.body_html"

static const struct db_sql sql_find = SQL("SELECT " FIND_COLUMNS FROM " WHERE s.sale_id = ?");

static const struct db_sql sql_newest =
	SQL("SELECT " SALE_COLUMNS FROM " WHERE s.sale_id < ? ORDER BY s.sale_id DESC LIMIT ?");

/* Each part in the order of an index, and no more of it than is shown. */
#define CLOSED(state) \
	"(SELECT " SALE_COLUMNS FROM_LIVE " WHERE s.state = " state \
	" ORDER BY s.ends_at DESC LIMIT ?)"
static const struct db_sql sql_listed =
	SQL("(SELECT " SALE_COLUMNS FROM_LIVE " WHERE s.state = 1 AND s.ends_at > ?"
	    " ORDER BY s.ends_at LIMIT ?) UNION ALL "
	    "(SELECT " SALE_COLUMNS FROM_LIVE " WHERE s.state = 1 AND s.ends_at <= ?"
	    " ORDER BY s.ends_at DESC LIMIT ?) UNION ALL " CLOSED("2") " UNION ALL " CLOSED("3"));

static const struct db_sql sql_live = SQL("SELECT " SALE_OWN_COLUMNS " FROM sale s"
					  " WHERE s.state IN (1, 2) AND s.ends_at > ? LIMIT ?");

enum sale_phase sale_phase_at(const struct sale *s, int64_t left, int64_t now)
{
	if (s->state >= SALE_CLOSED || now >= s->ends_at)
		return SALE_ENDED;
	if (now < s->starts_at)
		return SALE_SOON;
	return (left < 0 ? s->stock : left) > 0 ? SALE_OPEN : SALE_SOLD_OUT;
}

void sale_read_own(struct sale *out, const struct db_rows *rows)
{
	*out = (struct sale){
		.id = db_int(rows, 0),
		.goods_id = db_int(rows, 1),
		.price = db_int(rows, 2),
		.units = db_int(rows, 3),
		.stock = db_int(rows, 4),
		.starts_at = db_int(rows, 5),
		.ends_at = db_int(rows, 6),
		.pay_seconds = db_int(rows, 7),
		.state = (enum sale_state)db_int(rows, 8),
		.created_at = db_int(rows, 9),
		.published_at = db_int(rows, 10),
		.closed_at = db_int(rows, 11),
	};
}

void sale_read(struct sale *out, const struct db_rows *rows)
{
	sale_read_own(out, rows);
	out->goods = (struct goods){
		.id = out->goods_id,
		.name = db_str(rows, 12),
		.excerpt = db_str(rows, 13),
		.picture = db_str(rows, 14),
		.price = db_int(rows, 15),
		.version = db_int(rows, 16),
	};
}

static void read_list(struct ctx *c, struct db_rows *rows, struct sale_list *out)
{
	out->items = ARENA_ARRAY(c->arena, struct sale, db_count(rows) + 1);
	for (out->count = 0; db_next(rows); out->count++)
		sale_read(&out->items[out->count], rows);
}

err sale_find_any(struct ctx *c, int64_t id, struct sale *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_find, DB_ARGS(id));

	if (e)
		return e;
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	sale_read(out, rows);
	out->goods.body_md = db_str(rows, SALE_COLUMN_COUNT);
	out->goods.body_html = html_trusted_column(db_str(rows, SALE_COLUMN_COUNT + 1));
	return OK;
}

static struct str memo_key(struct ctx *c, int64_t id)
{
	return num_text(c->arena, id);
}

/* A copy whose texts are in a. */
static struct sale copy(struct arena *a, const struct sale *from)
{
	struct sale s = *from;

	s.goods.name = str_copy(a, from->goods.name);
	s.goods.excerpt = str_copy(a, from->goods.excerpt);
	s.goods.picture = str_copy(a, from->goods.picture);
	s.goods.body_md = (struct str){ 0 };
	s.goods.body_html.markup = str_copy(a, from->goods.body_html.markup);
	return s;
}

static void remember(struct ctx *c, const struct sale *s)
{
	struct memo_entry *entry = remember_start(&c->process->sales, memo_key(c, s->id));
	struct sale *kept = ARENA_NEW(entry->arena, struct sale);

	*kept = copy(entry->arena, s);
	entry->value = kept;
	remember_end(&c->process->sales, entry);
}

void sale_forget(struct ctx *c, int64_t id)
{
	memo_drop(c->process->sales.memo, memo_key(c, id));
}

/* Everybody asks for it in the same second: a process asks MariaDB once. */
err sale_find(struct ctx *c, int64_t id, struct sale *out)
{
	const struct memo_entry *known = remember_guess(&c->process->sales, memo_key(c, id));
	err e;

	if (known) {
		*out = copy(c->arena, known->value);
		return OK;
	}
	e = sale_find_any(c, id, out);
	if (!e && out->state == SALE_DRAFT)
		e = ERR_NOT_FOUND;
	if (!e)
		remember(c, out);
	return e;
}

err sale_newest(struct ctx *c, int64_t before_id, int limit, struct sale_list *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_newest,
			 DB_ARGS(before_id ? before_id : INT64_MAX,
				 limit < LIST_MOST ? limit : LIST_MOST));

	if (!e)
		read_list(c, rows, out);
	return e;
}

/* Where a sale stands in the list. */
struct place {
	int rank;
	int64_t at;
	const struct sale *sale;
};

static int compare(const void *left, const void *right)
{
	const struct place *a = left, *b = right;

	if (a->rank != b->rank)
		return a->rank - b->rank;
	return (a->at > b->at) - (a->at < b->at);
}

int64_t sale_end_at(const struct sale *s)
{
	return s->closed_at && s->closed_at < s->ends_at ? s->closed_at : s->ends_at;
}

/* Open ones by their end, those to come by their start, the others newest first. */
static struct place place_of(const struct sale *s, int64_t now)
{
	switch (sale_phase_at(s, 1, now)) {
	case SALE_OPEN:
	case SALE_SOLD_OUT:
		return (struct place){ 0, s->ends_at, s };
	case SALE_SOON:
		return (struct place){ 1, s->starts_at, s };
	case SALE_ENDED:
		break;
	}
	return (struct place){ 2, -sale_end_at(s), s };
}

static void sort(struct ctx *c, struct sale_list *list, size_t most)
{
	struct place *places = ARENA_ARRAY(c->arena, struct place, list->count + 1);
	struct sale *sorted = ARENA_ARRAY(c->arena, struct sale, list->count + 1);
	size_t i;

	for (i = 0; i < list->count; i++)
		places[i] = place_of(&list->items[i], c->now);
	qsort(places, list->count, sizeof(*places), compare);
	for (i = 0; i < list->count; i++)
		sorted[i] = *places[i].sale;
	list->items = sorted;
	list->count = list->count < most ? list->count : most;
}

static struct sale_list copy_list(struct arena *a, const struct sale_list *from)
{
	struct sale_list list = { ARENA_ARRAY(a, struct sale, from->count + 1), from->count };
	size_t i;

	for (i = 0; i < from->count; i++)
		list.items[i] = copy(a, &from->items[i]);
	return list;
}

static void remember_list(struct ctx *c, struct str key, const struct sale_list *list)
{
	struct memo_entry *entry = remember_start(&c->process->sales, key);
	struct sale_list *kept = ARENA_NEW(entry->arena, struct sale_list);

	*kept = copy_list(entry->arena, list);
	entry->value = kept;
	remember_end(&c->process->sales, entry);
}

/* For a moment, as a single sale is. */
err sale_listed(struct ctx *c, int limit, struct sale_list *out)
{
	int64_t most = limit < LIST_MOST ? limit : LIST_MOST;
	struct str key = str_format(c->arena, "list %lld", (long long)most);
	const struct memo_entry *known = remember_guess(&c->process->sales, key);
	struct db_rows *rows;
	err e;

	if (known) {
		*out = copy_list(c->arena, known->value);
		return OK;
	}
	e = db_query(c->db, c->arena, &rows, &sql_listed,
		     DB_ARGS(c->now, LIST_MOST, c->now, most, most, most));
	if (e)
		return e;
	read_list(c, rows, out);
	sort(c, out, (size_t)most);
	remember_list(c, key, out);
	return OK;
}

err sale_live(struct ctx *c, struct sale_list *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_live,
			 DB_ARGS(c->now - SALE_KEEP_MS, LIVE_MOST));

	if (e)
		return e;
	if (db_count(rows) == LIVE_MOST)
		log_error("ALARM sales: more than %d are live, some are left alone", LIVE_MOST);
	out->items = ARENA_ARRAY(c->arena, struct sale, db_count(rows) + 1);
	for (out->count = 0; db_next(rows); out->count++)
		sale_read_own(&out->items[out->count], rows);
	return OK;
}
