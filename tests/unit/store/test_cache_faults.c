/* The Redis wrapper when the server is dead, frozen, slow or not ours; and what is sent early. */
#include "unit/store/cache_fixture.h"

static void ask_in_vain(void *context)
{
	struct fixture *f = context;
	struct cache_reply *r;
	int i;

	for (i = 0; i < 1000; i++) {
		r = cache_want(f->c, CACHE_ARGS(STR("PING")));
		assert_int_equal(cache_flush(f->c), ERR_UNAVAILABLE);
		assert_true(cache_is_nil(r));
		assert_false(cache_is_error(r));
	}
}

static void ask_once_in_vain(void *context)
{
	struct fixture *f = context;
	struct cache_reply *r;

	assert_int_equal(cache_run(f->c, &r, CACHE_ARGS(STR("GET"), STR("mine"))), ERR_UNAVAILABLE);
}

static void a_dead_server_is_found_out_at_once(void **state)
{
	struct fixture *f = *state;

	STORES_OR_SKIP();
	run(f, CACHE_ARGS(STR("PING")));
	stores_signal("redis", SIGKILL);
	assert_true(patience_is_quick(ask_in_vain, f, 300));
	stores_start("redis");
	stores_sleep_ms(CACHE_RETRY_MS);
	run(f, CACHE_ARGS(STR("PING")));
}

static void a_frozen_server_times_out_and_its_late_answer_is_lost(void **state)
{
	struct fixture *f = *state;
	struct cache_reply *a, *b;
	int64_t started;

	STORES_OR_SKIP();
	run(f, CACHE_ARGS(STR("MSET"), STR("mine"), STR("m"), STR("yours"), STR("y")));
	stores_signal("redis", SIGSTOP);
	started = clock_ticks();
	a = cache_want(f->c, CACHE_ARGS(STR("GET"), STR("yours")));
	b = cache_want_script(f->c, &script_push, 1, CACHE_ARGS(STR("l"), 1));
	assert_int_equal(cache_flush(f->c), ERR_UNAVAILABLE);
	assert_true(cache_is_nil(a) && cache_is_nil(b));
	assert_in_range(clock_ticks() - started, 400, WAIT_MOST_MS);
	assert_true(patience_is_quick(ask_once_in_vain, f, CACHE_CONNECT_MS));
	stores_signal("redis", SIGCONT);
	stores_sleep_ms(CACHE_RETRY_MS + 100);
	assert_text(cache_text(run(f, CACHE_ARGS(STR("GET"), STR("mine")))), "m");
	assert_text(cache_text(run(f, CACHE_ARGS(STR("GET"), STR("yours")))), "y");
}

static bool is_seen_by_others(const char *key)
{
	struct arena *a = arena_new(4096);
	struct cache *other = cache_new(&stores.config);
	struct cache_reply *r = NULL;
	bool is_there;

	cache_start_request(other, a);
	assert_int_equal(cache_run(other, &r, CACHE_ARGS(STR("EXISTS"), str_from_c(key))), OK);
	is_there = cache_int(r) == 1;
	cache_free(other);
	arena_free(a);
	return is_there;
}

static void what_is_sent_early_is_done_before_the_flush(void **state)
{
	struct fixture *f = *state;
	struct cache_reply *a, *b, *c;

	STORES_OR_SKIP();
	cache_send_early(f->c);
	a = cache_want_script(f->c, &script_push, 1, CACHE_ARGS(STR("l"), 1));
	cache_send_early(f->c);
	cache_send_early(f->c);
	WAIT_UNTIL(is_seen_by_others("l"));
	assert_true(is_seen_by_others("l"));
	assert_true(cache_is_nil(a));
	b = cache_want_script(f->c, &script_push, 1, CACHE_ARGS(STR("l"), 2));
	cache_send_early(f->c);
	c = cache_want(f->c, CACHE_ARGS(STR("LLEN"), STR("l")));
	assert_int_equal(cache_flush(f->c), OK);
	assert_int_equal(cache_int(a), 1);
	assert_int_equal(cache_int(b), 2);
	assert_int_equal(cache_int(c), 2);
	assert_int_equal(cache_take_count(f->c), 1);
	redis_cli("SCRIPT", "FLUSH");
	a = cache_want_script(f->c, &script_push, 1, CACHE_ARGS(STR("l"), 3));
	cache_send_early(f->c);
	b = cache_want(f->c, CACHE_ARGS(STR("ECHO"), STR("plain")));
	assert_int_equal(cache_flush(f->c), OK);
	assert_int_equal(cache_int(a), 3);
	assert_text(cache_text(b), "plain");
}

