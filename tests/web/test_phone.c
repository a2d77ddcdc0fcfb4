/* Logging in by phone: who gets in, what is told to whom, and what guessing and flooding gain. */
#include "web/proof.h"

static const struct db_sql sql_plain =
	SQL("SELECT COUNT(*) FROM user WHERE user_id = ? AND phone = ? AND role = 0");

static void a_number_and_its_code_let_in(void **state)
{
	struct browser *b = visit_guest(site);
	struct str phone = new_phone(b), code, before;
	struct reply r;
	int64_t id;

	(void)state;
	assert_has(get(b, "/login"), "/login/phone");
	assert_page(b, get(b, "/login/phone?next=%2Fabout"), 200);
	before = browser_cookie(b, COOKIE_SESSION_NAME);
	r = post_form(b, "/login/phone",
		      visit_fields(b, "phone", phone.p, "next", "/about", NULL).p);
	assert_redirect(b, r, "/login/phone/code");
	r = get(b, "/login/phone/code");
	assert_page(b, r, 200);
	assert_has(r, "autocomplete=\"one-time-code\"");
	code = wait_for_code(b, phone, 1);
	assert_has_not(r, code.p);
	r = type_code(b, other_than(b, code));
	assert_page(b, r, 422);
	assert_shows(b, r, "This code is not right, or not good any more.");
	assert_redirect(b, type_code(b, code.p), "/about");
	assert_true(is_in(b));
	assert_false(str_is(browser_cookie(b, COOKIE_SESSION_NAME), before));
	id = visit_id(b);
	assert_true(str_starts(visit_name(site, b), STR("user_")));
	assert_shows(b, get(b, "/settings"),
		     visit_path(b, "139****" STR_FMT, STR_ARG(str_slice(phone, 7, phone.n))));
	/* The same again: another code, the same account, and the first code is gone. */
	b = visit_guest(site);
	forget_codes(phone);
	assert_redirect(b, ask_code(b, phone), "/login/phone/code");
	assert_status(type_code(b, code.p), 422);
	assert_redirect(b, type_code(b, wait_for_code(b, phone, 2).p), "/");
	assert_int_equal(visit_id(b), id);
	assert_redirect(b, get(b, "/login/phone"), "/");
}

static void wrong_numbers_are_told(void **state)
{
	static const char *const wrong[] = { "",
					     "1380013800",
					     "138001380000",
					     "12800138000",
					     "abc",
					     "13800138x00",
					     "15,12345678",
					     "\xff\xfe",
					     "<b>13800138000</b>",
					     "+1 3800138000",
					     "' OR '1'='1" };
	struct browser *b = visit_guest(site);
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(wrong); i++) {
		struct reply r = ask_code(b, str_from_c(wrong[i]));

		if (r.status != 400)
			assert_page(b, r, 422);
	}
	assert_status(post_form(b, "/login/phone", ""), 422);
	assert_redirect(b, get(b, "/login/phone/code"), "/login/phone");
	assert_redirect(b, type_code(b, "123456"), "/login/phone");
}

/* The same answers for a number with an account and one without; the numbers look alike masked. */
static void nobody_learns_who_has_an_account(void **state)
{
	struct str known, unknown;
	struct browser *a, *b;
	struct reply x, y;

	(void)state;
	phone_member(&known);
	a = visit_guest(site);
	b = visit_guest(site);
	unknown = new_phone(b);
	forget_codes(known);
	x = ask_code(a, known);
	y = ask_code(b, unknown);
	assert_int_equal(x.status, y.status);
	assert_same(reply_header(a, &x, "Location"), reply_header(b, &y, "Location"));
	x = get(a, "/login/phone/code");
	y = get(b, "/login/phone/code");
	assert_same(page_text(a->arena, x.body), page_text(b->arena, y.body));
	x = type_code(a, other_than(a, wait_for_code(a, known, 2)));
	y = type_code(b, other_than(b, wait_for_code(b, unknown, 1)));
	assert_int_equal(x.status, y.status);
	assert_same(page_text(a->arena, x.body), page_text(b->arena, y.body));
	x = ask_code(a, known);
	y = ask_code(b, unknown);
	assert_int_equal(x.status, 429);
	assert_int_equal(y.status, 429);
}

