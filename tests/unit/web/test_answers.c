/* What every answer carries, who may keep it, and what the error pages say. */
#include "unit/web/way.h"

static void a_guests_page_is_for_all(void **state)
{
	struct fake_req *f = GET("PATH_INFO=/");

	(void)state;
	assert_int_equal(f->req->out.status, 200);
	assert_true(fake_req_has(f, "<p>content</p>"));
	assert_true(fake_req_has(f, "<title>A page"));
	assert_true(head_has(f, "X-Accel-Expires: 1\r\n"));
	assert_true(head_has(f, "Cache-Control: public, max-age=0, must-revalidate\r\n"));
	assert_false(head_has(f, "Set-Cookie"));
	assert_false(fake_req_has(f, "name=\"csrf\""));
	fake_req_close(f);
}

static void every_answer_has_its_headers(void **state)
{
	static const char *const paths[] = { "PATH_INFO=/", "PATH_INFO=/none", "PATH_INFO=/file",
					     "PATH_INFO=/mine", "PATH_INFO=/../x" };
	static const char *const lines[] = {
		"Content-Security-Policy: default-src 'none';",
		"X-Content-Type-Options: nosniff\r\n",
		"Referrer-Policy: strict-origin-when-cross-origin\r\n",
		"X-Frame-Options: DENY\r\n",
		"Cross-Origin-Opener-Policy: same-origin\r\n",
		"Cross-Origin-Resource-Policy: same-site\r\n",
		"Permissions-Policy: ",
		"Cache-Control: ",
		"Content-Length: ",
		"Status: ",
	};
	size_t i;
	size_t k;

	(void)state;
	for (i = 0; i < ARRAY_LEN(paths); i++) {
		struct fake_req *f = GET(paths[i]);

		for (k = 0; k < ARRAY_LEN(lines); k++) {
			if (!head_has(f, lines[k]))
				fail_msg("%s without %s", paths[i], lines[k]);
		}
		assert_false(head_has(f, "unsafe-"));
		assert_true(str_ends(f->head, STR("\r\n\r\n")));
		fake_req_close(f);
	}
}

static void a_members_page_is_kept_nowhere(void **state)
{
	struct fake_req *f;

	(void)state;
	fake.lasts_seconds = 3600;
	f = GET("PATH_INFO=/", MEMBER);
	assert_int_equal(f->req->out.status, 200);
	assert_true(fake_req_has(f, "Ann &lt;i&gt;"));
	assert_true(head_has(f, "Cache-Control: private, no-store\r\n"));
	assert_true(head_has(f, "Set-Cookie: " COOKIE_SESSION_NAME "=" SESSION
				"; Path=/; HttpOnly; SameSite=Lax; Max-Age=3600\r\n"));
	assert_false(head_has(f, "X-Accel-Expires"));
	fake_req_close(f);
}

static void a_session_that_is_gone_is_forgotten(void **state)
{
	struct fake_req *f;

	(void)state;
	fake.session = ERR_AUTH;
	f = GET("PATH_INFO=/", MEMBER);
	assert_int_equal(f->req->out.status, 200);
	assert_true(head_has(f, "Set-Cookie: " COOKIE_SESSION_NAME "=gone;"));
	assert_true(head_has(f, "Max-Age=0"));
	assert_false(head_has(f, "X-Accel-Expires"));
	fake_req_close(f);
	/* Nor is a cookie that was never one of ours adopted. */
	f = GET("PATH_INFO=/", "HTTP_COOKIE=" COOKIE_SESSION_NAME "=7.short");
	assert_true(head_has(f, "Set-Cookie: " COOKIE_SESSION_NAME "=gone;"));
	fake_req_close(f);
}

