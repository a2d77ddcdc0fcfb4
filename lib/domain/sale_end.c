/*
 * Sales that are over. The queue goes first, then the dead events, then the keys, then the state
 * says so: whoever comes after a crash finds the sale in its old state and does the rest.
 */
#include "domain/sale_end.h"

#include "base/log.h"
#include "domain/sale_keys.h"
#include "domain/sale_order.h"
#include "domain/sale_orders.h"

static const struct db_sql sql_due =
	SQL("SELECT sale_id FROM sale WHERE state IN (1, 2) AND ends_at < ? LIMIT ?");

static const struct db_sql sql_over =
	SQL("UPDATE sale SET state = 3 WHERE sale_id = ? AND state IN (1, 2) AND ends_at < ?");

static const struct db_sql sql_unpublished =
	SQL("SELECT event_id FROM outbox WHERE state IN (0, 2) AND topic = ? LIMIT 1");

/* By the index on the state, as above: few events are dead. */
static const struct db_sql sql_drop_dead = SQL("DELETE FROM outbox WHERE state = 3 AND topic = ?");

static err is_sql_quiet(struct ctx *c, int64_t id, bool *out)
{
	struct sale_order_counts counts;
	struct db_rows *rows;
	err e = sale_order_count(c, id, &counts);

	if (!e)
		e = db_query(c->db, c->arena, &rows, &sql_unpublished,
			     DB_ARGS(sale_orders_key(c->arena, id)));
	if (!e)
		*out = !counts.in_state[ORDER_UNPAID] && !counts.to_return && !db_next(rows);
	return e;
}

static err is_stream_empty(struct ctx *c, int64_t id, bool *out)
{
	struct cache_reply *length;
	err e = cache_run(c->cache, &length,
			  CACHE_ARGS(STR("XLEN"), sale_stream_key(c->arena, id)));

	if (!e)
		*out = cache_int(length) == 0;
	return e;
}

static err is_queue_empty(struct ctx *c, int64_t id, bool *out)
{
	int64_t depth = 0;
	err e = mq_depth(c->mq, sale_orders_key(c->arena, id).p, &depth);

	if (e && e != ERR_NOT_FOUND)
		return e;
	*out = depth == 0;
	return OK;
}

static err is_quiet(struct ctx *c, int64_t id, bool *out)
{
	err e = is_sql_quiet(c, id, out);

	if (!e && *out)
		e = is_stream_empty(c, id, out);
	if (!e && *out)
		e = is_queue_empty(c, id, out);
	return e;
}

static err remove_keys(struct ctx *c, int64_t id)
{
	static const char *const parts[] = { "",      ":stock", ":ticket", ":stream",
					     ":rate", ":watch", ":report" };
	struct cache_arg args[ARRAY_LEN(parts) + 1];
	struct cache_reply *removed;
	size_t i;

	args[0] = cache_arg_text(STR("UNLINK"));
	for (i = 0; i < ARRAY_LEN(parts); i++)
		args[i + 1] = cache_arg_text(sale_key_of(c->arena, id, parts[i]));
	return cache_run(c->cache, &removed, (struct cache_args){ args, ARRAY_LEN(args) });
}

/* They came to nothing, and all is settled without them. Tried again later they would make the
 * queue anew, where nobody looks any more. */
static err drop_dead_events(struct ctx *c, int64_t id)
{
	int64_t dropped = 0;
	err e = db_exec(c->db, &dropped, &sql_drop_dead, DB_ARGS(sale_orders_key(c->arena, id)));

	if (dropped)
		log_warn("sale %lld is over: %lld dead events of it are dropped", (long long)id,
			 (long long)dropped);
	return e;
}

static err end_one(struct ctx *c, int64_t id, int64_t *ended)
{
	bool may_end = false;
	int64_t changed = 0;
	err e = is_quiet(c, id, &may_end);

	if (!e && !may_end)
		log_info("sale %lld has ended, but something of it is still under way",
			 (long long)id);
	if (e || !may_end)
		return e;
	e = mq_remove(c->mq, sale_orders_key(c->arena, id));
	if (!e)
		e = drop_dead_events(c, id);
	if (!e)
		e = remove_keys(c, id);
	if (!e)
		e = db_exec(c->db, &changed, &sql_over, DB_ARGS(id, c->now - SALE_KEEP_MS));
	*ended += changed;
	return e;
}

err sale_end(struct ctx *c, int limit, int64_t *ended)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_due, DB_ARGS(c->now - SALE_KEEP_MS, limit));

	*ended = 0;
	while (!e && db_next(rows))
		e = end_one(c, db_int(rows, 0), ended);
	return e;
}
