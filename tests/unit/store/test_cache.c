/* The Redis wrapper, against a real server. */
#include "unit/store/cache_fixture.h"

static const struct cache_script script_echo =
	CACHE_SCRIPT("return {KEYS[1], ARGV[1], ARGV[2], 42}");
static const struct cache_script script_broken = CACHE_SCRIPT("return redis.call('NOSUCH')");
static const struct cache_script script_syntax = CACHE_SCRIPT("this is not lua");

static void every_kind_of_reply(void **state)
{
	struct fixture *f = *state;
	struct cache_reply *r;

	STORES_OR_SKIP();
	r = run(f, CACHE_ARGS(STR("PING")));
	assert_text(cache_text(r), "PONG");
	assert_false(cache_is_nil(r));
	r = run(f, CACHE_ARGS(STR("GET"), STR("nothing")));
	assert_true(cache_is_nil(r));
	assert_false(cache_is_error(r));
	assert_int_equal(cache_int(r), 0);
	assert_int_equal(cache_text(r).n, 0);
	assert_int_equal(cache_items(r), 0);
	r = run(f, CACHE_ARGS(STR("SET"), STR("n"), INT64_MIN));
	r = run(f, CACHE_ARGS(STR("GET"), STR("n")));
	assert_true(cache_int(r) == INT64_MIN);
	assert_text(cache_text(r), "-9223372036854775808");
	r = run(f, CACHE_ARGS(STR("INCRBY"), STR("m"), INT64_MAX));
	assert_true(cache_int(r) == INT64_MAX);
	r = run(f, CACHE_ARGS(STR("SET"), STR("zero"), 0));
	assert_text(cache_text(run(f, CACHE_ARGS(STR("GET"), STR("zero")))), "0");
	r = run(f, CACHE_ARGS(STR("MGET"), STR("n"), STR("nothing"), STR("m")));
	assert_int_equal(cache_items(r), 3);
	assert_true(cache_is_nil(cache_item(r, 1)));
	assert_true(cache_int(cache_item(r, 2)) == INT64_MAX);
	r = run(f, CACHE_ARGS(STR("LRANGE"), STR("nothing"), 0, -1));
	assert_int_equal(cache_items(r), 0);
	assert_false(cache_is_nil(r));
}

static void nested_arrays(void **state)
{
	struct fixture *f = *state;
	const struct cache_reply *r, *entry;

	STORES_OR_SKIP();
	run(f,
	    CACHE_ARGS(STR("XADD"), STR("s"), STR("1-1"), STR("a"), STR("b"), STR("c"), STR("d")));
	run(f, CACHE_ARGS(STR("XADD"), STR("s"), STR("2-1"), STR("e"), STR("f")));
	r = run(f, CACHE_ARGS(STR("XREAD"), STR("STREAMS"), STR("s"), 0));
	assert_int_equal(cache_items(r), 1);
	r = cache_item(cache_item(r, 0), 1);
	assert_int_equal(cache_items(r), 2);
	entry = cache_item(r, 0);
	assert_text(cache_text(cache_item(entry, 0)), "1-1");
	assert_int_equal(cache_items(cache_item(entry, 1)), 4);
	assert_text(cache_text(cache_item(cache_item(entry, 1), 3)), "d");
	assert_text(cache_text(cache_item(cache_item(cache_item(r, 1), 1), 0)), "e");
}

static void any_bytes_any_length(void **state)
{
	static const size_t sizes[] = { 0, 1, 4093, 16384, 70000, 3000000 };
	struct fixture *f = *state;
	size_t i, k;

	STORES_OR_SKIP();
	run(f, CACHE_ARGS(STR("SET"), STR("k\0\r\n$5"), STR("\0\r\n*3\r\n\xFF")));
	assert_text(cache_text(run(f, CACHE_ARGS(STR("GET"), STR("k\0\r\n$5")))),
		    "\0\r\n*3\r\n\xFF");
	for (i = 0; i < ARRAY_LEN(sizes); i++) {
		char *p = arena_alloc(f->a, sizes[i] + 1);
		struct str value = { p, sizes[i] };

		for (k = 0; k < sizes[i]; k++)
			p[k] = (char)(k * 7 % 256);
		run(f, CACHE_ARGS(STR("SET"), STR("big"), value));
		assert_same(cache_text(run(f, CACHE_ARGS(STR("GET"), STR("big")))), value);
	}
}

static void a_pipeline_is_one_round_trip_in_order(void **state)
{
	struct fixture *f = *state;
	struct cache_reply *r[1000];
	int i;

	STORES_OR_SKIP();
	assert_int_equal(cache_flush(f->c), OK);
	assert_int_equal(cache_take_count(f->c), 0);
	for (i = 0; i < 1000; i++)
		r[i] = cache_want(f->c, CACHE_ARGS(STR("INCR"), STR("n")));
	assert_true(cache_is_nil(r[0]));
	assert_int_equal(cache_flush(f->c), OK);
	for (i = 0; i < 1000; i++)
		assert_int_equal(cache_int(r[i]), i + 1);
	assert_int_equal(cache_take_count(f->c), 1);
	assert_int_equal(cache_take_count(f->c), 0);
}

static void an_error_in_the_middle_is_that_replys_alone(void **state)
{
	struct fixture *f = *state;
	struct cache_reply *a, *b, *c;

	STORES_OR_SKIP();
	a = cache_want(f->c, CACHE_ARGS(STR("SET"), STR("k"), STR("v")));
	b = cache_want(f->c, CACHE_ARGS(STR("LPUSH"), STR("k"), STR("secret value")));
	c = cache_want(f->c, CACHE_ARGS(STR("GET"), STR("k")));
	assert_int_equal(cache_flush(f->c), OK);
	assert_text(cache_text(a), "OK");
	assert_true(cache_is_error(b));
	assert_true(cache_is_nil(b));
	assert_int_equal(cache_text(b).n, 0);
	assert_text(cache_text(c), "v");
}

