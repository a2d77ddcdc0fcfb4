/* The list of one's own sessions, and ending them: one, all others, and never somebody else's. */
#include "unit/domain/account.h"

#include "domain/session.h"
#include "domain/session_keys.h"

static struct session started_for(struct ctx *c, const struct user *u, bool is_remembered,
				  const char *agent, const char *address)
{
	struct session s = { 0 };
	struct session_want *want;
	struct str cookie;
	int64_t retry;

	assert_int_equal(session_start(c, u, is_remembered, str_from_c(agent), str_from_c(address),
				       &cookie),
			 OK);
	want = session_want(c, cookie, NULL);
	assert_int_equal(cache_flush(c->cache), OK);
	assert_int_equal(session_read(c, want, &s, &retry), OK);
	return s;
}

static struct session started(struct ctx *c, const struct user *u, const char *agent,
			      const char *address)
{
	return started_for(c, u, false, agent, address);
}

static int64_t redis_number(struct ctx *c, struct cache_args args)
{
	struct cache_reply *r;

	assert_int_equal(cache_run(c->cache, &r, args), OK);
	return cache_int(r);
}

/* What the list's key holds, also of sessions that are none any more. */
static int64_t listed(struct ctx *c, const struct user *u)
{
	return redis_number(c, CACHE_ARGS(STR("ZCARD"), session_list_key(c->arena, u->id)));
}

static struct session_list list_of(struct ctx *c, const struct user *u)
{
	struct session_list list = { 0 };

	c->viewer.id = u->id;
	assert_int_equal(session_list(c, &list), OK);
	return list;
}

static void the_last_used_stands_first(void **state)
{
	struct ctx *c = *state;
	struct session_list list;
	struct session first;
	struct user u;

	STORES_OR_SKIP();
	u = account_new(c);
	assert_int_equal(list_of(c, &u).count, 0);
	first = started(c, &u, "Agent \"1\"", "192.0.2.1");
	c->now += CLOCK_MINUTE;
	started(c, &u, "Agent 2", "2001:db8::1");
	list = list_of(c, &u);
	assert_int_equal(list.count, 2);
	assert_text(list.items[0].agent, "Agent 2");
	assert_text(list.items[0].address, "2001:db8::1");
	assert_text(list.items[1].agent, "Agent \"1\"");
	assert_same(list.items[1].id, session_id(&first));
	assert_int_equal(list.items[1].created_at, first.created_at);
	c->now += 2 * SESSION_TOUCH_MS;
	session_touch(c, &first);
	assert_int_equal(cache_flush(c->cache), OK);
	list = list_of(c, &u);
	assert_text(list.items[0].agent, "Agent \"1\"");
	assert_int_equal(list.items[0].seen_at, c->now);
}

static void one_is_ended_by_its_id(void **state)
{
	struct ctx *c = *state;
	struct session stays, goes;
	struct session_list list;
	struct user u;

	STORES_OR_SKIP();
	u = account_new(c);
	stays = started(c, &u, "stays", "");
	goes = started(c, &u, "goes", "");
	c->viewer.id = u.id;
	assert_int_equal(session_end_by_id(c, session_id(&goes)), OK);
	assert_int_equal(session_end_by_id(c, session_id(&goes)), OK);
	list = list_of(c, &u);
	assert_int_equal(list.count, 1);
	assert_same(list.items[0].id, session_id(&stays));
}

static void somebody_elses_is_out_of_reach(void **state)
{
	struct ctx *c = *state;
	struct str wrong[5];
	struct session theirs;
	struct user ann, bob;
	size_t i;

	STORES_OR_SKIP();
	ann = account_new(c);
	bob = account_new(c);
	theirs = started(c, &bob, "bob's", "");
	c->viewer.id = ann.id;
	assert_int_equal(session_end_by_id(c, session_id(&theirs)), OK);
	wrong[0] = theirs.key;
	wrong[1] = STR("");
	wrong[2] = str_format(c->arena, STR_FMT "0", STR_ARG(session_id(&theirs)));
	wrong[3] = str_slice(session_id(&theirs), 0, 63);
	wrong[4] = STR("../../../../../../../../../../../../../../../../../../../../../*");
	for (i = 0; i < ARRAY_LEN(wrong); i++)
		assert_int_equal(session_end_by_id(c, wrong[i]), ERR_NOT_FOUND);
	assert_int_equal(list_of(c, &ann).count, 0);
	assert_int_equal(list_of(c, &bob).count, 1);
}

static void all_but_one_end(void **state)
{
	struct ctx *c = *state;
	struct session mine, theirs;
	struct session_list list;
	struct user ann, bob;

	STORES_OR_SKIP();
	ann = account_new(c);
	bob = account_new(c);
	started(c, &ann, "one", "");
	mine = started(c, &ann, "mine", "");
	started(c, &ann, "two", "");
	theirs = started(c, &bob, "bob's", "");
	assert_int_equal(session_end_others(c, &mine), OK);
	list = list_of(c, &ann);
	assert_int_equal(list.count, 1);
	assert_text(list.items[0].agent, "mine");
	list = list_of(c, &bob);
	assert_int_equal(list.count, 1);
	assert_same(list.items[0].id, session_id(&theirs));
}

