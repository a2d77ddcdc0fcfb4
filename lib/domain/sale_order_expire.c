/* Orders that were not paid in time. */
#include "base/buf.h"
#include "domain/mail.h"
#include "domain/sale_order.h"
#include "domain/sale_orders.h"
#include "html/text.h"

/* What another closer, or a payment that comes at this moment, holds is left to them. */
static const struct db_sql sql_due =
	SQL("SELECT order_id, sale_id, user_id FROM sale_order WHERE state = 0 AND expires_at < ?"
	    " ORDER BY expires_at LIMIT ? FOR UPDATE SKIP LOCKED");

static const struct db_sql sql_close =
	SQL("UPDATE JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$')) j STRAIGHT_JOIN"
	    " sale_order o FORCE INDEX (PRIMARY) ON o.order_id = j.id"
	    " SET o.state = 3, o.ended_at = ? WHERE o.state = 0");

struct closing {
	struct ctx *c;
	int limit;
	int64_t closed;
};

err sale_order_announce_closed(struct ctx *c, int64_t order_id, int64_t sale_id, int64_t user_id)
{
	err e = sale_orders_ended(c, sale_id, order_id);

	return e ? e : mail_request_about(c, MAIL_ORDER_CLOSED, user_id, order_id, TEXT_ZH);
}

static err close_run(void *context)
{
	struct closing *w = context;
	struct ctx *c = w->c;
	struct db_rows *rows;
	struct buf ids = { 0 };
	err e = db_query(c->db, c->arena, &rows, &sql_due, DB_ARGS(c->now, w->limit));

	w->closed = 0;
	if (e || !db_count(rows))
		return e;
	buf_init(&ids, c->arena, 32 * db_count(rows));
	while (!e && db_next(rows)) {
		buf_add_char(&ids, ids.n ? ',' : '[');
		buf_add_i64(&ids, db_int(rows, 0));
		e = sale_order_announce_closed(c, db_int(rows, 0), db_int(rows, 1),
					       db_int(rows, 2));
	}
	buf_add_char(&ids, ']');
	return e ? e : db_exec(c->db, &w->closed, &sql_close, DB_ARGS(buf_str(&ids), c->now));
}

err sale_order_expire(struct ctx *c, int limit, int64_t *closed)
{
	struct closing w = { .c = c, .limit = limit };
	err e = db_transaction(c->db, close_run, &w);

	*closed = e ? 0 : w.closed;
	return e;
}
