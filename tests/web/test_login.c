/* Logging in and out, sessions, and where the login leads to. */
#include "web/web.h"

#include "base/num.h"
#include "domain/user.h"
#include "web/cookie.h"

static const struct db_sql sql_state = SQL("UPDATE user SET state = ? WHERE user_id = ?");
static const struct db_sql sql_name = SQL("SELECT username FROM user WHERE user_id = ?");
static const struct db_sql sql_email =
	SQL("UPDATE user SET email = ?, email_folded = ? WHERE user_id = ?");

/* An account nobody is logged in to. */
struct account {
	int64_t id;
	struct str name;
};

static struct account new_account(struct browser *b)
{
	struct account a = { .id = site_user(site, "l", ROLE_USER) };

	a.name = visit_text(site, b->arena, &sql_name, DB_ARGS(a.id));
	return a;
}

static struct reply log_in(struct browser *b, struct str login, const char *password,
			   const char *more)
{
	struct str fields = visit_fields(b, "login", login.p, "password", password, NULL);

	return post_form(b, "/login", visit_path(b, STR_FMT "%s", STR_ARG(fields), more));
}

static bool is_in(struct browser *b)
{
	return get(b, "/posts/new").status == 200;
}

static void a_name_or_an_address_and_a_password_let_in(void **state)
{
	struct browser *b = visit_guest(site);
	struct account a = new_account(b);
	struct str email = str_format(b->arena, "Mixed." STR_FMT "@Example.ORG", STR_ARG(a.name));
	struct str folded = str_format(b->arena, "mixed." STR_FMT "@example.org", STR_ARG(a.name));

	(void)state;
	visit_change(site, &sql_email, DB_ARGS(email, folded, a.id));
	assert_page(b, get(b, "/login"), 200);
	assert_false(is_in(b));
	assert_redirect(b, log_in(b, a.name, SITE_PASSWORD, ""), "/");
	assert_true(is_in(b));
	/* Already in: the form is not shown again. */
	assert_redirect(b, get(b, "/login?next=%2Fabout"), "/about");
	b = visit_guest(site);
	assert_redirect(b, log_in(b, folded, SITE_PASSWORD, ""), "/");
	b = visit_guest(site);
	/* The first pass, as the page's script makes it. */
	assert_redirect(b,
			log_in(b, a.name, "",
			       visit_path(b, "&password1=%s",
					  user_first_pass(b->arena, STR(SITE_PASSWORD)).p)),
			"/");
	assert_true(is_in(b));
}

static void accounts_that_may_not_log_in(void **state)
{
	struct browser *b = visit_guest(site);
	struct account a = new_account(b);
	struct reply r;

	(void)state;
	visit_change(site, &sql_state, DB_ARGS(USER_DISABLED, a.id));
	r = log_in(b, a.name, SITE_PASSWORD, "");
	assert_page(b, r, 422);
	assert_shows(b, r, "This account was closed by a moderator.");
	r = log_in(b, a.name, "not the right one", "");
	assert_shows(b, r, "do not belong together");
	assert_false(is_in(b));
}

/* The value of Max-Age in the Set-Cookie of the session; 0 when there is none. */
static int64_t max_age(struct browser *b, struct reply r)
{
	struct str line = reply_header(b, &r, "Set-Cookie");
	ptrdiff_t at = str_find(line, STR("Max-Age="));
	int64_t seconds = 0;

	assert_true(str_starts(line, STR(COOKIE_SESSION_NAME "=")));
	assert_true(str_find(line, STR("; HttpOnly")) > 0);
	assert_true(str_find(line, STR("; SameSite=Lax")) > 0);
	assert_true(str_find(line, STR("; Path=/")) > 0);
	if (at > 0)
		assert_true(num_parse_i64(str_slice(line, (size_t)at + 8, line.n), 1, INT64_MAX,
					  &seconds));
	return seconds;
}

static struct str session_key(struct browser *b)
{
	struct str cookie = browser_cookie(b, COOKIE_SESSION_NAME);

	return str_format(b->arena, "session:{%lld}:" STR_FMT, (long long)visit_id(b),
			  STR_ARG(secret_hash(b->arena, cookie)));
}