static void what_is_over_is_listed_no_more(void **state)
{
	struct ctx *c = *state;
	struct session_list list;
	struct session gone, mine;
	struct user u;

	STORES_OR_SKIP();
	u = account_new(c);
	gone = started(c, &u, "gone", "");
	mine = started(c, &u, "mine", "");
	/* As when its time is over. */
	assert_int_equal(redis_number(c, CACHE_ARGS(STR("DEL"), gone.key)), 1);
	list = list_of(c, &u);
	assert_int_equal(list.count, 1);
	assert_text(list.items[0].agent, "mine");
	assert_int_equal(session_end_others(c, &mine), OK);
	assert_int_equal(listed(c, &u), 1);
	assert_int_equal(session_end_all(c, u.id), OK);
	assert_int_equal(listed(c, &u), 0);
}

/* The next login strikes off what has ended by itself, and nothing that was used meanwhile. */
static void a_login_strikes_off_what_has_ended(void **state)
{
	const int64_t life = SESSION_SECONDS * CLOCK_SECOND;
	struct ctx *c = *state;
	struct session used;
	struct user u;

	STORES_OR_SKIP();
	u = account_new(c);
	started(c, &u, "forgotten", "");
	used = started(c, &u, "used", "");
	c->now += life / 2;
	session_touch(c, &used);
	assert_int_equal(cache_flush(c->cache), OK);
	c->now += life / 2 + 1;
	started(c, &u, "new", "");
	assert_int_equal(listed(c, &u), 2);
	c->viewer.id = u.id;
	assert_int_equal(session_end_by_id(c, session_id(&used)), OK);
	assert_int_equal(listed(c, &u), 1);
}

/* Though it may be the first to end: all others are remembered for a month. */
static void the_newest_never_makes_room(void **state)
{
	struct ctx *c = *state;
	struct session newest;
	struct session_list list;
	struct user u;
	int i;

	STORES_OR_SKIP();
	u = account_new(c);
	for (i = 0; i < SESSION_MOST; i++)
		started_for(c, &u, true, "remembered", "");
	c->now += 1;
	newest = started(c, &u, "newest", "");
	list = list_of(c, &u);
	assert_int_equal(list.count, SESSION_MOST);
	assert_same(list.items[0].id, session_id(&newest));
	assert_int_equal(listed(c, &u), SESSION_MOST);
}

/* It ends with the last session in it, not with the newest, and does not stay for ever. */
static void the_list_lives_as_long_as_its_sessions(void **state)
{
	const int64_t life = SESSION_SECONDS, month = SESSION_REMEMBER_SECONDS;
	struct ctx *c = *state;
	struct session s;
	struct str list;
	struct user u;

	STORES_OR_SKIP();
	u = account_new(c);
	list = session_list_key(c->arena, u.id);
	s = started(c, &u, "short", "");
	assert_in_range(redis_number(c, CACHE_ARGS(STR("TTL"), list)), life - 60, life);
	redis_number(c, CACHE_ARGS(STR("EXPIRE"), list, 60));
	c->now += SESSION_TOUCH_MS;
	session_touch(c, &s);
	assert_in_range(redis_number(c, CACHE_ARGS(STR("TTL"), list)), life - 60, life);
	started_for(c, &u, true, "long", "");
	started(c, &u, "short again", "");
	c->now += SESSION_TOUCH_MS;
	session_touch(c, &s);
	assert_in_range(redis_number(c, CACHE_ARGS(STR("TTL"), list)), month - 60, month);
}

/* Both come from the client: no header fills the memory. */
static void what_a_device_says_of_itself_is_cut(void **state)
{
	char agent[1000];
	struct ctx *c = *state;
	struct session_list list;
	struct user u;

	STORES_OR_SKIP();
	memset(agent, 'a', sizeof(agent) - 1);
	agent[sizeof(agent) - 1] = '\0';
	u = account_new(c);
	started(c, &u, agent, agent);
	list = list_of(c, &u);
	assert_int_equal(list.items[0].agent.n, 200);
	assert_int_equal(list.items[0].address.n, 64);
}

static void without_redis_there_is_no_list(void **state)
{
	struct ctx *c = *state;
	struct config broken = stores.config;
	struct session_list list;
	struct session s;
	struct ctx without;
	struct user u;

	STORES_OR_SKIP();
	u = account_new(c);
	s = started(c, &u, "x", "");
	c->viewer.id = u.id;
	without = *c;
	broken.redis.socket = STR("/nonexistent/redis.sock");
	without.cache = cache_new(&broken);
	cache_start_request(without.cache, c->arena);
	assert_int_equal(session_list(&without, &list), ERR_UNAVAILABLE);
	assert_int_equal(session_end_by_id(&without, session_id(&s)), ERR_UNAVAILABLE);
	assert_int_equal(session_end_others(&without, &s), ERR_UNAVAILABLE);
	cache_free(without.cache);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		account_test(the_last_used_stands_first),
		account_test(one_is_ended_by_its_id),
		account_test(somebody_elses_is_out_of_reach),
		account_test(all_but_one_end),
		account_test(what_is_over_is_listed_no_more),
		account_test(a_login_strikes_off_what_has_ended),
		account_test(the_newest_never_makes_room),
		account_test(the_list_lives_as_long_as_its_sessions),
		account_test(what_a_device_says_of_itself_is_cut),
		account_test(without_redis_there_is_no_list),
	};

	return cmocka_run_group_tests(tests, forum_set_up, stores_tear_down);
}
