/*
 * What the benchmark of flash sales needs beside wrk: sales and their buyers, a rush, a heap of
 * requests for `orders`, and the ceilings of writing orders.
 */
#include <unistd.h>

#include "base/clock.h"
#include "base/num.h"
#include "domain/outbox.h"
#include "domain/program.h"
#include "domain/sale_gate.h"
#include "domain/sale_keys.h"
#include "domain/session.h"
#include "sale_ceiling.h"
#include "sale_rush.h"
#include "web/csrf.h"

#define FIRST_BUYER INT64_C(400000000) /* ids nobody else has */
#define EACH 500
#define FORM_ID_BYTES 16
#define LOAD_MS 20000
#define PATH_SECONDS 7200
#define BUYERS_MOST 20000
#define WATCH_US 60000000
#define WATCH_PAUSE_US 5000 /* often enough to time a second, and too seldom to cost any of it */

static struct program program;

static int64_t number(const char *text)
{
	int64_t n;

	if (!num_parse_i64(str_from_c(text), 0, INT64_MAX, &n))
		BUG("not a number: %s", text);
	return n;
}

static void must(err e, const char *what)
{
	if (e)
		BUG("%s: %s", what, err_name(e));
}

static FILE *open_file(const char *folder, const char *name, const char *mode)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, mode);
	if (!f)
		BUG("cannot open %s", path);
	return f;
}

/* ---- buyers and sales ---- */

/* A path says whose it is: requests.lua makes it of the buyer's number. */
static struct str path_of(struct arena *a, int64_t i)
{
	return str_format(a, "%043lld", (long long)i);
}

static void make_buyer(struct ctx *c, FILE *f, int64_t i)
{
	struct user u = { .id = FIRST_BUYER + i, .user_no = FIRST_BUYER + i };
	struct csrf_page page = { 0 };
	struct str cookie, token;

	u.name = str_format(c->arena, "buyer%lld", (long long)i);
	must(session_start(c, &u, false, STR("bench"), STR("127.0.0.1"), &cookie), "a session");
	token = csrf_next(&page, c->arena, c->config->site.secret, cookie);
	fprintf(f, STR_FMT " " STR_FMT "\n", STR_ARG(cookie), STR_ARG(token));
}

static void make_buyers(const char *folder, int64_t count)
{
	FILE *f = open_file(folder, "buyers", "w");
	int64_t i;

	for (i = 0; i < count; i++) {
		if (i % EACH == 0)
			program_next(&program);
		make_buyer(&program.ctx, f, i);
	}
	fclose(f);
}

static void make_paths(int64_t sale_id, int64_t buyers)
{
	struct ctx *c = &program.ctx;
	int64_t i;

	for (i = 0; i < buyers; i++) {
		cache_want(c->cache,
			   CACHE_ARGS(STR("SET"),
				      sale_path_key(c->arena, sale_id, path_of(c->arena, i)),
				      FIRST_BUYER + i, STR("EX"), PATH_SECONDS));
		if (i % EACH)
			continue;
		must(cache_flush(c->cache), "paths");
		program_next(&program);
	}
	must(cache_flush(c->cache), "paths");
	program_next(&program);
}

static void wait_until_loaded(int64_t sale_id, int64_t units)
{
	struct sale_live_numbers live = { 0 };
	int64_t until = clock_ticks() + LOAD_MS;

	while (!live.is_loaded || live.stock != units) {
		if (clock_ticks() > until)
			BUG("the sale %lld is not loaded", (long long)sale_id);
		program_sleep(20);
		program_next(&program);
		must(sale_live_read(&program.ctx, sale_id, &live), "the sale");
	}
}

static int64_t make_sale(int64_t goods_id, int64_t units)
{
	struct ctx *c = &program.ctx;
	struct sale_terms terms = { goods_id, 999, units, 0, 0, SALE_PAY_SECONDS };
	int64_t id;

	program_next(&program);
	c->viewer = (struct viewer){ .id = 1, .role = ROLE_ADMIN };
	/* No sale begins in the past: this one does in a moment. */
	terms.starts_at = c->now + 1000;
	terms.ends_at = c->now + 7200 * CLOCK_SECOND;
	must(sale_create(c, &terms, secret_token(c->arena, FORM_ID_BYTES), &id), "a sale");
	must(sale_publish(c, id), "publishing");
	outbox_publish_own(c);
	return id;
}

