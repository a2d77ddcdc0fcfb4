/* Orders as their buyers see and change them. */
#include "domain/sale_order.h"

#include "domain/address.h"
#include "domain/sale_orders.h"

#define ORDER_COLUMNS \
	"SELECT o.order_id, o.sale_id, o.user_id, o.goods_id, COALESCE(o.goods_name, g.name)," \
	" g.picture, CAST(o.price * 100 AS SIGNED), o.state, o.ship_to, o.created_at," \
	" o.expires_at, o.paid_at, o.ended_at" \
	" FROM sale_order o LEFT JOIN goods g ON g.goods_id = o.goods_id"

static const struct db_sql sql_find = SQL(ORDER_COLUMNS " WHERE o.order_id = ? AND o.user_id = ?");

static const struct db_sql sql_mine = SQL(
	ORDER_COLUMNS
	" WHERE o.user_id = ? AND o.order_id < ? ORDER BY o.user_id DESC, o.order_id DESC LIMIT ?");

static const struct db_sql sql_ship_to =
	SQL("UPDATE sale_order SET address_id = ?, ship_to = ?"
	    " WHERE order_id = ? AND user_id = ? AND state IN (0, 1)");

static const struct db_sql sql_cancel = SQL("UPDATE sale_order SET state = 2, ended_at = ?"
					    " WHERE order_id = ? AND user_id = ? AND state = 0");

static const struct db_sql sql_count =
	SQL("SELECT state, is_returned, COUNT(*) FROM sale_order WHERE sale_id = ?"
	    " GROUP BY sale_id, is_returned, state");

static struct sale_order read_order(const struct db_rows *rows)
{
	return (struct sale_order){
		.id = db_int(rows, 0),
		.sale_id = db_int(rows, 1),
		.user_id = db_int(rows, 2),
		.goods_id = db_int(rows, 3),
		.goods_name = db_str(rows, 4),
		.goods_picture = db_str(rows, 5),
		.price = db_int(rows, 6),
		.state = (enum order_state)db_int(rows, 7),
		.ship_to = db_str(rows, 8),
		.created_at = db_int(rows, 9),
		.expires_at = db_int(rows, 10),
		.paid_at = db_int(rows, 11),
		.ended_at = db_int(rows, 12),
	};
}

err sale_order_find(struct ctx *c, int64_t id, struct sale_order *out)
{
	return ctx_is_guest(c) ? ERR_AUTH : sale_order_of(c, id, c->viewer.id, out);
}

err sale_order_of(struct ctx *c, int64_t id, int64_t user_id, struct sale_order *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_find, DB_ARGS(id, user_id));

	if (e)
		return e;
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	*out = read_order(rows);
	return OK;
}

err sale_order_mine(struct ctx *c, int64_t before_id, int limit, struct sale_orders *out)
{
	struct db_rows *rows;
	size_t n = 0;
	err e;

	if (ctx_is_guest(c))
		return ERR_AUTH;
	e = db_query(c->db, c->arena, &rows, &sql_mine,
		     DB_ARGS(c->viewer.id, before_id ? before_id : INT64_MAX, limit));
	if (e)
		return e;
	out->items = ARENA_ARRAY(c->arena, struct sale_order, db_count(rows));
	while (db_next(rows))
		out->items[n++] = read_order(rows);
	out->count = n;
	return OK;
}

err sale_order_ship_to(struct ctx *c, int64_t id, int64_t address_id)
{
	struct sale_order order;
	struct address to;
	int64_t changed = 0;
	err e = sale_order_find(c, id, &order);

	if (!e)
		e = address_find(c, address_id, &to);
	if (!e)
		e = db_exec(c->db, &changed, &sql_ship_to,
			    DB_ARGS(address_id, address_text(c->arena, &to), id, c->viewer.id));
	if (!e && !changed)
		e = ERR_CONFLICT;
	return e;
}

/* One that lost against another change: what it became decides the answer. */
static err cancelled_already(struct ctx *c, int64_t id)
{
	struct sale_order order;
	err e = sale_order_find(c, id, &order);

	if (e)
		return e;
	return order.state == ORDER_CANCELLED ? OK : ERR_CONFLICT;
}

struct cancelling {
	struct ctx *c;
	struct sale_order order;
	int64_t changed;
};

static err cancel_run(void *context)
{
	struct cancelling *w = context;
	struct ctx *c = w->c;
	err e = db_exec(c->db, &w->changed, &sql_cancel,
			DB_ARGS(c->now, w->order.id, c->viewer.id));

	if (e || !w->changed)
		return e;
	return sale_orders_ended(c, w->order.sale_id, w->order.id);
}

err sale_order_cancel(struct ctx *c, int64_t id)
{
	struct cancelling w = { .c = c };
	err e = sale_order_find(c, id, &w.order);

	if (!e)
		e = db_transaction(c->db, cancel_run, &w);
	if (!e && !w.changed)
		e = cancelled_already(c, id);
	return e;
}

err sale_order_count(struct ctx *c, int64_t sale_id, struct sale_order_counts *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_count, DB_ARGS(sale_id));

	if (e)
		return e;
	*out = (struct sale_order_counts){ 0 };
	while (db_next(rows)) {
		int64_t state = db_int(rows, 0), count = db_int(rows, 2);

		if (state < 0 || state >= ORDER_STATES)
			continue;
		out->in_state[state] += count;
		if (db_int(rows, 1))
			continue;
		out->holding += count;
		if (state > ORDER_PAID)
			out->to_return += count;
	}
	return OK;
}
