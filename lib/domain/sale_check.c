/* Does a sale add up? */
#include "domain/sale_check.h"

#include "base/clock.h"
#include "base/log.h"
#include "domain/outbox.h"
#include "domain/sale_check_tickets.h"
#include "domain/sale_keys.h"
#include "domain/sale_order.h"
#include "domain/sale_orders.h"

#define LOOKS 6 /* at the figures, while they do not fit */
#define LOOK_AGAIN_MS 500
#define WATCH_SECONDS 86400
#define NO_NUMBER (-1)

static const struct db_sql sql_figures =
	SQL("SELECT s.stock, s.units, s.change_no, s.starts_at, s.ends_at, s.state,"
	    " (SELECT COUNT(*) FROM sale_order o WHERE o.sale_id = s.sale_id"
	    " AND o.is_returned = 0), (SELECT COUNT(*) FROM sale_order o"
	    " WHERE o.sale_id = s.sale_id AND o.is_returned = 1 AND o.state IN (0, 1))"
	    " FROM sale s WHERE s.sale_id = ?");

static const struct db_sql sql_late =
	SQL("SELECT COUNT(*) FROM sale_order FORCE INDEX (held) WHERE sale_id = ?"
	    " AND is_returned = 0 AND state IN (2, 3, 4, 5) AND ended_at NOT BETWEEN ? AND ?");

/* All in one instant. Gives {} when it is not loaded, or a number of it is none. The first request
 * of the stream is the oldest that the broker does not have. */
static const struct cache_script script_figures = CACHE_SCRIPT(
	"local s = redis.call('HMGET', KEYS[1], 'base', 'taken', 'answered', 'change', 'starts',"
	" 'ends', 'units', 'done', 'closed')\n"
	"local stock = redis.call('GET', KEYS[2])\n"
	"for i = 1, 8 do\n"
	"  if not tonumber(s[i]) then return {} end\n"
	"end\n"
	"if not tonumber(stock) or redis.call('HEXISTS', KEYS[3], '0') == 0 then return {} end\n"
	"local first = redis.call('XRANGE', KEYS[4], '-', '+', 'COUNT', 1)\n"
	"local no = 0\n"
	"if first[1] then\n"
	"  for i = 1, #first[1][2], 2 do\n"
	"    if first[1][2][i] == 'no' then no = first[1][2][i + 1] end\n"
	"  end\n"
	"end\n"
	"local last = string.format('%.0f', s[1] + s[2])\n"
	"return {stock, s[2] - s[3], s[4], last, tostring(no), s[5], s[6], s[7], s[9] or '0'}");

#define REDIS_FIGURES 9

/* What the gate judges by. */
struct terms {
	int64_t starts, ends, units, is_closed;
};

struct figures {
	bool is_loaded;
	int64_t stock, on_way, change; /* Redis */
	int64_t last, first_waiting;   /* request numbers; 0: the stream is empty */
	struct terms terms, sql_terms;
	int64_t sql_stock, sql_change, holding, oversold;
};

/* What was known a while ago. */
struct watch {
	int64_t upto, at; /* the last request number then */
	int64_t settled_at;
};

static struct str watch_key(struct ctx *c, int64_t sale_id)
{
	return sale_key_of(c->arena, sale_id, ":watch");
}

static err read_redis(struct ctx *c, int64_t id, struct figures *f)
{
	struct cache_reply *r;
	err e = cache_run_script(c->cache, &r, &script_figures, 4,
				 CACHE_ARGS(sale_key(c->arena, id), sale_stock_key(c->arena, id),
					    sale_ticket_key(c->arena, id),
					    sale_stream_key(c->arena, id)));

	if (e)
		return e;
	/* An error: a part of it is of another kind, and as good as lost. */
	f->is_loaded = cache_items(r) == REDIS_FIGURES;
	if (!f->is_loaded)
		return OK;
	f->stock = cache_int(cache_item(r, 0));
	f->on_way = cache_int(cache_item(r, 1));
	f->change = cache_int(cache_item(r, 2));
	f->last = cache_int(cache_item(r, 3));
	f->first_waiting = cache_int(cache_item(r, 4));
	f->terms = (struct terms){ cache_int(cache_item(r, 5)), cache_int(cache_item(r, 6)),
				   cache_int(cache_item(r, 7)), cache_int(cache_item(r, 8)) };
	return OK;
}

