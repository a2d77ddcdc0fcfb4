/* Paths. */
#include "unit/unit.h"

#include "http/message.h"

static void paths_that_will_do(void **state)
{
	static const struct str right[] = {
		STR_INIT("/"),           STR_INIT("/posts/7"), STR_INIT("/posts/"),
		STR_INIT("//"),          STR_INIT("/..."),     STR_INIT("/.well-known/x"),
		STR_INIT("/a.b"),        STR_INIT("/a..b"),    STR_INIT("/\xE4\xB8\xAD"),
		STR_INIT("/a b"),        STR_INIT("/%2e%2e"),  STR_INIT("/a?b"),
		STR_INIT("/a/..b/c../"),
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(right); i++)
		assert_int_equal(http_path_check(right[i]), OK);
}

static void paths_that_will_not(void **state)
{
	static const struct str wrong[] = {
		STR_INIT(""),       STR_INIT("posts"),         STR_INIT("/."),
		STR_INIT("/.."),    STR_INIT("/../a"),         STR_INIT("/a/./b"),
		STR_INIT("/a/.."),  STR_INIT("/a\0b"),         STR_INIT("/a\nb"),
		STR_INIT("/a\x1f"), STR_INIT("/a\x7f"),        STR_INIT("/a\xC2\x85"),
		STR_INIT("/\xFF"),  STR_INIT("/\xC0\xAF"),     STR_INIT("http://x/"),
		STR_INIT("\\"),     STR_INIT("/\xED\xA0\x80"),
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(wrong); i++)
		assert_int_equal(http_path_check(wrong[i]), ERR_INVALID);
	assert_int_equal(http_path_check((struct str){ NULL, 0 }), ERR_INVALID);
}

static void paths_have_a_limit(void **state)
{
	char path[1002];

	(void)state;
	memset(path, 'p', sizeof(path));
	path[0] = '/';
	assert_int_equal(http_path_check((struct str){ path, 1000 }), OK);
	assert_int_equal(http_path_check((struct str){ path, 1001 }), ERR_INVALID);
}

static struct http_path_values values;

static bool match(const char *pattern, const char *path)
{
	return http_path_match(str_from_c(pattern), str_from_c(path), &values);
}

static void plain_patterns(void **state)
{
	(void)state;
	assert_true(match("/", "/"));
	assert_true(match("/posts", "/posts"));
	assert_true(match("/posts/new", "/posts/new"));
	assert_false(match("/posts", "/posts/"));
	assert_false(match("/posts/", "/posts"));
	assert_false(match("/posts", "/Posts"));
	assert_false(match("/posts", "/post"));
	assert_false(match("/posts", "/posts/new"));
	assert_false(match("/posts/new", "/posts"));
	assert_false(match("/", "//"));
	assert_false(match("/posts", "//posts"));
	assert_int_equal(values.id_count, 0);
	assert_int_equal(values.slug_count, 0);
}

static void ids(void **state)
{
	(void)state;
	assert_true(match("/posts/{id}", "/posts/7"));
	assert_int_equal(values.id_count, 1);
	assert_int_equal(values.ids[0], 7);
	assert_true(match("/posts/{id}/comments/{id}/edit",
			  "/posts/9223372036854775807/comments/2/edit"));
	assert_int_equal(values.id_count, 2);
	assert_true(values.ids[0] == INT64_MAX);
	assert_int_equal(values.ids[1], 2);
	assert_true(match("/{id}/{id}/{id}", "/1/2/3"));
	assert_int_equal(values.ids[2], 3);
	assert_false(match("/posts/{id}", "/posts/0"));
	assert_false(match("/posts/{id}", "/posts/-1"));
	assert_false(match("/posts/{id}", "/posts/007"));
	assert_false(match("/posts/{id}", "/posts/"));
	assert_false(match("/posts/{id}", "/posts/7x"));
	assert_false(match("/posts/{id}", "/posts/new"));
	assert_false(match("/posts/{id}", "/posts/9223372036854775808"));
	assert_false(match("/posts/{id}", "/posts/7/"));
}

static void slugs(void **state)
{
	(void)state;
	assert_true(match("/activate/{slug}", "/activate/aZ09_-"));
	assert_int_equal(values.slug_count, 1);
	assert_text(values.slugs[0], "aZ09_-");
	assert_true(match("/a/{slug}",
			  "/a/"
			  "0123456789012345678901234567890123456789012345678901234567890123"));
	assert_false(match("/a/{slug}",
			   "/a/"
			   "01234567890123456789012345678901234567890123456789012345678901234"));
	assert_false(match("/a/{slug}", "/a/"));
	assert_false(match("/a/{slug}", "/a/b.c"));
	assert_false(match("/a/{slug}", "/a/b c"));
	assert_false(match("/a/{slug}", "/a/\xE4\xB8\xAD"));
	assert_false(match("/a/{slug}", "/a/b/c"));
}

static void files(void **state)
{
	(void)state;
	assert_true(match("/static/{file}", "/static/site.3f2a.css"));
	assert_text(values.slugs[0], "site.3f2a.css");
	assert_true(match("/{slug}/{file}", "/a/b"));
	assert_int_equal(values.slug_count, 2);
	assert_text(values.slugs[1], "b");
	assert_false(match("/static/{file}", "/static/.css"));
	assert_false(match("/static/{file}", "/static/site."));
	assert_false(match("/static/{file}", "/static/."));
	assert_false(match("/static/{file}", "/static/.."));
	assert_false(match("/static/{file}", "/static/"));
}

static void only_a_match_writes(void **state)
{
	(void)state;
	assert_true(match("/posts/{id}", "/posts/7"));
	assert_false(match("/posts/{id}/edit", "/posts/8"));
	assert_int_equal(values.ids[0], 7);
}

static void too_many_ids(void)
{
	match("/{id}/{id}/{id}/{id}", "/1/2/3/4");
}

static void too_many_slugs(void)
{
	match("/{slug}/{slug}/{file}/{slug}", "/1/2/3/4");
}

static void patterns_have_a_limit(void **state)
{
	(void)state;
	assert_aborts(too_many_ids);
	assert_aborts(too_many_slugs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_that_will_do),
		cmocka_unit_test(paths_that_will_not),
		cmocka_unit_test(paths_have_a_limit),
		cmocka_unit_test(plain_patterns),
		cmocka_unit_test(ids),
		cmocka_unit_test(slugs),
		cmocka_unit_test(files),
		cmocka_unit_test(only_a_match_writes),
		cmocka_unit_test(patterns_have_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
