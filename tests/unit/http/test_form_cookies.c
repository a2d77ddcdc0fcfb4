/* The Cookie header. */
#include "unit/unit.h"

#include "http/form.h"

static struct form parsed(struct arena *a, struct str header)
{
	struct form f;

	form_parse_cookies(a, header, &f);
	return f;
}

static void cookies_are_read(void **state)
{
	struct form f = parsed(*state, STR("a=1; __Host-plaza=7.abc-_; lang=en"));

	assert_int_equal(f.count, 3);
	assert_text(form_get(&f, "a"), "1");
	assert_text(form_get(&f, "__Host-plaza"), "7.abc-_");
	assert_text(form_get(&f, "lang"), "en");
	assert_int_equal(parsed(*state, STR("")).count, 0);
	assert_int_equal(parsed(*state, (struct str){ NULL, 0 }).count, 0);
}

static void blanks_around_are_dropped(void **state)
{
	struct form f = parsed(*state, STR(" a = 1 ;b=2;  c=3\t;"));

	assert_text(form_get(&f, "a"), "1");
	assert_text(form_get(&f, "b"), "2");
	assert_text(form_get(&f, "c"), "3");
}

static void values_are_not_decoded(void **state)
{
	struct form f = parsed(*state, STR("a=%41+b; b=x=y=="));

	assert_text(form_get(&f, "a"), "%41+b");
	assert_text(form_get(&f, "b"), "x=y==");
}

static void the_first_of_a_name_counts(void **state)
{
	struct form f = parsed(*state, STR("a=1; a=2"));

	assert_text(form_get(&f, "a"), "1");
}

static void names_differ_by_case(void **state)
{
	struct form f = parsed(*state, STR("A=1; a=2"));

	assert_text(form_get(&f, "a"), "2");
}

static void an_empty_value_is_a_value(void **state)
{
	struct form f = parsed(*state, STR("a=; b"));

	assert_true(form_has(&f, "a"));
	assert_false(form_has(&f, "b"));
}

static void malformed_pairs_are_skipped(void **state)
{
	static const struct str wrong[] = {
		STR_INIT("x"),        STR_INIT("=1"),         STR_INIT("x y=1"),
		STR_INIT("x=a b"),    STR_INIT("x=\"a\""),    STR_INIT("x=a,b"),
		STR_INIT("x=a\\b"),   STR_INIT("x=\xC3\xA9"), STR_INIT("\xC3\xA9=x"),
		STR_INIT("x=a\x01"),  STR_INIT("x=a\x7F"),    STR_INIT("x=a\0b"),
		STR_INIT("x\0y=1"),   STR_INIT("x(=1"),       STR_INIT("x@y=1"),
		STR_INIT("x\r\ny=1"), STR_INIT(";;; ;"),
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(wrong); i++) {
		struct str before = str_copy(*state, STR("a=1; "));
		char *header = arena_alloc(*state, 100);
		struct form f;

		memcpy(header, before.p, before.n);
		memcpy(header + before.n, wrong[i].p, wrong[i].n);
		memcpy(header + before.n + wrong[i].n, "; b=2", 5);
		f = parsed(*state, (struct str){ header, before.n + wrong[i].n + 5 });
		assert_int_equal(f.count, 2);
		assert_text(form_get(&f, "a"), "1");
		assert_text(form_get(&f, "b"), "2");
	}
}

static void a_long_name_is_skipped(void **state)
{
	char header[FORM_NAME_MAX + 20];
	struct form f;

	memset(header, 'n', sizeof(header));
	memcpy(header + FORM_NAME_MAX, "=1; b=2", 7);
	f = parsed(*state, (struct str){ header, FORM_NAME_MAX + 7 });
	assert_int_equal(f.count, 2);
	memset(header, 'n', sizeof(header));
	memcpy(header + FORM_NAME_MAX + 1, "=1; b=2", 7);
	f = parsed(*state, (struct str){ header, FORM_NAME_MAX + 8 });
	assert_int_equal(f.count, 1);
	assert_text(form_get(&f, "b"), "2");
}

static void cookies_have_a_limit(void **state)
{
	struct str header = STR("");
	struct form f;
	int i;

	for (i = 0; i < FORM_COOKIES_MAX + 5; i++)
		header = str_format(*state, STR_FMT "bad; c%d=%d;", STR_ARG(header), i, i);
	f = parsed(*state, header);
	assert_int_equal(f.count, FORM_COOKIES_MAX);
	assert_text(form_get(&f, "c63"), "63");
	assert_false(form_has(&f, "c64"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		arena_test(cookies_are_read),
		arena_test(blanks_around_are_dropped),
		arena_test(values_are_not_decoded),
		arena_test(the_first_of_a_name_counts),
		arena_test(names_differ_by_case),
		arena_test(an_empty_value_is_a_value),
		arena_test(malformed_pairs_are_skipped),
		arena_test(a_long_name_is_skipped),
		arena_test(cookies_have_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
