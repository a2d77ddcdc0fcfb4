/* Messages doubled, late, out of order, poisoned; compensators beside each other. */
#include <signal.h>

#include "base/buf.h"
#include "base/clock.h"
#include "domain/outbox.h"
#include "domain/sale_keys.h"
#include "domain/sale_order.h"
#include "domain/sale_orders.h"
#include "fault/sale/rabbit.h"
#include "fault/sale/scenario.h"

#define COPIES_MAX 4096
#define SETTLE_ALL ((INT64_C(1) << 53) - 1)

/* No one of these can ever be handled. */
static const char *const poisons[] = {
	"",
	"{",
	"[]",
	"null",
	"\xff\xfe",
	"{\"kind\":\"requests\"}",
	"{\"kind\":\"requests\",\"items\":{}}",
	"{\"kind\":\"requests\",\"items\":[[1]]}",
	"{\"kind\":\"requests\",\"items\":[[\"a\",\"b\",\"c\"]]}",
	"{\"kind\":\"requests\",\"items\":[[-1,-2,-3]]}",
	"{\"kind\":\"ended\",\"order\":\"x\"}",
	"{\"kind\":\"units\",\"change\":1}",
	"{\"kind\":\"settle\",\"upto\":\"x\"}",
	"{\"kind\":\"something else\"}",
	"{\"kind\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
};

static struct {
	struct arena *arena;
	struct str items[COPIES_MAX];
	size_t count;
} copies;

static const char *queue_of(const struct proof_sale *s)
{
	return sale_orders_key(copies.arena, s->id).p;
}

static void copying_starts(struct proof_sale *s)
{
	copies.arena = arena_new(65536);
	copies.count = 0;
	if (!rabbit_copy_start(queue_of(s)))
		note("messages are not copied");
}

static void double_what_came(const struct proof_sale *s)
{
	while (copies.count < COPIES_MAX &&
	       rabbit_copy_take(copies.arena, &copies.items[copies.count]))
		rabbit_put(queue_of(s), copies.items[copies.count++], 1 + (int)chance_below(2));
}

static void double_all(struct proof_sale *s)
{
	int64_t until = clock_ticks() + harm_ms(1800, 4000);

	while (clock_ticks() < until) {
		double_what_came(s);
		sleep_ms(20);
	}
}

/* All of it once more, in any order, when everything is over. */
static void once_more(const struct proof_sale *s, struct verdict *v)
{
	size_t i;

	double_what_came(s);
	for (i = 0; i < 2 * copies.count; i++)
		rabbit_put(queue_of(s), copies.items[chance_below((uint32_t)copies.count)], 1);
	note("%zu messages were sent again", 2 * copies.count);
	if (!copies.count)
		v->lost++;
	rabbit_copy_stop();
	if (!check_wait_quiet(s, 20000))
		v->stuck++;
	arena_free(copies.arena);
}

static void poison(struct proof_sale *s)
{
	size_t i;

	copies.arena = arena_new(4096);
	for (i = 0; i < ARRAY_LEN(poisons); i++) {
		rabbit_put(queue_of(s), str_from_c(poisons[i]), 1);
		sleep_ms(chance_below(60));
	}
}

/* They are where somebody can look at them, all of them. */
static void poison_lies_apart(const struct proof_sale *s, struct verdict *v)
{
	const char *dead = proof_dead_queue(copies.arena, s->id);
	int64_t count = 0, until = clock_ticks() + 60000;

	while (clock_ticks() < until && count < (int64_t)ARRAY_LEN(poisons)) {
		sleep_ms(200);
		count = rabbit_depth(dead);
	}
	if (count != (int64_t)ARRAY_LEN(poisons)) {
		note("%lld of %zu are in %s", (long long)count, ARRAY_LEN(poisons), dead);
		v->unequal++;
	}
	(void)rabbit_purge(dead);
	arena_free(copies.arena);
}

/* Changes by administrators that only the compensators carry. */
#define CHANGES 8
#define UNITS_MORE 3

static err ask_for_units(struct ctx *c, const struct proof_sale *s, int i)
{
	struct str form = str_format(c->arena, "proof%lld-%d", (long long)s->id, i);
	err e = db_begin(c->db);

	if (e)
		return e;
	e = sale_orders_units(c, s->id, form, UNITS_MORE);
	if (!e)
		e = sale_orders_settle(c, s->id, 0);
	return db_end(c->db, e);
}

static void two_compensators(struct proof_sale *s)
{
	struct ctx *c = site_ctx(proof_site);
	int i;

	for (i = 0; i < CHANGES; i++) {
		arena_reset(c->arena);
		c->outbox = NULL;
		cache_start_request(c->cache, c->arena);
		if (ask_for_units(c, s, i))
			note("units were not changed");
		c->outbox = NULL;
		s->units += UNITS_MORE;
		stack_cron_twice();
		double_what_came(s);
	}
}

/* Buyers change their minds while it sells: their units go to others, once, however often it is
 * said. */
#define CANCELLED 25

static const struct db_sql sql_some_orders =
	SQL("SELECT order_id, user_id FROM sale_order WHERE sale_id = ? AND state = 0 LIMIT 5");

