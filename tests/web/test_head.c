/* What every answer tells the browser beside its page: what it may keep, load, send and frame. */
#include "web/web.h"

#include "base/clock.h"
#include "web/cookie.h"
#include "web/flash.h"

#define CSP \
	"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; " \
	"connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

static const struct {
	const char *name, *value;
} always[] = {
	{ "Content-Security-Policy", CSP },
	{ "X-Content-Type-Options", "nosniff" },
	{ "Referrer-Policy", "strict-origin-when-cross-origin" },
	{ "X-Frame-Options", "DENY" },
	{ "X-XSS-Protection", "0" },
	{ "Cross-Origin-Opener-Policy", "same-origin" },
	{ "Cross-Origin-Resource-Policy", "same-site" },
};

static struct browser *ann;
static int64_t post, comment;

static void check_always(struct browser *b, struct reply r, const char *path)
{
	struct str type = reply_header(b, &r, "Content-Type");
	size_t i;

	for (i = 0; i < ARRAY_LEN(always); i++) {
		struct str got = reply_header(b, &r, always[i].name);

		if (!str_is(got, str_from_c(always[i].value)) ||
		    page_count(r.head, always[i].name) != 1)
			fail_msg("%s: %s: " STR_FMT, path, always[i].name, STR_ARG(got));
	}
	if (type.n && str_find(type, STR("charset=utf-8")) < 0 && !str_is(type, STR("image/png")))
		fail_msg("%s: " STR_FMT, path, STR_ARG(type));
	if (!type.n && r.status != 303)
		fail_msg("%s has no type", path);
	/* Nothing tells what runs here. */
	assert_int_equal(reply_header(b, &r, "Server").n, 0);
	assert_int_equal(reply_header(b, &r, "X-Powered-By").n, 0);
}

static struct reply fetch(struct browser *b, const char *path)
{
	struct reply r = get(b, path);

	check_always(b, r, path);
	return r;
}

static void every_answer_is_guarded(void **state)
{
	struct browser *b = visit_guest(site);
	const char *paths[] = {
		"/",
		"/?sort=new",
		"/?sort=nonsense",
		"/?a=%FF",
		"/nowhere",
		"/login",
		"/register",
		"/posts/new",
		"/about",
		"/feed.atom",
		"/sitemap.xml",
		"/robots.txt",
		"/healthz",
		"/avatars/7.svg",
		"/captcha/x.png",
		"/activate/x",
		"/resume/x",
		"/posts/0",
		visit_path(b, "/posts/%lld", (long long)post),
		visit_path(b, "/posts/%lld/feed.atom", (long long)post),
		visit_path(b, "/comments/%lld", (long long)comment),
		visit_path(b, "/users/%lld", (long long)visit_id(ann)),
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(paths); i++) {
		fetch(b, paths[i]);
		fetch(ann, paths[i]);
	}
	check_always(b, post_form(b, "/login", "login=x"), "a refused login");
	check_always(b, browser_ask(b, &(struct ask){ .path = "/posts", .method = "POST" }),
		     "a form of a guest");
	check_always(ann, browser_ask(ann, &(struct ask){ .path = "/posts", .method = "POST" }),
		     "a form without a token");
	check_always(ann, browser_ask(ann, &(struct ask){ .path = "/", .method = "PUT" }), "PUT");
	check_always(ann, post_form(ann, "/posts", "title=&body="), "a wrong form");
}

