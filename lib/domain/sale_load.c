/* Putting a sale into Redis, from SQL. */
#include "domain/sale_settle.h"

#include <stdlib.h>

#include "base/num.h"
#include "domain/sale_keys.h"

#define PAGE 1000
#define SCAN_COUNT 1000
#define ALL_MOST 4000000 /* tickets looked at: more than SALE_UNITS_MAX can make */

/* By the index (sale_id, user_id), which has the order's id too. */
static const struct db_sql sql_page =
	SQL("SELECT user_id, order_id FROM sale_order FORCE INDEX (buyer)"
	    " WHERE sale_id = ? AND user_id > ? ORDER BY user_id LIMIT ?");

/*
 * KEYS: sale, stock, ticket, stream. Is it there with all its parts? One that is of another kind
 * than it should be, or lacks a number, is nothing, and in the way of what it should be: it goes.
 * Gives {1 when it is, 1 when there are tickets, base, taken, answered}.
 */
static const struct cache_script script_look = CACHE_SCRIPT(
	"for i, kind in ipairs({'hash', 'string', 'hash', 'stream'}) do\n"
	"  if redis.call('TYPE', KEYS[i]).ok ~= kind then redis.call('DEL', KEYS[i]) end\n"
	"end\n"
	"local s = redis.call('HMGET', KEYS[1], 'base', 'taken', 'answered', 'done', 'change',"
	" 'starts', 'ends', 'units')\n"
	"for i = 1, 8 do\n"
	"  if not tonumber(s[i]) then redis.call('DEL', KEYS[1]) s[1] = false end\n"
	"end\n"
	"local is_loaded = s[1] and redis.call('HEXISTS', KEYS[3], '0') or 0\n"
	"if not tonumber(redis.call('GET', KEYS[2])) then is_loaded = 0 end\n"
	"return {is_loaded, redis.call('EXISTS', KEYS[3]), s[1] or '', s[1] and s[2] or '0',"
	" s[1] and s[3] or '0'}");

/* KEYS: sale, stock. ARGV: the base that was seen, or nothing. Not when it is another one by now.
 */
static const struct cache_script script_clear =
	CACHE_SCRIPT("if (redis.call('HGET', KEYS[1], 'base') or '') ~= ARGV[1] then return 0 end "
		     "redis.call('DEL', KEYS[1], KEYS[2]) return 1");

/*
 * KEYS: sale, stock, ticket, stream. ARGV: base, starts, ends, units, closed, stock, sold,
 * change_no. The sale itself comes last: with it the gate is open.
 */
static const struct cache_script script_open = CACHE_SCRIPT(
	"if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end\n"
	"local expires = math.floor(ARGV[3] / 1000) + 604800\n"
	"redis.call('SET', KEYS[2], ARGV[6], 'EXAT', expires)\n"
	"redis.call('HSET', KEYS[3], '0', '-nobody')\n"
	"redis.call('EXPIREAT', KEYS[3], expires)\n"
	"redis.call('EXPIREAT', KEYS[4], expires)\n"
	"redis.call('HSET', KEYS[1], 'base', ARGV[1], 'starts', ARGV[2], 'ends', ARGV[3],"
	" 'units', ARGV[4], 'taken', 0, 'answered', 0, 'done', ARGV[1], 'sold', ARGV[7],"
	" 'refused', 0, 'asked', 0, 'change', ARGV[8])\n"
	"if ARGV[5] == '1' then redis.call('HSET', KEYS[1], 'closed', '1') end\n"
	"redis.call('EXPIREAT', KEYS[1], expires)\n"
	"return 1");

err sale_in_redis_read(struct ctx *c, int64_t sale_id, struct sale_in_redis *out)
{
	struct cache_reply *reply;
	err e = cache_run_script(c->cache, &reply, &script_look, 4,
				 CACHE_ARGS(sale_key(c->arena, sale_id),
					    sale_stock_key(c->arena, sale_id),
					    sale_ticket_key(c->arena, sale_id),
					    sale_stream_key(c->arena, sale_id)));

	if (e)
		return e;
	if (cache_items(reply) != 5)
		return ERR_UNAVAILABLE;
	out->is_loaded = cache_int(cache_item(reply, 0)) == 1;
	out->has_tickets = cache_int(cache_item(reply, 1)) == 1;
	out->base = cache_text(cache_item(reply, 2));
	out->taken = cache_int(cache_item(reply, 3));
	out->answered = cache_int(cache_item(reply, 4));
	out->last_no = cache_int(cache_item(reply, 2)) + out->taken;
	return OK;
}

static int compare(const void *left, const void *right)
{
	const struct sale_decision *a = left, *b = right;

	return (a->user_id > b->user_id) - (a->user_id < b->user_id);
}

/* A scan may name a field twice. */
static void keep_once(struct sale_waiting *w)
{
	size_t i, kept = 0;

	if (w->count)
		qsort(w->items, w->count, sizeof(*w->items), compare);
	for (i = 0; i < w->count; i++) {
		if (!kept || w->items[kept - 1].user_id != w->items[i].user_id)
			w->items[kept++] = w->items[i];
	}
	w->count = kept;
}

