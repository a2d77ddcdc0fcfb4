/* Too often: 429, with the time it ends, for the one who did it and for nobody else. */
#include "web/web.h"

#include <signal.h>

#include "base/num.h"
#include "domain/limit.h"
#include "web/cookie.h"

static const struct db_sql sql_posts = SQL("SELECT COUNT(*) FROM post WHERE author_id = ?");

static struct browser *ann;
static int64_t post;

/* What each limit holds back: a form, by the account or by the address. */
static const struct {
	const struct limit_class *limit;
	const char *path, *fields;
	bool is_guests;
} limited[] = {
	{ &limit_post, "/posts", "title=x&body=y", false },
	{ &limit_comment, "/posts/%lld/comments", "body=x", false },
	{ &limit_react, "/posts/%lld/vote", "", false },
	{ &limit_react, "/posts/%lld/like", "on=1", false },
	{ &limit_edit, "/posts/%lld/edit", "title=x&body=y&version=1", false },
	{ &limit_edit, "/posts/draft", "title=x", false },
	{ &limit_edit, "/posts/preview", "title=x&body=y", false },
	{ &limit_edit, "/posts/%lld/delete", "", false },
	{ &limit_login, "/login", "login=nobody&password=wrong+password", true },
	{ &limit_register, "/register", "username=x&email=y&password=z", true },
	{ &limit_mail, "/activate/again", "email=nobody%40example.org", true },
	{ &limit_post, "/posts", "title=x&body=y", true },
	{ &limit_comment, "/posts/%lld/comments", "body=x", true },
};

static const char *path_of(size_t i)
{
	return strstr(limited[i].path, "%lld") ? visit_path(ann, "/posts/%lld%s", (long long)post,
							    strchr(limited[i].path + 7, '/'))
					       : limited[i].path;
}

/* Use up all places but `left` of a window. */
static void use_up(struct str key, int most, int seconds, int left)
{
	int64_t retry;
	int i;

	for (i = 0; i < most - left; i++)
		assert_int_equal(limit_check(site_ctx(site), key, most, seconds, &retry), OK);
}

static void assert_limited(struct browser *b, struct reply r, const struct limit_class *limit)
{
	int64_t seconds;

	assert_page(b, r, 429);
	assert_true(num_parse_i64(reply_header(b, &r, "Retry-After"), 1, limit->seconds, &seconds));
	assert_shows(b, r, visit_path(b, "You can try again in %lld second", (long long)seconds));
}

static void each_limit_says_when_it_ends(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(limited); i++) {
		const struct limit_class *l = limited[i].limit;
		struct browser *b = visit_member(site, ROLE_USER);
		struct arena *a = site_ctx(site)->arena;
		bool is_by_address = limited[i].is_guests;
		struct str before;
		struct reply r;

		if (is_by_address && l->per_account == 0)
			b = visit_guest(site);
		if (is_by_address)
			use_up(limit_address_key(a, l, str_from_c(b->address)), l->per_address,
			       l->seconds, 1);
		else
			use_up(limit_account_key(a, l, visit_id(b)), l->per_account, l->seconds, 1);
		r = post_form(b, path_of(i), limited[i].fields);
		if (r.status == 429)
			fail_msg("the last place of %s is none", l->name);
		before = visit_sum(site, b->arena);
		r = post_form(b, path_of(i), limited[i].fields);
		assert_limited(b, r, l);
		assert_same(visit_sum(site, b->arena), before);
		/* Reading goes on. */
		assert_page(b, get(b, "/about"), 200);
	}
}

static void the_twenty_first_post_waits(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct browser *again = visit_again(site, visit_id(b));
	struct reply r;
	int i;

	(void)state;
	for (i = 0; i < 20; i++)
		visit_publish(b, "Many", "posts");
	r = post_form(b, "/posts", "title=One+too+many&body=kept+text+of+mine");
	assert_limited(b, r, &limit_post);
	assert_text(page_value(b->arena, r.body, "title"), "One too many");
	assert_text(page_value(b->arena, r.body, "body"), "kept text of mine");
	assert_has(r, "action=\"/posts\"");
	assert_int_equal(visit_number(site, &sql_posts, DB_ARGS(visit_id(b))), 20);
	/* Another session, and another address, are the same person. */
	assert_limited(again, post_form(again, "/posts", "title=x&body=y"), &limit_post);
	/* Comments have places of their own. */
	visit_comment(b, post, 0, "still possible");
	visit_publish(visit_member(site, ROLE_USER), "Somebody else", "may");
}

