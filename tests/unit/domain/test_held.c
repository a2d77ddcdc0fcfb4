/* What somebody typed before a login: for the browser it came from, and not without bound. */
#include "unit/domain/account.h"

#include "domain/held.h"

#define BROWSER STR("bbbbbbbbbbbbbbbbbbbbbb")

static struct held_field fields[] = {
	{ STR_INIT("title"), STR_INIT("A title") },
	{ STR_INIT("body"), STR_INIT("") },
};

static struct held form(void)
{
	return (struct held){ .action = STR("/posts"), .fields = { fields, ARRAY_LEN(fields) } };
}

static void it_comes_back_as_it_was(void **state)
{
	struct ctx *c = *state;
	struct held kept = form();
	struct held found;
	struct str token;

	STORES_OR_SKIP();
	assert_int_equal(held_keep(c, &kept, BROWSER, &token), OK);
	assert_int_equal(held_find(c, token, BROWSER, &found), OK);
	assert_text(found.action, "/posts");
	assert_int_equal(found.fields.count, 2);
	assert_text(found.fields.items[0].name, "title");
	assert_text(found.fields.items[0].value, "A title");
	assert_text(found.fields.items[1].value, "");
}

/* The token stands in an address, and an address can be sent to somebody. */
static void another_browser_is_not_offered_it(void **state)
{
	struct ctx *c = *state;
	struct held kept = form();
	struct held found;
	struct str token;

	STORES_OR_SKIP();
	assert_int_equal(held_keep(c, &kept, BROWSER, &token), OK);
	assert_int_equal(held_find(c, token, STR("aaaaaaaaaaaaaaaaaaaaaa"), &found), ERR_NOT_FOUND);
	assert_int_equal(held_find(c, token, STR(""), &found), ERR_NOT_FOUND);
	assert_int_equal(held_keep(c, &kept, STR(""), &token), ERR_INVALID);
}

/* Both what was kept and the count of it. */
static void it_is_gone_after_an_hour(void **state)
{
	struct ctx *c = *state;
	struct held kept = form();
	const struct cache_reply *keys;
	struct cache_reply *scan;
	struct str token;
	size_t i;

	STORES_OR_SKIP();
	assert_int_equal(held_keep(c, &kept, BROWSER, &token), OK);
	assert_int_equal(cache_run(c->cache, &scan,
				   CACHE_ARGS(STR("SCAN"), 0, STR("MATCH"), STR("held:*"),
					      STR("COUNT"), 100000)),
			 OK);
	keys = cache_item(scan, 1);
	assert_true(cache_items(keys) >= 2);
	for (i = 0; i < cache_items(keys); i++) {
		struct str key = cache_text(cache_item(keys, i));
		struct cache_reply *left;

		assert_int_equal(cache_run(c->cache, &left, CACHE_ARGS(STR("TTL"), key)), OK);
		assert_in_range(cache_int(left), 1, 3600);
	}
}

static void not_everything_is_kept(void **state)
{
	struct ctx *c = *state;
	char *text = arena_alloc(c->arena, HELD_BYTES_MAX + 1);
	struct held_field field = { STR("body"), { text, HELD_BYTES_MAX - 10 } };
	struct held kept = { .action = STR("/posts"), .fields = { &field, 1 } };
	int64_t bytes = 0;
	struct str token;
	err e = OK;

	STORES_OR_SKIP();
	memset(text, 'x', HELD_BYTES_MAX);
	for (; !e && bytes <= HELD_TOTAL_MAX; bytes += HELD_BYTES_MAX)
		e = held_keep(c, &kept, BROWSER, &token);
	assert_int_equal(e, ERR_UNAVAILABLE);
	field.value.n++;
	assert_int_equal(held_keep(c, &kept, BROWSER, &token), ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		account_test(it_comes_back_as_it_was),
		account_test(another_browser_is_not_offered_it),
		account_test(it_is_gone_after_an_hour),
		account_test(not_everything_is_kept),
	};

	return cmocka_run_group_tests(tests, forum_set_up, stores_tear_down);
}
