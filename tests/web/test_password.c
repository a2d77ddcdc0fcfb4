/* A password set by a link in a mail, and everybody who should not set one. */
#include "web/password.h"

#include "domain/limit.h"
#include "domain/user_login.h"

static const struct db_sql sql_expire =
	SQL("UPDATE email_token SET expires_at = 1 WHERE user_id = ?");
static const struct db_sql sql_spread =
	SQL("SELECT COUNT(*) FROM outbox WHERE payload LIKE CONCAT('%', ?, '%')");

static struct reply ask(struct browser *b, struct str login)
{
	return post_form(b, "/password/forgot", visit_fields(b, "login", login.p, NULL).p);
}

static struct reply set_password(struct browser *b, const char *link, const char *password)
{
	return post_form(b, link, visit_fields(b, "password", password, NULL).p);
}

static const char *link_in(struct browser *b, struct str mail)
{
	struct str start = str_format(b->arena, STR_FMT "/password/reset/",
				      STR_ARG(site_config(site)->site.url));
	ptrdiff_t at = str_find(mail, start);

	assert_true(at > 0);
	mail = str_slice(mail, (size_t)at + start.n, (size_t)at + start.n + 43);
	return visit_path(b, "/password/reset/" STR_FMT, STR_ARG(mail));
}

static void somebody_forgot_and_comes_back(void **state)
{
	struct browser *b = visit_guest(site);
	struct account a = new_account(b);
	struct browser *elsewhere = visit_again(site, a.id);
	struct reply r = get(b, "/login");
	const char *link;

	(void)state;
	assert_has(r, "/password/forgot");
	assert_page(b, get(b, "/password/forgot"), 200);
	assert_redirect(b, ask(b, a.email), "/password/forgot/done");
	assert_page(b, get(b, "/password/forgot/done"), 200);
	link = link_in(b, wait_for_mail(b, a.email, "/password/reset/"));
	/* Scanners of mails follow links, as often as they like. */
	r = get(b, link);
	assert_page(b, r, 200);
	assert_shows(b, r, a.name.p);
	assert_page(b, get(b, link), 200);
	assert_true(fits(b, a, SITE_PASSWORD));
	assert_true(is_in(elsewhere));
	r = set_password(b, link, FRESH);
	assert_redirect(b, r, "/login");
	/* It does not log in; it logs out. */
	assert_false(is_in(b));
	assert_false(is_in(elsewhere));
	assert_page(b, log_in(b, a, SITE_PASSWORD), 422);
	assert_redirect(b, log_in(b, a, FRESH), "/");
	assert_true(is_in(b));
	wait_for_mail(b, a.email, "was changed");
	assert_int_equal(told(b, a), 1);
	assert_page(b, get(b, link), 404);
	assert_page(b, set_password(b, link, SITE_PASSWORD), 404);
	assert_true(fits(b, a, FRESH));
}

static void the_answer_tells_nobody_who_is_here(void **state)
{
	struct browser *b = visit_guest(site);
	struct account a = new_account(b);
	struct str names[] = { a.name, a.email, STR("nobody_of_that_name"),
			       STR("nobody@example.org"), STR("no@address@") };
	struct reply first = ask(b, a.name), r;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(names); i++) {
		r = ask(b, names[i]);
		assert_redirect(b, r, "/password/forgot/done");
		assert_same(r.head, first.head);
		assert_int_equal(r.body.n, first.body.n);
	}
	assert_page(b, ask(b, STR("")), 422);
	assert_page(b, ask(b, str_format(b->arena, "%0300d", 1)), 422);
}

static void links_that_are_none(void **state)
{
	struct browser *b = visit_guest(site);
	struct account a = new_account(b);
	struct account other = new_account(b);
	const char *link = new_link(b, a);
	struct str token = str_slice(str_from_c(link), 16, 59);
	const char *wrong[5];
	size_t i;

	(void)state;
	wrong[0] = "/password/reset/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
	wrong[1] = "/password/reset/short";
	wrong[2] = visit_path(b, STR_FMT "A",
			      STR_ARG(str_slice(str_from_c(link), 0, strlen(link) - 1)));
	wrong[3] = visit_path(b, "/password/reset/" STR_FMT, STR_ARG(secret_hash(b->arena, token)));
	wrong[4] = visit_path(b, "/activate/" STR_FMT, STR_ARG(token));
	if (strcmp(wrong[2], link) == 0)
		wrong[2] = wrong[1];
	for (i = 0; i < ARRAY_LEN(wrong); i++) {
		assert_page(b, get(b, wrong[i]), 404);
		assert_page(b, set_password(b, wrong[i], FRESH), 404);
	}
	/* Nobody's name in the form makes it the link of another account. */
	assert_redirect(b,
			post_form(b, link,
				  visit_fields(b, "password", FRESH, "username", other.name.p,
					       "user_id", "1", "role", "admin", NULL)
					  .p),
			"/login");
	assert_true(fits(b, a, FRESH));
	assert_true(fits(b, other, SITE_PASSWORD));
	link = new_link(b, a);
	visit_change(site, &sql_expire, DB_ARGS(a.id));
	assert_page(b, get(b, link), 404);
	assert_page(b, set_password(b, link, SITE_PASSWORD), 404);
	assert_true(fits(b, a, FRESH));
}

