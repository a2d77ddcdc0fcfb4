/*
 * The way of a request through the checks, and what every answer carries. Sessions and held texts
 * are replaced by the linker; MariaDB and Redis are down.
 */
#include "unit/unit.h"

#include "domain/held.h"
#include "support/fake_req.h"
#include "web/cookie.h"
#include "web/flash.h"

#define SESSION "7.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define GUEST "gggggggggggggggggggggg"
#define OWN "HTTP_SEC_FETCH_SITE=same-origin"

/* What the replaced functions say and saw. */
static struct {
	err session;
	enum role role;
	int64_t lasts_seconds;
	err handler;
	int handled;
	struct held held;
	err held_answer;
} fake;

struct session_want *__wrap_session_want(struct ctx *c, struct str cookie,
					 const struct limit_class *l);
err __wrap_session_read(struct ctx *c, const struct session_want *want, struct session *out,
			int64_t *retry_seconds);
err __wrap_held_keep(struct ctx *c, const struct held *h, struct str *token_out);

struct session_want *__wrap_session_want(struct ctx *c, struct str cookie,
					 const struct limit_class *l)
{
	(void)l;
	return session_hint(cookie) ? arena_alloc(c->arena, 8) : NULL;
}

err __wrap_session_read(struct ctx *c, const struct session_want *want, struct session *out,
			int64_t *retry_seconds)
{
	(void)c;
	assert_non_null(want);
	if (fake.session == OK || fake.session == ERR_LIMITED) {
		out->viewer = (struct viewer){ 7, 1, STR("Ann <i>"), { 0 }, fake.role, 1 };
		out->lasts_seconds = fake.lasts_seconds;
	}
	if (fake.session == ERR_LIMITED)
		*retry_seconds = 42;
	return fake.session;
}

err __wrap_held_keep(struct ctx *c, const struct held *h, struct str *token_out)
{
	(void)c;
	fake.held = *h;
	*token_out = STR("heldtoken");
	return fake.held_answer;
}

static err show(struct req *r)
{
	struct page_meta meta = { .title = STR("A page"), .is_micro_cached = true };

	fake.handled++;
	if (fake.handler)
		return fake.handler;
	BUF_LIT(req_page(r)->buf, "<p>content</p>");
	return resp_page(r, 200, &meta);
}

static err show_form(struct req *r)
{
	struct page_meta meta = { .title = STR("A form"), .is_micro_cached = true };
	struct page_out *out = req_page(r);

	out->put_csrf(out);
	return resp_page(r, 200, &meta);
}

static err change(struct req *r)
{
	fake.handled++;
	return fake.handler ? fake.handler : resp_back(r, URL_LITERAL("/done"));
}

static err say_nothing(struct req *r)
{
	(void)r;
	return OK;
}

static err give_file(struct req *r)
{
	return resp_body(r, 200, STR("text/plain; charset=utf-8"), STR("file"));
}

static err greet(struct req *r)
{
	req_flash(r, "Log in");
	return resp_redirect(r, URL_LITERAL("/"));
}

static const struct route routes[] = {
	{ HTTP_GET, "/", show, ROUTE_PUBLIC, NULL, NULL },
	{ HTTP_GET, "/form", show_form, ROUTE_PUBLIC, NULL, NULL },
	{ HTTP_GET, "/mine", show, 0, NULL, NULL },
	{ HTTP_POST, "/mine", change, 0, NULL, NULL },
	{ HTTP_POST, "/all", change, ROUTE_PUBLIC, NULL, NULL },
	{ HTTP_POST, "/harmless", change, ROUTE_PUBLIC | ROUTE_NO_CSRF, NULL, NULL },
	{ HTTP_POST, "/big", change, ROUTE_PUBLIC | ROUTE_BIG_BODY, NULL, NULL },
	{ HTTP_GET, "/moderator", show, ROUTE_MODERATOR, NULL, NULL },
	{ HTTP_GET, "/admin", show, ROUTE_ADMIN, NULL, NULL },
	{ HTTP_GET, "/dev", show, ROUTE_PUBLIC | ROUTE_DEVELOPMENT, NULL, NULL },
	{ HTTP_GET, "/local", show, ROUTE_PUBLIC | ROUTE_LOCAL, NULL, NULL },
	{ HTTP_GET, "/silent", say_nothing, ROUTE_PUBLIC, NULL, NULL },
	{ HTTP_GET, "/file", give_file, ROUTE_PUBLIC | ROUTE_NO_SESSION, NULL, NULL },
	{ HTTP_POST, "/greet", greet, ROUTE_PUBLIC | ROUTE_NO_CSRF, NULL, NULL },
};

