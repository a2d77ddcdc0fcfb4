/*
 * Flash sales while everything breaks: as many orders as units, one for each buyer, an answer for
 * everybody. The short selection by itself, all of it with FAULT_LONG, one scenario by a part of
 * its name as argument. FAULT_SEED repeats what chance has chosen.
 *
 * Prints TAP; the table is in build/fault/report.md.
 */
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "fault/sale/rabbit.h"
#include "fault/sale/scenario.h"

#define ENOUGH_MS 240000 /* for everybody's end, after the harm */
#define QUIET_MS 120000
#define SABOTAGED_MS 12000 /* a run that is to fail need not be waited for so long */
#define WITHIN_MS 1200     /* they come; the last unit is gone in a third of it */
#define HARM_MS 300        /* by then the harm begins */
#define ROWS_MAX 64

struct row {
	const struct scenario *scenario;
	int64_t runs, ms;
	struct verdict sum;
};

static struct {
	bool is_long;
	uint64_t seed;
	struct row rows[ROWS_MAX];
	size_t count;
} proof;

int64_t harm_ms(int64_t brief_ms, int64_t long_ms)
{
	return proof.is_long ? long_ms : brief_ms;
}

void queue_becomes_lasting(struct proof_sale *s)
{
	(void)s;
	sleep_ms(1500);
}

static int64_t patience(int64_t ms)
{
	return getenv("SABOTAGE") && strcmp(getenv("SABOTAGE"), "none") ? SABOTAGED_MS : ms;
}

/* Then all units must be sold. */
static bool is_demand_higher(const struct scenario *what, const struct proof_sale *s)
{
	return !what->open_ms && s->units < PROOF_BUYERS;
}

/* Everybody who was accepted knows the end, and nothing is left to sell. */
static bool wait_for_all(const struct scenario *what, const struct proof_sale *s)
{
	int64_t until = clock_ticks() + patience(ENOUGH_MS), cron_at = clock_ticks() + 3000;

	while (clock_ticks() < until) {
		if (!crowd_now().waiting &&
		    (!is_demand_higher(what, s) || proof_held(s) >= s->units))
			return true;
		if (clock_ticks() > cron_at) {
			stack_cron();
			cron_at = clock_ticks() + 3000;
		}
		sleep_ms(50);
	}
	return false;
}

static void judge(const struct scenario *what, const struct proof_sale *s, struct verdict *v)
{
	struct crowd_counts counts;

	if (!check_wait_quiet(s, patience(QUIET_MS)))
		v->stuck++;
	if (what->after)
		what->after(s, v);
	v->doubled += watch_stop();
	check_stores(s, is_demand_higher(what, s), v);
	crowd_last_round(v);
	counts = crowd_now();
	/* Accepted is accepted, unless Redis itself lost it. */
	if (counts.refused && !what->may_lose) {
		note("%" PRId64 " were accepted and refused afterwards", counts.refused);
		v->lost += counts.refused;
	}
	note("%s: %" PRId64 " accepted, %" PRId64 " ordered, %" PRId64 " refused, %" PRId64
	     " answers, press to order p50 %" PRId64 " ms, p99 %" PRId64 " ms",
	     what->name, counts.accepted, counts.ordered, counts.refused, counts.answers,
	     counts.p50_ms, counts.p99_ms);
}

static void run_once(const struct scenario *what, struct verdict *v)
{
	struct proof_sale s = proof_sale_open(what->units ? what->units : PROOF_UNITS,
					      what->open_ms ? what->open_ms : 3600000);
	int64_t users[PROOF_BUYERS];

	stack_users(users, PROOF_BUYERS);
	crowd_open(&s, users, PROOF_BUYERS, what->harm ? WITHIN_MS : 0);
	if (what->before)
		what->before(&s);
	watch_start(&s);
	crowd_start();
	sleep_ms(chance_below(HARM_MS));
	if (what->harm)
		what->harm(&s);
	if (!wait_for_all(what, &s))
		note("not all have an end");
	crowd_stop();
	judge(what, &s, v);
	if (!verdict_is_good(v)) {
		crowd_write_log(proof_file("failed.log"));
		stack_keep_logs();
	}
	crowd_close();
	proof_sale_forget(&s);
}

