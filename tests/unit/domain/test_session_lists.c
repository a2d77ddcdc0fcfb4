/* The list of one's own sessions, and ending them: one, all others, and never somebody else's. */
#include "unit/domain/account.h"

#include "domain/session.h"

static struct session started(struct ctx *c, const struct user *u, const char *agent,
			      const char *address)
{
	struct session s = { 0 };
	struct session_want *want;
	struct str cookie;
	int64_t retry;

	assert_int_equal(session_start(c, u, false, str_from_c(agent), str_from_c(address),
				       &cookie),
			 OK);
	want = session_want(c, cookie, NULL);
	assert_int_equal(cache_flush(c->cache), OK);
	assert_int_equal(session_read(c, want, &s, &retry), OK);
	return s;
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
		account_test(the_last_used_stands_first),     account_test(one_is_ended_by_its_id),
		account_test(somebody_elses_is_out_of_reach), account_test(all_but_one_end),
		account_test(without_redis_there_is_no_list),
	};

	return cmocka_run_group_tests(tests, forum_set_up, stores_tear_down);
}