static void a_wrong_token_loses_nothing(void **state)
{
	static const char fields[] = "kind=a%22b&note=%3Ci%3E&new_password=secret";
	struct fake_req *f = POST(fields, "PATH_INFO=/mine", MEMBER, OWN);
	struct str id;
	ptrdiff_t at;
	struct str page;

	assert_int_equal(f->req->out.status, 403);
	assert_int_equal(fake.handled, 0);
	assert_true(fake_req_has(f, "action=\"/mine\""));
	assert_true(fake_req_has(f, "name=\"kind\" value=\"a&quot;b\""));
	assert_true(fake_req_has(f, "name=\"note\" value=\"&lt;i&gt;\""));
	assert_false(fake_req_has(f, "secret"));
	page = buf_str(&f->req->out.body);
	at = str_find(page, STR("name=\"csrf\" value=\""));
	assert_true(at > 0);
	page = str_slice(page, (size_t)at + 19, (size_t)at + 19 + 66);
	assert_true(csrf_check(*state, f->app.config.site.secret, STR(SESSION), page, &id));
	fake_req_close(f);
}

static void each_error_has_its_page(void **state)
{
	static const struct {
		err e;
		int status;
		const char *words;
	} rows[] = {
		{ ERR_INVALID, 422, "cannot be worked on" },
		{ ERR_FORBIDDEN, 403, "Not allowed" },
		{ ERR_NOT_FOUND, 404, "Not found" },
		{ ERR_CONFLICT, 409, "Somebody was faster" },
		{ ERR_LIMITED, 429, "A little slower" },
		{ ERR_UNAVAILABLE, 503, "Back in a moment" },
		{ ERR_INTERNAL, 500, "our mistake" },
	};
	struct fake_req *f;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		fake.handler = rows[i].e;
		f = GET("PATH_INFO=/", "REQUEST_ID=abc123");
		assert_int_equal(f->req->out.status, rows[i].status);
		assert_true(fake_req_has(f, rows[i].words));
		assert_true(fake_req_has(f, "abc123"));
		assert_true(fake_req_has(f, "content=\"noindex\""));
		assert_false(head_has(f, "X-Accel-Expires"));
		fake_req_close(f);
	}
	fake.handler = ERR_AUTH;
	f = GET("PATH_INFO=/");
	assert_int_equal(f->req->out.status, 303);
	fake_req_close(f);
	fake.handler = OK;
	f = GET("PATH_INFO=/silent");
	assert_int_equal(f->req->out.status, 500);
	fake_req_close(f);
}

static void too_often_says_when(void **state)
{
	struct fake_req *f;

	fake.session = ERR_LIMITED;
	f = POST(with_token(*state, STR(SESSION), "kind=typed"), "PATH_INFO=/mine", MEMBER, OWN);
	assert_int_equal(f->req->out.status, 429);
	assert_text(fake_req_header(f, "Retry-After"), "42");
	assert_true(fake_req_has(f, "42 seconds"));
	assert_true(fake_req_has(f, "value=\"typed\""));
	assert_int_equal(fake.handled, 0);
	fake_req_close(f);
}

/* It may have been done before the answer was lost: as the same form it is done once. */
static void a_form_in_doubt_is_offered_as_the_same_form(void **state)
{
	struct fake_req *f;
	struct str again;

	fake.handler = ERR_UNAVAILABLE;
	f = POST(with_token(*state, STR(SESSION), "kind=typed"), "PATH_INFO=/mine", MEMBER, OWN);
	assert_int_equal(f->req->out.status, 503);
	again = str_format(*state, "name=\"csrf\" value=\"" STR_FMT ".", STR_ARG(f->req->form_id));
	assert_true(fake_req_has(f, again.p));
	assert_true(fake_req_has(f, "value=\"typed\""));
	fake_req_close(f);
}

