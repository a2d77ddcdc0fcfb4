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
#define REPORT_SECONDS 86400
#define NO_NUMBER (-1)

static const struct db_sql sql_figures =
	SQL("SELECT s.stock, s.units, s.change_no, (SELECT COUNT(*) FROM sale_order o"
	    " WHERE o.sale_id = s.sale_id AND o.is_returned = 0) FROM sale s WHERE s.sale_id = ?");

static const struct db_sql sql_late =
	SQL("SELECT COUNT(*) FROM sale_order FORCE INDEX (held) WHERE sale_id = ?"
	    " AND is_returned = 0 AND state IN (2, 3, 4, 5) AND ended_at < ?");

/* All in one instant. Gives {} when it is not loaded. The first request of the stream is the oldest
 * that the broker does not have. */
static const struct cache_script script_figures = CACHE_SCRIPT(
	"local s = redis.call('HMGET', KEYS[1], 'base', 'taken', 'answered', 'change')\n"
	"local stock = redis.call('GET', KEYS[2])\n"
	"if not s[1] or not stock or redis.call('HEXISTS', KEYS[3], '0') == 0 then return {} end\n"
	"local first = redis.call('XRANGE', KEYS[4], '-', '+', 'COUNT', 1)\n"
	"local no = 0\n"
	"if first[1] then\n"
	"  for i = 1, #first[1][2], 2 do\n"
	"    if first[1][2][i] == 'no' then no = first[1][2][i + 1] end\n"
	"  end\n"
	"end\n"
	"local last = string.format('%.0f', s[1] + (s[2] or 0))\n"
	"return {stock, (s[2] or 0) - (s[3] or 0), s[4] or '0', last, tostring(no)}");

static const char *const fields[] = { "at",   "loaded",  "partial", "sql",   "redis",
				      "lost", "unknown", "queued",  "stuck", "returning" };

struct figures {
	bool is_loaded;
	int64_t stock, on_way, change; /* Redis */
	int64_t last, first_waiting;   /* request numbers; 0: the stream is empty */
	int64_t sql_stock, units, sql_change, holding;
};

/* What was known a while ago. */
struct watch {
	int64_t upto, at; /* the last request number then */
	int64_t settled_at;
};

static struct str report_key(struct ctx *c, int64_t sale_id)
{
	return sale_key_of(c->arena, sale_id, ":report");
}

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
	if (cache_is_error(r))
		return ERR_INTERNAL;
	f->is_loaded = cache_items(r) == 5;
	if (!f->is_loaded)
		return OK;
	f->stock = cache_int(cache_item(r, 0));
	f->on_way = cache_int(cache_item(r, 1));
	f->change = cache_int(cache_item(r, 2));
	f->last = cache_int(cache_item(r, 3));
	f->first_waiting = cache_int(cache_item(r, 4));
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
	f->units = db_int(rows, 1);
	f->sql_change = db_int(rows, 2);
	f->holding = db_int(rows, 3);
	return OK;
}

static void compare(const struct figures *f, struct sale_report *r)
{
	r->is_loaded = f->is_loaded;
	r->sql = f->sql_stock - (f->units - f->holding);
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
	struct timespec pause = { .tv_nsec = LOOK_AGAIN_MS * 1000000L };
	struct figures first;
	err e = look_once(c, id, f, r);
	int i;

	first = *f;
	for (i = 0; !e && i < LOOKS && clock_ticks() < ends_at; i++) {
		if (!r->sql && !r->redis && f->is_loaded)
			return OK;
		nanosleep(&pause, NULL);
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

bool sale_report_is_right(const struct sale_report *r)
{
	return r->is_loaded && !r->sql && !r->redis && !r->lost && !r->unknown && !r->stuck;
}

static void say(int64_t sale_id, const struct sale_report *r)
{
	if (!sale_report_is_right(r))
		log_error("ALARM sale %lld: loaded %d, SQL stock off by %lld, Redis stock off by"
			  " %lld, orders without ticket %lld (%lld have it again), tickets without "
			  "order %lld, stuck"
			  " tickets %lld of %lld",
			  (long long)sale_id, r->is_loaded, (long long)r->sql, (long long)r->redis,
			  (long long)r->lost, (long long)r->mended, (long long)r->unknown,
			  (long long)r->stuck, (long long)r->queued);
}

/* Later looks are better than none, so what cannot be written is left. */
static void remember(struct ctx *c, int64_t id, const struct watch *w, const struct sale_report *r)
{
	cache_want(c->cache, CACHE_ARGS(STR("HSET"), watch_key(c, id), STR("upto"), w->upto,
					STR("at"), w->at, STR("settled"), w->settled_at));
	cache_want(c->cache, CACHE_ARGS(STR("EXPIRE"), watch_key(c, id), REPORT_SECONDS));
	cache_want(c->cache,
		   CACHE_ARGS(STR("HSET"), report_key(c, id), STR("at"), r->checked_at,
			      STR("loaded"), (int)r->is_loaded, STR("partial"), (int)r->is_partial,
			      STR("sql"), r->sql, STR("redis"), r->redis, STR("lost"), r->lost));
	cache_want(c->cache, CACHE_ARGS(STR("HSET"), report_key(c, id), STR("unknown"), r->unknown,
					STR("queued"), r->queued, STR("stuck"), r->stuck,
					STR("returning"), r->returning));
	cache_want(c->cache, CACHE_ARGS(STR("EXPIRE"), report_key(c, id), REPORT_SECONDS));
	if (cache_flush(c->cache))
		log_debug("the report on sale %lld is not kept", (long long)id);
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
	err e = db_query(c->db, c->arena, &rows, &sql_late, DB_ARGS(id, c->now - SALE_STUCK_MS));

	*out = !e && db_next(rows) && db_int(rows, 0) > 0;
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
		e = sale_check_tickets(c, sale_id, upto, ends_at, &r);
	if (e)
		return e;
	say(sale_id, &r);
	if (is_late || !is_all_mended(&r))
		e = ask_to_settle(c, sale_id, r.stuck ? upto : 0, &w);
	if (f.is_loaded && c->now - w.at >= SALE_STUCK_MS) {
		w.upto = f.last;
		w.at = c->now;
	}
	remember(c, sale_id, &w, &r);
	*out = r;
	return e;
}

err sale_report_read(struct ctx *c, int64_t sale_id, struct sale_report *out)
{
	struct cache_arg args[ARRAY_LEN(fields) + 2];
	int64_t values[ARRAY_LEN(fields)];
	struct cache_reply *reply;
	size_t i;
	err e;

	*out = (struct sale_report){ 0 };
	args[0] = cache_arg_text(STR("HMGET"));
	args[1] = cache_arg_text(report_key(c, sale_id));
	for (i = 0; i < ARRAY_LEN(fields); i++)
		args[i + 2] = cache_arg_text(str_from_c(fields[i]));
	e = cache_run(c->cache, &reply, (struct cache_args){ args, ARRAY_LEN(args) });
	if (e || cache_items(reply) != ARRAY_LEN(fields))
		return e;
	for (i = 0; i < ARRAY_LEN(fields); i++)
		values[i] = cache_int(cache_item(reply, i));
	*out = (struct sale_report){
		.checked_at = values[0],
		.is_loaded = values[1] != 0,
		.is_partial = values[2] != 0,
		.sql = values[3],
		.redis = values[4],
		.lost = values[5],
		.unknown = values[6],
		.queued = values[7],
		.stuck = values[8],
		.returning = values[9],
	};
	return OK;
}
