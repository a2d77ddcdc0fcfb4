/* Text that is read. */
#include "unit/unit.h"

static const struct str none = { NULL, 0 };

static void c_strings(void **state)
{
	assert_text(str_from_c("ab"), "ab");
	assert_int_equal(str_from_c("").n, 0);
	assert_int_equal(str_from_c(NULL).n, 0);
	assert_string_equal(str_c(*state, STR("ab")), "ab");
	assert_string_equal(str_c(*state, none), "");
}

static void comparing(void **state)
{
	(void)state;
	assert_true(str_is(STR("a"), STR("a")));
	assert_false(str_is(STR("a"), STR("b")));
	assert_false(str_is(STR("a"), STR("ab")));
	assert_true(str_is(none, STR("")));
	assert_true(str_is(STR("a\0b"), STR("a\0b")));
	assert_false(str_is(STR("a\0b"), STR("a\0c")));
	assert_true(str_is_nocase(STR("aZ[@"), STR("Az[@")));
	assert_false(str_is_nocase(STR("["), STR("{")));
	assert_false(str_is_nocase(STR("@"), STR("`")));
	assert_false(str_is_nocase(STR("\xC4"), STR("\xE4")));
	assert_false(str_is_nocase(STR("a"), STR("")));
	assert_true(str_is_nocase(none, STR("")));
}

static void ordering(void **state)
{
	(void)state;
	assert_true(str_compare(STR("a"), STR("b")) < 0);
	assert_true(str_compare(STR("b"), STR("a")) > 0);
	assert_true(str_compare(STR("a"), STR("ab")) < 0);
	assert_true(str_compare(STR("ab"), STR("a")) > 0);
	assert_int_equal(str_compare(STR("a"), STR("a")), 0);
	assert_int_equal(str_compare(none, STR("")), 0);
	assert_true(str_compare(none, STR("a")) < 0);
	assert_true(str_compare(STR("\x7F"), STR("\x80")) < 0);
}

static void starts_and_ends(void **state)
{
	(void)state;
	assert_true(str_starts(STR("abc"), STR("ab")));
	assert_true(str_starts(STR("abc"), STR("abc")));
	assert_false(str_starts(STR("abc"), STR("abcd")));
	assert_false(str_starts(STR("abc"), STR("bc")));
	assert_true(str_starts(STR("abc"), none));
	assert_true(str_starts(none, none));
	assert_true(str_ends(STR("abc"), STR("bc")));
	assert_true(str_ends(STR("abc"), STR("abc")));
	assert_false(str_ends(STR("abc"), STR("zabc")));
	assert_true(str_ends(none, none));
}

static void finding(void **state)
{
	(void)state;
	assert_int_equal(str_find(STR("abcabc"), STR("ca")), 2);
	assert_int_equal(str_find(STR("abc"), STR("abc")), 0);
	assert_int_equal(str_find(STR("abc"), STR("abcd")), -1);
	assert_int_equal(str_find(STR("abc"), STR("x")), -1);
	assert_int_equal(str_find(STR("abc"), none), 0);
	assert_int_equal(str_find(none, none), 0);
	assert_int_equal(str_find(none, STR("a")), -1);
	assert_int_equal(str_find_byte(STR("abcb"), 'b'), 1);
	assert_int_equal(str_find_byte(STR("a\0b"), 'b'), 2);
	assert_int_equal(str_find_byte(STR("a\xFF"), '\xFF'), 1);
	assert_int_equal(str_find_byte(none, 'a'), -1);
}

static void slicing(void **state)
{
	(void)state;
	assert_text(str_slice(STR("abc"), 1, 2), "b");
	assert_text(str_slice(STR("abc"), 0, 99), "abc");
	assert_text(str_slice(STR("abc"), 3, 3), "");
	assert_text(str_slice(STR("abc"), 99, 100), "");
	assert_text(str_slice(STR("abc"), 2, 1), "");
	assert_int_equal(str_slice(none, 1, 2).n, 0);
}

static void trimming(void **state)
{
	(void)state;
	assert_text(str_trim(STR(" \t\r\n\v\fa b \n")), "a b");
	assert_text(str_trim(STR("  ")), "");
	assert_text(str_trim(STR("a")), "a");
	assert_int_equal(str_trim(none).n, 0);
}

static void splitting(void **state)
{
	struct str rest = STR("a,,b");
	struct str field;

	(void)state;
	assert_true(str_split(&rest, ',', &field));
	assert_text(field, "a");
	assert_true(str_split(&rest, ',', &field));
	assert_text(field, "");
	assert_true(str_split(&rest, ',', &field));
	assert_text(field, "b");
	assert_false(str_split(&rest, ',', &field));
	assert_false(str_split(&rest, ',', &field));
}

static void splitting_at_the_end(void **state)
{
	struct str rest = STR("a,");
	struct str field;

	(void)state;
	assert_true(str_split(&rest, ',', &field));
	assert_true(str_split(&rest, ',', &field));
	assert_text(field, "");
	assert_false(str_split(&rest, ',', &field));
	rest = STR("");
	assert_true(str_split(&rest, ',', &field));
	assert_text(field, "");
	assert_false(str_split(&rest, ',', &field));
	rest = none;
	assert_false(str_split(&rest, ',', &field));
}

static void copying(void **state)
{
	char bytes[] = "abc";
	struct str copy = str_copy(*state, (struct str){ bytes, 2 });

	bytes[0] = 'x';
	assert_text(copy, "ab");
	assert_int_equal(copy.p[2], 0);
	assert_non_null(str_copy(*state, none).p);
	assert_text(str_copy(*state, STR("a\0b")), "a\0b");
}

/* Lengths on both sides of the buffer that is tried first. */
static void formatting(void **state)
{
	int n;

	assert_text(str_format(*state, "%d-%s", 7, "x"), "7-x");
	assert_text(str_format(*state, "%s", ""), "");
	for (n = 250; n < 260; n++) {
		struct str s = str_format(*state, "%*s", n, "x");

		assert_int_equal(s.n, n);
		assert_int_equal(s.p[n - 1], 'x');
		assert_int_equal(s.p[n], 0);
	}
}

static void hashing(void **state)
{
	(void)state;
	/* From the FNV authors' test vectors. */
	assert_true(str_hash(none) == UINT64_C(0xcbf29ce484222325));
	assert_true(str_hash(STR("a")) == UINT64_C(0xaf63dc4c8601ec8c));
	assert_true(str_hash(STR("foobar")) == UINT64_C(0x85944171f73967e8));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		arena_test(c_strings),
		arena_test(comparing),
		arena_test(ordering),
		arena_test(starts_and_ends),
		arena_test(finding),
		arena_test(slicing),
		arena_test(trimming),
		arena_test(splitting),
		arena_test(splitting_at_the_end),
		arena_test(copying),
		arena_test(formatting),
		arena_test(hashing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
