/* Sessions: only what was issued is one, it ends when it should, and nobody reaches into another's.
 */
#include "unit/domain/account.h"

#include "domain/session.h"

static const struct limit_class twice = { "twice", 2, 0, 100 };

static struct user somebody(struct ctx *c)
{
	static int64_t number = 1000;
	struct user u = {
		.user_no = 7,
		.name = STR("林 \"x\""),
		.avatar = STR("a.png"),
		.role = ROLE_MODERATOR,
		.level = 3,
	};

	u.id = c->now * 1000 + number++;
	return u;
}

static struct str started(struct ctx *c, const struct user *u, bool is_remembered)
{
	struct str cookie;

	assert_int_equal(session_start(c, u, is_remembered, STR("Agent"), STR("192.0.2.1"),
				       &cookie),
			 OK);
	return cookie;
}

static err look_up(struct ctx *c, struct str cookie, const struct limit_class *limit,
		   struct session *out)
{
	struct session_want *want = session_want(c, cookie, limit);
	int64_t retry = 0;
	err e = cache_flush(c->cache);

	assert_int_equal(e, OK);
	e = session_read(c, want, out, &retry);
	if (e == ERR_LIMITED)
		assert_in_range(retry, 1, 100);
	return e;
}

static int64_t redis_number(struct ctx *c, struct cache_args args)
{
	struct cache_reply *r;

	assert_int_equal(cache_run(c->cache, &r, args), OK);
	return cache_int(r);
}

static void a_cookie_has_one_form(void **state)
{
	static const char *const wrong[] = {
		"",
		".",
		"7",
		"7.",
		"7.short",
		"-7.",
		"0.",
		"07.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"0.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"-7.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"7.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"7.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA A",
		"7.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.",
		"7}.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"99999999999999999999.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(wrong); i++)
		assert_int_equal(session_hint(str_from_c(wrong[i])), 0);
	assert_int_equal(session_hint(STR("7.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA_")), 7);
}

static void a_session_knows_its_user(void **state)
{
	struct ctx *c = *state;
	struct session s;
	struct str cookie;
	struct user u;

	STORES_OR_SKIP();
	u = somebody(c);
	cookie = started(c, &u, false);
	assert_int_equal(session_hint(cookie), u.id);
	assert_int_equal(look_up(c, cookie, NULL, &s), OK);
	assert_int_equal(s.viewer.id, u.id);
	assert_int_equal(s.viewer.user_no, 7);
	assert_text(s.viewer.name, "林 \"x\"");
	assert_text(s.viewer.avatar, "a.png");
	assert_int_equal(s.viewer.role, ROLE_MODERATOR);
	assert_int_equal(s.viewer.level, 3);
	assert_int_equal(s.created_at, c->now);
	assert_false(s.is_remembered);
	assert_int_equal(s.lasts_seconds, 0);
}

/* The token is only in the cookie: who reads Redis cannot log in with what is there. */
static void redis_does_not_hold_the_token(void **state)
{
	struct ctx *c = *state;
	struct session s;
	struct str cookie, token;
	struct user u;

	STORES_OR_SKIP();
	u = somebody(c);
	cookie = started(c, &u, false);
	token = str_slice(cookie, cookie.n - 43, cookie.n);
	assert_int_equal(look_up(c, cookie, NULL, &s), OK);
	assert_int_equal(str_find(s.key, token), -1);
}

static void every_start_gives_another_token(void **state)
{
	struct ctx *c = *state;
	struct str cookies[20];
	struct session s;
	struct user u;
	size_t i, k;

	STORES_OR_SKIP();
	u = somebody(c);
	for (i = 0; i < ARRAY_LEN(cookies); i++)
		cookies[i] = started(c, &u, false);
	for (i = 0; i < ARRAY_LEN(cookies); i++)
		for (k = 0; k < i; k++)
			assert_false(str_is(cookies[i], cookies[k]));
	assert_int_equal(look_up(c, cookies[0], NULL, &s), OK);
}

/* Fixation: a token that was not issued here is never taken over. */
static void a_made_up_token_is_no_session(void **state)
{
	struct ctx *c = *state;
	struct str cookie, forged;
	struct session s;
	struct user u;

	STORES_OR_SKIP();
	u = somebody(c);
	cookie = started(c, &u, false);
	forged = str_format(c->arena, "%lld.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
			    (long long)u.id);
	assert_int_equal(look_up(c, forged, NULL, &s), ERR_AUTH);
	assert_int_equal(look_up(c, forged, NULL, &s), ERR_AUTH);
	assert_int_equal(look_up(c, cookie, NULL, &s), OK);
}

