/* Rows that processes share: the right ones or none, and never many. */
#include "unit/domain/account.h"

#include "domain/reaction_keys.h"
#include "domain/shared_rows.h"

#define KEY STR("post:rows:{0}:0")

static const struct db_sql sql_row = SQL("SELECT ?, 'text'");

/* Ask as a request does; twice, because what is asked for once is not shared. */
static struct shared_rows ask(struct ctx *c, int64_t id)
{
	struct shared_rows s;

	shared_rows_ask(c, &s, &sql_row, KEY, id);
	shared_rows_ask(c, &s, &sql_row, KEY, id);
	assert_int_equal(cache_flush(c->cache), OK);
	return s;
}

static void keep(struct ctx *c, int64_t id, int64_t version)
{
	struct shared_rows s = ask(c, id);
	struct db_rows *rows;

	assert_int_equal(db_query(c->db, c->arena, &rows, &sql_row, DB_ARGS(id)), OK);
	shared_rows_keep(c, &s, version, rows);
	assert_int_equal(cache_flush(c->cache), OK);
}

/* What is found for an id, or -1. */
static int64_t find(struct ctx *c, int64_t id, int64_t version)
{
	struct shared_rows s = ask(c, id);
	struct db_rows *rows = shared_rows_find(c, &s, version);

	if (!rows)
		return -1;
	assert_true(db_next(rows));
	assert_text(db_str(rows, 1), "text");
	return db_int(rows, 0);
}

static void rows_come_back_in_their_version(void **state)
{
	struct ctx *c = *state;

	STORES_OR_SKIP();
	keep(c, 7, 100);
	assert_int_equal(find(c, 7, 100), 7);
	assert_int_equal(find(c, 7, 101), -1);
	assert_int_equal(find(c, 7, 0), -1);
}

static void rows_of_another_are_not_taken_for_ones_own(void **state)
{
	struct ctx *c = *state;

	STORES_OR_SKIP();
	keep(c, 7, 100);
	assert_int_equal(find(c, 8, 100), -1);
	keep(c, 8, 100);
	assert_int_equal(find(c, 8, 100), 8);
	assert_int_equal(find(c, 7, 100), -1);
}

static void what_is_asked_for_once_is_not_shared(void **state)
{
	struct ctx *c = *state;
	struct shared_rows s;

	STORES_OR_SKIP();
	shared_rows_ask(c, &s, &sql_row, KEY, 9);
	assert_null(s.reply);
	shared_rows_ask(c, &s, &sql_row, KEY, 9);
	assert_non_null(s.reply);
}

static int compare(const void *a, const void *b)
{
	return str_compare(*(const struct str *)a, *(const struct str *)b);
}

/* However many posts there are. */
static void the_keys_are_few(void **state)
{
	enum { POSTS = 100000, PLACES = 16 * 512 };
	struct str *keys = ARENA_ARRAY(*state, struct str, POSTS);
	size_t i, different = 1;

	for (i = 0; i < POSTS; i++)
		keys[i] = reaction_post_rows_key(*state, (INT64_C(90000000000) + (int64_t)i) << 22);
	qsort(keys, POSTS, sizeof(*keys), compare);
	for (i = 1; i < POSTS; i++)
		different += !str_is(keys[i], keys[i - 1]);
	assert_in_range(different, PLACES * 9 / 10, PLACES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		account_test(rows_come_back_in_their_version),
		account_test(rows_of_another_are_not_taken_for_ones_own),
		account_test(what_is_asked_for_once_is_not_shared),
		arena_test(the_keys_are_few),
	};

	return cmocka_run_group_tests(tests, forum_set_up, stores_tear_down);
}
