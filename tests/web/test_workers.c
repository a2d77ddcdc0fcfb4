/*
 * The relay and the compensator as processes, while they, Redis and RabbitMQ are killed: every
 * event reaches the queue, those of a post in their order.
 */
#include "unit/unit.h"

#include "base/clock.h"
#include "base/num.h"
#include "domain/job_lease.h"
#include "domain/outbox.h"
#include "domain/reaction.h"
#include "support/child.h"
#include "support/events.h"
#include "support/patience.h"
#include "support/queue.h"
#include "support/stores.h"

#define POSTS 40
#define SILENCE_MS WAIT_MOST_MS

struct fixture {
	struct ctx c;
	struct arena *received;
	int64_t added; /* events so far: event n is of post n % POSTS, at time n */
};

static const struct db_sql sql_add =
	SQL("INSERT INTO outbox (event_id, topic, payload, next_try_at, created_at)"
	    " SELECT seq, 'mail.requested', '{}', 1, 1 FROM seq_1_to_1000 WHERE seq <= ?");
static const struct db_sql sql_states = SQL("SELECT COUNT(*) FROM outbox WHERE state = ?");

static int set_up(void **state)
{
	static struct fixture f;

	*state = &f;
	if (stores_set_up(state))
		return -1;
	*state = &f;
	if (stores.missing)
		return 0;
	f.c.arena = arena_new(4096);
	f.received = arena_new(4096);
	f.c.db = db_new(&stores.config);
	f.c.cache = cache_new(&stores.config);
	f.c.mq = mq_new(&stores.config);
	return db_run_script_unsafe(f.c.db, stores_schema(f.c.arena)) || mq_declare(f.c.mq) ? -1
											    : 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	if (!stores.missing) {
		mq_free(f->c.mq);
		cache_free(f->c.cache);
		db_free(f->c.db);
		arena_free(f->received);
		arena_free(f->c.arena);
	}
	return stores_tear_down(state);
}

/* Add events as the scripts do, until they are `total`. What Redis did not answer for is added
 * again. */
static void add_until(struct fixture *f, int64_t total)
{
	while (f->added < total) {
		int64_t i, upto = f->added + 100;

		arena_reset(f->c.arena);
		cache_start_request(f->c.cache, f->c.arena);
		for (i = f->added; i < upto; i++)
			cache_want(f->c.cache,
				   CACHE_ARGS(STR("XADD"),
					      reaction_stream_key(f->c.arena,
								  reaction_shard(1 + i % POSTS)),
					      STR("*"), STR("e"),
					      str_format(f->c.arena, "%s 1 %lld %lld",
							 i % 3 ? "vote" : "like",
							 (long long)(1 + i % POSTS),
							 (long long)i + 1)));
		if (!cache_flush(f->c.cache))
			f->added = upto;
		else
			stores_sleep_ms(50);
	}
}

static int64_t left(struct fixture *f)
{
	struct cache_reply *replies[REACTION_SHARDS];
	int64_t n = 0;
	int i;

	arena_reset(f->c.arena);
	cache_start_request(f->c.cache, f->c.arena);
	for (i = 0; i < REACTION_SHARDS; i++)
		replies[i] = cache_want(f->c.cache, CACHE_ARGS(STR("XLEN"),
							       reaction_stream_key(f->c.arena, i)));
	if (cache_flush(f->c.cache))
		return -1;
	for (i = 0; i < REACTION_SHARDS; i++)
		n += cache_int(replies[i]);
	return n;
}

static void wait_until_carried(struct fixture *f)
{
	int64_t n = -1;

	WAIT_UNTIL(!(n = left(f)));
	WAIT_UNTIL(!(n = left(f))); /* there is much to carry */
	assert_int_equal(n, 0);
}

/* What was seen of the events: each must arrive, the first time in the order of its post and key.
 */
struct seen {
	bool *has;
	size_t count, twice, early; /* early: before an older one of its post */
	int64_t newest[2][POSTS];   /* likes, votes */
};

static void look_at_message(struct seen *seen, struct str body, int64_t total)
{
	struct sent_event event;

	while (sent_event_next(&body, &event)) {
		int64_t post = event.target - 1;
		int key = str_is(event.kind, STR("vote"));

		assert_in_range(event.user, 1, total);
		assert_int_equal(post, (event.user - 1) % POSTS);
		if (seen->has[event.user - 1]) {
			seen->twice++;
			continue;
		}
		seen->early += event.user < seen->newest[key][post];
		seen->newest[key][post] = event.user;
		seen->has[event.user - 1] = true;
		seen->count++;
	}
}

static struct seen receive_all(struct fixture *f)
{
	struct seen seen = { .has = calloc((size_t)f->added, 1) };
	struct mq *m = mq_new(&stores.config);
	int64_t came_at = clock_ticks();
	struct mq_delivery d;

	assert_int_equal(mq_subscribe(m, "events", 500), OK);
	/* A broker that has just come back takes its time; what comes twice comes soon after. */
	while (seen.count < (size_t)f->added ? clock_ticks() - came_at < SILENCE_MS
					     : clock_ticks() - came_at < 500) {
		if (mq_next(m, f->received, 500, &d))
			continue;
		look_at_message(&seen, d.body, f->added);
		assert_int_equal(mq_ack(m, d.tag, false), OK);
		arena_reset(f->received);
		came_at = clock_ticks();
	}
	mq_free(m);
	free(seen.has);
	return seen;
}