static int reset(void **state)
{
	(void)state;
	memset(&fake, 0, sizeof(fake));
	return 0;
}

static struct fake_req *served(const char *const *variables, const char *body)
{
	struct fake_req *f = fake_req_open(variables, body);

	fake_req_serve(f, routes, ARRAY_LEN(routes));
	return f;
}

#define GET(...) served((const char *[]){ __VA_ARGS__, NULL }, "")
#define POST(body, ...) served((const char *[]){ __VA_ARGS__, NULL }, (body))
#define MEMBER "HTTP_COOKIE=" COOKIE_SESSION_NAME "=" SESSION
#define KNOWN_GUEST "HTTP_COOKIE=" COOKIE_GUEST_NAME "=" GUEST

static bool head_has(const struct fake_req *f, const char *text)
{
	return str_find(f->head, str_from_c(text)) >= 0;
}

/* "csrf=<token>&" for a binding, and then the fields. */
static const char *with_token(struct arena *a, struct str binding, const char *fields)
{
	struct fake_req *f = fake_req_open((const char *[]){ NULL }, "");
	struct str token =
		csrf_next(&(struct csrf_page){ 0 }, a, f->app.config.site.secret, binding);
	struct str body = str_format(a, CSRF_FIELD "=" STR_FMT "&%s", STR_ARG(token), fields);

	fake_req_close(f);
	return body.p;
}

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

static void a_part_has_no_layout(void **state)
{
	struct fake_req *f = GET("PATH_INFO=/", "HTTP_HX_REQUEST=true");

	(void)state;
	assert_same(buf_str(&f->req->out.body), STR("<p>content</p>"));
	assert_false(head_has(f, "X-Accel-Expires"));
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

static int set_up(void **state)
{
	reset(state);
	secret_open();
	return arena_setup(state);
}

#define way_test(function) cmocka_unit_test_setup_teardown(function, set_up, arena_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		way_test(a_guests_page_is_for_all),
		way_test(every_answer_has_its_headers),
		way_test(a_members_page_is_kept_nowhere),
		way_test(a_session_that_is_gone_is_forgotten),
		way_test(without_redis_public_pages_go_on),
		way_test(guests_are_sent_to_the_login),
		way_test(roles_are_asked_for),
		way_test(a_right_token_goes_through),
		way_test(a_wrong_token_loses_nothing),
		way_test(tokens_of_others_are_wrong),
		way_test(other_sites_are_refused_even_with_a_token),
		way_test(harmless_forms_need_the_origin_only),
		way_test(what_a_guest_typed_is_held),
		way_test(bodies_are_bounded),
		way_test(broken_requests_are_told_apart),
		way_test(methods_are_told),
		way_test(hidden_pages_do_not_exist),
		way_test(each_error_has_its_page),
		way_test(too_often_says_when),
		way_test(a_form_in_doubt_is_offered_as_the_same_form),
		way_test(a_form_gives_a_guest_a_cookie),
		way_test(a_message_is_shown_once),
		way_test(a_part_has_no_layout),
		way_test(the_language_is_chosen),
		way_test(next_stays_on_the_site),
		way_test(a_file_has_no_cookies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
