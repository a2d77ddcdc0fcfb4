/* Rate limits: never more than the limit in any window, and nothing counted for who was refused. */
#include "unit/domain/account.h"

#include "domain/limit.h"
#include "support/patience.h"

static const struct limit_class quick = { "quick", 3, 3, 1 };

static struct str fresh_key(struct ctx *c)
{
	return limit_other_key(c->arena, &quick, secret_token(c->arena, 16));
}

static void a_window_takes_so_many_and_says_when_there_is_room(void **state)
{
	struct ctx *c = *state;
	struct str key;
	int64_t retry = 0;
	int i;

	STORES_OR_SKIP();
	key = fresh_key(c);
	for (i = 0; i < 3; i++)
		assert_int_equal(limit_check(c, key, 3, 100, &retry), OK);
	assert_int_equal(retry, 0);
	for (i = 0; i < 5; i++)
		assert_int_equal(limit_check(c, key, 3, 100, &retry), ERR_LIMITED);
	assert_in_range(retry, 80, 100);
}

static void refused_requests_do_not_count(void **state)
{
	struct ctx *c = *state;
	struct cache_reply *length;
	struct str key;
	int64_t retry;
	int i;

	STORES_OR_SKIP();
	key = fresh_key(c);
	for (i = 0; i < 20; i++)
		(void)!limit_check(c, key, 3, 100, &retry);
	assert_int_equal(cache_run(c->cache, &length, CACHE_ARGS(STR("LLEN"), key)), OK);
	assert_int_equal(cache_int(length), 3);
}

/* As fast as they go for four windows: any four that were let through took a window at least. */
static void no_stretch_of_a_window_has_more(void **state)
{
	struct ctx *c = *state;
	int64_t asked[12], answered[12], end = clock_ticks() + WAIT_MOST_MS, retry;
	size_t count = 0, i;
	struct str key;

	STORES_OR_SKIP();
	key = fresh_key(c);
	while (clock_ticks() < end && count < ARRAY_LEN(asked)) {
		asked[count] = clock_ticks();
		if (!limit_check(c, key, 3, 1, &retry))
			answered[count++] = clock_ticks();
		else
			assert_int_equal(retry, 1);
	}
	assert_int_equal(count, ARRAY_LEN(asked));
	for (i = 3; i < count; i++)
		assert_true(answered[i] - asked[i - 3] >= 999);
}

static void the_key_goes_after_the_window(void **state)
{
	struct ctx *c = *state;
	struct cache_reply *life;
	struct str key;
	int64_t retry;

	STORES_OR_SKIP();
	key = fresh_key(c);
	assert_int_equal(limit_check(c, key, 3, 60, &retry), OK);
	assert_int_equal(cache_run(c->cache, &life, CACHE_ARGS(STR("PTTL"), key)), OK);
	assert_in_range(cache_int(life), 100000, 120000);
}

static void a_lowered_limit_holds_at_once(void **state)
{
	struct ctx *c = *state;
	struct str key;
	int64_t retry;
	int i;

	STORES_OR_SKIP();
	key = fresh_key(c);
	for (i = 0; i < 10; i++)
		assert_int_equal(limit_check(c, key, 10, 100, &retry), OK);
	assert_int_equal(limit_check(c, key, 4, 100, &retry), ERR_LIMITED);
	assert_int_equal(limit_check(c, key, 11, 100, &retry), OK);
}

static void failures_are_counted_without_asking(void **state)
{
	struct ctx *c = *state;
	struct cache_reply *length;
	struct str key;
	int i;

	STORES_OR_SKIP();
	key = fresh_key(c);
	assert_int_equal(limit_wait(c, key, 3, 100), 0);
	for (i = 0; i < 2; i++)
		limit_count(c, key, 3, 100);
	assert_int_equal(limit_wait(c, key, 3, 100), 0);
	for (i = 0; i < 9; i++)
		limit_count(c, key, 3, 100);
	assert_in_range(limit_wait(c, key, 3, 100), 80, 100);
	assert_int_equal(cache_run(c->cache, &length, CACHE_ARGS(STR("LLEN"), key)), OK);
	assert_int_equal(cache_int(length), 3);
	limit_clear(c, key);
	assert_int_equal(limit_wait(c, key, 3, 100), 0);
}