static void a_relay_that_is_killed_again_and_again_loses_nothing(void **state)
{
	struct fixture *f = *state;
	struct seen seen;
	pid_t relay;
	int i;

	STORES_OR_SKIP();
	for (i = 0; i < 12; i++) {
		relay = child_start("relay", NULL);
		add_until(f, f->added + 2000);
		stores_sleep_ms(20 * i);
		assert_int_equal(child_end(relay, SIGKILL), 128 + SIGKILL);
	}
	relay = child_start("relay", NULL);
	wait_until_carried(f);
	assert_int_equal(child_end(relay, SIGTERM), 0);
	seen = receive_all(f);
	assert_int_equal(seen.count, f->added);
	assert_int_equal(seen.early, 0);
	print_message("%zu events, %zu of them twice\n", seen.count, seen.twice);
}

static void two_relays_do_no_harm(void **state)
{
	struct fixture *f = *state;
	struct seen seen;
	pid_t first, second;

	STORES_OR_SKIP();
	f->added = 0;
	first = child_start("relay", NULL);
	add_until(f, 2000);
	second = child_start("relay", NULL);
	add_until(f, 20000);
	wait_until_carried(f);
	assert_int_equal(child_end(first, SIGTERM), 0);
	assert_int_equal(child_end(second, SIGTERM), 0);
	seen = receive_all(f);
	assert_int_equal(seen.count, f->added);
}

static void the_relay_outlives_redis_and_rabbitmq(void **state)
{
	struct fixture *f = *state;
	struct seen seen;
	pid_t relay;

	STORES_OR_SKIP();
	f->added = 0;
	relay = child_start("relay", NULL);
	add_until(f, 3000);
	stores_signal("redis", SIGKILL);
	stores_start("redis");
	add_until(f, 6000);
	stores_signal("rabbitmq", SIGKILL);
	add_until(f, 9000);
	stores_start("rabbitmq");
	add_until(f, 12000);
	wait_until_carried(f);
	assert_int_equal(child_end(relay, SIGTERM), 0);
	seen = receive_all(f);
	assert_int_equal(seen.count, f->added);
	assert_int_equal(seen.early, 0);
}

static void a_relay_told_to_stop_stops_soon(void **state)
{
	int64_t started;
	pid_t relay;

	(void)state;
	STORES_OR_SKIP();
	relay = child_start("relay", NULL);
	child_wait_ready(relay);
	started = clock_ticks();
	assert_int_equal(child_end(relay, SIGTERM), 0);
	assert_in_range(clock_ticks() - started, 0, 15000);
}

static int64_t rows_in(struct fixture *f, enum outbox_state outbox_state)
{
	struct db_rows *rows;

	assert_int_equal(db_query(f->c.db, f->c.arena, &rows, &sql_states,
				  DB_ARGS((int)outbox_state)),
			 OK);
	assert_true(db_next(rows));
	return db_int(rows, 0);
}

static void compensators_replay_the_outbox_once(void **state)
{
	struct fixture *f = *state;
	struct mq_delivery d;
	pid_t jobs[3];
	size_t n = 0;
	struct str mark;
	struct mq *m;
	int i;

	STORES_OR_SKIP();
	assert_int_equal(db_exec(f->c.db, NULL, &sql_add, DB_ARGS(1000)), OK);
	for (i = 0; i < 3; i++)
		jobs[i] = child_start("compensator", NULL);
	for (i = 0; i < 3; i++)
		assert_int_equal(child_wait(jobs[i]), 0);
	assert_int_equal(rows_in(f, OUTBOX_SENT), 1000);
	m = mq_new(&stores.config);
	assert_int_equal(mq_subscribe(m, "mail", 1000), OK);
	mark = queue_mark(f->c.mq, f->received, STR("mail.requested"));
	for (; queue_next(m, f->received, mark, &d); n++)
		assert_int_equal(mq_ack(m, d.tag, false), OK);
	assert_int_equal(n, 1000);
	mq_free(m);
}

static void a_compensator_without_a_broker_says_so(void **state)
{
	struct fixture *f = *state;

	STORES_OR_SKIP();
	stores_signal("rabbitmq", SIGKILL);
	assert_int_equal(child_run("compensator"), 1);
	stores_start("rabbitmq");
	/* The lease was given back, so the next one works. */
	assert_int_equal(child_run("compensator"), 0);
	assert_int_equal(job_lease_take(&f->c, STR("compensator"), STR("test"), 1000), OK);
	assert_int_equal(child_run("compensator"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_relay_that_is_killed_again_and_again_loses_nothing),
		cmocka_unit_test(two_relays_do_no_harm),
		cmocka_unit_test(a_relay_told_to_stop_stops_soon),
		cmocka_unit_test(the_relay_outlives_redis_and_rabbitmq),
		cmocka_unit_test(compensators_replay_the_outbox_once),
		cmocka_unit_test(a_compensator_without_a_broker_says_so),
	};

	stores_need((const char *const[]){ "mariadb", "redis", "rabbitmq" }, 3);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