static void a_form_gives_a_guest_a_cookie(void **state)
{
	struct fake_req *f = GET("PATH_INFO=/form");

	(void)state;
	assert_true(head_has(f, "Set-Cookie: " COOKIE_GUEST_NAME "="));
	assert_true(head_has(f, "Cache-Control: private, no-store"));
	assert_false(head_has(f, "X-Accel-Expires"));
	fake_req_close(f);
	f = GET("PATH_INFO=/form", KNOWN_GUEST);
	assert_true(head_has(f, COOKIE_GUEST_NAME "=" GUEST ";"));
	fake_req_close(f);
	f = GET("PATH_INFO=/form", "HTTP_COOKIE=" COOKIE_GUEST_NAME "=<script>");
	assert_false(head_has(f, "<script>"));
	fake_req_close(f);
}

static void a_message_is_shown_once(void **state)
{
	struct fake_req *f = POST("x=1", "PATH_INFO=/greet", OWN);
	struct str cookie = fake_req_header(f, "Set-Cookie");
	struct str pair = { 0 };

	assert_true(str_starts(cookie, STR(COOKIE_FLASH_NAME "=")));
	str_split(&cookie, ';', &pair);
	pair = str_format(*state, "HTTP_COOKIE=" STR_FMT, STR_ARG(pair));
	fake_req_close(f);
	f = GET("PATH_INFO=/", pair.p);
	assert_true(fake_req_has(f, "role=\"status\">Log in<"));
	assert_true(head_has(f, "Set-Cookie: " COOKIE_FLASH_NAME "=gone;"));
	assert_false(head_has(f, "X-Accel-Expires"));
	fake_req_close(f);
	f = GET("PATH_INFO=/", "HTTP_COOKIE=" COOKIE_FLASH_NAME "=forged.Hello");
	assert_false(fake_req_has(f, "Hello"));
	fake_req_close(f);
}

static void the_language_is_chosen(void **state)
{
	struct fake_req *f = GET("PATH_INFO=/", "HTTP_ACCEPT_LANGUAGE=zh-CN,en;q=0.5");

	(void)state;
	assert_true(fake_req_has(f, "lang=\"zh-CN\""));
	fake_req_close(f);
	f = GET("PATH_INFO=/", "HTTP_ACCEPT_LANGUAGE=zh-CN", "HTTP_COOKIE=plaza_language=en");
	assert_true(fake_req_has(f, "lang=\"en\""));
	fake_req_close(f);
}

static void next_stays_on_the_site(void **state)
{
	static const char *const bad[] = { "//evil.example",    "https://evil.example/",
					   "/\\evil.example",   "javascript:alert(1)",
					   "%09//evil.example", "x" };
	size_t i;
	struct fake_req *f;

	for (i = 0; i < ARRAY_LEN(bad); i++) {
		struct str fields = str_format(*state, "next=%s", bad[i]);

		f = POST(fields.p, "PATH_INFO=/harmless", OWN);
		assert_text(fake_req_header(f, "Location"), "/done");
		fake_req_close(f);
	}
	f = POST("next=/posts/7%3Fa=1", "PATH_INFO=/harmless", OWN);
	assert_text(fake_req_header(f, "Location"), "/posts/7?a=1");
	fake_req_close(f);
}

static void a_file_has_no_cookies(void **state)
{
	struct fake_req *f = GET("PATH_INFO=/file", MEMBER);

	(void)state;
	assert_int_equal(f->req->out.status, 200);
	assert_false(head_has(f, "Set-Cookie"));
	assert_text(fake_req_header(f, "Content-Type"), "text/plain; charset=utf-8");
	fake_req_close(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		way_test(a_guests_page_is_for_all),
		way_test(every_answer_has_its_headers),
		way_test(a_members_page_is_kept_nowhere),
		way_test(a_session_that_is_gone_is_forgotten),
		way_test(a_wrong_token_loses_nothing),
		way_test(each_error_has_its_page),
		way_test(too_often_says_when),
		way_test(a_form_in_doubt_is_offered_as_the_same_form),
		way_test(a_form_gives_a_guest_a_cookie),
		way_test(a_message_is_shown_once),
		way_test(the_language_is_chosen),
		way_test(next_stays_on_the_site),
		way_test(a_file_has_no_cookies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