static err read_sql(struct ctx *c, int64_t id, struct figures *f)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_figures, DB_ARGS(id));

	if (e)
		return e;
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	f->sql_stock = db_int(rows, 0);
	f->sql_terms = (struct terms){ db_int(rows, 3), db_int(rows, 4), db_int(rows, 1),
				       db_int(rows, 5) == SALE_CLOSED };
	f->sql_change = db_int(rows, 2);
	f->holding = db_int(rows, 6);
	f->oversold = db_int(rows, 7);
	return OK;
}

/* SQL is read last, so Redis is never ahead of its changes. */
static int64_t count_terms(const struct figures *f)
{
	const struct terms *redis = &f->terms, *sql = &f->sql_terms;

	return (redis->starts != sql->starts) + (redis->ends != sql->ends) +
	       (redis->units != sql->units) + (redis->is_closed != sql->is_closed) +
	       (f->change > f->sql_change);
}

static void compare(const struct figures *f, struct sale_report *r)
{
	r->is_loaded = f->is_loaded;
	r->sql = f->sql_stock - (f->sql_terms.units - f->holding);
	r->oversold = f->oversold;
	r->terms = f->is_loaded ? count_terms(f) : 0;
	r->redis = f->is_loaded ? f->stock + f->on_way - f->sql_stock : 0;
	/* More on their way than there are units: they are refused in their turn, and then it fits.
	 */
	if (!f->stock && r->redis > 0 && r->redis <= f->on_way)
		r->redis = 0;
}

/* `orders` wrote in between: what does not fit says nothing. */
static bool is_moving(const struct figures *first, const struct figures *last)
{
	return last->change != last->sql_change &&
	       (last->change != first->change || last->sql_change != first->sql_change);
}

static err look_once(struct ctx *c, int64_t id, struct figures *f, struct sale_report *r)
{
	err e;

	*f = (struct figures){ 0 };
	e = read_redis(c, id, f);
	if (!e)
		e = read_sql(c, id, f);
	if (!e)
		compare(f, r);
	return e;
}

/* Until the two fit, or have not fitted for as long as `orders` may need for a message. */
static err look_at_figures(struct ctx *c, int64_t id, int64_t ends_at, struct figures *f,
			   struct sale_report *r)
{
	struct figures first;
	err e = look_once(c, id, f, r);
	int i;

	first = *f;
	for (i = 0; !e && i < LOOKS && clock_ticks() < ends_at; i++) {
		if (!r->sql && !r->redis && !r->terms && f->is_loaded)
			return OK;
		clock_sleep(LOOK_AGAIN_MS);
		e = look_once(c, id, f, r);
	}
	if (!e && is_moving(&first, f))
		r->redis = 0;
	return e;
}

static err read_watch(struct ctx *c, int64_t id, struct watch *w)
{
	struct cache_reply *reply;
	err e = cache_run(c->cache, &reply,
			  CACHE_ARGS(STR("HMGET"), watch_key(c, id), STR("upto"), STR("at"),
				     STR("settled")));

	*w = (struct watch){ .upto = NO_NUMBER };
	if (e || cache_items(reply) != 3 || cache_is_nil(cache_item(reply, 0)))
		return e;
	w->upto = cache_int(cache_item(reply, 0));
	w->at = cache_int(cache_item(reply, 1));
	w->settled_at = cache_int(cache_item(reply, 2));
	/* Of tomorrow: the clock was set back, and nobody knows how long ago that was. */
	if (w->at > c->now || w->settled_at > c->now)
		*w = (struct watch){ .upto = NO_NUMBER };
	return OK;
}

/* Which tickets have had their time: those that were there a minute ago, unless they still wait to
 * be carried. */
static int64_t stuck_upto(struct ctx *c, const struct watch *w, const struct figures *f)
{
	if (c->now - w->at < SALE_STUCK_MS)
		return NO_NUMBER;
	if (f->first_waiting && f->first_waiting <= w->upto)
		return f->first_waiting - 1;
	return w->upto;
}

static void say(int64_t sale_id, const struct sale_report *r)
{
	if (!sale_report_is_right(r))
		log_error("ALARM sale %lld: loaded %d, SQL stock off by %lld, Redis stock off by"
			  " %lld, orders without ticket %lld (%lld have it again), tickets without"
			  " order %lld, stuck tickets %lld of %lld, units nobody waits for %lld,"
			  " terms that differ %lld, units given back and held %lld",
			  (long long)sale_id, r->is_loaded, (long long)r->sql, (long long)r->redis,
			  (long long)r->lost, (long long)r->mended, (long long)r->unknown,
			  (long long)r->stuck, (long long)r->queued, (long long)r->adrift,
			  (long long)r->terms, (long long)r->oversold);
}

