/*
 * Settling: tickets that nobody will answer any more are ended, the stock becomes what it should
 * be, and a sale that Redis lost is loaded again.
 */
#include "domain/sale_settle.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "domain/sale_batch.h"
#include "domain/sale_keys.h"

#define AT_ONCE 1000 /* tickets looked up together */

static const struct db_sql sql_settled = SQL("UPDATE sale SET settled_no = ? WHERE sale_id = ?");

static const struct db_sql sql_orders =
	SQL("SELECT o.user_id, o.order_id"
	    " FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$')) j"
	    " STRAIGHT_JOIN sale_order o FORCE INDEX (buyer) ON o.sale_id = ? AND o.user_id = j.id"
	    " ORDER BY o.user_id");

/* KEYS: sale, stock, ticket. ARGV: starts, ends, units, closed, tickets answered (-1: as it says).
 */
static const struct cache_script script_facts = CACHE_SCRIPT(
	"if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end\n"
	"redis.call('HSET', KEYS[1], 'starts', ARGV[1], 'ends', ARGV[2], 'units', ARGV[3])\n"
	"if ARGV[4] == '1' then redis.call('HSET', KEYS[1], 'closed', '1') end\n"
	"if ARGV[5] ~= '-1' then redis.call('HSET', KEYS[1], 'answered', ARGV[5]) end\n"
	"local expires = math.floor(ARGV[2] / 1000) + 604800\n"
	"redis.call('EXPIREAT', KEYS[1], expires)\n"
	"redis.call('EXPIREAT', KEYS[3], expires)\n"
	"return 1");

struct settling {
	struct ctx *c;
	int64_t sale_id, upto;
	struct sale_in_redis there;
	struct sale_locked sale;
};

/* The first number of a loading that begins now, or later: above all that were ever given. */
static int64_t next_base(const struct settling *s)
{
	int64_t last =
		s->sale.settled_no > s->there.last_no ? s->sale.settled_no : s->there.last_no;
	int64_t seconds = (clock_now() - ID_EPOCH) / CLOCK_SECOND;
	int64_t next = (last >> SALE_NUMBER_BITS) + 1;

	return (seconds > next ? seconds : next) << SALE_NUMBER_BITS;
}

/* In SQL first: from here on no late message of those numbers makes an order. */
static err settle_numbers(void *context)
{
	struct settling *s = context;
	struct ctx *c = s->c;
	int64_t upto;
	err e = sale_lock(c, s->sale_id, &s->sale);

	if (e)
		return e;
	if (s->there.is_loaded)
		upto = s->upto < s->there.last_no ? s->upto : s->there.last_no;
	else
		upto = next_base(s);
	if (upto <= s->sale.settled_no)
		return OK;
	s->sale.settled_no = upto;
	return db_exec(c->db, NULL, &sql_settled, DB_ARGS(upto, s->sale_id));
}

/* Both are in the order of their users. */
static void match(struct sale_decision *items, size_t count, struct db_rows *rows)
{
	bool is_left = db_next(rows);
	size_t i;

	for (i = 0; i < count; i++) {
		while (is_left && db_int(rows, 0) < items[i].user_id)
			is_left = db_next(rows);
		if (is_left && db_int(rows, 0) == items[i].user_id)
			items[i].order_id = db_int(rows, 1);
		else
			items[i].refusal = SALE_REFUSED_LOST;
	}
}

static err end_some(struct settling *s, struct sale_decision *items, size_t count)
{
	struct ctx *c = s->c;
	struct db_rows *rows;
	struct buf ids;
	size_t i;
	err e;

	buf_init(&ids, c->arena, 21 * (count + 1));
	for (i = 0; i < count; i++) {
		buf_add_char(&ids, i ? ',' : '[');
		buf_add_i64(&ids, items[i].user_id);
	}
	buf_add_char(&ids, ']');
	e = db_query(c->db, c->arena, &rows, &sql_orders, DB_ARGS(buf_str(&ids), s->sale_id));
	if (e)
		return e;
	match(items, count, rows);
	return sale_tickets_apply(c, &s->sale, items, count, 0);
}

/* Tickets that wait: those that are settled are ended, the others counted. */
static err end_tickets(struct settling *s, int64_t *answered)
{
	struct sale_waiting waiting;
	size_t i, ended = 0, some;
	err e = sale_waiting_find(s->c, s->sale_id, s->there.last_no, &waiting);

	if (e)
		return e;
	/* To the front with them; the order of their users stays. */
	for (i = 0; i < waiting.count; i++) {
		if (waiting.items[i].no <= s->sale.settled_no)
			waiting.items[ended++] = waiting.items[i];
	}
	for (i = 0; !e && i < ended; i += some) {
		some = ended - i < AT_ONCE ? ended - i : AT_ONCE;
		e = end_some(s, waiting.items + i, some);
	}
	if (ended)
		log_warn("sale %lld: %zu tickets waited for nothing", (long long)s->sale_id, ended);
	*answered = s->there.taken - (int64_t)(waiting.count - ended);
	return e;
}

static err mend(struct settling *s)
{
	const struct sale_locked *sale = &s->sale;
	struct ctx *c = s->c;
	int64_t answered = -1;
	err e = OK;

	if (s->upto || s->there.taken != s->there.answered)
		e = end_tickets(s, &answered);
	if (e)
		return e;
	cache_want_script(c->cache, &script_facts, 3,
			  CACHE_ARGS(sale_key(c->arena, sale->id),
				     sale_stock_key(c->arena, sale->id),
				     sale_ticket_key(c->arena, sale->id), sale->starts_at,
				     sale->ends_at, sale->units, sale->state == SALE_CLOSED ? 1 : 0,
				     answered));
	return sale_tickets_apply(c, sale, NULL, 0, 0);
}

/* A draft is not loaded yet, one that is over no more, nor one whose tickets are kept no longer. */
static bool is_to_load(const struct settling *s)
{
	return (s->sale.state == SALE_PUBLISHED || s->sale.state == SALE_CLOSED) &&
	       s->sale.ends_at + SALE_KEEP_MS > s->c->now;
}

err sale_settle(struct ctx *c, int64_t sale_id, int64_t upto)
{
	struct settling s = { .c = c, .sale_id = sale_id, .upto = upto };
	err e = sale_in_redis_read(c, sale_id, &s.there);

	if (!e)
		e = db_transaction(c->db, settle_numbers, &s);
	if (e)
		return e;
	if (s.there.is_loaded)
		return mend(&s);
	if (!is_to_load(&s))
		return OK;
	log_info("sale %lld: loading, %lld units are left", (long long)sale_id,
		 (long long)s.sale.stock);
	return sale_load(c, &s.sale, &s.there);
}
