/* Looking from outside: SQL, Redis, RabbitMQ. */
#include "fault/sale/proof.h"

#include <stdatomic.h>

#include "base/clock.h"
#include "base/num.h"
#include "domain/sale_keys.h"
#include "domain/sale_orders.h"
#include "fault/sale/rabbit.h"

#define WATCH_PAUSE_MS 15
#define CRON_MS 3000 /* a minute, for those who wait here */

/* One statement, one moment. */
static const struct db_sql sql_moment =
	SQL("SELECT s.units, s.stock, (SELECT COUNT(*) FROM sale_order o"
	    " WHERE o.sale_id = s.sale_id AND o.is_returned = 0),"
	    " (SELECT COUNT(DISTINCT o.user_id) FROM sale_order o WHERE o.sale_id = s.sale_id),"
	    " (SELECT COUNT(*) FROM sale_order o WHERE o.sale_id = s.sale_id)"
	    " FROM sale s WHERE s.sale_id = ?");
static const struct db_sql sql_outbox =
	SQL("SELECT COUNT(*) FROM outbox WHERE state <> 1 AND event_id > ?");
static const struct db_sql sql_orders =
	SQL("SELECT order_id, user_id FROM sale_order WHERE sale_id = ?");

static struct {
	pthread_t thread;
	atomic_bool is_stopping;
	struct proof_sale sale;
	int64_t looks, wrong;
} watch;

struct moment {
	int64_t units, stock, held, buyers, orders;
};

static bool read_moment(struct db *db, struct arena *a, int64_t sale_id, struct moment *out)
{
	struct db_rows *rows;

	if (db_query(db, a, &rows, &sql_moment, DB_ARGS(sale_id)) || !db_next(rows))
		return false;
	*out = (struct moment){ db_int(rows, 0), db_int(rows, 1), db_int(rows, 2), db_int(rows, 3),
				db_int(rows, 4) };
	return true;
}

static bool is_sound(const struct moment *m)
{
	return m->held <= m->units && m->stock == m->units - m->held && m->buyers == m->orders;
}

static void *look(void *unused)
{
	struct arena *a = arena_new(8192);
	struct db *db = db_new(site_config(proof_site));
	struct moment m;

	(void)unused;
	while (!watch.is_stopping) {
		arena_reset(a);
		if (read_moment(db, a, watch.sale.id, &m)) {
			watch.looks++;
			watch.wrong += !is_sound(&m);
		}
		sleep_ms(WATCH_PAUSE_MS);
	}
	db_free(db);
	arena_free(a);
	return NULL;
}

void watch_start(const struct proof_sale *s)
{
	watch.sale = *s;
	watch.looks = watch.wrong = 0;
	watch.is_stopping = false;
	if (pthread_create(&watch.thread, NULL, look, NULL))
		abort();
}

int64_t watch_stop(void)
{
	watch.is_stopping = true;
	pthread_join(watch.thread, NULL);
	if (!watch.looks)
		note("nobody could look at SQL while it ran");
	return watch.wrong;
}

/* Everything at rest, as one line when it is not. */
struct rest {
	struct sale_live_numbers live;
	struct moment sql;
	int64_t queue, outbox;
};

static bool read_rest(const struct proof_sale *s, struct rest *out)
{
	struct ctx *c = site_ctx(proof_site);

	*out = (struct rest){ .queue = -1, .outbox = -1 };
	arena_reset(c->arena);
	cache_start_request(c->cache, c->arena);
	if (!read_moment(c->db, c->arena, s->id, &out->sql) || sale_live_read(c, s->id, &out->live))
		return false;
	out->outbox = proof_number(&sql_outbox, 0);
	out->queue = rabbit_depth(sale_orders_key(c->arena, s->id).p);
	return true;
}

/* A change of the units that `orders` has in hand stands in no queue. */
static bool is_at_rest(const struct proof_sale *s, const struct rest *r)
{
	return r->sql.units == s->units && r->live.is_loaded && r->live.queued == 0 &&
	       r->live.stream == 0 && r->queue == 0 && r->outbox == 0 &&
	       r->live.stock == r->sql.stock;
}

