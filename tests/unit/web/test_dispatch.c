/* The way of a request through the checks to its handler. */
#include "unit/web/way.h"

static void without_redis_public_pages_go_on(void **state)
{
	struct fake_req *f;

	(void)state;
	fake.session = ERR_UNAVAILABLE;
	f = GET("PATH_INFO=/", MEMBER);
	assert_int_equal(f->req->out.status, 200);
	assert_true(head_has(f, "private, no-store"));
	assert_false(head_has(f, "Set-Cookie")); /* the reader may well be logged in */
	fake_req_close(f);
	f = GET("PATH_INFO=/mine", MEMBER);
	assert_int_equal(f->req->out.status, 503);
	assert_true(head_has(f, "Retry-After: "));
	assert_int_equal(fake.handled, 1);
	fake_req_close(f);
}

static void guests_are_sent_to_the_login(void **state)
{
	struct fake_req *f = GET("PATH_INFO=/mine", "QUERY_STRING=a=%2F&b=2");

	(void)state;
	assert_int_equal(f->req->out.status, 303);
	assert_text(fake_req_header(f, "Location"), "/login?next=%2Fmine%3Fa%3D%252F%26b%3D2");
	assert_int_equal(fake.handled, 0);
	fake_req_close(f);
}

static void roles_are_asked_for(void **state)
{
	static const struct {
		const char *path;
		enum role role;
		int status;
	} rows[] = {
		{ "PATH_INFO=/mine", ROLE_USER, 200 },
		{ "PATH_INFO=/moderator", ROLE_USER, 403 },
		{ "PATH_INFO=/admin", ROLE_USER, 403 },
		{ "PATH_INFO=/moderator", ROLE_MODERATOR, 200 },
		{ "PATH_INFO=/admin", ROLE_MODERATOR, 403 },
		{ "PATH_INFO=/admin", ROLE_ADMIN, 200 },
		{ "PATH_INFO=/moderator", ROLE_ADMIN, 200 },
	};
	struct fake_req *f;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		fake.role = rows[i].role;
		f = GET(rows[i].path, MEMBER);
		assert_int_equal(f->req->out.status, rows[i].status);
		fake_req_close(f);
	}
	f = GET("PATH_INFO=/moderator");
	assert_int_equal(f->req->out.status, 303);
	fake_req_close(f);
}

static void a_right_token_goes_through(void **state)
{
	struct fake_req *f =
		POST(with_token(*state, STR(SESSION), "title=x"), "PATH_INFO=/mine", MEMBER, OWN);

	assert_int_equal(f->req->out.status, 303);
	assert_text(fake_req_header(f, "Location"), "/done");
	assert_int_equal(f->req->form_id.n, CSRF_FORM_ID_LENGTH);
	assert_int_equal(fake.handled, 1);
	fake_req_close(f);
	/* An old browser says nothing of where a form comes from: the token does. */
	f = POST(with_token(*state, STR(SESSION), "title=x"), "PATH_INFO=/mine", MEMBER);
	assert_int_equal(f->req->out.status, 303);
	fake_req_close(f);
	f = POST(with_token(*state, STR(GUEST), "title=x"), "PATH_INFO=/all", KNOWN_GUEST, OWN);
	assert_int_equal(f->req->out.status, 303);
	assert_int_equal(fake.handled, 3);
	fake_req_close(f);
}

static void tokens_of_others_are_wrong(void **state)
{
	static const char *const bindings[] = { "8.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
						GUEST };
	struct fake_req *f;
	size_t i;

	for (i = 0; i < ARRAY_LEN(bindings); i++) {
		/* The guest's cookie is there too: it does not help a member's form. */
		f = POST(with_token(*state, str_from_c(bindings[i]), "x=1"), "PATH_INFO=/mine", OWN,
			 MEMBER "; " COOKIE_GUEST_NAME "=" GUEST);
		assert_int_equal(f->req->out.status, 403);
		assert_int_equal(f->req->form_id.n, 0);
		fake_req_close(f);
	}
	f = POST("x=1", "PATH_INFO=/all", OWN);
	assert_int_equal(f->req->out.status, 403);
	fake_req_close(f);
	assert_int_equal(fake.handled, 0);
}

static void other_sites_are_refused_even_with_a_token(void **state)
{
	static const char *const from[] = { "HTTP_SEC_FETCH_SITE=cross-site",
					    "HTTP_ORIGIN=https://evil.example", "HTTP_ORIGIN=null",
					    "HTTP_REFERER=https://evil.example/" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(from); i++) {
		struct fake_req *f = POST(with_token(*state, STR(SESSION), "kind=typed"),
					  "PATH_INFO=/mine", MEMBER, from[i]);

		assert_int_equal(f->req->out.status, 403);
		assert_false(fake_req_has(f, "typed"));
		fake_req_close(f);
	}
	assert_int_equal(fake.handled, 0);
}

