/*
 * What strangers can do to somebody's way in: lock it, or know beforehand what will open it.
 */
#include "web/proof.h"

#include "base/num.h"
#include "domain/user_login.h"

static struct str captcha_of(struct browser *b, struct reply r)
{
	struct str id = page_value(b->arena, r.body, "captcha_id");
	struct str answer =
		visit_redis(site, b->arena, visit_path(b, "captcha:" STR_FMT, STR_ARG(id)), NULL);

	return str_format(b->arena, "&captcha_id=" STR_FMT "&captcha=" STR_FMT, STR_ARG(id),
			  STR_ARG(answer));
}

static struct reply log_in_with(struct browser *b, struct account a, const char *password,
				struct str captcha)
{
	struct str fields = visit_fields(b, "login", a.name.p, "password", password, NULL);

	return post_form(b, "/login",
			 visit_path(b, STR_FMT STR_FMT, STR_ARG(fields), STR_ARG(captcha)));
}

/* Until nobody is let try any more: wrong passwords, each from an address of its own, the captcha
 * typed where one is asked for. How many were looked at. */
static int fail_until_closed(struct account a)
{
	struct str captcha = STR("");
	int tried = 0;

	for (;;) {
		struct browser *b = visit_guest(site);
		struct reply r = log_in_with(b, a, "not the right one", captcha);

		if (r.status == 429)
			return tried;
		assert_status(r, 422);
		assert_true(++tried <= LOGIN_HARD);
		captcha = tried < LOGIN_FREE_ACCOUNT ? STR("") : captcha_of(b, r);
	}
}

/*
 * What strangers reach: for an hour the password opens the account only from where its owner logged
 * in before. Her sessions go on, and another way in stays open.
 */
static void strangers_lock_nobody_out(void **state)
{
	struct browser *b = visit_guest(site), *again, *elsewhere = visit_guest(site);
	struct account a = new_account(b);
	struct str phone = new_phone(b);
	struct reply r;

	(void)state;
	visit_change(site, &sql_phone, DB_ARGS(phone, a.id));
	assert_redirect(b, log_in(b, a, SITE_PASSWORD), "/");
	assert_int_equal(fail_until_closed(a), LOGIN_HARD);
	assert_true(is_in(b));
	again = visit_guest(site);
	again->address = b->address;
	r = log_in(again, a, SITE_PASSWORD);
	assert_page(again, r, 422);
	assert_shows(again, r, "Please type the characters of the picture.");
	assert_redirect(again, log_in_with(again, a, SITE_PASSWORD, captcha_of(again, r)), "/");
	assert_true(is_in(again));
	assert_true(is_in(b));
	assert_status(log_in(elsewhere, a, SITE_PASSWORD), 429);
	assert_redirect(elsewhere, ask_code(elsewhere, phone), "/login/phone/code");
	assert_redirect(elsewhere, type_code(elsewhere, wait_for_code(b, phone, 1).p), "/");
	assert_int_equal(visit_id(elsewhere), a.id);
}

/* As if a minute had passed since the last code. */
static void let_a_minute_pass(struct str phone)
{
	static const struct limit_class pause = { "code", 0, 0, CODE_PAUSE_SECONDS };
	struct ctx *c = site_ctx(site);

	limit_clear(c, limit_other_key(c->arena, &pause, phone));
}

/*
 * Codes for somebody's number, asked for by strangers. After CODE_FREE each costs them a captcha;
 * after CODE_DAILY nobody gets one for the rest of the day, the owner neither: this is the bound of
 * what her letter box and our bill bear. Until then her own code is good beside those of others,
 * and her sessions and her password do not depend on any of it.
 */