static void a_new_request_forgets_what_was_queued(void **state)
{
	struct fixture *f = *state;

	STORES_OR_SKIP();
	cache_want(f->c, CACHE_ARGS(STR("INCR"), STR("n")));
	cache_want_script(f->c, &script_push, 1, CACHE_ARGS(STR("l"), 1));
	arena_reset(f->a);
	cache_start_request(f->c, f->a);
	assert_true(cache_is_nil(run(f, CACHE_ARGS(STR("GET"), STR("n")))));
	assert_int_equal(cache_int(
				 cache_want_script(f->c, &script_push, 1, CACHE_ARGS(STR("l"), 1))),
			 0);
	assert_int_equal(cache_flush(f->c), OK);
	assert_int_equal(cache_int(run(f, CACHE_ARGS(STR("LLEN"), STR("l")))), 1);
}

static void scripts_get_keys_and_any_bytes(void **state)
{
	struct fixture *f = *state;
	struct cache_reply *r;
	int i;

	STORES_OR_SKIP();
	for (i = 0; i < 3; i++) {
		assert_int_equal(cache_run_script(f->c, &r, &script_echo, 1,
						  CACHE_ARGS(STR("k\0k"), STR("\0\r\n"), -5)),
				 OK);
		assert_int_equal(cache_items(r), 4);
		assert_text(cache_text(cache_item(r, 0)), "k\0k");
		assert_text(cache_text(cache_item(r, 1)), "\0\r\n");
		assert_int_equal(cache_int(cache_item(r, 2)), -5);
		assert_int_equal(cache_int(cache_item(r, 3)), 42);
	}
	assert_int_equal(cache_take_count(f->c), 3);
}

static void broken_scripts_are_error_replies(void **state)
{
	struct fixture *f = *state;
	struct cache_reply *r, *s;
	int i;

	STORES_OR_SKIP();
	for (i = 0; i < 2; i++) {
		r = cache_want_script(f->c, &script_broken, 0, CACHE_NO_ARGS);
		s = cache_want_script(f->c, &script_syntax, 0, CACHE_NO_ARGS);
		assert_int_equal(cache_flush(f->c), OK);
		assert_true(cache_is_error(r));
		assert_true(cache_is_error(s));
	}
}

/* Three scripts of two kinds around a plain command; their answers must show their order. */
static void push_thrice(struct fixture *f, int64_t before)
{
	struct cache_reply *a = cache_want_script(f->c, &script_push, 1, CACHE_ARGS(STR("l"), 1));
	struct cache_reply *b =
		cache_want_script(f->c, &script_echo, 1, CACHE_ARGS(STR("x"), 1, 2));
	struct cache_reply *c = cache_want(f->c, CACHE_ARGS(STR("ECHO"), STR("plain")));
	struct cache_reply *d = cache_want_script(f->c, &script_push, 1, CACHE_ARGS(STR("l"), 2));

	assert_int_equal(cache_flush(f->c), OK);
	assert_int_equal(cache_int(a), before + 1);
	assert_int_equal(cache_items(b), 4);
	assert_text(cache_text(c), "plain");
	assert_int_equal(cache_int(d), before + 2);
}

static void scripts_survive_script_flush_and_restarts(void **state)
{
	struct fixture *f = *state;
	struct cache_reply *r;

	STORES_OR_SKIP();
	push_thrice(f, 0);
	push_thrice(f, 2);
	redis_cli("SCRIPT", "FLUSH");
	push_thrice(f, 4);
	cache_take_count(f->c);
	push_thrice(f, 6);
	assert_int_equal(cache_take_count(f->c), 1);
	stores_sleep_ms(STORES_SAVED_MS);
	stores_signal("redis", SIGKILL);
	stores_start("redis");
	push_thrice(f, 8);
	r = run(f, CACHE_ARGS(STR("LRANGE"), STR("l"), 0, -1));
	assert_int_equal(cache_items(r), 10);
	assert_int_equal(cache_int(cache_item(r, 8)), 1);
	assert_int_equal(cache_int(cache_item(r, 9)), 2);
}

static void command_before_start(void)
{
	struct cache *c = cache_new(&stores.config);

	cache_want(c, CACHE_ARGS(STR("PING")));
}

static void item_out_of_range(void)
{
	struct cache *c = cache_new(&stores.config);

	cache_start_request(c, arena_new(4096));
	cache_item(cache_want(c, CACHE_ARGS(STR("PING"))), 0);
}

static void misuse_aborts(void **state)
{
	(void)state;
	STORES_OR_SKIP();
	assert_aborts(command_before_start);
	assert_aborts(item_out_of_range);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cache_test(every_kind_of_reply),
		cache_test(nested_arrays),
		cache_test(any_bytes_any_length),
		cache_test(a_pipeline_is_one_round_trip_in_order),
		cache_test(an_error_in_the_middle_is_that_replys_alone),
		cache_test(a_new_request_forgets_what_was_queued),
		cache_test(scripts_get_keys_and_any_bytes),
		cache_test(broken_scripts_are_error_replies),
		cache_test(scripts_survive_script_flush_and_restarts),
		cache_test(misuse_aborts),
	};

	stores_need((const char *const[]){ "redis" }, 1);
	return cmocka_run_group_tests(tests, stores_set_up, stores_tear_down);
}
