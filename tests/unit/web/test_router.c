/* Which row answers, and what the others say. */
#include "unit/unit.h"

#include "web/router.h"

static err first(struct req *r)
{
	(void)r;
	return OK;
}

static err second(struct req *r)
{
	(void)r;
	return OK;
}

static const struct limit_class often = { "often", 1, 1, 1 };

static const struct route routes[] = {
	{ HTTP_GET, "/", first, ROUTE_PUBLIC, NULL, NULL },
	{ HTTP_GET, "/posts/new", first, 0, NULL, NULL },
	{ HTTP_GET, "/posts/{id}", second, ROUTE_PUBLIC, NULL, NULL },
	{ HTTP_POST, "/posts/{id}", first, 0, &often, NULL },
	{ HTTP_POST, "/posts", first, ROUTE_BIG_BODY, NULL, NULL },
	{ HTTP_GET, "/posts/{id}/history/{id}", first, ROUTE_MODERATOR, NULL, NULL },
	{ HTTP_GET, "/activate/{slug}", first, ROUTE_PUBLIC, NULL, NULL },
	{ HTTP_GET, "/captcha/{file}", first, ROUTE_PUBLIC | ROUTE_NO_SESSION, NULL, NULL },
};

static struct route_match find(enum http_method method, const char *path)
{
	return router_find(routes, ARRAY_LEN(routes), method, str_from_c(path));
}

static void rows_are_found(void **state)
{
	(void)state;
	assert_ptr_equal(find(HTTP_GET, "/").route, &routes[0]);
	assert_ptr_equal(find(HTTP_GET, "/posts/new").route, &routes[1]);
	assert_ptr_equal(find(HTTP_GET, "/posts/7").route, &routes[2]);
	assert_ptr_equal(find(HTTP_POST, "/posts/7").route, &routes[3]);
	assert_ptr_equal(find(HTTP_POST, "/posts").route, &routes[4]);
	assert_ptr_equal(find(HTTP_GET, "/activate/a_b-C").route, &routes[6]);
	assert_ptr_equal(find(HTTP_GET, "/captcha/abc.png").route, &routes[7]);
}

static void values_are_read(void **state)
{
	struct route_match m = find(HTTP_GET, "/posts/7/history/9223372036854775807");

	(void)state;
	assert_int_equal(m.values.id_count, 2);
	assert_int_equal(m.values.ids[0], 7);
	assert_true(m.values.ids[1] == INT64_MAX);
	m = find(HTTP_GET, "/captcha/abc.png");
	assert_text(m.values.slugs[0], "abc.png");
}

/* What is no number is no address. */
static void odd_ids_are_unknown(void **state)
{
	static const char *const odd[] = {
		"/posts/0",
		"/posts/-1",
		"/posts/1e3",
		"/posts/0x10",
		"/posts/ 1",
		"/posts/1 ",
		"/posts/",
		"/posts/+1",
		"/posts/01",
		"/posts/9223372036854775808",
		"/posts/1/",
		"//posts/1",
		"/posts//1",
		"/Posts/1",
		"/posts/1.0",
		"/posts/1/history/",
		"/posts/1/history/0",
		"/activate/",
		"/activate/a.b",
		"/captcha/.png",
		"/captcha/a.",
		"",
		"posts/1",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(odd); i++) {
		struct route_match m = find(HTTP_GET, odd[i]);

		if (m.route || m.is_known)
			fail_msg("%s is known", odd[i]);
	}
}

static void other_methods_are_told(void **state)
{
	struct route_match m = find(HTTP_POST, "/");

	(void)state;
	assert_null(m.route);
	assert_true(m.is_known);
	assert_text(m.allow, "GET, HEAD");
	m = find(HTTP_GET, "/posts");
	assert_true(m.is_known);
	assert_text(m.allow, "POST");
	m = find(HTTP_OTHER, "/posts/7");
	assert_null(m.route);
	assert_text(m.allow, "GET, HEAD, POST");
	m = find(HTTP_OTHER, "/nothing");
	assert_false(m.is_known);
	assert_int_equal(m.allow.n, 0);
}

static void table_is_printed(void **state)
{
	struct buf b;

	buf_init(&b, *state, 256);
	router_print(&b, routes + 3, 3);
	assert_text(buf_str(&b), "POST\t/posts/{id}\t-\toften\n"
				 "POST\t/posts\tbig_body\t-\n"
				 "GET\t/posts/{id}/history/{id}\tmoderator\t-\n");
	buf_clear(&b);
	router_print(&b, routes + 7, 1);
	assert_text(buf_str(&b), "GET\t/captcha/{file}\tpublic,no_session\t-\n");
}

static void check_one(struct route route)
{
	router_check(&route, 1);
}

static void for_a_role_and_for_all(void)
{
	check_one((struct route){ HTTP_GET, "/x", first, ROUTE_PUBLIC | ROUTE_ADMIN, NULL, NULL });
}

static void changing_without_session(void)
{
	check_one((struct route){ HTTP_POST, "/x", first, ROUTE_PUBLIC | ROUTE_NO_SESSION, NULL,
				  NULL });
}

static void without_session_not_public(void)
{
	check_one((struct route){ HTTP_GET, "/x", first, ROUTE_NO_SESSION, NULL, NULL });
}

static void without_handler(void)
{
	check_one((struct route){ HTTP_GET, "/x", NULL, 0, NULL, NULL });
}

static void unsound_rows_abort(void **state)
{
	(void)state;
	router_check(routes, ARRAY_LEN(routes));
	assert_aborts(for_a_role_and_for_all);
	assert_aborts(changing_without_session);
	assert_aborts(without_session_not_public);
	assert_aborts(without_handler);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		arena_test(rows_are_found),      arena_test(values_are_read),
		arena_test(odd_ids_are_unknown), arena_test(other_methods_are_told),
		arena_test(table_is_printed),    arena_test(unsound_rows_abort),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