static void harmless_forms_need_the_origin_only(void **state)
{
	struct fake_req *f = POST("x=1", "PATH_INFO=/harmless", OWN);

	(void)state;
	assert_int_equal(f->req->out.status, 303);
	fake_req_close(f);
	f = POST("x=1", "PATH_INFO=/harmless");
	assert_int_equal(f->req->out.status, 403);
	fake_req_close(f);
	f = POST("x=1", "PATH_INFO=/harmless", "HTTP_ORIGIN=https://evil.example");
	assert_int_equal(f->req->out.status, 403);
	fake_req_close(f);
	assert_int_equal(fake.handled, 1);
}

static void what_a_guest_typed_is_held(void **state)
{
	struct fake_req *f =
		POST(with_token(*state, STR(SESSION), "title=t&my_password=p&body=b"),
		     "PATH_INFO=/mine", OWN, "HTTP_REFERER=http://127.0.0.1:8080/posts/7?x=1");

	assert_int_equal(f->req->out.status, 303);
	assert_text(fake_req_header(f, "Location"),
		    "/login?next=%2Fposts%2F7%3Fx%3D1&held=heldtoken");
	assert_text(fake.held.action, "/mine");
	assert_int_equal(fake.held.fields.count, 2);
	assert_text(fake.held.fields.items[0].name, "title");
	assert_text(fake.held.fields.items[1].value, "b");
	/* For this browser alone, which gets a cookie to be known by. */
	assert_int_equal(fake.held_for.n, strlen(GUEST));
	assert_true(head_has(f, "Set-Cookie: " COOKIE_GUEST_NAME "="));
	fake_req_close(f);
	/* Another site's words are not held. */
	memset(&fake.held, 0, sizeof(fake.held));
	f = POST("title=t", "PATH_INFO=/mine", "HTTP_ORIGIN=https://evil.example");
	assert_text(fake_req_header(f, "Location"), "/login?next=%2F");
	assert_int_equal(fake.held.fields.count, 0);
	fake_req_close(f);
	/* Too much to hold is no reason to stop. */
	fake.held_answer = ERR_INVALID;
	f = POST("title=t", "PATH_INFO=/mine", OWN);
	assert_int_equal(f->req->out.status, 303);
	fake_req_close(f);
}

static void bodies_are_bounded(void **state)
{
	struct arena *a = *state;
	char *big = arena_alloc(a, APP_SMALL_BODY + 2);
	struct fake_req *f;

	memset(big, 'x', APP_SMALL_BODY + 1);
	memcpy(big, "a=", 2);
	f = POST(big, "PATH_INFO=/all", OWN);
	assert_int_equal(f->req->out.status, 413);
	/* Read to its end all the same, or the server would lose the answer. */
	assert_int_equal(f->body_read, APP_SMALL_BODY + 1);
	fake_req_close(f);
	f = POST(big, "PATH_INFO=/none", OWN);
	assert_int_equal(f->req->out.status, 404);
	assert_int_equal(f->body_read, APP_SMALL_BODY + 1);
	fake_req_close(f);
	f = POST(big, "PATH_INFO=/big", OWN);
	assert_int_equal(f->req->out.status, 403); /* not too big, but without a token */
	fake_req_close(f);
}

static void queries_are_bounded(void **state)
{
	const size_t name = strlen("QUERY_STRING=");
	char *query = arena_alloc(*state, name + FORM_QUERY_MAX + 2);
	struct fake_req *f;

	memset(query, 'x', name + FORM_QUERY_MAX + 1);
	memcpy(query, "QUERY_STRING=a=", name + 2);
	f = GET("PATH_INFO=/", query);
	assert_int_equal(f->req->out.status, 400);
	fake_req_close(f);
	query[name + FORM_QUERY_MAX] = '\0';
	f = GET("PATH_INFO=/", query);
	assert_int_equal(f->req->out.status, 200);
	fake_req_close(f);
}

