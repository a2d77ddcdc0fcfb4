/* Events from Redis streams to the queue, with real servers. */
#include "unit/unit.h"

#include "base/clock.h"
#include "domain/event_relay.h"
#include "domain/reaction.h"
#include "support/events.h"
#include "support/patience.h"
#include "support/queue.h"
#include "support/stores.h"

struct fixture {
	struct ctx c;
	struct mq *consumer;
	struct arena *received; /* deliveries outlive the rounds */
};

static void next_round(struct fixture *f)
{
	arena_reset(f->c.arena);
	cache_start_request(f->c.cache, f->c.arena);
}

static struct cache_reply *run(struct fixture *f, struct cache_args args)
{
	struct cache_reply *reply = NULL;

	assert_int_equal(cache_run(f->c.cache, &reply, args), OK);
	return reply;
}

static void forget_everything(struct fixture *f)
{
	int i;

	for (i = 0; i < REACTION_SHARDS; i++)
		run(f, CACHE_ARGS(STR("DEL"), reaction_stream_key(f->c.arena, i)));
	queue_drain(f->c.mq, f->consumer, f->received, STR("event.vote"));
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	if (stores.missing)
		return 0;
	f->received = arena_new(4096);
	f->c.arena = arena_new(4096);
	f->c.cache = cache_new(&stores.config);
	f->c.mq = mq_new(&stores.config);
	f->consumer = mq_new(&stores.config);
	next_round(f);
	if (mq_declare(f->c.mq) || mq_subscribe(f->consumer, "events", 1000))
		return -1;
	forget_everything(f);
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	if (!stores.missing) {
		mq_free(f->consumer);
		mq_free(f->c.mq);
		cache_free(f->c.cache);
		arena_free(f->c.arena);
		arena_free(f->received);
	}
	free(f);
	return 0;
}

/* At a Unix time in us; 0: now. */
static void add(struct fixture *f, const char *kind, int type, int64_t target, int64_t user,
		int64_t at)
{
	struct arena *a = f->c.arena;
	struct str id = at ? str_format(a, "%lld-%lld", (long long)at / 1000, (long long)at % 1000)
			   : STR("*");

	run(f, CACHE_ARGS(STR("XADD"), reaction_stream_key(a, reaction_shard(target)), id, STR("e"),
			  str_format(a, "%s %d %lld %lld", kind, type, (long long)target,
				     (long long)user)));
}

/* Entries in all streams. */
static int64_t left(struct fixture *f)
{
	int64_t n = 0;
	int i;

	for (i = 0; i < REACTION_SHARDS; i++)
		n += cache_int(run(f, CACHE_ARGS(STR("XLEN"), reaction_stream_key(f->c.arena, i))));
	return n;
}

static struct mq_delivery receive(struct fixture *f)
{
	struct mq_delivery d = { 0 };

	assert_int_equal(mq_next(f->consumer, f->received, WAIT_MOST_MS, &d), OK);
	assert_int_equal(mq_ack(f->consumer, d.tag, false), OK);
	return d;
}

static void assert_no_more(struct fixture *f)
{
	struct str mark = queue_mark(f->c.mq, f->received, STR("event.vote"));
	struct mq_delivery d;

	assert_false(queue_next(f->consumer, f->received, mark, &d));
}

static size_t move(struct fixture *f)
{
	size_t moved = 0;

	next_round(f);
	assert_int_equal(event_relay_round(&f->c, 100, &moved), OK);
	return moved;
}

static size_t move_idle(struct fixture *f)
{
	size_t moved = 0;

	next_round(f);
	assert_int_equal(event_relay_idle(&f->c, &moved), OK);
	return moved;
}

static void one_message_for_each_key(void **state)
{
	struct fixture *f = *state;
	struct mq_delivery d;

	STORES_OR_SKIP();
	add(f, "vote", 1, 123, 45, INT64_C(1769847909000123));
	add(f, "like", 1, 123, 46, INT64_C(1769847909000124));
	add(f, "vote", 1, 123, 47, INT64_C(1769847909000125));
	add(f, "unlike", 2, 123, 46, INT64_C(1769847909000126));
	assert_int_equal(move(f), 4);
	d = receive(f);
	assert_text(d.key, "event.vote");
	assert_text(d.body, "[[\"vote\",1,123,45,1769847909000123],"
			    "[\"vote\",1,123,47,1769847909000125]]");
	assert_true(d.id.n > 0);
	d = receive(f);
	assert_text(d.key, "event.like");
	assert_text(d.body, "[[\"like\",1,123,46,1769847909000124],"
			    "[\"unlike\",2,123,46,1769847909000126]]");
	assert_no_more(f);
	assert_int_equal(left(f), 0);
	assert_int_equal(move(f), 0);
}