static void add_waiting(struct ctx *c, struct sale_waiting *w, size_t *room, int64_t last_no,
			const struct cache_reply *fields)
{
	struct sale_decision d = { 0 };
	size_t i;

	for (i = 0; i + 1 < cache_items(fields); i += 2) {
		struct str ticket = cache_text(cache_item(fields, i + 1));

		if (!str_starts(ticket, STR("q")) ||
		    !num_parse_i64(str_slice(ticket, 1, ticket.n), 1, last_no, &d.no) ||
		    !num_parse_id(cache_text(cache_item(fields, i)), &d.user_id))
			continue;
		if (w->count == *room) {
			w->items = arena_grow(c->arena, w->items, *room * sizeof(*w->items),
					      2 * *room * sizeof(*w->items));
			*room *= 2;
		}
		w->items[w->count++] = d;
	}
}

err sale_waiting_find(struct ctx *c, int64_t sale_id, int64_t last_no, struct sale_waiting *out)
{
	struct str key = sale_ticket_key(c->arena, sale_id), cursor = STR("0");
	size_t room = 64, steps = 0;
	struct cache_reply *reply;
	err e;

	*out = (struct sale_waiting){ .items = ARENA_ARRAY(c->arena, struct sale_decision, room) };
	do {
		e = cache_run(c->cache, &reply,
			      CACHE_ARGS(STR("HSCAN"), key, cursor, STR("COUNT"), SCAN_COUNT));
		if (e)
			return e;
		if (cache_items(reply) != 2 || ++steps > ALL_MOST / SCAN_COUNT)
			return ERR_UNAVAILABLE;
		cursor = cache_text(cache_item(reply, 0));
		add_waiting(c, out, &room, last_no, cache_item(reply, 1));
	} while (!str_is(cursor, STR("0")));
	keep_once(out);
	return OK;
}

static err put_page(struct ctx *c, int64_t sale_id, struct db_rows *rows, int64_t *last_user)
{
	struct cache_arg *args = ARENA_ARRAY(c->arena, struct cache_arg, 2 + 2 * db_count(rows));
	struct cache_reply *reply;
	size_t n = 0;

	args[n++] = cache_arg_text(STR("HSET"));
	args[n++] = cache_arg_text(sale_ticket_key(c->arena, sale_id));
	while (db_next(rows)) {
		*last_user = db_int(rows, 0);
		args[n++] = cache_arg_int(*last_user);
		args[n++] = cache_arg_int(db_int(rows, 1));
	}
	return cache_run(c->cache, &reply, (struct cache_args){ args, n });
}

static err put_orders(struct ctx *c, int64_t sale_id, int64_t *sold)
{
	int64_t last_user = 0;
	struct db_rows *rows;
	err e;

	*sold = 0;
	do {
		e = db_query(c->db, c->arena, &rows, &sql_page, DB_ARGS(sale_id, last_user, PAGE));
		if (!e && db_count(rows))
			e = put_page(c, sale_id, rows, &last_user);
		if (e)
			return e;
		*sold += (int64_t)db_count(rows);
	} while (db_count(rows) == PAGE);
	return OK;
}

/* Who waited before everything was lost, and has no order. */
static err end_waiting(struct ctx *c, int64_t sale_id)
{
	struct sale_waiting waiting;
	struct cache_reply *reply;
	size_t i;
	err e = sale_waiting_find(c, sale_id, INT64_MAX, &waiting);

	for (i = 0; !e && i < waiting.count; i++)
		cache_want(c->cache, CACHE_ARGS(STR("HSET"), sale_ticket_key(c->arena, sale_id),
						waiting.items[i].user_id, STR("-lost")));
	return e ? e : cache_run(c->cache, &reply, CACHE_ARGS(STR("PING")));
}

err sale_load(struct ctx *c, const struct sale_locked *sale, const struct sale_in_redis *there)
{
	struct str key = sale_key(c->arena, sale->id), stock = sale_stock_key(c->arena, sale->id);
	struct cache_reply *reply;
	int64_t sold;
	err e = cache_run_script(c->cache, &reply, &script_clear, 2,
				 CACHE_ARGS(key, stock, there->base));

	if (!e && cache_int(reply) != 1)
		return cache_is_nil(reply) ? ERR_UNAVAILABLE : OK;
	if (!e)
		e = put_orders(c, sale->id, &sold);
	if (!e && there->has_tickets)
		e = end_waiting(c, sale->id);
	if (e)
		return e;
	e = cache_run_script(c->cache, &reply, &script_open, 4,
			     CACHE_ARGS(key, stock, sale_ticket_key(c->arena, sale->id),
					sale_stream_key(c->arena, sale->id), sale->settled_no,
					sale->starts_at, sale->ends_at, sale->units,
					sale->state == SALE_CLOSED ? 1 : 0, sale->stock, sold,
					sale->change_no));
	return e ? e : cache_is_nil(reply) ? ERR_UNAVAILABLE : OK;
}