static int64_t make_goods(void)
{
	struct ctx *c = &program.ctx;
	struct goods_text text = { .name = STR("A lamp"),
				   .body_md = STR("It *shines*."),
				   .price = 1999 };
	int64_t id;

	program_next(&program);
	c->viewer = (struct viewer){ .id = 1, .role = ROLE_ADMIN };
	must(goods_create(c, &text, secret_token(c->arena, FORM_ID_BYTES), &id), "goods");
	return id;
}

/* sales FOLDER NAME COUNT UNITS BUYERS: their ids into FOLDER/NAME, a path for each buyer. */
static void command_sales(char **argv)
{
	int64_t count = number(argv[2]), units = number(argv[3]), buyers = number(argv[4]);
	int64_t goods_id = make_goods(), i;
	FILE *f = open_file(argv[0], argv[1], "w");
	int64_t *ids = calloc((size_t)count, sizeof(*ids));

	for (i = 0; i < count; i++)
		ids[i] = make_sale(goods_id, units);
	for (i = 0; i < count; i++) {
		wait_until_loaded(ids[i], units);
		make_paths(ids[i], buyers);
		fprintf(f, "%lld\n", (long long)ids[i]);
	}
	fclose(f);
	free(ids);
	program_sleep(1100); /* until the last has begun */
}

/* ---- a rush ---- */

static size_t read_buyers(const char *folder, struct rush_buyer *out, size_t count)
{
	FILE *f = open_file(folder, "buyers", "r");
	struct arena *a = arena_new(4096);
	char line[256];
	size_t n = 0;

	while (n < count && fgets(line, sizeof(line), f)) {
		struct str rest = str_trim(str_from_c(line)), cookie = { 0 };

		str_split(&rest, ' ', &cookie);
		snprintf(out[n].cookie, sizeof(out[n].cookie), STR_FMT, STR_ARG(cookie));
		snprintf(out[n].token, sizeof(out[n].token), STR_FMT, STR_ARG(rest));
		snprintf(out[n].path, sizeof(out[n].path), STR_FMT,
			 STR_ARG(path_of(a, (int64_t)n)));
		n++;
	}
	fclose(f);
	arena_free(a);
	return n;
}

