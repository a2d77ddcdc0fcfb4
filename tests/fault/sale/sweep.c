/*
 * Killed at every system call. One sale serves a sweep, with fresh buyers at each step, so that a
 * step is quick; every one of them must get an order, as there are units enough.
 */
#include <signal.h>

#include "base/clock.h"
#include "base/num.h"
#include "domain/sale_orders.h"
#include "fault/sale/scenario.h"
#include "fault/sale/strace.h"

#define SWEEP_UNITS 6000
#define STEPS_MAX 1500
#define BRIEF_STEPS 6
#define SURVIVALS 3 /* in a row: the work is done in fewer calls */
#define STEP_MS 90000

struct sweep {
	const char *program;
	const char *argument; /* of a program started for the step; NULL for none */
	size_t buyers;
	bool is_started; /* killed from its first instruction on, not from when it waits for work */
	int brief_stride;
};

static struct proof_sale sale;

static int stride(const struct sweep *w, bool is_brief)
{
	const char *wish = getenv("FAULT_STEP");
	int64_t by;

	if (is_brief)
		return w->brief_stride;
	return wish && num_parse_i64(str_from_c(wish), 1, 1000, &by) ? (int)by : 1;
}

static bool all_have_orders(const struct sweep *w)
{
	return crowd_now().ordered == (int64_t)w->buyers;
}

/* Until all have an order or it is dead; true when it died. */
static bool wait_for_death(const struct sweep *w, pid_t pid)
{
	int64_t until = clock_ticks() + STEP_MS;

	while (clock_ticks() < until && !strace_is_dead(pid)) {
		if (all_have_orders(w) && check_wait_quiet(&sale, 200))
			break;
		sleep_ms(3);
	}
	return strace_is_dead(pid);
}

static void finish(const struct sweep *w, int n, struct verdict *v)
{
	int64_t until = clock_ticks() + STEP_MS;
	struct verdict now = { 0 };

	while (!all_have_orders(w) && clock_ticks() < until)
		sleep_ms(3);
	crowd_stop();
	if (!check_wait_quiet(&sale, STEP_MS))
		now.stuck++;
	crowd_last_round(&now);
	check_stores(&sale, false, &now);
	now.lost += (int64_t)w->buyers - crowd_now().ordered;
	now.orders = crowd_now().ordered;
	if (!verdict_is_good(&now)) {
		note("at system call %d of %s", n, w->program);
		crowd_write_log(proof_file("sweep.log"));
		stack_keep_logs();
	}
	crowd_close();
	verdict_add(v, &now);
}

static void press_begins(const struct sweep *w)
{
	int64_t users[8];

	stack_users(users, w->buyers);
	crowd_open(&sale, users, w->buyers, 0);
}

/* The running program, while it waits for work. */
static bool step_attached(const struct sweep *w, int n, struct verdict *v)
{
	size_t i, others = stack_processes(w->program);
	pid_t pid = site_pid(proof_site, w->program);
	struct strace t;
	bool is_dead;

	for (i = 1; i < others; i++)
		stack_signal(w->program, i, SIGSTOP);
	press_begins(w);
	if (!strace_attach(&t, pid, n))
		note("strace does not attach");
	crowd_start();
	is_dead = wait_for_death(w, pid);
	strace_detach(&t);
	if (is_dead)
		stack_replace(w->program, 0);
	for (i = 1; i < others; i++)
		stack_signal(w->program, i, SIGCONT);
	finish(w, n, v);
	return is_dead;
}

/* A fresh one in its place, which finds work waiting. */
static bool step_started(const struct sweep *w, int n, struct verdict *v)
{
	struct strace t;
	bool is_dead;

	stack_signal(w->program, 0, SIGTERM);
	while (!strace_is_dead(site_pid(proof_site, w->program)))
		sleep_ms(1);
	press_begins(w);
	crowd_start();
	sleep_ms(30);
	is_dead = strace_start(&t, stack_path(w->program), w->argument, n) &&
		  wait_for_death(w, t.traced);
	if (!is_dead)
		kill(t.traced, SIGKILL);
	strace_wait(&t);
	stack_replace(w->program, 0);
	finish(w, n, v);
	return is_dead;
}