static int64_t ttl_of_session(struct browser *b)
{
	struct str key = session_key(b);
	struct cache_reply *reply;

	assert_int_equal(cache_run(site_ctx(site)->cache, &reply, CACHE_ARGS(STR("TTL"), key)), OK);
	return cache_int(reply);
}

static void to_be_remembered_is_ones_own_choice(void **state)
{
	struct browser *b = visit_guest(site);
	struct account a = new_account(b);
	struct reply r = log_in(b, a.name, SITE_PASSWORD, "");

	(void)state;
	assert_status(r, 303);
	assert_int_equal(max_age(b, r), 0);
	assert_in_range(ttl_of_session(b), SESSION_SECONDS - 60, SESSION_SECONDS);
	r = get(b, "/posts/new");
	assert_int_equal(max_age(b, r), 0);
	b = visit_guest(site);
	r = log_in(b, a.name, SITE_PASSWORD, "&remember=1");
	assert_in_range(max_age(b, r), SESSION_REMEMBER_SECONDS - 60, SESSION_REMEMBER_SECONDS);
	assert_in_range(ttl_of_session(b), SESSION_REMEMBER_SECONDS - 60, SESSION_REMEMBER_SECONDS);
	r = get(b, "/posts/new");
	assert_in_range(max_age(b, r), SESSION_REMEMBER_SECONDS - 60, SESSION_REMEMBER_SECONDS);
}

/* However often it is used: ninety days after the login it ends. */
static void no_session_lives_for_ever(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	int64_t ninety_days_ago = site_ctx(site)->now - SESSION_ABSOLUTE_SECONDS * INT64_C(1000);
	struct cache_reply *reply;

	(void)state;
	assert_true(is_in(b));
	assert_int_equal(cache_run(site_ctx(site)->cache, &reply,
				   CACHE_ARGS(STR("HSET"), session_key(b), STR("created"),
					      ninety_days_ago)),
			 OK);
	assert_false(is_in(b));
}

static void logging_out_ends_it_on_the_server(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct browser *elsewhere = visit_again(site, visit_id(b));
	struct str cookie = browser_cookie(b, COOKIE_SESSION_NAME);
	struct reply r;

	(void)state;
	assert_int_equal(get(b, "/logout").status, 405);
	assert_status(browser_ask(b, &(struct ask){ .method = "POST", .path = "/logout" }), 403);
	assert_true(is_in(b));
	assert_redirect(b, post_form(b, "/logout", ""), "/");
	assert_int_equal(browser_cookie(b, COOKIE_SESSION_NAME).n, 0);
	browser_set_cookie(b, COOKIE_SESSION_NAME, cookie);
	r = get(b, "/posts/new");
	assert_status(r, 303);
	/* The dead cookie is taken away, and no token bound to it works. */
	assert_int_equal(browser_cookie(b, COOKIE_SESSION_NAME).n, 0);
	assert_true(is_in(elsewhere));
}

static void a_cookie_of_ones_own_making_is_never_adopted(void **state)
{
	struct browser *b = visit_guest(site);
	struct account a = new_account(b);
	struct str planted =
		str_format(b->arena, "%lld.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
			   (long long)a.id);
	static const char *const odd[] = { "",
					   "x",
					   "1.",
					   ".",
					   "1.AAAA",
					   "-1.AAAAAAAAAAAAAAAAAAAAA",
					   "0.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" };
	size_t i;

	(void)state;
	browser_set_cookie(b, COOKIE_SESSION_NAME, planted);
	assert_false(is_in(b));
	browser_set_cookie(b, COOKIE_SESSION_NAME, planted);
	browser_set_cookie(b, COOKIE_GUEST_NAME, secret_token(b->arena, 16));
	/* A form bound to the planted cookie, as its planter could have made it. */
	assert_redirect(b, log_in(b, a.name, SITE_PASSWORD, ""), "/");
	assert_false(str_is(browser_cookie(b, COOKIE_SESSION_NAME), planted));
	assert_true(is_in(b));
	for (i = 0; i < ARRAY_LEN(odd); i++) {
		browser_set_cookie(b, COOKIE_SESSION_NAME, str_from_c(odd[i]));
		assert_false(is_in(b));
	}
}

