/* A password changed in the settings: by whom, and who is out afterwards. */
#include "web/password.h"

#include "domain/session.h"
#include "domain/user_login.h"
#include "web/cookie.h"

static const struct db_sql sql_hash = SQL("SELECT password_hash FROM user WHERE user_id = ?");

static void a_changed_password_puts_all_others_out(void **state)
{
	struct browser *b = visit_guest(site);
	struct account a = new_account(b);
	struct browser *thief = visit_again(site, a.id);
	const char *link = new_link(b, a);
	struct str before;
	struct reply r;

	(void)state;
	assert_redirect(b, log_in(b, a, SITE_PASSWORD), "/");
	before = browser_cookie(b, COOKIE_SESSION_NAME);
	r = get(b, "/settings");
	assert_page(b, r, 200);
	assert_has(r, "autocomplete=\"current-password\"");
	assert_has(r, "autocomplete=\"new-password\"");
	assert_redirect(b, change(b, SITE_PASSWORD, FRESH), "/settings");
	assert_true(is_in(b));
	assert_int_equal(visit_id(b), a.id);
	assert_false(str_is(browser_cookie(b, COOKIE_SESSION_NAME), before));
	assert_false(is_in(thief));
	assert_page(b, get(b, link), 404);
	wait_for_mail(b, a.email, "was changed");
	browser_set_cookie(b, COOKIE_SESSION_NAME, before);
	assert_false(is_in(b));
	assert_redirect(b, log_in(b, a, FRESH), "/");
}

/* With script the current one travels as its first pass. */
static void the_first_pass_will_do(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct account a = account_of(b, visit_id(b));
	struct str first = user_first_pass(b->arena, STR(SITE_PASSWORD));
	struct str same = user_first_pass(b->arena, STR(FRESH));

	(void)state;
	assert_page(b,
		    post_form(b, "/settings/password",
			      visit_fields(b, "password1", same.p, "new_password", FRESH, NULL).p),
		    422);
	assert_redirect(
		b,
		post_form(b, "/settings/password",
			  visit_fields(b, "password1", first.p, "new_password", FRESH, NULL).p),
		"/settings");
	assert_true(fits(b, a, FRESH));
}

static void guessing_here_is_guessing_at_the_login(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct account a = account_of(b, visit_id(b));
	struct reply r = { 0 };
	struct str id, answer;
	int i;

	(void)state;
	for (i = 0; i < LOGIN_FREE_ACCOUNT; i++) {
		r = change(b, "not the right one", FRESH);
		assert_page(b, r, 422);
		assert_shows(b, r, "This is not your current password.");
	}
	assert_has(r, "captcha_id");
	r = change(b, SITE_PASSWORD, FRESH);
	assert_page(b, r, 422);
	assert_shows(b, r, "Please type the characters of the picture.");
	assert_true(fits(b, a, SITE_PASSWORD));
	assert_has(log_in(visit_guest(site), a, SITE_PASSWORD), "captcha_id");
	id = page_value(b->arena, r.body, "captcha_id");
	answer = visit_redis(site, b->arena, visit_path(b, "captcha:" STR_FMT, STR_ARG(id)), NULL);
	assert_redirect(b,
			post_form(b, "/settings/password",
				  visit_fields(b, "password", SITE_PASSWORD, "new_password", FRESH,
					       "captcha_id", id.p, "captcha", answer.p, NULL)
					  .p),
			"/settings");
	assert_true(fits(b, a, FRESH));
}

static void forms_of_others_change_nothing(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct account a = account_of(b, visit_id(b));
	struct browser *evil = visit_member(site, ROLE_USER);
	const char *fields =
		"&password=correct+horse+battery+staple&new_password=another+horse+and+a";
	const char *link = new_link(b, a);
	struct ask form = { .path = "/settings/password" };
	struct str hash = visit_text(site, b->arena, &sql_hash, DB_ARGS(a.id));

	(void)state;
	form.body = str_from_c(fields + 1);
	assert_status(browser_ask(b, &form), 403);
	form.body = str_format(b->arena, STR_FMT "%s", STR_ARG(browser_token(evil)), fields);
	assert_status(browser_ask(b, &form), 403);
	form.path = link;
	assert_status(browser_ask(b, &form), 403);
	assert_status(get(b, "/settings/password"), 405);
	assert_status(get(visit_guest(site), "/settings"), 303);
	assert_same(visit_text(site, b->arena, &sql_hash, DB_ARGS(a.id)), hash);
}

/* Whoever logs in with the old password while it changes is out, too. */
static void logins_on_their_way_do_not_outlive_a_change(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct account a = account_of(b, visit_id(b));
	struct browser *who[8];
	struct ask asks[8] = { { .path = "/settings/password" } };
	struct at_once got[8];
	struct ctx *c = site_ctx(site);
	struct session_list list;
	size_t i;

	(void)state;
	site_add_process(site, "account");
	who[0] = b;
	asks[0].body = str_format(b->arena, STR_FMT "&" STR_FMT, STR_ARG(browser_token(b)),
				  STR_ARG(visit_fields(b, "password", SITE_PASSWORD, "new_password",
						       FRESH, NULL)));
	for (i = 1; i < ARRAY_LEN(who); i++) {
		who[i] = visit_guest(site);
		asks[i].path = "/login";
		asks[i].body =
			str_format(b->arena, STR_FMT "&" STR_FMT, STR_ARG(browser_token(who[i])),
				   STR_ARG(visit_fields(b, "login", a.name.p, "password",
							SITE_PASSWORD, NULL)));
	}
	visit_all_at_once(who, asks, (int)ARRAY_LEN(who), got);
	assert_int_equal(got[0].status, 303);
	assert_string_equal(got[0].location, "/settings");
	c->viewer.id = a.id;
	assert_int_equal(session_list(c, &list), OK);
	c->viewer.id = 0;
	assert_int_equal(list.count, 1);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_changed_password_puts_all_others_out),
	cmocka_unit_test(the_first_pass_will_do),
	cmocka_unit_test(guessing_here_is_guessing_at_the_login),
	cmocka_unit_test(forms_of_others_change_nothing),
	cmocka_unit_test(logins_on_their_way_do_not_outlive_a_change),
};

int main(void)
{
	return cmocka_run_group_tests(tests, password_start, password_stop);
}
