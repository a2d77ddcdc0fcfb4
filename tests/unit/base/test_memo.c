/* The cache inside one process. */
#include "unit/unit.h"

#include "base/clock.h"
#include "base/memo.h"

/* Memos live until the process ends: this one is shared, and emptied by each test. */
static struct memo *memo;

static void put(const char *key, const char *value)
{
	struct memo_entry *e = memo_put(memo, str_from_c(key));

	assert_null(e->value);
	assert_int_equal(e->stamp, 0);
	e->value = str_c(e->arena, str_from_c(value));
}

static void assert_value(const char *key, const char *wanted)
{
	struct memo_entry *e = memo_get(memo, str_from_c(key));

	assert_non_null(e);
	assert_string_equal(e->value, wanted);
}

static void assert_none(const char *key)
{
	assert_null(memo_get(memo, str_from_c(key)));
}

static void values_are_found(void **state)
{
	int64_t before = clock_ticks();
	struct memo_entry *e;

	(void)state;
	assert_none("a");
	put("a", "1");
	put("b", "2");
	assert_value("a", "1");
	assert_value("b", "2");
	assert_none("c");
	e = memo_get(memo, STR("a"));
	assert_true(e->filled_at >= before && e->filled_at <= clock_ticks());
}

static void the_key_is_copied(void **state)
{
	char key[] = "key";

	(void)state;
	put(key, "1");
	key[0] = 'x';
	assert_value("key", "1");
	assert_none("xey");
}

static void putting_again_starts_afresh(void **state)
{
	(void)state;
	put("a", "1");
	memo_get(memo, STR("a"))->stamp = 7;
	put("a", "2");
	assert_value("a", "2");
	memo_drop(memo, STR("a"));
	assert_none("a");
}

static void the_entry_unused_longest_goes_first(void **state)
{
	(void)state;
	put("a", "1");
	put("b", "2");
	put("c", "3");
	assert_value("a", "1");
	put("d", "4");
	assert_none("b");
	assert_value("a", "1");
	assert_value("c", "3");
	assert_value("d", "4");
	put("e", "5");
	assert_none("a");
}

static void a_dropped_entry_makes_room(void **state)
{
	(void)state;
	put("a", "1");
	put("b", "2");
	put("c", "3");
	memo_drop(memo, STR("c"));
	memo_drop(memo, STR("c"));
	memo_drop(memo, STR("never there"));
	put("d", "4");
	assert_value("a", "1");
	assert_value("b", "2");
	assert_none("c");
	assert_value("d", "4");
}

static void clear_empties(void **state)
{
	(void)state;
	put("a", "1");
	put("b", "2");
	memo_clear(memo);
	assert_none("a");
	assert_none("b");
	memo_clear(memo);
	put("a", "3");
	assert_value("a", "3");
}

static void the_empty_key_is_a_key(void **state)
{
	(void)state;
	assert_null(memo_get(memo, (struct str){ NULL, 0 }));
	memo_put(memo, (struct str){ NULL, 0 })->value = memo;
	assert_non_null(memo_get(memo, STR("")));
	memo_drop(memo, STR(""));
	assert_null(memo_get(memo, STR("")));
}

static int released;

static void release(void *object)
{
	(void)object;
	released++;
}

static void an_entrys_arena_is_reset(void **state)
{
	(void)state;
	released = 0;
	arena_defer(memo_put(memo, STR("a"))->arena, release, NULL);
	memo_put(memo, STR("a"));
	assert_int_equal(released, 1);
	arena_defer(memo_get(memo, STR("a"))->arena, release, NULL);
	memo_drop(memo, STR("a"));
	assert_int_equal(released, 2);
	arena_defer(memo_put(memo, STR("a"))->arena, release, NULL);
	put("b", "");
	put("c", "");
	put("d", "");
	assert_int_equal(released, 3);
}

/* Against a plain list that does the same slowly. */
static void many_keys_in_a_small_memo(void **state)
{
	enum { CAPACITY = 37, KEYS = 100 };
	static struct memo *small;
	int last_use[KEYS] = { 0 };
	int present = 0;
	int i;

	small = memo_new(CAPACITY);
	for (i = 1; i < 20000; i++) {
		int key = (i * 7919 + i / 13) % KEYS;
		struct str name = str_format(*state, "key %d", key);
		struct memo_entry *e = memo_get(small, name);

		assert_int_equal(e != NULL, last_use[key] != 0);
		if (!e && present == CAPACITY) {
			int oldest = -1;
			int k;

			for (k = 0; k < KEYS; k++) {
				if (last_use[k] && (oldest < 0 || last_use[k] < last_use[oldest]))
					oldest = k;
			}
			last_use[oldest] = 0;
			present--;
		}
		if (!e) {
			memo_put(small, name)->stamp = key;
			present++;
		} else {
			assert_int_equal(e->stamp, key);
		}
		last_use[key] = i;
		if (i % 50 == 0) {
			memo_drop(small, name);
			last_use[key] = 0;
			present--;
		}
		arena_reset(*state);
	}
}

static void one_entry(void **state)
{
	static struct memo *single;

	(void)state;
	single = memo_new(1);
	memo_put(single, STR("a"));
	memo_put(single, STR("b"));
	assert_null(memo_get(single, STR("a")));
	assert_non_null(memo_get(single, STR("b")));
}

static void memo_without_room(void)
{
	memo_new(0);
}

static void no_room_aborts(void **state)
{
	(void)state;
	assert_aborts(memo_without_room);
}

static int empty_memo(void **state)
{
	if (!memo)
		memo = memo_new(3);
	memo_clear(memo);
	return arena_setup(state);
}

#define memo_test(function) cmocka_unit_test_setup_teardown((function), empty_memo, arena_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		memo_test(values_are_found),
		memo_test(the_key_is_copied),
		memo_test(putting_again_starts_afresh),
		memo_test(the_entry_unused_longest_goes_first),
		memo_test(a_dropped_entry_makes_room),
		memo_test(clear_empties),
		memo_test(the_empty_key_is_a_key),
		memo_test(an_entrys_arena_is_reset),
		memo_test(many_keys_in_a_small_memo),
		memo_test(one_entry),
		memo_test(no_room_aborts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