static void an_early_answer_nobody_waits_for_reaches_nobody(void **state)
{
	struct fixture *f = *state;

	STORES_OR_SKIP();
	cache_want(f->c, CACHE_ARGS(STR("SET"), STR("k"), STR("v")));
	cache_send_early(f->c);
	cache_start_request(f->c, f->a);
	assert_text(cache_text(run(f, CACHE_ARGS(STR("ECHO"), STR("next")))), "next");
}

/* Whether it ran is not known, so it is not sent again. */
static void what_was_lost_early_is_told_by_the_flush(void **state)
{
	struct fixture *f = *state;
	struct cache_reply *a;

	STORES_OR_SKIP();
	run(f, CACHE_ARGS(STR("PING")));
	stores_signal("redis", SIGKILL);
	a = cache_want(f->c, CACHE_ARGS(STR("RPUSH"), STR("once"), 1));
	cache_send_early(f->c);
	stores_start("redis");
	stores_sleep_ms(CACHE_RETRY_MS + 100);
	cache_want(f->c, CACHE_ARGS(STR("RPUSH"), STR("once"), 2));
	assert_int_equal(cache_flush(f->c), ERR_UNAVAILABLE);
	assert_true(cache_is_nil(a));
	stores_sleep_ms(CACHE_RETRY_MS + 100);
	assert_int_equal(cache_int(run(f, CACHE_ARGS(STR("LLEN"), STR("once")))), 0);
}

static void a_blocking_read_may_wait_longer(void **state)
{
	struct fixture *f = *state;
	struct cache_reply *r;
	int64_t started = clock_ticks();

	STORES_OR_SKIP();
	cache_allow_wait(f->c, WAIT_MOST_MS);
	r = run(f, CACHE_ARGS(STR("BLPOP"), STR("empty"), 1));
	assert_true(cache_is_nil(r));
	assert_in_range(clock_ticks() - started, 900, WAIT_MOST_MS);
	/* Once only. */
	started = clock_ticks();
	assert_int_equal(cache_run(f->c, &r, CACHE_ARGS(STR("BLPOP"), STR("empty"), 10)),
			 ERR_UNAVAILABLE);
	assert_in_range(clock_ticks() - started, 400, 9000);
}

static void a_wrong_password_is_unavailable(void **state)
{
	struct fixture *f = *state;
	struct config config = stores.config;
	struct cache_reply *r;
	struct cache *c;

	STORES_OR_SKIP();
	config.redis.password = STR("wrong");
	c = cache_new(&config);
	cache_start_request(c, f->a);
	assert_int_equal(cache_run(c, &r, CACHE_ARGS(STR("PING"))), ERR_UNAVAILABLE);
	cache_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cache_test(a_dead_server_is_found_out_at_once),
		cache_test(a_frozen_server_times_out_and_its_late_answer_is_lost),
		cache_test(what_is_sent_early_is_done_before_the_flush),
		cache_test(an_early_answer_nobody_waits_for_reaches_nobody),
		cache_test(what_was_lost_early_is_told_by_the_flush),
		cache_test(a_blocking_read_may_wait_longer),
		cache_test(a_wrong_password_is_unavailable),
	};

	stores_need((const char *const[]){ "redis" }, 1);
	return cmocka_run_group_tests(tests, stores_set_up, stores_tear_down);
}
