/* The stack the scenarios share, and what is done to its parts. */
#include "fault/sale/proof.h"

#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "domain/outbox.h"
#include "fault/sale/proxy.h"
#include "support/chance.h"

#define SALE_PROCESSES 4
#define LOAD_MS 60000

struct site *proof_site;

const char *const stack_programs[] = { "sale", "orders", "relay sales" };
const size_t stack_program_count = ARRAY_LEN(stack_programs);

static char folder[] = "/tmp/plaza-proof-XXXXXX";
static uint64_t chance;

static const struct db_sql sql_user = SQL(
	"INSERT INTO user (user_id, username, username_folded, password_hash, state, created_at)"
	" VALUES (?, ?, ?, '*', 1, ?)");
static const struct db_sql sql_goods =
	SQL("INSERT INTO goods (goods_id, name, body_md, body_html, excerpt, price, created_at)"
	    " VALUES (?, 'A lamp', '', '', '', 12.50, ?)");
static const struct db_sql sql_sale =
	SQL("INSERT INTO sale (sale_id, goods_id, price, units, stock, starts_at, ends_at,"
	    " pay_seconds, created_by, created_at) VALUES (?, ?, 9.99, ?, ?, ?, ?, 1800, 1, ?)");
static const struct db_sql sql_due =
	SQL("UPDATE outbox SET next_try_at = 0 WHERE state IN (0, 2) AND next_try_at > 0");
static const struct db_sql sql_no_lease =
	SQL("UPDATE job_lease SET until_at = 0 WHERE until_at > 0");
/* Long over: the workers do not look at it any more. */
static const struct db_sql sql_forget =
	SQL("UPDATE sale SET starts_at = 1, ends_at = 2, state = 3 WHERE sale_id = ?");
static const struct db_sql sql_held =
	SQL("SELECT COUNT(*) FROM sale_order WHERE sale_id = ? AND is_returned = 0");

void note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fprintf(stderr, "# ");
	vfprintf(stderr, format, args);
	fprintf(stderr, "\n");
	va_end(args);
}

void sleep_ms(int64_t ms)
{
	usleep((useconds_t)(ms * 1000));
}

void chance_seed(uint64_t seed)
{
	chance = seed;
}

uint32_t chance_below(uint32_t limit)
{
	return chance_draw(&chance, limit);
}

static void must(err e, const char *what)
{
	if (!e)
		return;
	note("cannot %s: %s", what, err_name(e));
	exit(1);
}

/* Two guards are in the tables themselves: tests/fault/sabotage.sh takes those away, too. */
static void sabotage_tables(void)
{
	const char *guard = getenv("SABOTAGE");
	struct str script = { 0 };

	if (guard && strcmp(guard, "sql-stock") == 0)
		script = STR("ALTER TABLE sale DROP CONSTRAINT sale_stock");
	if (guard && strcmp(guard, "sql-unique") == 0)
		script = STR("ALTER TABLE sale_order DROP KEY buyer, ADD KEY buyer (sale_id, "
			     "user_id)");
	if (script.n)
		must(db_run_script_unsafe(site_ctx(proof_site)->db, script), "alter a table");
}

void stack_start(void)
{
	int i;

	unsetenv("PLAZA_TEST_STATE");
	if (!mkdtemp(folder))
		must(ERR_INTERNAL, "make a folder");
	proof_site = site_start((const char *const[]){ NULL });
	sabotage_tables();
	/* What is started from now on reaches its stores through the proxies. */
	proxy_start(site_config(proof_site), folder);
	site_start_program(proof_site, "sale");
	for (i = 1; i < SALE_PROCESSES; i++)
		site_add_process(proof_site, "sale");
	site_start_worker(proof_site, "orders");
	site_start_worker(proof_site, "relay sales");
}

void stack_stop(void)
{
	site_stop(proof_site);
	proxy_stop();
	rmdir(folder);
}

size_t stack_processes(const char *program)
{
	return strcmp(program, "sale") ? 1 : SALE_PROCESSES;
}

void stack_signal(const char *program, size_t i, int signal)
{
	kill(site_process(proof_site, program, i), signal);
}

void stack_replace(const char *program, size_t i)
{
	site_replace(proof_site, program, i);
}

const char *stack_path(const char *program)
{
	static char path[400];
	const char *bin = getenv("PLAZA_BIN");
	size_t n = strcspn(program, " ");

	/* The sanitizers make ten times as many system calls before main as the program after it.
	 */
	snprintf(path, sizeof(path), "build/release/bin/%.*s", (int)n, program);
	if (access(path, X_OK))
		snprintf(path, sizeof(path), "%s/%.*s", bin ? bin : "build/asan/bin", (int)n,
			 program);
	return path;
}

const char *proof_file(const char *name)
{
	static char path[400];
	const char *out = getenv("FAULT_OUT");

	snprintf(path, sizeof(path), "%s/%s", out ? out : "build/fault", name);
	return path;
}