static int64_t sweep(const struct sweep *w, bool is_brief, struct verdict *v)
{
	int n, steps = 0, survived = 0, by = stride(w, is_brief);

	sale = proof_sale_open(SWEEP_UNITS, 3600000);
	for (n = 1; n < STEPS_MAX && survived < SURVIVALS; n += by) {
		bool is_dead = w->is_started ? step_started(w, n, v) : step_attached(w, n, v);

		survived = is_dead ? 0 : survived + 1;
		steps++;
		if (is_brief && steps == BRIEF_STEPS)
			break;
	}
	note("%s%s: %d steps, up to system call %d", w->program, w->is_started ? ", started" : "",
	     steps, n);
	proof_sale_forget(&sale);
	return steps;
}

static int64_t sweep_orders(bool is_brief, struct verdict *v)
{
	return sweep(&(struct sweep){ "orders", NULL, 3, false, 5 }, is_brief, v);
}

static int64_t sweep_orders_started(bool is_brief, struct verdict *v)
{
	return sweep(&(struct sweep){ "orders", NULL, 3, true, 60 }, is_brief, v);
}

static int64_t sweep_relay(bool is_brief, struct verdict *v)
{
	return sweep(&(struct sweep){ "relay sales", NULL, 3, false, 4 }, is_brief, v);
}

static int64_t sweep_relay_started(bool is_brief, struct verdict *v)
{
	return sweep(&(struct sweep){ "relay sales", "sales", 3, true, 60 }, is_brief, v);
}

static int64_t sweep_sale(bool is_brief, struct verdict *v)
{
	return sweep(&(struct sweep){ "sale", NULL, 1, false, 5 }, is_brief, v);
}

/* ---- the compensator: changes of the units that nobody else publishes ---- */

static err ask_for_units(struct ctx *c, int n)
{
	struct str form = str_format(c->arena, "sweep%lld-%d", (long long)sale.id, n);
	err e = db_begin(c->db);

	if (e)
		return e;
	return db_end(c->db, sale_orders_units(c, sale.id, form, 1));
}

static void check_units(int n, struct verdict *v)
{
	static const struct db_sql sql_units = SQL("SELECT units FROM sale WHERE sale_id = ?");
	struct verdict now = { 0 };
	int64_t units;

	stack_cron();
	if (!check_wait_quiet(&sale, STEP_MS))
		now.stuck++;
	check_stores(&sale, false, &now);
	units = proof_number(&sql_units, sale.id);
	if (units != sale.units) {
		note("units are %lld, not %lld, after system call %d of the compensator",
		     (long long)units, (long long)sale.units, n);
		now.lost += units < sale.units;
		now.doubled += units > sale.units;
	}
	verdict_add(v, &now);
}

static int64_t sweep_compensator(bool is_brief, struct verdict *v)
{
	const struct sweep w = { "compensator", NULL, 0, true, 120 };
	int n, steps = 0, by = stride(&w, is_brief);
	bool is_dead = true;

	sale = proof_sale_open(SWEEP_UNITS, 3600000);
	for (n = 1; n < STEPS_MAX && is_dead; n += by) {
		struct ctx *c = site_ctx(proof_site);
		struct strace t;

		arena_reset(c->arena);
		c->outbox = NULL;
		if (ask_for_units(c, n))
			note("units were not changed");
		c->outbox = NULL;
		sale.units++;
		is_dead = stack_due() && strace_start(&t, stack_path("compensator"), NULL, n) &&
			  strace_wait(&t);
		check_units(n, v);
		if (is_brief && ++steps == BRIEF_STEPS)
			break;
		steps += !is_brief;
	}
	note("compensator: %d steps, up to system call %d", steps, n);
	proof_sale_forget(&sale);
	return steps;
}

const struct scenario scenarios_sweeps[] = {
	{ .name = "orders, killed at each system call of its work",
	  .is_brief = true,
	  .sweep = sweep_orders },
	{ .name = "orders, killed at each system call from its start",
	  .sweep = sweep_orders_started },
	{ .name = "relay sales, killed at each system call of its work",
	  .is_brief = true,
	  .sweep = sweep_relay },
	{ .name = "relay sales, killed at each system call from its start",
	  .sweep = sweep_relay_started },
	{ .name = "sale, killed at each system call of a request",
	  .is_brief = true,
	  .sweep = sweep_sale },
	{ .name = "compensator, killed at each system call",
	  .is_brief = true,
	  .sweep = sweep_compensator },
};
const size_t scenarios_sweeps_count = ARRAY_LEN(scenarios_sweeps);