static void run_row(struct row *row)
{
	int64_t started = clock_ticks();
	uint64_t seed = proof.seed;
	int runs = proof.is_long ? row->scenario->runs : 1;

	if (row->scenario->sweep) {
		row->runs = row->scenario->sweep(!proof.is_long, &row->sum);
	} else {
		for (; row->runs < runs; row->runs++) {
			struct verdict v = { 0 };

			chance_seed(seed + (uint64_t)row->runs);
			run_once(row->scenario, &v);
			if (!verdict_is_good(&v))
				note("FAULT_SEED=%" PRIu64 " repeats it; build/fault/failed.log",
				     seed + (uint64_t)row->runs);
			verdict_add(&row->sum, &v);
		}
	}
	row->ms = clock_ticks() - started;
}

static void print_row(FILE *f, const struct row *row)
{
	const struct verdict *v = &row->sum;

	fprintf(f,
		"| %s | %" PRId64 " | %" PRId64 " | %" PRId64 " | %" PRId64 " | %" PRId64
		" | %" PRId64 " | %" PRId64 " | %" PRId64 " |\n",
		row->scenario->name, row->runs, v->orders, v->lost, v->doubled, v->stuck,
		v->changed, v->unequal, row->ms / 1000);
}

static void write_report(void)
{
	FILE *f = fopen(proof_file("report.md"), "w");
	size_t i;

	if (!f)
		return;
	fprintf(f,
		"%d buyers for %d units in each run, every fifth presses three times at once; seed "
		"%" PRIu64 ".\n\n"
		"| scenario | runs | orders | lost | doubled | stuck | told otherwise | unequal | "
		"seconds |\n"
		"| --- | --: | --: | --: | --: | --: | --: | --: | --: |\n",
		PROOF_BUYERS, PROOF_UNITS, proof.seed);
	for (i = 0; i < proof.count; i++)
		print_row(f, &proof.rows[i]);
	fclose(f);
}

static void choose(const struct scenario *all, size_t count, const char *part)
{
	size_t i;

	for (i = 0; i < count; i++) {
		bool is_wanted =
			part ? strstr(all[i].name, part) != NULL : proof.is_long || all[i].is_brief;

		if (is_wanted && proof.count < ROWS_MAX)
			proof.rows[proof.count++].scenario = &all[i];
	}
}

static uint64_t read_seed(void)
{
	const char *wish = getenv("FAULT_SEED");
	uint32_t seed;

	secret_open();
	secret_random(&seed, sizeof(seed));
	return wish ? strtoull(wish, NULL, 10) : seed;
}

int main(int argc, char **argv)
{
	const char *part = argc > 1 ? argv[1] : NULL;
	size_t i, bad = 0;

	proof.is_long = getenv("FAULT_LONG") != NULL;
	proof.seed = read_seed();
	setvbuf(stdout, NULL, _IOLBF, 0);
	choose(scenarios_programs, scenarios_programs_count, part);
	choose(scenarios_messages, scenarios_messages_count, part);
	choose(scenarios_stores, scenarios_stores_count, part);
	choose(scenarios_sweeps, scenarios_sweeps_count, part);
	(void)mkdir(proof_file(""), 0755);
	note("FAULT_SEED=%" PRIu64, proof.seed);
	stack_start();
	printf("1..%zu\n", proof.count);
	for (i = 0; i < proof.count; i++) {
		struct row *row = &proof.rows[i];

		run_row(row);
		bad += !verdict_is_good(&row->sum);
		printf("%s %zu - %s\n", verdict_is_good(&row->sum) ? "ok" : "not ok", i + 1,
		       row->scenario->name);
		write_report();
	}
	printf("# | scenario | runs | orders | lost | doubled | stuck | told otherwise | unequal | "
	       "seconds |\n");
	for (i = 0; i < proof.count; i++) {
		printf("# ");
		print_row(stdout, &proof.rows[i]);
	}
	rabbit_close();
	stack_stop();
	return bad ? 1 : 0;
}