void stack_keep_logs(void)
{
	struct arena *a = arena_new(65536);
	size_t i;

	for (i = 0; i < stack_program_count; i++) {
		struct str log = site_log(proof_site, a, stack_programs[i]);
		FILE *f = fopen(proof_file(str_format(a, "%s.log", stack_programs[i]).p), "w");

		if (!f)
			continue;
		fwrite(log.p, 1, log.n, f);
		fclose(f);
	}
	arena_free(a);
}

void stack_rabbitmqctl(const char *arguments)
{
	site_rabbitmqctl(proof_site, arguments);
}

bool stack_due(void)
{
	struct ctx *c = site_ctx(proof_site);

	return !db_exec(c->db, NULL, &sql_due, DB_NO_ARGS) &&
	       !db_exec(c->db, NULL, &sql_no_lease, DB_NO_ARGS);
}

void stack_cron(void)
{
	/* Away: cron would find the same. */
	if (!stack_due())
		return;
	site_run(proof_site, "compensator", 1);
	if (getenv("FAULT_LONG"))
		site_run(proof_site, "reconciler", 1);
}

void stack_cron_twice(void)
{
	if (stack_due())
		site_run(proof_site, "compensator", 2);
}

const char *proof_dead_queue(struct arena *a, int64_t sale_id)
{
	(void)sale_id;
	return str_copy(a, STR("sale.order.dead")).p;
}

static bool is_connected(void)
{
	struct ctx *c = site_ctx(proof_site);
	struct cache_reply *reply;
	int64_t depth;
	err e;

	arena_reset(c->arena);
	cache_start_request(c->cache, c->arena);
	e = mq_depth(c->mq, "mail", &depth);
	return (!e || e == ERR_NOT_FOUND) && !db_ping(c->db) &&
	       !cache_run(c->cache, &reply, CACHE_ARGS(STR("PING")));
}

void stack_wait_connected(void)
{
	int64_t until = clock_ticks() + LOAD_MS;

	while (!is_connected()) {
		if (clock_ticks() > until)
			must(ERR_UNAVAILABLE, "reach the stores again");
		sleep_ms(50);
	}
}

void stack_users(int64_t *ids, size_t count)
{
	struct ctx *c = site_ctx(proof_site);
	err e = db_begin(c->db);
	size_t i;

	for (i = 0; !e && i < count; i++) {
		struct str name;

		e = ctx_new_id(c, &ids[i]);
		name = str_format(c->arena, "b%llx", (long long)ids[i]);
		if (!e)
			e = db_exec(c->db, NULL, &sql_user, DB_ARGS(ids[i], name, name, c->now));
	}
	must(db_end(c->db, e), "make the buyers");
}

int64_t proof_number(const struct db_sql *sql, int64_t sale_id)
{
	struct ctx *c = site_ctx(proof_site);
	struct db_rows *rows;

	if (db_query(c->db, c->arena, &rows, sql, DB_ARGS(sale_id)) || !db_next(rows))
		return -1;
	return db_int(rows, 0);
}

int64_t proof_held(const struct proof_sale *s)
{
	return proof_number(&sql_held, s->id);
}

static err insert_sale(struct ctx *c, struct proof_sale *s, int64_t open_ms)
{
	int64_t goods_id = 0;
	err e = ctx_new_id(c, &goods_id);

	if (!e)
		e = ctx_new_id(c, &s->id);
	if (!e)
		e = db_exec(c->db, NULL, &sql_goods, DB_ARGS(goods_id, c->now));
	if (!e)
		e = db_exec(c->db, NULL, &sql_sale,
			    DB_ARGS(s->id, goods_id, s->units, s->units, c->now - 1000,
				    c->now + open_ms, c->now));
	return e;
}

struct proof_sale proof_sale_open(int64_t units, int64_t open_ms)
{
	struct ctx *c = site_ctx(proof_site);
	struct proof_sale s = { .units = units };
	struct sale_live_numbers live = { 0 };
	int64_t until = clock_ticks() + LOAD_MS;

	arena_reset(c->arena);
	cache_start_request(c->cache, c->arena);
	c->viewer = (struct viewer){ .id = 1, .role = ROLE_ADMIN };
	must(insert_sale(c, &s, open_ms), "make a sale");
	must(sale_publish(c, s.id), "publish the sale");
	outbox_publish_own(c);
	while (!live.is_loaded || live.stock != units) {
		if (clock_ticks() > until)
			must(ERR_UNAVAILABLE, "see the sale loaded");
		sleep_ms(10);
		cache_start_request(c->cache, c->arena);
		if (sale_live_read(c, s.id, &live))
			live.is_loaded = false;
	}
	return s;
}

void proof_sale_forget(const struct proof_sale *s)
{
	struct ctx *c = site_ctx(proof_site);

	if (db_exec(c->db, NULL, &sql_forget, DB_ARGS(s->id)))
		note("the sale %lld stays", (long long)s->id);
	arena_reset(c->arena);
}