static int64_t one_of_many(struct ctx *c, int number, const void *context)
{
	const struct str *key = context;
	int64_t retry;

	(void)number;
	return limit_check(c, *key, 5, 100, &retry) == OK;
}

static void many_at_once_do_not_pass_the_limit(void **state)
{
	struct ctx *c = *state;
	int64_t results[20], sum = 0;
	struct str key;
	size_t i;

	STORES_OR_SKIP();
	key = fresh_key(c);
	forum_at_once(20, one_of_many, &key, results);
	for (i = 0; i < ARRAY_LEN(results); i++)
		sum += results[i];
	assert_int_equal(sum, 5);
}

static void without_redis_everything_is_let_through(void **state)
{
	struct ctx *c = *state;
	struct config broken = stores.config;
	struct cache *away;
	struct ctx without = { 0 };
	int64_t retry;
	struct str key;
	int i;

	STORES_OR_SKIP();
	broken.redis.socket = STR("/nonexistent/redis.sock");
	away = cache_new(&broken);
	cache_start_request(away, c->arena);
	without.arena = c->arena;
	without.cache = away;
	key = fresh_key(c);
	for (i = 0; i < 5; i++)
		assert_int_equal(limit_check(&without, key, 1, 100, &retry), OK);
	assert_int_equal(limit_wait(&without, key, 1, 100), 0);
	cache_free(away);
}

static void addresses_are_counted_by_who_may_share_them(void **state)
{
	static const struct {
		const char *address, *key;
	} cases[] = {
		{ "192.0.2.7", "limit:quick:{192.0.2.7}" },
		{ "192.0.2.8", "limit:quick:{192.0.2.8}" },
		{ "2001:db8:1:2:3:4:5:6", "limit:quick:{2001:db8:1:2::/64}" },
		{ "2001:DB8:1:2::99", "limit:quick:{2001:db8:1:2::/64}" },
		{ "2001:db8:1:3::1", "limit:quick:{2001:db8:1:3::/64}" },
		{ "::ffff:192.0.2.7", "limit:quick:{192.0.2.7}" },
		{ "::1", "limit:quick:{::/64}" },
		{ "", "limit:quick:{unknown}" },
		{ "unix:", "limit:quick:{unknown}" },
		{ "192.0.2.7}", "limit:quick:{unknown}" },
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(cases); i++)
		assert_same(limit_address_key(*state, &quick, str_from_c(cases[i].address)),
			    str_from_c(cases[i].key));
	assert_text(limit_account_key(*state, &quick, 42), "limit:quick:{42}");
}

/* Whatever is counted by name: no name can reach into another key, and none is too long for one. */
static void names_are_hashed_into_their_key(void **state)
{
	struct str key = limit_other_key(*state, &quick, STR("}{ \r\n"));

	assert_int_equal(key.n, strlen("limit:quick:{}") + 64);
	assert_true(str_starts(key, STR("limit:quick:{")));
	assert_int_equal(str_find_byte(key, ' '), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		account_test(a_window_takes_so_many_and_says_when_there_is_room),
		account_test(refused_requests_do_not_count),
		account_test(no_stretch_of_a_window_has_more),
		account_test(the_key_goes_after_the_window),
		account_test(a_lowered_limit_holds_at_once),
		account_test(failures_are_counted_without_asking),
		account_test(many_at_once_do_not_pass_the_limit),
		account_test(without_redis_everything_is_let_through),
		arena_test(addresses_are_counted_by_who_may_share_them),
		arena_test(names_are_hashed_into_their_key),
	};

	return cmocka_run_group_tests(tests, forum_set_up, stores_tear_down);
}