static void nobody_keeps_what_is_somebodys(void **state)
{
	const char *paths[] = {
		"/",
		"/about",
		"/posts/new",
		"/?sort=new",
		"/nowhere",
		"/?sort=nonsense",
		visit_path(ann, "/posts/%lld", (long long)post),
		visit_path(ann, "/posts/%lld/edit", (long long)post),
		visit_path(ann, "/comments/%lld", (long long)comment),
		visit_path(ann, "/users/%lld", (long long)visit_id(ann)),
		visit_path(ann, "/posts/%lld/history", (long long)post),
	};
	struct reply r;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(paths); i++) {
		r = fetch(ann, paths[i]);
		if (!str_is(reply_header(ann, &r, "Cache-Control"), STR("private, no-store")) ||
		    reply_header(ann, &r, "X-Accel-Expires").n)
			fail_msg("%s: " STR_FMT, paths[i], STR_ARG(r.head));
	}
	/* Also what changes something, and what failed. */
	r = post_form(ann, "/posts/preview", "title=x&body=y");
	assert_text(reply_header(ann, &r, "Cache-Control"), "private, no-store");
	r = post_form(ann, "/posts/preview", "title=&body=");
	assert_text(reply_header(ann, &r, "Cache-Control"), "private, no-store");
	r = post_form(ann, visit_path(ann, "/posts/%lld/like", (long long)post), "on=0");
	assert_text(reply_header(ann, &r, "Cache-Control"), "private, no-store");
}

static bool is_shared(struct browser *b, struct reply r)
{
	bool is_kept = reply_header(b, &r, "X-Accel-Expires").n > 0;

	if (!is_kept)
		return false;
	assert_int_equal(reply_header(b, &r, "Set-Cookie").n, 0);
	assert_text(reply_header(b, &r, "X-Accel-Expires"), "1");
	assert_text(reply_header(b, &r, "Cache-Control"), "public, max-age=0, must-revalidate");
	assert_true(str_find(reply_header(b, &r, "Vary"), STR("Cookie")) >= 0);
	assert_true(str_find(reply_header(b, &r, "Vary"), STR("Accept-Language")) >= 0);
	assert_int_equal(page_count(r.body, "name=\"csrf\""), 0);
	return true;
}