/* Another browser has no such code, nor has another purpose; and it takes no tries away. */
static void a_code_is_good_in_its_own_browser_only(void **state)
{
	struct browser *b = visit_guest(site), *thief = visit_guest(site);
	struct str phone = new_phone(b), code, own;
	int i;

	(void)state;
	assert_redirect(b, ask_code(b, phone), "/login/phone/code");
	code = wait_for_code(b, phone, 1);
	assert_redirect(thief, type_code(thief, code.p), "/login/phone");
	browser_set_cookie(thief, COOKIE_STEP_NAME, STR("guessed"));
	assert_redirect(thief, type_code(thief, code.p), "/login/phone");
	/* With a step of its own, for another number. */
	own = new_phone(b);
	assert_redirect(thief, ask_code(thief, own), "/login/phone/code");
	for (i = 0; i < 2 * CODE_TRIES; i++)
		assert_status(type_code(thief, code.p), 422);
	assert_redirect(b, type_code(b, code.p), "/");
}

static void guessing_in_parallel_gains_nothing(void **state)
{
	struct browser *b = visit_guest(site);
	struct str phone = new_phone(b), code;
	struct ask guess = { .path = "/login/phone/code" };
	struct at_once got[12];
	int i;

	(void)state;
	site_add_process(site, "account");
	assert_redirect(b, ask_code(b, phone), "/login/phone/code");
	code = wait_for_code(b, phone, 1);
	guess.body = str_format(b->arena, STR_FMT "&code=%c0000{n}", STR_ARG(browser_token(b)),
				code.p[0] == '9' ? '0' : code.p[0] + 1);
	visit_at_once(b, &guess, 12, got);
	for (i = 0; i < 12; i++)
		assert_int_equal(got[i].status, 422);
	/* Dead, also for who has it. */
	assert_status(type_code(b, code.p), 422);
	assert_false(is_in(b));
}

static void one_right_code_sent_often_is_one_login(void **state)
{
	struct browser *b = visit_guest(site);
	struct str phone = new_phone(b), code;
	struct ask form = { .path = "/login/phone/code" };
	struct at_once got[8];
	int i, in = 0;

	(void)state;
	assert_redirect(b, ask_code(b, phone), "/login/phone/code");
	code = wait_for_code(b, phone, 1);
	form.body = str_format(b->arena, STR_FMT "&code=" STR_FMT, STR_ARG(browser_token(b)),
			       STR_ARG(code));
	visit_at_once(b, &form, 8, got);
	for (i = 0; i < 8; i++)
		in += got[i].status == 303 && !strcmp(got[i].location, "/");
	assert_int_equal(in, 1);
}

/* From many browsers and addresses at once: one message. */
static void a_flood_of_requests_is_one_message(void **state)
{
	struct browser *who[10];
	struct ask asks[10];
	struct at_once got[10];
	struct str phone, after, code;
	int i, sent = 0;

	(void)state;
	memset(asks, 0, sizeof(asks));
	for (i = 0; i < 10; i++) {
		who[i] = visit_guest(site);
		if (!i)
			phone = new_phone(who[0]);
		asks[i].path = "/login/phone";
		asks[i].body = str_format(who[i]->arena, STR_FMT "&phone=" STR_FMT,
					  STR_ARG(browser_token(who[i])), STR_ARG(phone));
	}
	visit_all_at_once(who, asks, 10, got);
	for (i = 0; i < 10; i++) {
		sent += got[i].status == 303;
		assert_true(got[i].status == 303 || got[i].status == 429);
	}
	assert_int_equal(sent, 1);
	/* Who asks after them is sent a code after theirs. */
	after = new_phone(who[0]);
	assert_redirect(who[0], ask_code(who[0], after), "/login/phone/code");
	wait_for_code(who[0], after, 1);
	assert_int_equal(count_codes(who[0], phone, &code), 1);
}