/* Later looks are better than none, so what cannot be written is left. */
static void remember(struct ctx *c, int64_t id, const struct watch *w)
{
	cache_want(c->cache, CACHE_ARGS(STR("HSET"), watch_key(c, id), STR("upto"), w->upto,
					STR("at"), w->at, STR("settled"), w->settled_at));
	cache_want(c->cache, CACHE_ARGS(STR("EXPIRE"), watch_key(c, id), WATCH_SECONDS));
	if (cache_flush(c->cache))
		log_debug("the watch on sale %lld is not kept", (long long)id);
}

/* The message goes behind all that is on its way, so more of them only cost a little work. */
static err ask_to_settle(struct ctx *c, int64_t sale_id, int64_t upto, struct watch *w)
{
	err e;

	if (c->now - w->settled_at < SALE_SETTLE_AGAIN_MS)
		return OK;
	e = db_begin(c->db);
	if (e)
		return e;
	e = db_end(c->db, sale_orders_settle(c, sale_id, upto > 0 ? upto : 0));
	if (e)
		return e;
	log_info("sale %lld: `orders` is asked to settle", (long long)sale_id);
	w->settled_at = c->now;
	outbox_publish_own(c);
	return OK;
}

static err count_returning(struct ctx *c, int64_t id, struct sale_report *r)
{
	struct sale_order_counts counts;
	err e = sale_order_count(c, id, &counts);

	r->returning = e ? 0 : counts.to_return;
	return e;
}

/* What is wrong needs nobody else. */
static bool is_all_mended(const struct sale_report *r)
{
	struct sale_report rest = *r;

	rest.lost -= rest.mended;
	return sale_report_is_right(&rest);
}

/* Units on their way back for so long that nothing brings them. */
static err is_return_late(struct ctx *c, int64_t id, bool *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_late,
			 DB_ARGS(id, c->now - SALE_STUCK_MS, c->now));

	*out = !e && db_next(rows) && db_int(rows, 0) > 0;
	return e;
}

/* The figures again, and the tickets that wait: they say something when nothing has moved since. */
static err count_waiting(struct ctx *c, int64_t id, const struct figures *before,
			 const struct sale_tickets_seen *seen, struct sale_report *r)
{
	struct figures now = { 0 };
	err e = read_redis(c, id, &now);

	r->adrift = 0;
	if (e || !now.is_loaded)
		return e;
	if (seen->newest > now.last)
		r->unknown++;
	if (!r->is_partial && now.last == before->last && now.on_way == before->on_way)
		r->adrift = now.on_way - seen->waiting;
	return OK;
}

/*
 * All tickets. A scan may name one twice while Redis moves them to a larger table, so waiting ones
 * that are too many or too few are counted once more.
 */
static err look_at_tickets(struct ctx *c, int64_t id, int64_t upto, int64_t ends_at,
			   const struct figures *f, struct sale_report *r)
{
	struct sale_tickets_seen seen;
	struct sale_report again = *r;
	err e = sale_check_tickets(c, id, upto, ends_at, r, &seen);

	if (!e)
		e = count_waiting(c, id, f, &seen, r);
	if (e || !r->adrift)
		return e;
	e = sale_check_waiting(c, id, ends_at, &again, &seen);
	if (!e)
		e = count_waiting(c, id, f, &seen, &again);
	if (again.adrift != r->adrift)
		r->adrift = 0;
	return e;
}

err sale_check(struct ctx *c, int64_t sale_id, int64_t ends_at, struct sale_report *out)
{
	struct sale_report r = { .checked_at = c->now };
	bool is_late = false;
	struct figures f;
	struct watch w;
	int64_t upto;
	err e = read_watch(c, sale_id, &w);

	if (!e)
		e = look_at_figures(c, sale_id, ends_at, &f, &r);
	if (!e)
		e = count_returning(c, sale_id, &r);
	if (!e && r.returning)
		e = is_return_late(c, sale_id, &is_late);
	if (e)
		return e;
	upto = stuck_upto(c, &w, &f);
	if (f.is_loaded)
		e = look_at_tickets(c, sale_id, upto, ends_at, &f, &r);
	if (e)
		return e;
	say(sale_id, &r);
	if (is_late || !is_all_mended(&r))
		e = ask_to_settle(c, sale_id, r.stuck ? upto : 0, &w);
	if (f.is_loaded && c->now - w.at >= SALE_STUCK_MS) {
		w.upto = f.last;
		w.at = c->now;
	}
	remember(c, sale_id, &w);
	sale_report_keep(c, sale_id, &r);
	*out = r;
	return e;
}