static int64_t cancel_some(struct proof_sale *s)
{
	struct ctx *c = site_ctx(proof_site);
	struct db_rows *rows;
	int64_t cancelled = 0;

	arena_reset(c->arena);
	cache_start_request(c->cache, c->arena);
	if (db_query(c->db, c->arena, &rows, &sql_some_orders, DB_ARGS(s->id)))
		return 0;
	while (db_next(rows)) {
		c->viewer = (struct viewer){ .id = db_int(rows, 1) };
		c->outbox = NULL;
		cancelled += sale_order_cancel(c, db_int(rows, 0)) == OK;
		outbox_publish_own(c);
	}
	c->viewer = (struct viewer){ 0 };
	return cancelled;
}

static void change_minds(struct proof_sale *s)
{
	int64_t cancelled = 0, until = clock_ticks() + 10000;

	while (cancelled < CANCELLED && clock_ticks() < until) {
		cancelled += cancel_some(s);
		double_what_came(s);
		sleep_ms(50);
	}
}

/*
 * The broker loses what it had confirmed; the sale is settled, and those who waited get their
 * orders. Then it is found again. When Redis has forgotten them, too, they are told so, and what is
 * found comes too late.
 */
static void copying_starts_without_orders(struct proof_sale *s)
{
	copying_starts(s);
	stack_signal("orders", 0, SIGKILL);
}

static void lose_and_find_after(struct proof_sale *s, bool is_forgotten)
{
	size_t i;

	sleep_ms(1000);
	(void)rabbit_purge(queue_of(s));
	if (is_forgotten)
		site_redis_command(proof_site, "FLUSHALL");
	while (copies.count < COPIES_MAX &&
	       rabbit_copy_take(copies.arena, &copies.items[copies.count]))
		copies.count++;
	rabbit_put(queue_of(s), sale_settle_body(copies.arena, SETTLE_ALL), 1);
	stack_replace("orders", 0);
	sleep_ms(1500);
	note("%zu messages are found again", copies.count);
	for (i = 0; i < copies.count; i++)
		rabbit_put(queue_of(s), copies.items[i], 1);
}

static void lose_and_find(struct proof_sale *s)
{
	lose_and_find_after(s, false);
}

static void forget_and_find(struct proof_sale *s)
{
	lose_and_find_after(s, true);
}

/*
 * More requests than units reach `orders`, as if the gate had failed: SQL alone holds the line.
 * Some who were let in are refused then.
 */
#define PAST 120
#define PAST_EACH 40

static struct str past_message(struct arena *a, int64_t base, const int64_t *users, size_t count)
{
	int64_t now = clock_now();
	struct buf b;
	size_t i;

	buf_init(&b, a, 4096);
	BUF_LIT(&b, "{\"kind\":\"requests\",\"items\":[");
	for (i = 0; i < count; i++)
		buf_addf(&b, "%s[%lld,%lld,%lld]", i ? "," : "", (long long)(base + (int64_t)i),
			 (long long)users[i], (long long)now);
	BUF_LIT(&b, "]}");
	return buf_str(&b);
}

static void past_the_gate(struct proof_sale *s)
{
	struct ctx *c = site_ctx(proof_site);
	struct cache_reply *base;
	int64_t users[PAST];
	int i;

	stack_users(users, PAST);
	cache_start_request(c->cache, c->arena);
	if (cache_run(c->cache, &base,
		      CACHE_ARGS(STR("HGET"), sale_key(c->arena, s->id), STR("base"))))
		note("the base is not known");
	for (i = 0; i < PAST; i += PAST_EACH)
		rabbit_put(sale_orders_key(c->arena, s->id).p,
			   past_message(c->arena, cache_int(base) + 1000000 + i, users + i,
					PAST_EACH),
			   1);
}

const struct scenario scenarios_messages[] = {
	{ .name = "every message twice and more, late and out of order",
	  .harm = double_all,
	  .runs = 3,
	  .is_brief = true,
	  .before = copying_starts,
	  .after = once_more },
	{ .name = "orders cancelled, messages twice and more",
	  .harm = change_minds,
	  .runs = 2,
	  .is_brief = true,
	  .before = copying_starts,
	  .after = once_more },
	{ .name = "messages lost by the broker and found after all was settled",
	  .harm = lose_and_find,
	  .runs = 2,
	  .is_brief = true,
	  .units = 2 * PROOF_BUYERS,
	  .before = copying_starts_without_orders,
	  .after = once_more },
	{ .name = "messages lost by the broker, found after redis was emptied",
	  .harm = forget_and_find,
	  .runs = 2,
	  .may_lose = true,
	  .open_ms = 2200, /* who was told that it was lost does not get another */
	  .units = 2 * PROOF_BUYERS,
	  .before = copying_starts_without_orders,
	  .after = once_more },
	{ .name = "requests past the gate",
	  .harm = past_the_gate,
	  .runs = 2,
	  .is_brief = true,
	  .may_lose = true },
	{ .name = "poison messages",
	  .harm = poison,
	  .runs = 2,
	  .is_brief = true,
	  .after = poison_lies_apart },
	{ .name = "two compensators at once, units changed, messages twice",
	  .harm = two_compensators,
	  .runs = 2,
	  .is_brief = true,
	  .before = copying_starts,
	  .after = once_more },
};
const size_t scenarios_messages_count = ARRAY_LEN(scenarios_messages);