/* One's own token with somebody else's id, or the other way round. */
static void the_id_and_the_token_belong_together(void **state)
{
	struct ctx *c = *state;
	struct user ann, bob;
	struct str cookie, token;
	struct session s;

	STORES_OR_SKIP();
	ann = somebody(c);
	bob = somebody(c);
	cookie = started(c, &ann, false);
	started(c, &bob, false);
	token = str_slice(cookie, (size_t)str_find_byte(cookie, '.'), cookie.n);
	assert_int_equal(
		look_up(c, str_format(c->arena, "%lld" STR_FMT, (long long)bob.id, STR_ARG(token)),
			NULL, &s),
		ERR_AUTH);
}

static void an_account_is_limited_with_its_session(void **state)
{
	struct ctx *c = *state;
	struct str cookie;
	struct session s = { 0 };
	struct user u;

	STORES_OR_SKIP();
	u = somebody(c);
	cookie = started(c, &u, false);
	assert_int_equal(look_up(c, cookie, &twice, &s), OK);
	assert_int_equal(look_up(c, started(c, &u, false), &twice, &s), OK);
	assert_int_equal(look_up(c, cookie, &twice, &s), ERR_LIMITED);
	assert_int_equal(s.viewer.id, u.id);
	assert_int_equal(look_up(c, cookie, NULL, &s), OK);
}

static void forged_cookies_do_not_use_up_the_victims_places(void **state)
{
	struct ctx *c = *state;
	struct str cookie, forged;
	struct session s;
	struct user u;
	int i;

	STORES_OR_SKIP();
	u = somebody(c);
	cookie = started(c, &u, false);
	for (i = 0; i < 10; i++) {
		forged = str_format(c->arena, "%lld." STR_FMT, (long long)u.id,
				    STR_ARG(secret_token(c->arena, 32)));
		assert_int_equal(look_up(c, forged, &twice, &s), ERR_AUTH);
	}
	assert_int_equal(redis_number(c, CACHE_ARGS(STR("EXISTS"),
						    limit_account_key(c->arena, &twice, u.id))),
			 0);
	assert_int_equal(look_up(c, cookie, &twice, &s), OK);
	assert_int_equal(look_up(c, cookie, &twice, &s), OK);
}

static void ended_is_ended(void **state)
{
	struct ctx *c = *state;
	struct str first, second;
	struct session s;
	struct user u;

	STORES_OR_SKIP();
	u = somebody(c);
	first = started(c, &u, false);
	second = started(c, &u, true);
	assert_int_equal(look_up(c, first, NULL, &s), OK);
	assert_int_equal(session_end(c, &s), OK);
	assert_int_equal(look_up(c, first, NULL, &s), ERR_AUTH);
	assert_int_equal(look_up(c, second, NULL, &s), OK);
	assert_int_equal(session_end(c, &s), OK);
	assert_int_equal(look_up(c, second, NULL, &s), ERR_AUTH);
}

static void all_sessions_end_at_once(void **state)
{
	struct ctx *c = *state;
	struct str cookies[5], others;
	struct user u, other;
	struct session s;
	size_t i;

	STORES_OR_SKIP();
	u = somebody(c);
	other = somebody(c);
	others = started(c, &other, false);
	for (i = 0; i < ARRAY_LEN(cookies); i++)
		cookies[i] = started(c, &u, i % 2);
	assert_int_equal(session_end_all(c, u.id), OK);
	for (i = 0; i < ARRAY_LEN(cookies); i++)
		assert_int_equal(look_up(c, cookies[i], NULL, &s), ERR_AUTH);
	assert_int_equal(look_up(c, others, NULL, &s), OK);
	assert_int_equal(session_end_all(c, u.id), OK);
}

static void the_life_slides(void **state)
{
	struct ctx *c = *state;
	struct session s;
	struct str cookie;
	struct user u;
	int64_t start;

	STORES_OR_SKIP();
	u = somebody(c);
	start = c->now;
	cookie = started(c, &u, false);
	assert_int_equal(look_up(c, cookie, NULL, &s), OK);
	redis_number(c, CACHE_ARGS(STR("PEXPIRE"), s.key, 60000));
	c->now = start + SESSION_TOUCH_MS - 1;
	session_touch(c, &s);
	assert_in_range(redis_number(c, CACHE_ARGS(STR("PTTL"), s.key)), 1, 60000);
	c->now = start + SESSION_TOUCH_MS;
	session_touch(c, &s);
	assert_in_range(redis_number(c, CACHE_ARGS(STR("PTTL"), s.key)),
			SESSION_SECONDS * 1000 - 60000, SESSION_SECONDS * 1000);
	assert_int_equal(look_up(c, cookie, NULL, &s), OK);
	assert_int_equal(s.seen_at, c->now);
}