static void codes_for_strangers_end_no_session(void **state)
{
	struct browser *b = visit_guest(site), *own = visit_guest(site), *last;
	struct account a = new_account(b);
	struct str phone = new_phone(b), code;
	struct reply r;
	int64_t seconds;
	int i, captchas = 0;

	(void)state;
	visit_change(site, &sql_phone, DB_ARGS(phone, a.id));
	assert_redirect(b, log_in(b, a, SITE_PASSWORD), "/");
	for (i = 1; i < CODE_DAILY; i++) {
		/* The owner is the first to ask. */
		struct browser *who = i == 1 ? own : visit_guest(site);

		let_a_minute_pass(phone);
		r = ask_code(who, phone);
		if (r.status == 422) {
			captchas++;
			r = post_form(who, "/login/phone",
				      visit_path(who, "phone=" STR_FMT STR_FMT, STR_ARG(phone),
						 STR_ARG(captcha_of(who, r))));
		}
		assert_redirect(who, r, "/login/phone/code");
		if (i == 1)
			code = wait_for_code(b, phone, 1);
	}
	assert_int_equal(captchas, CODE_DAILY - 1 - CODE_FREE);
	assert_redirect(own, type_code(own, code.p), "/");
	assert_int_equal(visit_id(own), a.id);
	for (i = 0; i < 2; i++) {
		last = visit_guest(site);
		let_a_minute_pass(phone);
		r = ask_code(last, phone);
		assert_page(last, r, 422);
		r = post_form(last, "/login/phone",
			      visit_path(last, "phone=" STR_FMT STR_FMT, STR_ARG(phone),
					 STR_ARG(captcha_of(last, r))));
		assert_status(r, i ? 429 : 303);
	}
	assert_true(num_parse_i64(reply_header(last, &r, "Retry-After"), 3600, 86400, &seconds));
	assert_true(is_in(b));
	assert_true(is_in(own));
	assert_redirect(last, log_in(last, a, SITE_PASSWORD), "/");
}

static void nothing_known_before_is_good_after_a_password(void **state)
{
	struct browser *b = visit_guest(site);
	struct account a = new_account(b);
	struct planted p = plant(b, a.id);

	(void)state;
	assert_redirect(b, log_in(b, a, SITE_PASSWORD), "/");
	assert_int_equal(visit_id(b), a.id);
	assert_worthless(b, &p);
}

/* The session of the one who planted it, alive: the login does not go into it. */
static void a_living_session_of_another_is_not_taken_over(void **state)
{
	struct browser *evil = visit_member(site, ROLE_USER), *b = visit_guest(site);
	struct account a = new_account(b);
	struct str session = browser_cookie(evil, COOKIE_SESSION_NAME), token = browser_token(evil);
	struct ask form = { .path = "/logout", .body = token };

	(void)state;
	browser_set_cookie(b, COOKIE_SESSION_NAME, session);
	assert_redirect(b, log_in(b, a, SITE_PASSWORD), "/");
	assert_int_equal(visit_id(b), a.id);
	assert_false(str_is(browser_cookie(b, COOKIE_SESSION_NAME), session));
	assert_status(browser_ask(b, &form), 403);
	assert_true(is_in(b));
	assert_false(is_in(evil));
}

static void nothing_known_before_is_good_after_a_code(void **state)
{
	struct browser *b = visit_guest(site), *thief = visit_guest(site);
	struct str phone = new_phone(b), code, step;
	struct planted p = plant(b, 1);

	(void)state;
	assert_redirect(b, ask_code(b, phone), "/login/phone/code");
	step = browser_cookie(b, COOKIE_STEP_NAME);
	assert_true(step.n > 0);
	assert_false(str_is(step, p.step));
	code = wait_for_code(b, phone, 1);
	browser_set_cookie(thief, COOKIE_GUEST_NAME, p.guest);
	browser_set_cookie(thief, COOKIE_STEP_NAME, p.step);
	assert_redirect(thief, type_code(thief, code.p), "/login/phone");
	assert_redirect(b, type_code(b, code.p), "/");
	assert_worthless(b, &p);
	/* Nor is the step that led here. */
	browser_set_cookie(thief, COOKIE_STEP_NAME, step);
	assert_redirect(thief, type_code(thief, code.p), "/login/phone");
	assert_false(is_in(thief));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(strangers_lock_nobody_out),
	cmocka_unit_test(codes_for_strangers_end_no_session),
	cmocka_unit_test(nothing_known_before_is_good_after_a_password),
	cmocka_unit_test(a_living_session_of_another_is_not_taken_over),
	cmocka_unit_test(nothing_known_before_is_good_after_a_code),
};

int main(void)
{
	return cmocka_run_group_tests(tests, proof_start, password_stop);
}
