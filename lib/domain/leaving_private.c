/* What is private of somebody, and where it is. */
#include "domain/leaving_private.h"

#include "domain/points.h"
#include "domain/sale_keys.h"
#include "domain/user_login.h"

#define BATCH 500
#define EVENTS 1000 /* looked at in a step */
#define SCANS 20    /* rounds of a step, of some SCANNED keys each */
#define SCANNED 500

/* Rows of the user's own; each takes the user and the most rows. */
static const struct db_sql private_rows[] = {
	SQL("DELETE FROM email_token WHERE user_id = ? LIMIT ?"),
	SQL("DELETE FROM second_factor WHERE user_id = ? LIMIT ?"),
	SQL("DELETE FROM recovery_code WHERE user_id = ? LIMIT ?"),
	SQL("DELETE FROM post_draft WHERE author_id = ? LIMIT ?"),
	SQL("DELETE FROM form_used WHERE user_id = ? LIMIT ?"),
	SQL("DELETE FROM address WHERE user_id = ? LIMIT ?"),
	SQL("DELETE FROM check_in WHERE user_id = ? LIMIT ?"),
	SQL("DELETE FROM user_ban WHERE user_id = ? LIMIT ?"),
	SQL("DELETE FROM picture WHERE kind = 1 AND target_id = ? AND state = 3 LIMIT ?"),
};

static const struct db_sql sql_blank_orders =
	SQL("UPDATE sale_order SET ship_to = '', address_id = 0 WHERE user_id = ?"
	    " AND (ship_to <> '' OR address_id <> 0) LIMIT ?");

static const struct db_sql sql_orders =
	SQL("SELECT order_id, sale_id FROM sale_order WHERE user_id = ? LIMIT ?");

/* A buyer has one order in a sale: the number in its place is unlike all others and nobody's. */
static const struct db_sql sql_unname_order =
	SQL("UPDATE sale_order SET user_id = -order_id, ship_to = '', address_id = 0"
	    " WHERE order_id = ?");

static const struct db_sql sql_events = SQL(
	"SELECT event_id, payload LIKE ? FROM outbox WHERE event_id > ? ORDER BY event_id LIMIT ?");

static const struct db_sql sql_drop_event = SQL("DELETE FROM outbox WHERE event_id = ?");

err leaving_forget_private(struct ctx *c, int64_t user_id, bool *is_over)
{
	bool is_left = false;
	size_t i;

	user_login_forget(c, user_id);
	for (i = 0; i < ARRAY_LEN(private_rows); i++) {
		int64_t changed = 0;
		err e = db_exec(c->db, &changed, &private_rows[i], DB_ARGS(user_id, BATCH));

		if (e)
			return e;
		is_left = is_left || changed == BATCH;
	}
	*is_over = !is_left;
	/* Lists show the level beside what stays: without the days checked in it is another one. */
	return is_left ? OK : points_refresh(c, user_id);
}

static err unname_orders(struct ctx *c, int64_t user_id, bool *is_over)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_orders, DB_ARGS(user_id, BATCH));

	if (e)
		return e;
	*is_over = db_count(rows) < BATCH;
	while (!e && db_next(rows)) {
		struct str tickets = sale_ticket_key(c->arena, db_int(rows, 1));
		struct cache_reply *reply;

		e = cache_run(c->cache, &reply, CACHE_ARGS(STR("HDEL"), tickets, user_id));
		if (!e)
			e = db_exec(c->db, NULL, &sql_unname_order, DB_ARGS(db_int(rows, 0)));
	}
	return e;
}

err leaving_blank_orders(struct ctx *c, int64_t user_id, bool is_erased, bool *is_over)
{
	int64_t changed;
	err e;

	if (is_erased)
		return unname_orders(c, user_id, is_over);
	e = db_exec(c->db, &changed, &sql_blank_orders, DB_ARGS(user_id, BATCH));
	if (!e)
		*is_over = changed < BATCH;
	return e;
}

/* The tickets of orders go with the orders. */
err leaving_forget_tickets(struct ctx *c, int64_t user_id, bool *is_waiting)
{
	struct sale_list live;
	struct cache_reply **tickets;
	size_t i;
	err e = sale_live(c, &live);

	if (e)
		return e;
	tickets = ARENA_ARRAY(c->arena, struct cache_reply *, live.count + 1);
	for (i = 0; i < live.count; i++)
		tickets[i] =
			cache_want(c->cache, CACHE_ARGS(STR("HGET"),
							sale_ticket_key(c->arena, live.items[i].id),
							user_id));
	e = cache_flush(c->cache);
	*is_waiting = false;
	for (i = 0; !e && i < live.count; i++) {
		struct str ticket = cache_text(tickets[i]);

		*is_waiting = *is_waiting || str_starts(ticket, STR("q"));
		if (str_starts(ticket, STR("-")))
			cache_want(c->cache, CACHE_ARGS(STR("HDEL"),
							sale_ticket_key(c->arena, live.items[i].id),
							user_id));
	}
	return e ? e : cache_flush(c->cache);
}

err leaving_forget_events(struct ctx *c, int64_t user_id, int64_t *place, bool *is_over)
{
	struct str naming = str_format(c->arena, "%%\"%lld\"%%", (long long)user_id);
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_events, DB_ARGS(naming, *place, EVENTS));

	if (e)
		return e;
	while (!e && db_next(rows)) {
		if (db_int(rows, 1))
			e = db_exec(c->db, NULL, &sql_drop_event, DB_ARGS(db_int(rows, 0)));
		*place = db_int(rows, 0);
	}
	*is_over = db_count(rows) < EVENTS;
	return e;
}

static err forget_found(struct ctx *c, const struct cache_reply *found)
{
	size_t i;

	for (i = 0; i < cache_items(found); i++)
		cache_want(c->cache, CACHE_ARGS(STR("DEL"), cache_text(cache_item(found, i))));
	return cache_flush(c->cache);
}

/* Redis's cursor is a number of 64 bits that never needs them all. */
err leaving_forget_keys(struct ctx *c, int64_t user_id, int64_t *place, bool *is_over)
{
	struct str tagged = str_format(c->arena, "*{%lld}*", (long long)user_id);
	int64_t cursor = *place;
	int i;

	points_unmark_user(c, user_id);
	for (i = 0; i < SCANS; i++) {
		struct cache_reply *found;
		err e = cache_run(c->cache, &found,
				  CACHE_ARGS(STR("SCAN"), cursor, STR("MATCH"), tagged,
					     STR("COUNT"), SCANNED));

		if (!e && cache_items(found) != 2)
			return ERR_UNAVAILABLE;
		if (!e)
			e = forget_found(c, cache_item(found, 1));
		if (e)
			return e;
		cursor = cache_int(cache_item(found, 0));
		if (cursor == 0)
			break;
	}
	*place = cursor;
	*is_over = cursor == 0;
	return OK;
}