/* The times of all events received, in order; they were made ascending within a post. */
static size_t check_order(struct fixture *f, int64_t *last, size_t posts)
{
	struct str mark = queue_mark(f->c.mq, f->received, STR("event.vote"));
	struct sent_event event;
	struct mq_delivery d;
	size_t n = 0;

	while (queue_next(f->consumer, f->received, mark, &d)) {
		while (sent_event_next(&d.body, &event)) {
			assert_in_range(event.target, 100, 100 + posts - 1);
			assert_true(event.at > last[event.target - 100]);
			last[event.target - 100] = event.at;
			n++;
		}
		assert_int_equal(mq_ack(f->consumer, d.tag, false), OK);
	}
	return n;
}

static void many_events_keep_the_order_of_their_post(void **state)
{
	enum { POSTS = 20, EVENTS = 3000 };
	struct fixture *f = *state;
	int64_t last[POSTS] = { 0 };
	size_t moved, total = 0;
	int i;

	STORES_OR_SKIP();
	for (i = 0; i < EVENTS; i++) {
		/* Half of all on one post: a stream longer than a round. */
		add(f, "vote", 1, i % 2 ? 100 : 100 + i / 2 % POSTS, i + 1, 1000 + i);
		if (i % 100 == 0)
			next_round(f);
	}
	while (moved = move(f), moved > 0)
		total += moved;
	assert_int_equal(total, EVENTS);
	assert_int_equal(left(f), 0);
	assert_int_equal(check_order(f, last, POSTS), EVENTS);
}

static void nothing_to_do_waits_and_returns(void **state)
{
	struct fixture *f = *state;
	int64_t started = clock_ticks();
	size_t moved = 9;

	STORES_OR_SKIP();
	assert_int_equal(event_relay_round(&f->c, 700, &moved), OK);
	assert_int_equal(moved, 0);
	assert_in_range(clock_ticks() - started, 600, WAIT_MOST_MS);
}

static void nonsense_is_cut_off(void **state)
{
	static const char *const wrong[] = {
		"",           "vote",        "vote 1 1",          "vote 1 1 ",
		"vote 1  1",  "vote 1 1 1 ", "vote 1 1\"},{\" 1", " 1 1 1",
		"vote 1 1 x", "votes 1 1 1"
	};
	size_t i;
	struct fixture *f = *state;
	struct str stream;

	STORES_OR_SKIP();
	stream = reaction_stream_key(f->c.arena, 3);
	run(f, CACHE_ARGS(STR("XADD"), stream, STR("*"), STR("hello"), STR("world")));
	add(f, "hate", 1, 1, 1, 0);
	add(f, "vote", 3, 1, 1, 0);
	add(f, "vote", 1, -1, 1, 0);
	add(f, "vote", 1, 1, 0, 0);
	for (i = 0; i < ARRAY_LEN(wrong); i++)
		run(f, CACHE_ARGS(STR("XADD"), stream, STR("*"), STR("e"), str_from_c(wrong[i])));
	run(f, CACHE_ARGS(STR("XADD"), stream, STR("*"), STR("e"), STR("vote 1 1 1"), STR("e"),
			  STR("vote 1 1 1")));
	assert_int_equal(move(f), 6 + ARRAY_LEN(wrong));
	assert_no_more(f);
	assert_int_equal(left(f), 0);
}

/* With an id that Redis would not have made itself. */
static void add_vote_as(struct fixture *f, struct str id, int64_t user)
{
	struct str stream = reaction_stream_key(f->c.arena, reaction_shard(7));

	run(f, CACHE_ARGS(STR("XADD"), stream, id, STR("e"),
			  str_format(f->c.arena, "vote 1 7 %lld", (long long)user)));
}