static void show_rest(const struct rest *r)
{
	note("Redis: %s, stock %lld, queued %lld, stream %lld; SQL: units %lld, stock %lld, "
	     "orders %lld of %lld buyers; queue %lld, outbox %lld",
	     r->live.is_loaded ? "loaded" : "not loaded", (long long)r->live.stock,
	     (long long)r->live.queued, (long long)r->live.stream, (long long)r->sql.units,
	     (long long)r->sql.stock, (long long)r->sql.orders, (long long)r->sql.buyers,
	     (long long)r->queue, (long long)r->outbox);
}

bool check_wait_quiet(const struct proof_sale *s, int64_t most_ms)
{
	int64_t until = clock_ticks() + most_ms, cron_at = clock_ticks() + CRON_MS;
	struct rest r;
	int times = 0;

	/* Twice: what is between two places at one look is in one of them at the next. */
	for (;;) {
		bool is_known = read_rest(s, &r);

		times = is_known && is_at_rest(s, &r) ? times + 1 : 0;
		if (times == 2)
			return true;
		if (clock_ticks() > until)
			break;
		if (clock_ticks() > cron_at) {
			stack_cron();
			cron_at = clock_ticks() + CRON_MS;
		}
		sleep_ms(40);
	}
	show_rest(&r);
	return false;
}

/* Each order's buyer has a ticket with its number, and no ticket speaks of another. */
static int64_t tickets_that_do_not_fit(const struct proof_sale *s)
{
	struct ctx *c = site_ctx(proof_site);
	struct str key = sale_ticket_key(c->arena, s->id);
	struct cache_reply *reply;
	struct db_rows *rows;
	int64_t wrong = 0, order_id;

	if (db_query(c->db, c->arena, &rows, &sql_orders, DB_ARGS(s->id)))
		return -1;
	while (db_next(rows)) {
		struct str user = num_text(c->arena, db_int(rows, 1));

		if (cache_run(c->cache, &reply, CACHE_ARGS(STR("HGET"), key, user)))
			return -1;
		if (!num_parse_id(cache_text(reply), &order_id) || order_id != db_int(rows, 0))
			wrong++;
	}
	return wrong;
}

/* Tickets that still say "queueing", whatever the counters say. */
static int64_t tickets_that_wait(const struct proof_sale *s)
{
	struct ctx *c = site_ctx(proof_site);
	struct cache_reply *tickets;
	int64_t waiting = 0;
	size_t i;

	if (cache_run(c->cache, &tickets,
		      CACHE_ARGS(STR("HVALS"), sale_ticket_key(c->arena, s->id))))
		return -1;
	for (i = 0; i < cache_items(tickets); i++)
		waiting += str_starts(cache_text(cache_item(tickets, i)), STR("q"));
	return waiting;
}

void check_stores(const struct proof_sale *s, bool is_demand_higher, struct verdict *v)
{
	struct rest r;
	int64_t unfit;

	if (!read_rest(s, &r)) {
		note("the stores cannot be read");
		v->unequal++;
		return;
	}
	v->orders += r.sql.orders;
	v->doubled += r.sql.orders - r.sql.buyers;
	v->doubled += r.sql.held > s->units ? r.sql.held - s->units : 0;
	v->unequal += r.sql.units != s->units;
	if (is_demand_higher && r.sql.held < s->units)
		v->lost += s->units - r.sql.held;
	v->stuck += tickets_that_wait(s) + r.live.stream + (r.queue > 0) + (r.outbox > 0);
	if (rabbit_depth(proof_dead_queue(site_ctx(proof_site)->arena, s->id)) > 0) {
		note("there are dead letters");
		v->stuck++;
	}
	unfit = tickets_that_do_not_fit(s);
	v->unequal += r.sql.stock != r.sql.units - r.sql.held;
	v->unequal += r.live.stock != r.sql.stock;
	v->unequal += unfit != 0;
	if (unfit)
		note("%lld tickets do not fit their orders", (long long)unfit);
	if (!verdict_is_good(v))
		show_rest(&r);
}

bool verdict_is_good(const struct verdict *v)
{
	return !v->lost && !v->doubled && !v->stuck && !v->changed && !v->unequal;
}

void verdict_add(struct verdict *sum, const struct verdict *v)
{
	sum->orders += v->orders;
	sum->lost += v->lost;
	sum->doubled += v->doubled;
	sum->stuck += v->stuck;
	sum->changed += v->changed;
	sum->unequal += v->unequal;
}