static void a_login_ends_the_session_before_it(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct str before = browser_cookie(b, COOKIE_SESSION_NAME);
	struct account a = new_account(b);

	(void)state;
	assert_redirect(b, log_in(b, a.name, SITE_PASSWORD, ""), "/");
	assert_int_equal(visit_id(b), a.id);
	browser_set_cookie(b, COOKIE_SESSION_NAME, before);
	assert_false(is_in(b));
}

static void nobody_is_led_away_after_the_login(void **state)
{
	static const struct {
		const char *next, *to;
	} cases[] = {
		{ "%2Fposts%2Fnew%3Fx%3D1", "/posts/new?x=1" },
		{ "//evil.example", "/" },
		{ "https%3A%2F%2Fevil.example", "/" },
		{ "%2F%5Cevil.example", "/" },
		{ "%5C%5Cevil.example", "/" },
		{ "%2F%09%2Fevil.example", "/" },
		{ "%2F%0A%2Fevil.example", "/" },
		{ "%2F%0D%0ASet-Cookie%3A+x%3D1", "/" },
		{ "javascript%3Aalert(1)", "/" },
		{ "data%3Atext%2Fhtml%2Cx", "/" },
		{ "http%3Aevil.example", "/" },
		{ "evil.example", "/" },
		{ "", "/" },
		{ "%2F%40evil.example", "/@evil.example" },
	};
	struct browser *b;
	struct reply r;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		b = visit_guest(site);
		r = log_in(b, new_account(b).name, SITE_PASSWORD,
			   visit_path(b, "&next=%s", cases[i].next));
		if (!str_is(reply_header(b, &r, "Location"), str_from_c(cases[i].to)))
			print_error("%s\n", cases[i].next);
		assert_redirect(b, r, cases[i].to);
		assert_int_equal(page_count(r.head, "x=1"), strstr(cases[i].to, "x=1") != NULL);
	}
}

static void a_page_for_members_is_come_back_to(void **state)
{
	struct browser *b = visit_guest(site);
	struct account a = new_account(b);
	struct reply r = get(b, "/posts/new?from=here");

	(void)state;
	assert_redirect(b, r, "/login?next=%2Fposts%2Fnew%3Ffrom%3Dhere");
	r = get(b, reply_header(b, &r, "Location").p);
	assert_page(b, r, 200);
	assert_text(page_value(b->arena, r.body, "next"), "/posts/new?from=here");
	r = log_in(b, a.name, SITE_PASSWORD, "&next=%2Fposts%2Fnew%3Ffrom%3Dhere");
	assert_redirect(b, r, "/posts/new?from=here");
}

static void tokens_are_unlike_each_other(void **state)
{
	struct browser *b = visit_guest(site);
	struct ctx *c = site_ctx(site);
	struct user u;
	struct str seen = STR(" ");
	struct str cookie;
	int64_t id = site_user(site, "t", ROLE_USER);
	int i;

	(void)state;
	assert_int_equal(user_find(c, id, &u), OK);
	for (i = 0; i < 200; i++) {
		assert_int_equal(session_start(c, &u, false, STR("x"), STR("127.0.0.1"), &cookie),
				 OK);
		assert_true(str_find(seen, cookie) < 0);
		assert_true(cookie.n >= 43);
		seen = str_format(b->arena, STR_FMT STR_FMT " ", STR_ARG(seen), STR_ARG(cookie));
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_name_or_an_address_and_a_password_let_in),
	cmocka_unit_test(accounts_that_may_not_log_in),
	cmocka_unit_test(to_be_remembered_is_ones_own_choice),
	cmocka_unit_test(no_session_lives_for_ever),
	cmocka_unit_test(logging_out_ends_it_on_the_server),
	cmocka_unit_test(a_cookie_of_ones_own_making_is_never_adopted),
	cmocka_unit_test(a_login_ends_the_session_before_it),
	cmocka_unit_test(nobody_is_led_away_after_the_login),
	cmocka_unit_test(a_page_for_members_is_come_back_to),
	cmocka_unit_test(tokens_are_unlike_each_other),
};

WEB_TEST_MAIN("account", "post")