/* After a few an address is asked for a captcha; then only for a right one a code is sent. */
static void many_codes_cost_a_captcha(void **state)
{
	struct browser *b = visit_guest(site);
	struct str phone, id, answer, code;
	struct reply r;
	int i;

	(void)state;
	for (i = 0; i < CODE_FREE; i++)
		assert_status(ask_code(b, new_phone(b)), 303);
	phone = new_phone(b);
	r = ask_code(b, phone);
	assert_page(b, r, 422);
	assert_shows(b, r, "Please type the characters of the picture.");
	id = page_value(b->arena, r.body, "captcha_id");
	answer = visit_redis(site, b->arena, visit_path(b, "captcha:" STR_FMT, STR_ARG(id)), NULL);
	assert_int_equal(count_codes(b, phone, &code), 0);
	assert_redirect(b,
			post_form(b, "/login/phone",
				  visit_fields(b, "phone", phone.p, "captcha_id", id.p, "captcha",
					       answer.p, NULL)
					  .p),
			"/login/phone/code");
	wait_for_code(b, phone, 1);
}

static void too_soon_says_when(void **state)
{
	struct browser *b = visit_guest(site);
	struct str phone = new_phone(b);
	struct reply r;

	(void)state;
	assert_status(ask_code(b, phone), 303);
	r = ask_code(b, phone);
	assert_page(b, r, 429);
	assert_shows(b, r, "A code was just sent.");
	assert_true(reply_header(b, &r, "Retry-After").n > 0);
	/* The code on its way is still good. */
	assert_has(r, "/login/phone/code");
	assert_redirect(b, type_code(b, wait_for_code(b, phone, 1).p), "/");
}

/* A login form of another site's making, and one of somebody else's browser. */
static void nobody_is_logged_in_by_others(void **state)
{
	struct browser *b = visit_guest(site), *evil = visit_guest(site);
	struct str phone = new_phone(evil), code;
	struct ask form = { .path = "/login/phone/code" };

	(void)state;
	assert_redirect(evil, ask_code(evil, phone), "/login/phone/code");
	code = wait_for_code(evil, phone, 1);
	/* The attacker's step and code in the victim's browser: the token is not the victim's. */
	browser_set_cookie(b, COOKIE_STEP_NAME, browser_cookie(evil, COOKIE_STEP_NAME));
	form.body = str_format(b->arena, STR_FMT "&code=" STR_FMT, STR_ARG(browser_token(evil)),
			       STR_ARG(code));
	assert_status(browser_ask(b, &form), 403);
	form.body = str_format(b->arena, "code=" STR_FMT, STR_ARG(code));
	assert_status(browser_ask(b, &form), 403);
	assert_false(is_in(b));
}

static void a_closed_account_stays_out(void **state)
{
	struct browser *b;
	struct str phone;
	struct reply r;

	(void)state;
	b = phone_member(&phone);
	assert_int_equal(user_set_state(site_ctx(site), visit_id(b), USER_DISABLED), OK);
	assert_false(is_in(b));
	forget_codes(phone);
	assert_redirect(b, ask_code(b, phone), "/login/phone/code");
	r = type_code(b, wait_for_code(b, phone, 2).p);
	assert_page(b, r, 422);
	assert_shows(b, r, "This account was closed by a moderator.");
	assert_false(is_in(b));
}

static void a_made_name_can_be_changed_once(void **state)
{
	struct browser *b, *other = visit_member(site, ROLE_USER);
	struct str phone, taken = visit_name(site, other);
	const char *name;

	(void)state;
	b = phone_member(&phone);
	name = visit_path(b, "chosen%lld", (long long)visit_id(b));
	assert_has(get(b, "/settings"), "/settings/name");
	assert_page(b, get(b, "/settings/name"), 200);
	assert_page(b, post_form(b, "/settings/name", "name=admin"), 422);
	assert_page(b, post_form(b, "/settings/name", "name=x"), 422);
	assert_page(b, post_form(b, "/settings/name", visit_fields(b, "name", taken.p, NULL).p),
		    422);
	name = visit_path(b, "c%.18s", secret_hash(b->arena, str_from_c(name)).p);
	/* What the form does not ask for is not taken from it. */
	assert_redirect(b,
			post_form(b, "/settings/name",
				  visit_fields(b, "name", name, "role", "2", "may_rename", "1",
					       "phone", "13800138000", "user_id", "1", NULL)
					  .p),
			"/settings");
	assert_shows(b, get(b, "/settings"), name);
	assert_int_equal(visit_number(site, &sql_plain, DB_ARGS(visit_id(b), phone)), 1);
	assert_status(post_form(b, "/settings/name", "name=another1"), 403);
	assert_redirect(b, get(b, "/settings/name"), "/settings");
	assert_status(post_form(other, "/settings/name", "name=another2"), 403);
}

