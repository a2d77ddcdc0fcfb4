/* Stores stopped, killed, frozen, emptied, locked; connections to them cut and swallowed. */
#include <signal.h>

#include "domain/sale_orders.h"
#include "fault/sale/proxy.h"
#include "fault/sale/rabbit.h"
#include "fault/sale/scenario.h"

#define DEADLOCKS 12

static const struct db_sql sql_lock = SQL("SELECT sale_id FROM sale WHERE sale_id = ? FOR UPDATE");
/* Weight: InnoDB ends the lighter one of two that wait for each other. */
static const struct db_sql sql_weight =
	SQL("INSERT INTO address (address_id, user_id, name, phone, region, street, created_at)"
	    " SELECT -seq, -seq, '', '', '', '', 0 FROM seq_1_to_400 WHERE ? > 0");
static const struct db_sql sql_in_the_way =
	SQL("INSERT INTO sale_order (order_id, sale_id, user_id, goods_id, request_no, price,"
	    " created_at, expires_at) SELECT -1, ?, u.user_id, 1, 1, 1, 0, 0 FROM user u"
	    " WHERE NOT EXISTS (SELECT 1 FROM sale_order o WHERE o.sale_id = ?"
	    " AND o.user_id = u.user_id) ORDER BY u.user_id DESC LIMIT 1");

static void back(void)
{
	stack_wait_connected();
}

static void stop_for(const char *store, int64_t ms)
{
	site_store_stop(proof_site, store);
	sleep_ms(ms);
	site_store_start(proof_site, store);
	back();
}

static void kill_for(const char *store, int64_t ms)
{
	site_store_signal(proof_site, store, SIGKILL);
	sleep_ms(ms);
	site_store_start(proof_site, store);
	back();
}

static void freeze_for(const char *store, int64_t ms)
{
	site_store_signal(proof_site, store, SIGSTOP);
	sleep_ms(ms);
	site_store_signal(proof_site, store, SIGCONT);
	back();
}

static void broker_stopped(struct proof_sale *s)
{
	(void)s;
	stop_for("rabbitmq", harm_ms(2000, 60000));
}

static void broker_killed(struct proof_sale *s)
{
	(void)s;
	kill_for("rabbitmq", chance_below(2000));
}

/*
 * The queue is a moment old when the broker is killed, and dead when it is back, with all it had
 * confirmed: it is made anew, and who waits gets the order all the same.
 */
static void queue_is_new(struct proof_sale *s)
{
	struct arena *a = arena_new(256);

	rabbit_delete(sale_orders_key(a, s->id).p);
	arena_free(a);
}

static void broker_frozen(struct proof_sale *s)
{
	(void)s;
	freeze_for("rabbitmq", harm_ms(3000, 8000));
}

static void broker_alarmed(struct proof_sale *s)
{
	(void)s;
	stack_rabbitmqctl("set_vm_memory_high_watermark 0.00001");
	sleep_ms(harm_ms(3000, 10000));
	stack_rabbitmqctl("set_vm_memory_high_watermark absolute 400MB");
}

static void redis_killed(struct proof_sale *s)
{
	(void)s;
	kill_for("redis", chance_below(2000));
}

static void redis_frozen(struct proof_sale *s)
{
	(void)s;
	freeze_for("redis", harm_ms(2000, 6000));
}

static void redis_emptied(struct proof_sale *s)
{
	(void)s;
	site_redis_command(proof_site, "FLUSHALL");
}

static void redis_emptied_twice(struct proof_sale *s)
{
	redis_emptied(s);
	sleep_ms(chance_below(2500));
	redis_emptied(s);
}

/* With what it had begun to write. */
static void redis_killed_and_emptied(struct proof_sale *s)
{
	redis_killed(s);
	redis_emptied(s);
}

static void mariadb_killed(struct proof_sale *s)
{
	(void)s;
	kill_for("mariadb", chance_below(2000));
}

static void mariadb_frozen(struct proof_sale *s)
{
	(void)s;
	freeze_for("mariadb", harm_ms(2000, 6000));
}