static void the_rules_are_those_of_registering(void **state)
{
	struct browser *b = visit_guest(site);
	struct account a = new_account(b);
	struct browser *member = visit_again(site, a.id);
	const char *link = new_link(b, a);
	const char *bad[] = { "", "correct hor", "password1234", "qwertyuiop12", NULL };
	struct reply r;
	size_t i;

	(void)state;
	bad[4] = visit_path(b, "%0129d", 7);
	for (i = 0; i < ARRAY_LEN(bad); i++) {
		r = set_password(b, link, bad[i]);
		assert_page(b, r, 422);
		assert_true(page_description(b->arena, r.body, "password").n > 70);
		r = change(member, SITE_PASSWORD, bad[i]);
		assert_page(member, r, 422);
		assert_true(page_description(b->arena, r.body, "new_password").n > 70);
		assert_int_equal(page_value(b->arena, r.body, "password").n, 0);
	}
	assert_true(fits(b, a, SITE_PASSWORD));
	assert_int_equal(told(b, a), 0);
	r = change(member, SITE_PASSWORD, SITE_PASSWORD);
	assert_page(member, r, 422);
	assert_shows(member, r, "The new password is the old one.");
	assert_redirect(b, set_password(b, link, "密码😀 e\xCC\x81 ü ñ 字 ß"), "/login");
	assert_true(fits(b, a, "密码😀 e\xCC\x81 ü ñ 字 ß"));
}

static void one_link_used_ten_times_at_once(void **state)
{
	struct browser *b = visit_guest(site);
	struct account a = new_account(b);
	struct at_once got[10];
	const char *link = new_link(b, a);
	struct ask form = { .path = link };
	int i, changes = 0;

	(void)state;
	form.body = str_format(b->arena, STR_FMT "&password=password+of+number+{n}",
			       STR_ARG(browser_token(b)));
	visit_at_once(b, &form, (int)ARRAY_LEN(got), got);
	for (i = 0; i < (int)ARRAY_LEN(got); i++) {
		assert_true(got[i].status == 303 || got[i].status == 404);
		changes += got[i].status == 303;
		if (got[i].status == 303)
			assert_true(fits(b, a, visit_path(b, "password of number %d", i)));
	}
	assert_int_equal(changes, 1);
	assert_int_equal(told(b, a), 1);
}

/* Closed to strangers by somebody's guesses, it opens to the owner who reads the mail. */
static void a_locked_out_owner_gets_in_by_mail(void **state)
{
	static const struct limit_class fail_hour = { "fail-hour", 0, 0, LOGIN_HARD_SECONDS };
	struct browser *b = visit_guest(site);
	struct account a = new_account(b);
	struct ctx *c = site_ctx(site);
	struct str name = str_format(b->arena, "id:%lld", (long long)a.id);
	int i;

	(void)state;
	for (i = 0; i < LOGIN_HARD; i++)
		limit_count(c, limit_other_key(c->arena, &fail_hour, name), LOGIN_HARD,
			    LOGIN_HARD_SECONDS);
	assert_page(b, log_in(b, a, SITE_PASSWORD), 429);
	assert_status(set_password(b, new_link(b, a), FRESH), 303);
	assert_redirect(b, log_in(b, a, FRESH), "/");
	assert_page(b, log_in(visit_guest(site), a, FRESH), 429);
}

static void asking_is_limited(void **state)
{
	struct browser *b = visit_guest(site);
	struct reply r = { .status = 303 };
	int i;

	(void)state;
	for (i = 0; i < 20; i++)
		assert_status(ask(b, STR("nobody_of_that_name")), 303);
	r = ask(b, STR("nobody_of_that_name"));
	assert_page(b, r, 429);
	assert_true(reply_header(b, &r, "Retry-After").n > 0);
}

static void no_secret_lies_about(void **state)
{
	struct browser *b = visit_guest(site);
	struct account a = new_account(b);
	const char *token;
	struct str mail, log;

	(void)state;
	assert_status(ask(b, a.name), 303);
	mail = wait_for_mail(b, a.email, "/password/reset/");
	token = strrchr(link_in(b, mail), '/') + 1;
	assert_int_equal(visit_number(site, &sql_spread, DB_ARGS(str_from_c(token))), 0);
	get(b, visit_path(b, "/password/reset/%s", token));
	get(b, visit_path(b, "/password/reset/%s/", token));
	set_password(b, visit_path(b, "/password/reset/%s", token), "marked secret 71c3");
	mail = wait_for_mail(b, a.email, "was changed");
	assert_int_equal(str_find(mail, STR("marked")), -1);
	assert_int_equal(str_find(mail, STR("/password/reset/")), -1);
	log = site_log_whole(site, b->arena, "account");
	assert_true(str_find(log, STR("POST /password/reset/{slug} 303")) >= 0);
	assert_int_equal(str_find(log, str_from_c(token)), -1);
	assert_int_equal(str_find(log, STR("marked")), -1);
	log = site_log_whole(site, b->arena, "mail");
	assert_int_equal(str_find(log, str_from_c(token)), -1);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(somebody_forgot_and_comes_back),
	cmocka_unit_test(the_answer_tells_nobody_who_is_here),
	cmocka_unit_test(links_that_are_none),
	cmocka_unit_test(the_rules_are_those_of_registering),
	cmocka_unit_test(one_link_used_ten_times_at_once),
	cmocka_unit_test(a_locked_out_owner_gets_in_by_mail),
	cmocka_unit_test(asking_is_limited),
	cmocka_unit_test(no_secret_lies_about),
};

int main(void)
{
	return cmocka_run_group_tests(tests, password_start, password_stop);
}
