/* The page of one's devices: what it shows, what it ends, and whose it is not. */
#include "web/web.h"

#include "web/cookie.h"

static bool is_in(struct browser *b)
{
	return get(b, "/settings").status == 200;
}

static const char *id_of(struct browser *b)
{
	return secret_hash(b->arena, browser_cookie(b, COOKIE_SESSION_NAME)).p;
}

static struct reply end_one(struct browser *b, const char *id)
{
	return post_form(b, "/settings/sessions/end", visit_fields(b, "session", id, NULL).p);
}

/* Logged in by the form, from an address, with a browser of that name. */
static struct browser *log_in_from(struct str name, const char *address, const char *agent)
{
	struct browser *b = visit_guest(site);
	const char *extra[] = { "HTTP_USER_AGENT", agent, NULL };
	struct ask form = { .path = "/login", .extra = extra };

	b->address = address;
	form.body = str_format(b->arena, STR_FMT "&" STR_FMT, STR_ARG(browser_token(b)),
			       STR_ARG(visit_fields(b, "login", name.p, "password", SITE_PASSWORD,
						    NULL)));
	assert_status(browser_ask(b, &form), 303);
	return b;
}

static void the_page_says_where_one_is_logged_in(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct str name = visit_name(site, b);
	struct reply r;

	(void)state;
	r = get(b, "/settings/sessions");
	assert_page(b, r, 200);
	assert_shows(b, r, "This device");
	assert_has_not(r, "/settings/sessions/end");
	log_in_from(name, "192.0.2.77",
		    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0");
	log_in_from(name, "2001:db8:1:2::3", "<script>alert(1)</script>\" onload=x");
	r = get(b, "/settings/sessions");
	assert_page(b, r, 200);
	assert_shows(b, r, "Firefox on Linux");
	assert_shows(b, r, "from 192.0.2.*");
	assert_shows(b, r, "from 2001:db8:1::/48");
	assert_has_not(r, "192.0.2.77");
	assert_has_not(r, "alert(1)");
	assert_int_equal(page_count(r.body, "action=\"/settings/sessions/end\""), 2);
	assert_int_equal(page_count(r.body, "action=\"/settings/sessions/end-others\""), 1);
	/* No cookie is on the page, nor anything that could serve as one. */
	assert_has_not(r, browser_cookie(b, COOKIE_SESSION_NAME).p);
	browser_set_cookie(b, COOKIE_SESSION_NAME,
			   str_format(b->arena, "%lld.%.43s", (long long)visit_id(b), id_of(b)));
	assert_false(is_in(b));
}

static void one_device_is_logged_out(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct browser *lost = visit_again(site, visit_id(b));
	struct browser *other = visit_again(site, visit_id(b));
	struct str cookie = browser_cookie(lost, COOKIE_SESSION_NAME);
	const char *id = id_of(lost);

	(void)state;
	assert_redirect(b, end_one(b, id), "/settings/sessions");
	assert_page(b, get(b, "/settings/sessions"), 200);
	assert_false(is_in(lost));
	browser_set_cookie(lost, COOKIE_SESSION_NAME, cookie);
	assert_false(is_in(lost));
	assert_true(is_in(b));
	assert_true(is_in(other));
	/* A second press finds the work done. */
	assert_redirect(b, end_one(b, id), "/settings/sessions");
}

static void ones_own_is_logged_out_too(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct browser *other = visit_again(site, visit_id(b));

	(void)state;
	assert_redirect(b, end_one(b, id_of(b)), "/");
	assert_false(is_in(b));
	assert_true(is_in(other));
}

static void all_others_are_logged_out(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct browser *stranger = visit_member(site, ROLE_USER);
	struct browser *others[4];
	struct reply r;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(others); i++)
		others[i] = visit_again(site, visit_id(b));
	assert_redirect(b, post_form(b, "/settings/sessions/end-others", ""), "/settings/sessions");
	for (i = 0; i < ARRAY_LEN(others); i++)
		assert_false(is_in(others[i]));
	assert_true(is_in(b));
	assert_true(is_in(stranger));
	r = get(b, "/settings/sessions");
	assert_page(b, r, 200);
	assert_has_not(r, "/settings/sessions/end");
}

static void nobody_ends_anothers(void **state)
{
	struct browser *b = visit_member(site, ROLE_ADMIN);
	struct browser *victim = visit_member(site, ROLE_USER);
	const char *id = id_of(victim);
	const char *wrong[4];
	size_t i;

	(void)state;
	end_one(b, id);
	assert_true(is_in(victim));
	wrong[0] = visit_path(b, "session:{%lld}:%s", (long long)visit_id(victim), id);
	wrong[1] = visit_path(b, "%lld}:%s", (long long)visit_id(victim), id);
	wrong[2] = "*";
	wrong[3] = "";
	for (i = 0; i < ARRAY_LEN(wrong); i++)
		assert_page(b, end_one(b, wrong[i]), 404);
	/* Whose it is cannot be said in the form. */
	post_form(b, "/settings/sessions/end",
		  visit_fields(b, "session", id, "user_id",
			       visit_path(b, "%lld", (long long)visit_id(victim)), NULL)
			  .p);
	assert_true(is_in(victim));
	assert_true(is_in(b));
}

static void forms_of_others_end_nothing(void **state)
{
	static const char *const evil_site[] = { "HTTP_ORIGIN", "https://evil.example", NULL };
	struct browser *b = visit_member(site, ROLE_USER);
	struct browser *other = visit_again(site, visit_id(b));
	struct browser *evil = visit_member(site, ROLE_USER);
	struct ask form = { .path = "/settings/sessions/end-others", .method = "POST" };

	(void)state;
	assert_status(browser_ask(b, &form), 403);
	form.body = browser_token(evil);
	assert_status(browser_ask(b, &form), 403);
	form.body = browser_token(b);
	form.extra = evil_site;
	form.is_foreign = true;
	assert_status(browser_ask(b, &form), 403);
	assert_status(get(b, "/settings/sessions/end-others"), 405);
	assert_status(get(visit_guest(site), "/settings/sessions"), 303);
	assert_true(is_in(other));
}

static void nobody_keeps_these_pages(void **state)
{
	static const char *const pages[] = { "/settings", "/settings/sessions" };
	struct browser *b = visit_member(site, ROLE_USER);
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(pages); i++) {
		struct reply r = get(b, pages[i]);

		assert_page(b, r, 200);
		assert_text(reply_header(b, &r, "Cache-Control"), "private, no-store");
		assert_has(r, "href=\"/settings\"");
		b->language = "zh-CN";
		r = get(b, pages[i]);
		assert_page(b, r, 200);
		assert_shows(b, r, "设备");
		b->language = "en";
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_page_says_where_one_is_logged_in),
	cmocka_unit_test(one_device_is_logged_out),
	cmocka_unit_test(ones_own_is_logged_out_too),
	cmocka_unit_test(all_others_are_logged_out),
	cmocka_unit_test(nobody_ends_anothers),
	cmocka_unit_test(forms_of_others_end_nothing),
	cmocka_unit_test(nobody_keeps_these_pages),
};

WEB_TEST_MAIN("account", "post")