/* By the clock of the ids, which is Redis's. */
static void only_what_waited_too_long_is_moved_for_the_relay(void **state)
{
	struct fixture *f = *state;

	STORES_OR_SKIP();
	add(f, "vote", 1, 7, 1, 0);
	f->c.now = clock_now();
	assert_int_equal(move_idle(f), 0);
	f->c.now += EVENT_RELAY_IDLE_MS - 10000;
	assert_int_equal(move_idle(f), 0);
	assert_int_equal(left(f), 1);
	f->c.now += 10000;
	assert_int_equal(move_idle(f), 1);
	assert_text(receive(f).key, "event.vote");
	assert_int_equal(left(f), 0);
	assert_int_equal(move_idle(f), 0);
}

/* Each round cuts off what it published, and nothing behind it. */
static void an_entry_added_meanwhile_stays(void **state)
{
	struct fixture *f = *state;

	STORES_OR_SKIP();
	run(f, CACHE_ARGS(STR("DEL"), reaction_stream_key(f->c.arena, reaction_shard(7))));
	add_vote_as(f, STR("5-18446744073709551614"), 1);
	assert_int_equal(move(f), 1);
	add_vote_as(f, STR("5-18446744073709551615"), 2);
	assert_int_equal(left(f), 1);
	assert_int_equal(move(f), 1);
	assert_int_equal(left(f), 0);
	assert_true(str_find(receive(f).body, STR(",7,1,5999]")) > 0);
	assert_true(str_find(receive(f).body, STR(",7,2,5999]")) > 0);
}

static void without_a_broker_everything_stays(void **state)
{
	struct fixture *f = *state;
	size_t moved = 9;

	STORES_OR_SKIP();
	add(f, "vote", 1, 7, 1, 1001);
	add(f, "like", 1, 8, 1, 1001);
	stores_signal("rabbitmq", SIGKILL);
	next_round(f);
	assert_int_equal(event_relay_round(&f->c, 100, &moved), ERR_UNAVAILABLE);
	assert_int_equal(left(f), 2);
	add(f, "vote", 1, 7, 2, 1002);
	stores_start("rabbitmq");
	stores_sleep_ms(MQ_RETRY_MS);
	assert_int_equal(move(f), 3);
	assert_int_equal(left(f), 0);
}

static void without_redis_it_fails_and_goes_on_later(void **state)
{
	struct fixture *f = *state;
	size_t moved;

	STORES_OR_SKIP();
	add(f, "vote", 1, 7, 1, 1001);
	stores_sleep_ms(STORES_SAVED_MS);
	stores_signal("redis", SIGKILL);
	next_round(f);
	assert_int_equal(event_relay_round(&f->c, 100, &moved), ERR_UNAVAILABLE);
	next_round(f);
	assert_int_equal(event_relay_idle(&f->c, &moved), ERR_UNAVAILABLE);
	stores_start("redis");
	stores_sleep_ms(CACHE_RETRY_MS);
	next_round(f);
	assert_int_equal(move(f), 1);
	assert_text(receive(f).key, "event.vote");
}

static void add_and_move(void *context)
{
	add(context, "vote", 1, 123, 46, 0);
	assert_int_equal(move(context), 1);
}

/* The broker could lose it, and what is confirmed is cut off here. */
static void a_queue_that_was_just_made_gets_nothing_yet(void **state)
{
	struct fixture *f = *state;
	int64_t made;

	STORES_OR_SKIP();
	assert_int_equal(mq_make_anew(f->c.mq, STR("events")), OK);
	made = clock_ticks();
	assert_int_equal(mq_declare(f->c.mq), OK);
	add(f, "vote", 1, 123, 45, 0);
	assert_int_equal(move(f), 1);
	assert_true(clock_ticks() - made >= MQ_LASTING_MS);
	/* Once for each connection. */
	assert_true(patience_is_quick(add_and_move, f, MQ_LASTING_MS / 2));
}

#define relay_test(function) cmocka_unit_test_setup_teardown((function), set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		relay_test(one_message_for_each_key),
		relay_test(many_events_keep_the_order_of_their_post),
		relay_test(a_queue_that_was_just_made_gets_nothing_yet),
		relay_test(nothing_to_do_waits_and_returns),
		relay_test(nonsense_is_cut_off),
		relay_test(only_what_waited_too_long_is_moved_for_the_relay),
		relay_test(an_entry_added_meanwhile_stays),
		relay_test(without_redis_it_fails_and_goes_on_later),
		relay_test(without_a_broker_everything_stays),
	};

	stores_need((const char *const[]){ "redis", "rabbitmq" }, 2);
	return cmocka_run_group_tests(tests, stores_set_up, stores_tear_down);
}