static int by_value(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static int64_t busy_ticks(int64_t *all)
{
	long long t[8] = { 0 };
	FILE *f = fopen("/proc/stat", "r");
	int i;

	*all = 0;
	if (!f || fscanf(f, "cpu %lld %lld %lld %lld %lld %lld %lld %lld", t, t + 1, t + 2, t + 3,
			 t + 4, t + 5, t + 6, t + 7) != 8)
		BUG("no /proc/stat");
	fclose(f);
	for (i = 0; i < 8; i++)
		*all += t[i];
	return *all - t[3] - t[4];
}

static void percentiles(int64_t *values, size_t n, int64_t *p50, int64_t *p99)
{
	*p50 = *p99 = 0;
	if (!n)
		return;
	qsort(values, n, sizeof(*values), by_value);
	*p50 = values[n / 2];
	*p99 = values[n * 99 / 100];
}

static void report(const struct rush *r, int64_t busy_percent)
{
	int64_t *ends = calloc(r->count, sizeof(*ends));
	int64_t ordered = 0, refused = 0, failed = 0, last_press = 0, last_known = 0, p50, p99;
	size_t i, n = 0;

	for (i = 0; i < r->count; i++) {
		const struct rush_buyer *b = &r->buyers[i];

		ordered += b->code > 0;
		refused += b->code == -1;
		failed += b->is_failed;
		last_press = b->pressed_us > last_press ? b->pressed_us : last_press;
		last_known = b->known_us > last_known ? b->known_us : last_known;
		if (b->code > 0)
			ends[n++] = b->known_us - b->pressed_us;
	}
	percentiles(ends, n, &p50, &p99);
	printf("%zu %zu %lld %lld %lld %lld %lld %lld %lld\n", r->count, r->known,
	       (long long)ordered, (long long)refused, (long long)failed, (long long)p50,
	       (long long)p99, (long long)((last_known - last_press) / 1000),
	       (long long)busy_percent);
	free(ends);
}

/*
 * rush PORT FOLDER SALE BUYERS WITHIN_MS LINES POLL_MS: each presses at a moment of that time.
 * Prints: buyers, known, ordered, refused, failed, p50 and p99 us from the press to the order, ms
 * from the last press to the last result, percent the machine was busy.
 */
static void command_rush(char **argv)
{
	size_t count = (size_t)number(argv[3]), i;
	struct rush r = { .port = (int)number(argv[0]), .sale_id = number(argv[2]) };
	int64_t within_us = number(argv[4]) * 1000, start, all_before, all_after, busy;

	r.buyers = calloc(count, sizeof(*r.buyers));
	r.count = read_buyers(argv[1], r.buyers, count);
	r.poll_us = number(argv[6]) * 1000;
	rush_connect(&r, (size_t)number(argv[5]));
	start = clock_ticks_us() + 50000;
	for (i = 0; i < r.count; i++)
		r.buyers[i].due_us = start + within_us * (int64_t)i / (int64_t)r.count;
	r.until_us = start + within_us + 30000000;
	busy = -busy_ticks(&all_before);
	rush_run(&r);
	busy += busy_ticks(&all_after);
	report(&r, all_after > all_before ? 100 * busy / (all_after - all_before) : 0);
}

static void press(int64_t sale_id, int64_t first_buyer, int64_t count)
{
	struct sale_answer answer;
	int64_t i;

	for (i = 0; i < count; i++) {
		program_next(&program);
		program.ctx.viewer = (struct viewer){ .id = first_buyer + i };
		must(sale_press(&program.ctx, sale_id, &answer), "a press");
		if (answer.refusal)
			BUG("press %lld was refused: %d", (long long)i, (int)answer.refusal);
	}
}

/* fill SALE COUNT: so many requests through the gate, by buyers nobody else is. */
static void command_fill(char **argv)
{
	press(number(argv[0]), FIRST_BUYER + BUYERS_MOST, number(argv[1]));
}

/* bought SALE BUYERS: each of the first buyers has pressed. */
static void command_bought(char **argv)
{
	press(number(argv[0]), FIRST_BUYER, number(argv[1]));
}

static int64_t taken_of(int64_t sale_id)
{
	static const struct db_sql sql_taken =
		SQL("SELECT units - stock FROM sale WHERE sale_id = ?");
	struct ctx *c = &program.ctx;
	struct db_rows *rows;

	program_next(&program);
	must(db_query(c->db, c->arena, &rows, &sql_taken, DB_ARGS(sale_id)), "what is taken");
	return db_next(rows) ? db_int(rows, 0) : 0;
}

/* watch SALE UNITS: from the first batch to the last, at most a minute: orders after the first and
   microseconds. */
static void command_watch(char **argv)
{
	int64_t sale_id = number(argv[0]), units = number(argv[1]);
	int64_t started = clock_ticks_us(), first = 0, now = 0;

	while (now < units && clock_ticks_us() - started < WATCH_US) {
		usleep(WATCH_PAUSE_US);
		now = taken_of(sale_id);
		if (first)
			continue;
		first = now;
		started = clock_ticks_us();
	}
	printf("%lld %lld\n", (long long)(now - first), (long long)(clock_ticks_us() - started));
}

/* ceiling one|many ORDERS: orders and microseconds. */
static void command_ceiling(char **argv)
{
	int64_t orders = number(argv[1]);
	int64_t us = strcmp(argv[0], "one") ? ceiling_many(&program.config, orders)
					    : ceiling_one(&program.config, orders);

	printf("%lld %lld\n", (long long)orders, (long long)us);
}

static void command_buyers(char **argv)
{
	make_buyers(argv[0], number(argv[1]));
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int arguments;
		void (*run)(char **argv);
	} commands[] = {
		{ "buyers", 2, command_buyers }, { "sales", 5, command_sales },
		{ "rush", 7, command_rush },     { "fill", 2, command_fill },
		{ "bought", 2, command_bought }, { "ceiling", 2, command_ceiling },
		{ "watch", 2, command_watch },
	};
	size_t i;

	if (program_open(&program, "sale_bench"))
		return 1;
	for (i = 0; i < ARRAY_LEN(commands); i++) {
		if (argc < 2 || strcmp(argv[1], commands[i].name) ||
		    argc != commands[i].arguments + 2)
			continue;
		commands[i].run(argv + 2);
		program_close(&program);
		return 0;
	}
	fputs("usage: sale_bench buyers|sales|rush|fill|bought|ceiling|watch ARGUMENT...\n",
	      stderr);
	return 2;
}