static void a_restart_forgets_nothing(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct browser *guest = visit_guest(site);
	struct arena *a = site_ctx(site)->arena;

	(void)state;
	use_up(limit_account_key(a, &limit_post, visit_id(b)), limit_post.per_account,
	       limit_post.seconds, 0);
	use_up(limit_address_key(a, &limit_login, str_from_c(guest->address)),
	       limit_login.per_address, limit_login.seconds, 0);
	assert_limited(b, post_form(b, "/posts", "title=x&body=y"), &limit_post);
	kill(site_pid(site, "post"), SIGTERM);
	site_restart(site, "post");
	kill(site_pid(site, "account"), SIGTERM);
	site_restart(site, "account");
	assert_limited(b, post_form(b, "/posts", "title=x&body=y"), &limit_post);
	assert_limited(guest, post_form(guest, "/login", "login=x&password=yyyyyyyyyyyy"),
		       &limit_login);
}

/* The address is the socket's, whatever the client says of itself. */
static void no_header_changes_the_address(void **state)
{
	static const char *const headers[][3] = {
		{ "HTTP_X_FORWARDED_FOR", "198.51.100.7", NULL },
		{ "HTTP_X_REAL_IP", "198.51.100.7", NULL },
		{ "HTTP_FORWARDED", "for=198.51.100.7", NULL },
		{ "HTTP_CLIENT_IP", "198.51.100.7", NULL },
		{ "HTTP_X_FORWARDED_FOR", "127.0.0.1", NULL },
		{ "HTTP_TRUE_CLIENT_IP", "127.0.0.1", NULL },
	};
	struct browser *b = visit_guest(site);
	struct str body = str_format(b->arena, STR_FMT "&login=x&password=yyyyyyyyyyyyy",
				     STR_ARG(browser_token(b)));
	size_t i;

	(void)state;
	use_up(limit_address_key(b->arena, &limit_login, str_from_c(b->address)),
	       limit_login.per_address, limit_login.seconds, 0);
	for (i = 0; i < ARRAY_LEN(headers); i++)
		assert_limited(b,
			       browser_ask(b, &(struct ask){ .path = "/login",
							     .body = body,
							     .extra = headers[i] }),
			       &limit_login);
}

static void a_house_has_one_address(void **state)
{
	struct browser *b = visit_guest(site);
	const char *house = visit_path(b, "2001:db8:%x:%x", secret_random_below(65536),
				       secret_random_below(65536));
	const struct {
		const char *address;
		bool is_same;
	} cases[] = {
		{ visit_path(b, "%s::1", house), true },
		{ visit_path(b, "%s:ffff:1:2:3", house), true },
		{ visit_path(b, "%s::", house), true },
		{ visit_path(b, "2001:db8:%x:%x::1", secret_random_below(65536),
			     secret_random_below(65536)),
		  false },
	};
	size_t i;

	(void)state;
	b->address = cases[0].address;
	use_up(limit_address_key(b->arena, &limit_login, str_from_c(b->address)),
	       limit_login.per_address, limit_login.seconds, 0);
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		struct reply r;

		b->address = cases[i].address;
		r = post_form(b, "/login", "login=x&password=yyyyyyyyyyyyy");
		assert_int_equal(r.status, cases[i].is_same ? 429 : 422);
	}
}

/* A forged cookie with her number in it takes none of her places. */
static void nobody_uses_up_anothers_places(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct browser *eve = visit_guest(site);
	int i;

	(void)state;
	browser_set_cookie(eve, COOKIE_SESSION_NAME,
			   str_format(eve->arena,
				      "%lld.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
				      (long long)visit_id(b)));
	for (i = 0; i < 30; i++) {
		struct reply r = browser_ask(eve, &(struct ask){ .path = "/posts",
								 .body = STR("title=x&body=y") });

		assert_true(r.status == 303 || r.status == 403);
	}
	visit_publish(b, "Unharmed", "by her");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(each_limit_says_when_it_ends),
	cmocka_unit_test(the_twenty_first_post_waits),
	cmocka_unit_test(a_restart_forgets_nothing),
	cmocka_unit_test(no_header_changes_the_address),
	cmocka_unit_test(a_house_has_one_address),
	cmocka_unit_test(nobody_uses_up_anothers_places),
};

struct site *site;

static int start(void **state)
{
	(void)state;
	site = site_start((const char *const[]){ "post", "account", "site", NULL });
	ann = visit_member(site, ROLE_USER);
	post = visit_publish(ann, "Limited", "post");
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
	return cmocka_run_group_tests(tests, start, stop);
}