static void who_came_by_phone_can_set_a_password(void **state)
{
	struct browser *b;
	struct str phone, name, code;
	struct account a;

	(void)state;
	b = phone_member(&phone);
	name = visit_name(site, b);
	assert_status(post_form(b, "/settings/password", "new_password=another+horse+and+a+stable"),
		      303);
	assert_page(b, get(b, "/settings/confirm"), 200);
	assert_page(b, confirm(b, "code", "123456"), 422);
	/* Nor with a password there is none. */
	assert_page(b, confirm(b, "password", ""), 422);
	forget_codes(phone);
	assert_status(post_form(b, "/settings/confirm/code", "next=%2Fsettings"), 303);
	code = wait_for_code(b, phone, 2);
	assert_redirect(b, confirm(b, "code", code.p), "/settings");
	assert_has(get(b, "/settings"), "name=\"new_password\"");
	assert_page(b, post_form(b, "/settings/password", "new_password=short"), 422);
	assert_redirect(b,
			post_form(b, "/settings/password",
				  visit_fields(b, "new_password", FRESH, NULL).p),
			"/settings");
	a = (struct account){ .name = name };
	assert_redirect(b, log_in(visit_guest(site), a, FRESH), "/");
	/* From now on the password is asked for, and codes are not sent for that. */
	forget_codes(phone);
	assert_status(post_form(b, "/settings/confirm/code", ""), 404);
	/* The owner hears of it on the phone. */
	wait_for_mail(b, phone, "password of your account was changed");
}

/* Many passwords to hash at once: they wait for each other, and a reader of the forum for none. */
static void a_wave_of_logins_leaves_the_pages_alone(void **state)
{
	struct browser *who[17];
	struct ask asks[17];
	struct at_once got[17];
	int64_t last = 0;
	int i;

	(void)state;
	memset(asks, 0, sizeof(asks));
	for (i = 0; i < 16; i++) {
		who[i] = visit_guest(site);
		asks[i].path = "/login";
		asks[i].body = str_format(who[i]->arena, STR_FMT "&login=nobody%d&password=x",
					  STR_ARG(browser_token(who[i])), i);
	}
	who[16] = visit_guest(site);
	asks[16].path = "/";
	visit_all_at_once(who, asks, 17, got);
	for (i = 0; i < 16; i++) {
		assert_int_equal(got[i].status, 422);
		last = got[i].ms > last ? got[i].ms : last;
	}
	assert_int_equal(got[16].status, 200);
	assert_true(got[16].ms < last / 2);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_number_and_its_code_let_in),
	cmocka_unit_test(wrong_numbers_are_told),
	cmocka_unit_test(nobody_learns_who_has_an_account),
	cmocka_unit_test(a_code_is_good_in_its_own_browser_only),
	cmocka_unit_test(guessing_in_parallel_gains_nothing),
	cmocka_unit_test(one_right_code_sent_often_is_one_login),
	cmocka_unit_test(a_flood_of_requests_is_one_message),
	cmocka_unit_test(many_codes_cost_a_captcha),
	cmocka_unit_test(too_soon_says_when),
	cmocka_unit_test(nobody_is_logged_in_by_others),
	cmocka_unit_test(a_closed_account_stays_out),
	cmocka_unit_test(a_made_name_can_be_changed_once),
	cmocka_unit_test(who_came_by_phone_can_set_a_password),
	cmocka_unit_test(a_wave_of_logins_leaves_the_pages_alone),
};

int main(void)
{
	return cmocka_run_group_tests(tests, proof_start, password_stop);
}