static void broken_requests_are_told_apart(void **state)
{
	static const struct {
		const char *variable;
		int status;
	} rows[] = {
		{ "CONTENT_LENGTH=-1", 400 },
		{ "CONTENT_LENGTH=1e3", 400 },
		{ "CONTENT_LENGTH=99999999999999999999", 400 },
		{ "CONTENT_LENGTH=100", 400 },
		{ "CONTENT_TYPE=application/json", 400 },
		{ "CONTENT_TYPE=text/plain", 400 },
		{ "CONTENT_TYPE=", 400 },
		{ "QUERY_STRING=a=%FF", 400 },
		{ "QUERY_STRING=a=%00", 400 },
		{ "PATH_INFO=/%", 404 },
		{ "PATH_INFO=/a/../b", 404 },
		{ "PATH_INFO=/\xff", 404 },
		{ "PATH_INFO=/a\r\nX: y", 404 },
		{ "PATH_INFO=x", 404 },
		{ "REQUEST_METHOD=PUT", 405 },
		{ "REQUEST_METHOD=TRACE", 405 },
		{ "REQUEST_METHOD=post", 405 },
		{ "REQUEST_METHOD=", 405 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		const char *path = str_starts(str_from_c(rows[i].variable), STR("PATH_INFO"))
					   ? "X=1"
					   : "PATH_INFO=/all";
		struct fake_req *f = POST("a=b", rows[i].variable, path, OWN);

		if (f->req->out.status != rows[i].status)
			fail_msg("%s gives %d", rows[i].variable, f->req->out.status);
		fake_req_close(f);
	}
	assert_int_equal(fake.handled, 0);
}

static void methods_are_told(void **state)
{
	struct fake_req *f = GET("PATH_INFO=/all");

	(void)state;
	assert_int_equal(f->req->out.status, 405);
	assert_text(fake_req_header(f, "Allow"), "POST");
	fake_req_close(f);
	f = GET("PATH_INFO=/mine", "REQUEST_METHOD=DELETE");
	assert_text(fake_req_header(f, "Allow"), "GET, HEAD, POST");
	fake_req_close(f);
	f = GET("PATH_INFO=/", "REQUEST_METHOD=HEAD");
	assert_int_equal(f->req->out.status, 200);
	assert_true(f->req->in.is_head);
	fake_req_close(f);
}

static void hidden_pages_do_not_exist(void **state)
{
	struct fake_req *f = GET("PATH_INFO=/dev");

	(void)state;
	assert_int_equal(f->req->out.status, 200);
	fake_req_close(f);
	f = fake_req_open((const char *[]){ "PATH_INFO=/dev", NULL }, "");
	f->app.config.site.is_development = false;
	fake_req_serve(f, routes, ARRAY_LEN(routes));
	assert_int_equal(f->req->out.status, 404);
	fake_req_close(f);
	f = GET("PATH_INFO=/local", "REMOTE_ADDR=10.0.0.1", "HTTP_X_FORWARDED_FOR=127.0.0.1");
	assert_int_equal(f->req->out.status, 404);
	fake_req_close(f);
	f = GET("PATH_INFO=/local", "REMOTE_ADDR=127.0.0.1");
	assert_int_equal(f->req->out.status, 200);
	fake_req_close(f);
	f = GET("PATH_INFO=/local", "REMOTE_ADDR=::1");
	assert_int_equal(f->req->out.status, 200);
	fake_req_close(f);
}

/* It stands in each line of the log: what could not be ours is not written there. */
static void an_odd_request_id_is_none(void **state)
{
	static const struct {
		const char *variable;
		size_t length;
	} rows[] = {
		{ "REQUEST_ID=0123456789abcdef0123456789abcdef", 32 },
		{ "REQUEST_ID=0123456789abcdef0123456789abcdef01234567", 40 },
		{ "REQUEST_ID=0123456789abcdef0123456789abcdef012345678", 0 },
		{ "REQUEST_ID=abc\nerror plaza[1] forged", 0 },
		{ "REQUEST_ID=abc def", 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		struct fake_req *f = GET("PATH_INFO=/", rows[i].variable);

		assert_int_equal(f->req->in.id.n, rows[i].length);
		fake_req_close(f);
	}
}

static void a_length_that_is_none_makes_no_sense(void **state)
{
	struct fake_req *f = GET("PATH_INFO=/", "CONTENT_LENGTH=-1");

	(void)state;
	assert_int_equal(f->req->out.status, 400);
	assert_int_equal(fake.handled, 0);
	fake_req_close(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		way_test(without_redis_public_pages_go_on),
		way_test(guests_are_sent_to_the_login),
		way_test(roles_are_asked_for),
		way_test(a_right_token_goes_through),
		way_test(tokens_of_others_are_wrong),
		way_test(other_sites_are_refused_even_with_a_token),
		way_test(harmless_forms_need_the_origin_only),
		way_test(what_a_guest_typed_is_held),
		way_test(bodies_are_bounded),
		way_test(queries_are_bounded),
		way_test(broken_requests_are_told_apart),
		way_test(methods_are_told),
		way_test(hidden_pages_do_not_exist),
		way_test(an_odd_request_id_is_none),
		way_test(a_length_that_is_none_makes_no_sense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