static void remember_me_lasts_a_month_and_three_at_most(void **state)
{
	const int64_t month = SESSION_REMEMBER_SECONDS, most = SESSION_ABSOLUTE_SECONDS;
	struct ctx *c = *state;
	struct session s;
	struct str cookie;
	struct user u;
	int64_t start;

	STORES_OR_SKIP();
	u = somebody(c);
	start = c->now;
	cookie = started(c, &u, true);
	assert_int_equal(look_up(c, cookie, NULL, &s), OK);
	assert_true(s.is_remembered);
	assert_int_equal(s.lasts_seconds, month);
	assert_in_range(redis_number(c, CACHE_ARGS(STR("TTL"), s.key)), month - 60, month);
	/* seen each day: towards the end less and less is left */
	c->now = start + (most - 10 * 86400) * CLOCK_SECOND;
	assert_int_equal(look_up(c, cookie, NULL, &s), OK);
	assert_int_equal(s.lasts_seconds, 10 * 86400);
	session_touch(c, &s);
	assert_in_range(redis_number(c, CACHE_ARGS(STR("TTL"), s.key)), 864000 - 60, 864000);
	c->now = start + most * CLOCK_SECOND;
	assert_int_equal(look_up(c, cookie, NULL, &s), ERR_AUTH);
}

/* A page that was on its way while somebody logged out does not bring the session back. */
static void touching_an_ended_session_does_nothing(void **state)
{
	struct ctx *c = *state;
	struct session s;
	struct str cookie;
	struct user u;

	STORES_OR_SKIP();
	u = somebody(c);
	cookie = started(c, &u, false);
	assert_int_equal(look_up(c, cookie, NULL, &s), OK);
	assert_int_equal(session_end(c, &s), OK);
	c->now += 2 * SESSION_TOUCH_MS;
	session_touch(c, &s);
	assert_int_equal(cache_flush(c->cache), OK);
	assert_int_equal(redis_number(c, CACHE_ARGS(STR("EXISTS"), s.key)), 0);
	assert_int_equal(look_up(c, cookie, NULL, &s), ERR_AUTH);
}

static void the_oldest_session_makes_room(void **state)
{
	struct ctx *c = *state;
	struct str cookies[SESSION_MOST + 2], list;
	struct session s;
	struct user u;
	size_t i;

	STORES_OR_SKIP();
	u = somebody(c);
	for (i = 0; i < ARRAY_LEN(cookies); i++) {
		cookies[i] = started(c, &u, false);
		c->now += 1000;
	}
	assert_int_equal(look_up(c, cookies[0], NULL, &s), ERR_AUTH);
	assert_int_equal(look_up(c, cookies[1], NULL, &s), ERR_AUTH);
	for (i = 2; i < ARRAY_LEN(cookies); i++)
		assert_int_equal(look_up(c, cookies[i], NULL, &s), OK);
	list = str_format(c->arena, "sessions:{%lld}", (long long)u.id);
	assert_int_equal(redis_number(c, CACHE_ARGS(STR("ZCARD"), list)), SESSION_MOST);
}

static void without_redis_nobody_is_known(void **state)
{
	struct ctx *c = *state;
	struct config broken = stores.config;
	struct ctx without;
	struct session_want *want;
	struct session s;
	struct user u;
	struct str cookie;
	int64_t retry;

	STORES_OR_SKIP();
	u = somebody(c);
	cookie = started(c, &u, false);
	without = *c;
	broken.redis.socket = STR("/nonexistent/redis.sock");
	without.cache = cache_new(&broken);
	cache_start_request(without.cache, c->arena);
	want = session_want(&without, cookie, NULL);
	assert_int_equal(cache_flush(without.cache), ERR_UNAVAILABLE);
	assert_int_equal(session_read(&without, want, &s, &retry), ERR_UNAVAILABLE);
	assert_int_equal(session_start(&without, &u, false, STR(""), STR(""), &cookie),
			 ERR_UNAVAILABLE);
	assert_int_equal(session_end_all(&without, u.id), ERR_UNAVAILABLE);
	cache_free(without.cache);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cookie_has_one_form),
		account_test(a_session_knows_its_user),
		account_test(redis_does_not_hold_the_token),
		account_test(every_start_gives_another_token),
		account_test(a_made_up_token_is_no_session),
		account_test(the_id_and_the_token_belong_together),
		account_test(an_account_is_limited_with_its_session),
		account_test(forged_cookies_do_not_use_up_the_victims_places),
		account_test(ended_is_ended),
		account_test(all_sessions_end_at_once),
		account_test(the_life_slides),
		account_test(remember_me_lasts_a_month_and_three_at_most),
		account_test(touching_an_ended_session_does_nothing),
		account_test(the_oldest_session_makes_room),
		account_test(without_redis_nobody_is_known),
	};

	return cmocka_run_group_tests(tests, forum_set_up, stores_tear_down);
}
