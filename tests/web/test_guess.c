/* Guessing passwords: nothing is told, soon a captcha is asked, and at last the account closes. */
#include "web/web.h"

#include "base/num.h"
#include "domain/limit.h"
#include "domain/user_login.h"

static const struct db_sql sql_name = SQL("SELECT username FROM user WHERE user_id = ?");

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

static void a_wrong_password_tells_nothing(void **state)
{
	struct browser *b = visit_guest(site);
	struct account a = new_account(b);
	struct reply known = log_in(b, a.name, "not the right one", "");
	struct str nobody = str_format(b->arena, "x%x", secret_random_below(UINT32_MAX));
	struct reply unknown = log_in(b, nobody, "not the right one", "");
	struct str words = page_text(b->arena, page_by_id(known.body, "login-error"));

	(void)state;
	assert_page(b, known, 422);
	assert_page(b, unknown, 422);
	assert_text(words, "Name and password do not belong together.");
	assert_same(page_text(b->arena, page_by_id(unknown.body, "login-error")), words);
	assert_same(page_value(b->arena, known.body, "login"), a.name);
	assert_int_equal(page_value(b->arena, known.body, "password").n, 0);
	assert_true(str_find(page_description(b->arena, known.body, "password"), words) >= 0);
	assert_false(is_in(b));
}

static struct str captcha_answer(struct browser *b, struct reply r)
{
	struct str id = page_value(b->arena, r.body, "captcha_id");

	return visit_redis(site, b->arena, visit_path(b, "captcha:" STR_FMT, STR_ARG(id)), NULL);
}

static const char *captcha_fields(struct browser *b, struct reply r, struct str typed)
{
	struct str id = page_value(b->arena, r.body, "captcha_id");

	return visit_path(b, "&captcha_id=" STR_FMT "&captcha=" STR_FMT, STR_ARG(id),
			  STR_ARG(typed));
}

static void after_failures_a_captcha_is_asked(void **state)
{
	struct browser *b = visit_guest(site);
	struct account a = new_account(b);
	struct reply r = { 0 };
	struct reply picture;
	struct str answer;
	const char *fields;
	int i;

	(void)state;
	for (i = 0; i < LOGIN_FREE_ACCOUNT; i++) {
		assert_int_equal(page_count(r.body, "captcha_id"), 0);
		r = log_in(b, a.name, "not the right one", "");
		assert_page(b, r, 422);
	}
	assert_has(r, "captcha_id");
	picture = get(b, visit_path(b, "/captcha/" STR_FMT ".png",
				    STR_ARG(page_value(b->arena, r.body, "captcha_id"))));
	assert_status(picture, 200);
	assert_text(reply_header(b, &picture, "Content-Type"), "image/png");
	assert_true(str_starts(picture.body, STR("\x89PNG")));
	/* Without it the right password is of no use. */
	r = log_in(b, a.name, SITE_PASSWORD, "");
	assert_page(b, r, 422);
	assert_shows(b, r, "Please type the characters of the picture.");
	r = log_in(b, a.name, SITE_PASSWORD, captcha_fields(b, r, STR("WRONG")));
	assert_page(b, r, 422);
	assert_shows(
		b, r,
		"These are not the characters of the picture, or it is older than three minutes.");
	/* It is gone with its first use, right or wrong. */
	answer = captcha_answer(b, r);
	assert_int_equal(answer.n, 5);
	fields = captcha_fields(b, r, answer);
	r = log_in(b, a.name, "not the right one", fields);
	assert_page(b, r, 422);
	r = log_in(b, a.name, SITE_PASSWORD, fields);
	assert_page(b, r, 422);
	assert_shows(b, r, "These are not the characters of the picture, or it is older");
	assert_redirect(b,
			log_in(b, a.name, SITE_PASSWORD,
			       captcha_fields(b, r, captcha_answer(b, r))),
			"/");
	assert_int_equal(get(b, "/captcha/AAAAAAAAAAAAAAAAAAAAAA.png").status, 404);
	assert_int_equal(get(b, "/captcha/x.png").status, 404);
}

/* Each look at the form leaves a captcha behind: an address gets so many. */
static void pictures_are_not_drawn_without_end(void **state)
{
	struct browser *b = visit_guest(site);
	struct account a = new_account(b);
	int i;

	(void)state;
	b->address = "203.0.113.77";
	for (i = 0; i <= LOGIN_FREE_ACCOUNT; i++)
		assert_page(b, log_in(b, a.name, "not the right one", ""), 422);
	visit_use_up(site, limit_address_key(b->arena, &limit_captcha, str_from_c(b->address)),
		     limit_captcha.per_address, limit_captcha.seconds);
	assert_page(b, log_in(b, a.name, "not the right one", ""), 429);
	b->address = "203.0.113.78";
	assert_page(b, log_in(b, a.name, "not the right one", ""), 422);
}

/* From many addresses, and still no more than a hundred tries an hour. */
static void an_account_closes_after_many_failures(void **state)
{
	static const struct limit_class fail_hour = { "fail-hour", 0, 0, LOGIN_HARD_SECONDS };
	struct browser *b = visit_guest(site);
	struct account a = new_account(b);
	struct ctx *c = site_ctx(site);
	struct str name = str_format(b->arena, "id:%lld", (long long)a.id);
	struct reply r;
	int64_t seconds;
	int i;

	(void)state;
	for (i = 0; i < LOGIN_HARD; i++)
		limit_count(c, limit_other_key(c->arena, &fail_hour, name), LOGIN_HARD,
			    LOGIN_HARD_SECONDS);
	r = log_in(b, a.name, SITE_PASSWORD, "");
	assert_page(b, r, 429);
	assert_shows(b, r, "Too many wrong passwords for this account.");
	assert_true(num_parse_i64(reply_header(b, &r, "Retry-After"), 1, 3600, &seconds));
	assert_false(is_in(b));
	/* Somebody else's account is open. */
	assert_redirect(b, log_in(b, new_account(b).name, SITE_PASSWORD, ""), "/");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_wrong_password_tells_nothing),
	cmocka_unit_test(after_failures_a_captcha_is_asked),
	cmocka_unit_test(pictures_are_not_drawn_without_end),
	cmocka_unit_test(an_account_closes_after_many_failures),
};

WEB_TEST_MAIN("account", "post")