/* Longer than the time a statement waits for a lock. */
static void lock_held(struct proof_sale *s)
{
	struct ctx *c = site_ctx(proof_site);
	struct db_rows *rows;
	err e = db_begin(c->db);

	if (!e)
		e = db_query(c->db, c->arena, &rows, &sql_lock, DB_ARGS(s->id));
	sleep_ms(harm_ms(3500, 8000));
	if (e || db_end(c->db, ERR_CONFLICT) != ERR_CONFLICT)
		note("the lock was not held");
}

/* We hold an order's key and want the sale's row; `orders` holds the row and wants the key. */
static void deadlocks(struct proof_sale *s)
{
	struct ctx *c = site_ctx(proof_site);
	struct db_rows *rows;
	int i;

	for (i = 0; i < DEADLOCKS; i++) {
		err e = db_begin(c->db);

		if (!e && i % 2)
			e = db_exec(c->db, NULL, &sql_weight, DB_ARGS(1));
		if (!e)
			e = db_exec(c->db, NULL, &sql_in_the_way, DB_ARGS(s->id, s->id));
		sleep_ms(60);
		if (!e)
			e = db_query(c->db, c->arena, &rows, &sql_lock, DB_ARGS(s->id));
		e = db_end(c->db, e ? e : ERR_CONFLICT);
		sleep_ms(chance_below(40));
	}
}

static void harm_connections(enum proxy_mode mode, int64_t ms)
{
	enum proxy_store store = (enum proxy_store)chance_below(PROXY_COUNT);

	note("connections to %s", (const char *[]){ "MariaDB", "Redis", "RabbitMQ" }[store]);
	proxy_set(store, mode);
	sleep_ms(ms);
	proxy_set(store, PROXY_CUT);
	proxy_set(store, PROXY_PASS);
}

static void connections_cut(struct proof_sale *s)
{
	int i;

	(void)s;
	for (i = 0; i < 6; i++) {
		harm_connections(PROXY_CUT, chance_below(300));
		sleep_ms(chance_below(400));
	}
}

static void connections_swallow(struct proof_sale *s)
{
	(void)s;
	harm_connections(PROXY_HOLE, harm_ms(2000, 8000));
}

static void connections_crack(struct proof_sale *s)
{
	(void)s;
	harm_connections(PROXY_CRACK, harm_ms(1500, 4000));
}

const struct scenario scenarios_stores[] = {
	{ .name = "broker stopped for a minute", .harm = broker_stopped, .runs = 1 },
	{ .name = "broker killed",
	  .before = queue_becomes_lasting,
	  .harm = broker_killed,
	  .runs = 3 },
	{ .name = "broker killed, the sale's queue a moment old",
	  .before = queue_is_new,
	  .harm = broker_killed,
	  .runs = 3 },
	{ .name = "broker frozen", .harm = broker_frozen, .runs = 1 },
	{ .name = "broker in memory alarm", .harm = broker_alarmed, .runs = 1 },
	{ .name = "redis killed", .harm = redis_killed, .runs = 3 },
	{ .name = "redis frozen", .harm = redis_frozen, .runs = 2 },
	{ .name = "redis emptied",
	  .may_lose = true,
	  .harm = redis_emptied,
	  .runs = 5,
	  .is_brief = true },
	{ .name = "redis emptied twice", .may_lose = true, .harm = redis_emptied_twice, .runs = 3 },
	{ .name = "redis killed, then emptied",
	  .may_lose = true,
	  .harm = redis_killed_and_emptied,
	  .runs = 2 },
	{ .name = "mariadb killed", .harm = mariadb_killed, .runs = 3, .is_brief = true },
	{ .name = "mariadb frozen", .harm = mariadb_frozen, .runs = 2 },
	{ .name = "lock held on the sale", .harm = lock_held, .runs = 2 },
	{ .name = "deadlocks", .harm = deadlocks, .runs = 3, .is_brief = true },
	{ .name = "connections cut", .harm = connections_cut, .runs = 4 },
	{ .name = "connections swallow", .harm = connections_swallow, .runs = 4 },
	{ .name = "connections break in the middle", .harm = connections_crack, .runs = 4 },
};
const size_t scenarios_stores_count = ARRAY_LEN(scenarios_stores);
