/* Messages of a sale's queue, handled one after the other. */
#include "domain/sale_orders.h"

#include "base/log.h"
#include "base/sabotage.h"
#include "domain/sale_batch.h"
#include "domain/sale_keys.h"

static const struct db_sql sql_lock =
	SQL("SELECT goods_id, CAST(price AS CHAR), units, stock, starts_at, ends_at, pay_seconds,"
	    " settled_no, change_no, state, has_refused,"
	    " (SELECT name FROM goods g WHERE g.goods_id = sale.goods_id)"
	    " FROM sale WHERE sale_id = ? FOR UPDATE");

/* The states of an order that ended (enum order_state): its unit goes back once. */
static const struct db_sql sql_return =
	SQL("UPDATE sale_order SET is_returned = 1 WHERE order_id = ? AND sale_id = ?"
	    " AND state IN (2, 3, 4, 5) AND is_returned = 0");

static const struct db_sql sql_raise =
	SQL("UPDATE sale SET stock = stock + 1, change_no = change_no + 1 WHERE sale_id = ?");

static const struct db_sql sql_consume =
	SQL("INSERT INTO consumed (consumer, event_id, created_at) VALUES ('orders', ?, ?)");

static const struct db_sql sql_units =
	SQL("UPDATE sale SET units = units + ?, stock = stock + ?, change_no = change_no + 1"
	    " WHERE sale_id = ?");

struct handling {
	struct ctx *c;
	int64_t sale_id;
	const struct sale_message *message;
	int64_t waiting; /* requests on their way that will want a unit */
	struct sale_locked sale;
};

err sale_lock(struct ctx *c, int64_t sale_id, struct sale_locked *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_lock, DB_ARGS(sale_id));

	if (e)
		return e;
	if (!db_next(rows)) {
		log_error("there is no sale %lld", (long long)sale_id);
		return ERR_INVALID;
	}
	*out = (struct sale_locked){
		.id = sale_id,
		.goods_id = db_int(rows, 0),
		.price = db_str(rows, 1),
		.units = db_int(rows, 2),
		.stock = db_int(rows, 3),
		.starts_at = db_int(rows, 4),
		.ends_at = db_int(rows, 5),
		.pay_seconds = db_int(rows, 6),
		.settled_no = db_int(rows, 7),
		.change_no = db_int(rows, 8),
		.state = (enum sale_state)db_int(rows, 9),
		.has_refused = db_int(rows, 10),
		.goods_name = db_str(rows, 11),
	};
	return OK;
}

/* The sale first, then its orders: as all do who lock both. */
static err return_unit(void *context)
{
	struct handling *h = context;
	struct ctx *c = h->c;
	int64_t changed = 0;
	err e = sale_lock(c, h->sale_id, &h->sale);

	if (!e)
		e = db_exec(c->db, &changed, &sql_return,
			    DB_ARGS(h->message->order_id, h->sale_id));
	if (e || !changed)
		return e;
	h->sale.stock++;
	h->sale.change_no++;
	return db_exec(c->db, NULL, &sql_raise, DB_ARGS(h->sale_id));
}

/* Fewer than are left after those on their way would refuse people who were told to wait. */
static int64_t possible_delta(const struct handling *h)
{
	int64_t delta = h->message->delta;
	int64_t least = h->waiting - h->sale.stock;
	int64_t most = SALE_UNITS_MAX - h->sale.units;

	least = least < 0 ? least : 0;
	delta = delta < least ? least : delta;
	return delta > most ? most : delta;
}

static err change_units(void *context)
{
	struct handling *h = context;
	struct ctx *c = h->c;
	struct str event = str_format(c->arena, "units:" STR_FMT, STR_ARG(h->message->change));
	int64_t delta;
	err consumed = db_exec(c->db, NULL, &sql_consume, DB_ARGS(event, c->now));
	err e;

	if (consumed && consumed != ERR_CONFLICT)
		return consumed;
	e = sale_lock(c, h->sale_id, &h->sale);
	delta = e ? 0 : possible_delta(h);
	if (consumed == ERR_CONFLICT && !SABOTAGED("units-once"))
		return e;
	if (e || !delta)
		return e;
	h->sale.units += delta;
	h->sale.stock += delta;
	h->sale.change_no++;
	return db_exec(c->db, NULL, &sql_units, DB_ARGS(delta, delta, h->sale_id));
}

/* What Redis says of requests on their way; without Redis there are none. */
static int64_t count_waiting(struct ctx *c, int64_t sale_id)
{
	struct cache_reply *reply;
	int64_t waiting = 0;

	if (cache_run(c->cache, &reply,
		      CACHE_ARGS(STR("HMGET"), sale_key(c->arena, sale_id), STR("taken"),
				 STR("answered"))) == OK &&
	    cache_items(reply) == 2)
		waiting = cache_int(cache_item(reply, 0)) - cache_int(cache_item(reply, 1));
	return waiting > 0 ? waiting : 0;
}

/* The number of units is shown with the rest: a statistic, set when it changes. */
static void show_units(struct ctx *c, const struct sale_locked *sale)
{
	static const struct cache_script script =
		CACHE_SCRIPT("if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end "
			     "return redis.call('HSET', KEYS[1], 'units', ARGV[1])");

	cache_want_script(c->cache, &script, 1,
			  CACHE_ARGS(sale_key(c->arena, sale->id), sale->units));
}

err sale_orders_handle(struct ctx *c, int64_t sale_id, struct str json)
{
	struct sale_message message;
	struct handling h = { .c = c, .sale_id = sale_id, .message = &message };
	err e = sale_message_parse(c->arena, json, &message);

	if (e)
		return e;
	switch (message.kind) {
	case SALE_MESSAGE_REQUESTS:
		return sale_requests_write(c, sale_id, &message.requests);
	case SALE_MESSAGE_SETTLE:
		return sale_settle(c, sale_id, message.upto);
	case SALE_MESSAGE_ENDED:
		e = db_transaction(c->db, return_unit, &h);
		break;
	case SALE_MESSAGE_UNITS:
		h.waiting = count_waiting(c, sale_id);
		e = db_transaction(c->db, change_units, &h);
		if (!e)
			show_units(c, &h.sale);
		break;
	}
	return e ? e : sale_tickets_apply(c, &h.sale, NULL, 0, 0);
}

/* The requests of all messages as one list. */
static struct sale_requests join(struct arena *a, const struct sale_message *messages, size_t count)
{
	struct sale_requests all = { 0 };
	size_t i;

	for (i = 0; i < count; i++)
		all.count += messages[i].requests.count;
	all.items = ARENA_ARRAY(a, struct sale_request, all.count + 1);
	all.count = 0;
	for (i = 0; i < count; i++) {
		const struct sale_requests *more = &messages[i].requests;

		memcpy(all.items + all.count, more->items, more->count * sizeof(*more->items));
		all.count += more->count;
	}
	return all;
}

err sale_orders_handle_some(struct ctx *c, int64_t sale_id, const struct str *json, size_t count)
{
	struct sale_message *messages = ARENA_ARRAY(c->arena, struct sale_message, count + 1);
	struct sale_requests all;
	size_t i;
	err e;

	for (i = 0; i < count; i++) {
		e = sale_message_parse(c->arena, json[i], &messages[i]);
		if (e || messages[i].kind != SALE_MESSAGE_REQUESTS)
			return ERR_INVALID;
	}
	all = join(c->arena, messages, count);
	return sale_requests_write(c, sale_id, &all);
}