static void pages_are_shared_among_guests_only(void **state)
{
	struct browser *b = visit_guest(site);
	const char *article = visit_path(b, "/posts/%lld", (long long)post);
	struct reply r;

	(void)state;
	assert_true(is_shared(b, fetch(b, "/")));
	assert_true(is_shared(b, fetch(b, article)));
	assert_true(is_shared(b, fetch(b, "/about")));
	assert_int_equal(b->cookie_count, 0);
	/* With a form for a guest in it, with an error: no. */
	assert_false(is_shared(b, fetch(b, "/login")));
	assert_false(is_shared(b, fetch(b, "/?sort=nonsense")));
	/* Dead sessions, forged ones, somebody's message. */
	b = visit_guest(site);
	browser_set_cookie(b, COOKIE_SESSION_NAME,
			   STR("1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
	assert_false(is_shared(b, fetch(b, "/")));
	b = visit_guest(site);
	browser_set_cookie(b, COOKIE_SESSION_NAME, STR("nonsense"));
	assert_false(is_shared(b, fetch(b, "/")));
	b = visit_guest(site);
	browser_set_cookie(b, COOKIE_FLASH_NAME,
			   flash_seal(b->arena, site_config(site)->site.secret, STR("Mine.")));
	r = fetch(b, "/");
	assert_has(r, "Mine.");
	assert_false(is_shared(b, r));
	/* A message of somebody else's making is not shown. */
	b = visit_guest(site);
	browser_set_cookie(b, COOKIE_FLASH_NAME,
			   STR("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.Send%20money"));
	assert_has_not(fetch(b, "/"), "money");
}

/* Every cookie the site sets, over a walk. */
static void check_cookies(struct reply r, const char *more)
{
	struct str head = r.head;
	struct str line = { 0 };

	while (str_split(&head, '\n', &line)) {
		if (!str_starts(line, STR("Set-Cookie:")))
			continue;
		if (str_find(line, STR("; Path=/; HttpOnly; SameSite=Lax")) < 0 ||
		    str_find(line, str_from_c(more)) < 0 || str_find(line, STR("Domain")) >= 0)
			fail_msg(STR_FMT, STR_ARG(line));
	}
}

static void cookies_are_for_the_server_alone(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct browser *guest = visit_guest(site);
	struct reply r = post_form(b, "/posts", "title=x&body=y");

	(void)state;
	assert_true(page_count(r.head, "Set-Cookie:") >= 2);
	check_cookies(r, "");
	check_cookies(get(b, "/"), "");
	check_cookies(get(guest, "/login"), "");
	check_cookies(post_form(guest, "/register", "username=x"), "");
	check_cookies(browser_ask(guest,
				  &(struct ask){ .path = "/language", .body = STR("language=en") }),
		      "");
	r = post_form(b, "/logout", "");
	check_cookies(r, "");
	assert_has_at((struct reply){ .body = r.head },
		      "plaza_session=gone; Path=/; HttpOnly; "
		      "SameSite=Lax; Max-Age=0",
		      true, __FILE__, __LINE__);
}

/* The session is in no address: not in a link, not in a redirection. */
static void no_token_is_in_an_address(void **state)
{
	struct str cookie = browser_cookie(ann, COOKIE_SESSION_NAME);
	struct str secret = str_slice(cookie, cookie.n - 43, cookie.n);
	const char *paths[] = { "/", "/posts/new",
				visit_path(ann, "/posts/%lld", (long long)post) };
	struct reply r;
	struct str log;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(paths); i++) {
		r = get(ann, paths[i]);
		assert_true(str_find(r.body, secret) < 0);
	}
	r = post_form(ann, "/posts", "title=x&body=y");
	assert_true(str_find(reply_header(ann, &r, "Location"), secret) < 0);
	log = site_log_whole(site, ann->arena, "post");
	assert_true(str_find(log, STR("POST /posts 303")) >= 0);
	assert_true(str_find(log, secret) < 0);
}

static void no_other_site_may_read_it(void **state)
{
	static const char *const evil[] = {
		"HTTP_ORIGIN",           "https://evil.example", "HTTP_HOST", "evil.example",
		"HTTP_X_FORWARDED_HOST", "evil.example",         NULL
	};
	static const char *const paths[] = { "/", "/about", "/login", "/feed.atom",
					     "/sitemap.xml" };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(paths); i++) {
		struct reply r = browser_ask(ann, &(struct ask){ .path = paths[i],
								 .extra = evil,
								 .is_foreign = true });

		assert_true(r.status == 200 || r.status == 303);
		assert_int_equal(page_count(r.head, "Access-Control"), 0);
		assert_int_equal(page_count(r.head, "evil"), 0);
		assert_int_equal(page_count(r.body, "evil"), 0);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(every_answer_is_guarded),
	cmocka_unit_test(nobody_keeps_what_is_somebodys),
	cmocka_unit_test(pages_are_shared_among_guests_only),
	cmocka_unit_test(cookies_are_for_the_server_alone),
	cmocka_unit_test(no_token_is_in_an_address),
	cmocka_unit_test(no_other_site_may_read_it),
};

/* The same site as people will see it: on https, in production. */
static void on_https_cookies_are_bound_to_the_host(void **state)
{
	struct browser *b = visit_guest(site);
	struct reply r = get(b, "/login");

	(void)state;
	assert_page(b, r, 200);
	assert_has_at((struct reply){ .body = r.head }, "Set-Cookie: __Host-plaza_guest=", true,
		      __FILE__, __LINE__);
	check_cookies(r, "; Secure");
	check_cookies(browser_ask(b,
				  &(struct ask){ .path = "/language", .body = STR("language=en") }),
		      "; Secure");
	/* A cookie without the prefix may come from a neighbouring host. */
	browser_set_cookie(b, COOKIE_SESSION_NAME, browser_cookie(ann, COOKIE_SESSION_NAME));
	assert_int_equal(get(b, "/posts/new").status, 303);
	browser_set_cookie(b, "__Host-" COOKIE_SESSION_NAME,
			   browser_cookie(ann, COOKIE_SESSION_NAME));
	r = get(b, "/posts/new");
	assert_page(b, r, 200);
	check_cookies(r, "; Secure");
}

/* Not even who has an order there, and a payment that somebody has begun. */
static void nobody_pays_without_money(void)
{
	static const struct db_sql sql_order =
		SQL("INSERT INTO sale_order (order_id, sale_id, user_id, goods_id, request_no,"
		    " price, created_at, expires_at) VALUES (71, 7, ?, 7, 1, 9.90, ?, ?)");
	static const struct db_sql sql_payment =
		SQL("INSERT INTO payment (reference, order_id, amount, state, created_at,"
		    " changed_at) VALUES ('AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 71, 9.90, 0, 1, 1)");
	static const struct db_sql sql_state =
		SQL("SELECT state FROM sale_order WHERE order_id = 71");
	static const char *const cashier = "/dev/cashier/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
	int64_t now = clock_now();

	visit_change(site, &sql_order, DB_ARGS(visit_id(ann), now, now + CLOCK_HOUR));
	visit_change(site, &sql_payment, DB_NO_ARGS);
	browser_set_cookie(ann, "__Host-" COOKIE_SESSION_NAME,
			   browser_cookie(ann, COOKIE_SESSION_NAME));
	assert_page(ann, get(ann, "/orders/71"), 200);
	assert_page(ann, get(ann, cashier), 404);
	assert_page(ann, post_form(ann, cashier, "pay=once"), 404);
	assert_redirect(ann, post_form(ann, "/orders/71/pay", ""), "/orders/71");
	assert_shows(ann, get(ann, "/orders/71"), "This site has no cashier yet");
	assert_int_equal(visit_number(site, &sql_state, DB_NO_ARGS), 0);
}

static void in_production_nothing_of_development_is_there(void **state)
{
	struct browser *b = visit_guest(site);

	(void)state;
	assert_page(b, get(b, "/dev/outbox"), 404);
	assert_page(b, get(b, "/dev/outbox/1.eml"), 404);
	assert_has_not(get(b, "/"), "/dev/outbox");
	nobody_pays_without_money();
	b->address = "198.51.100.1";
	assert_page(b, get(b, "/metrics"), 404);
	/* A form from a host that only says it is ours. */
	assert_page(b,
		    browser_ask(b,
				&(struct ask){ .path = "/language",
					       .body = STR("language=en"),
					       .extra = (const char *const[]){ "HTTP_ORIGIN",
									       "http://127.0.0.1",
									       NULL },
					       .is_foreign = true }),
		    403);
}

static const struct CMUnitTest secure_tests[] = {
	cmocka_unit_test(on_https_cookies_are_bound_to_the_host),
	cmocka_unit_test(in_production_nothing_of_development_is_there),
};

struct site *site;

static int start(void **state)
{
	(void)state;
	site = site_start((const char *const[]){ "post", "account", "site", "social", "admin",
						 "sale", NULL });
	ann = visit_member(site, ROLE_USER);
	post = visit_publish(ann, "Headed", "post");
	comment = visit_comment(ann, post, 0, "headed");
	return 0;
}

static int start_secure(void **state)
{
	(void)state;
	setenv("PLAZA_SITE_URL", "https://forum.example", 1);
	setenv("PLAZA_SITE_MODE", "production", 1);
	setenv("PLAZA_MAIL_SMTP_URL", "smtp://127.0.0.1:25", 1);
	site = site_start((const char *const[]){ "post", "account", "site", "sale", NULL });
	ann = visit_member(site, ROLE_USER);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	visit_end();
	site_stop(site);
	return 0;
}

int main(void)
{
	int failed = cmocka_run_group_tests(tests, start, stop);

	return failed + cmocka_run_group_tests(secure_tests, start_secure, stop);
}
