/* The second step of a login, and being asked again before sensitive changes. */
#include "web/proof.h"

#include "base/num.h"
#include "domain/reauth.h"
#include "domain/second_factor.h"

static const struct db_sql sql_sealed =
	SQL("SELECT secret_sealed FROM second_factor WHERE user_id = ?");
static const struct db_sql sql_rewind =
	SQL("UPDATE second_factor SET last_step = last_step - 9 WHERE user_id = ?");
static const struct db_sql sql_close = SQL("UPDATE user SET state = 2, role = 1 WHERE user_id = ?");
static const struct db_sql sql_events =
	SQL("SELECT COUNT(*) FROM outbox WHERE JSON_VALUE(payload, '$.user') = ?"
	    " AND JSON_VALUE(payload, '$.event') = ?");

/* What the authenticator shows now: from the key on the page. */
static const char *shown(struct browser *b, struct str secret)
{
	return totp_code(b->arena, secret, clock_now()).p;
}

static struct str secret_of(struct browser *b, int64_t id)
{
	struct str secret = { 0 };

	assert_true(secret_unseal(b->arena, site_config(site)->site.secret, STR("second-factor"),
				  visit_text(site, b->arena, &sql_sealed, DB_ARGS(id)), &secret));
	return secret;
}

static struct str pending_secret(struct browser *b, int64_t id)
{
	struct str secret = { 0 };
	struct str sealed = visit_redis(site, b->arena,
					visit_path(b, "second:new:{%lld}", (long long)id), NULL);

	assert_true(secret_unseal(b->arena, site_config(site)->site.secret, STR("second-factor"),
				  sealed, &secret));
	return secret;
}

/* As if the half minutes since the last code were over. */
static void let_time_pass(int64_t id)
{
	visit_change(site, &sql_rewind, DB_ARGS(id));
}

/* Set up by the pages; the first recovery code comes back. */
static struct str set_up(struct browser *b, int64_t id)
{
	struct reply r;

	assert_redirect(b, confirm(b, "password", SITE_PASSWORD), "/settings");
	assert_redirect(b, post_form(b, "/settings/two-step/new", ""), "/settings/two-step/new");
	r = get(b, "/settings/two-step/new");
	assert_page(b, r, 200);
	assert_has(r, "<svg class=\"qr\"");
	assert_has_not(r, "style=");
	assert_shows(b, r, totp_key_text(b->arena, pending_secret(b, id)).p);
	assert_page(b, post_form(b, "/settings/two-step/confirm", "code=12345"), 422);
	r = post_form(b, "/settings/two-step/confirm",
		      visit_fields(b, "code", shown(b, pending_secret(b, id)), NULL).p);
	assert_page(b, r, 200);
	assert_int_equal(page_count(r.body, "<li><code>"), SECOND_RECOVERY_CODES);
	let_time_pass(id);
	return page_text(b->arena, page_by_class(r.body, "codes"));
}

static struct reply type(struct browser *b, const char *code)
{
	return post_form(b, "/login/second", visit_fields(b, "code", code, NULL).p);
}

static int64_t events(struct browser *b, int64_t id, int event)
{
	return visit_number(site, &sql_events, DB_ARGS(num_text(b->arena, id), event));
}

static void the_second_step_comes_before_the_session(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER), *other = visit_guest(site);
	struct account a = account_of(b, visit_id(b));
	struct str codes = set_up(b, a.id), code, first;
	struct reply r;

	(void)state;
	assert_redirect(other, get(other, "/login/second"), "/login");
	r = post_form(other, "/login",
		      visit_fields(other, "login", a.name.p, "password", SITE_PASSWORD, "next",
				   "/about", NULL)
			      .p);
	assert_redirect(other, r, "/login/second");
	assert_int_equal(browser_cookie(other, COOKIE_SESSION_NAME).n, 0);
	assert_false(is_in(other));
	assert_page(other, get(other, "/login/second"), 200);
	r = type(other, "000000");
	assert_page(other, r, 422);
	code = str_from_c(shown(b, secret_of(b, a.id)));
	assert_redirect(other, type(other, code.p), "/about");
	assert_true(is_in(other));
	/* The same code again, after another first step. */
	other = visit_guest(site);
	assert_redirect(other, log_in(other, a, SITE_PASSWORD), "/login/second");
	assert_page(other, type(other, code.p), 422);
	assert_false(is_in(other));
	/* A recovery code, once. */
	str_split(&codes, ' ', &first);
	first = str_copy(b->arena, first);
	assert_redirect(other, type(other, first.p), "/");
	assert_int_equal(events(b, a.id, CREDENTIAL_RECOVERY_USED), 1);
	other = visit_guest(site);
	assert_redirect(other, log_in(other, a, SITE_PASSWORD), "/login/second");
	assert_page(other, type(other, first.p), 422);
}

/* Switched on as a moderator, so that the session is renewed, who was closed out a moment ago. */
static void no_session_is_renewed_for_a_closed_account(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	int64_t id = visit_id(b);

	(void)state;
	assert_redirect(b, confirm(b, "password", SITE_PASSWORD), "/settings");
	assert_redirect(b, post_form(b, "/settings/two-step/new", ""), "/settings/two-step/new");
	get(b, "/settings/two-step/new");
	visit_change(site, &sql_close, DB_ARGS(id));
	post_form(b, "/settings/two-step/confirm",
		  visit_fields(b, "code", shown(b, pending_secret(b, id)), NULL).p);
	assert_false(is_in(b));
}

/* A step belongs to its browser, ends after five wrong codes and with the password it stands on. */
static void a_first_step_is_short_lived(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER), *other = visit_guest(site);
	struct browser *thief = visit_guest(site);
	struct account a = account_of(b, visit_id(b));
	int i;

	(void)state;
	set_up(b, a.id);
	assert_redirect(other, log_in(other, a, SITE_PASSWORD), "/login/second");
	assert_redirect(thief, type(thief, shown(b, secret_of(b, a.id))), "/login");
	for (i = 1; i < STEP_TRIES; i++)
		assert_status(type(other, "000000"), 422);
	assert_redirect(other, type(other, "000000"), "/login");
	assert_redirect(other, type(other, shown(b, secret_of(b, a.id))), "/login");
	assert_false(is_in(other));
	/* Changed in between. */
	other = visit_guest(site);
	assert_redirect(other, log_in(other, a, SITE_PASSWORD), "/login/second");
	assert_redirect(b, change(b, SITE_PASSWORD, FRESH), "/settings");
	assert_redirect(other, type(other, shown(b, secret_of(b, a.id))), "/login");
	assert_false(is_in(other));
}

static void guessing_from_everywhere_is_slowed_down(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER), *other = visit_guest(site);
	struct account a = account_of(b, visit_id(b));
	int i, closed = 0;
	struct reply r;

	(void)state;
	set_up(b, a.id);
	for (i = 0; i < SECOND_TRIES + 3; i++) {
		if (i % (STEP_TRIES - 1) == 0)
			assert_redirect(other, log_in(other, a, SITE_PASSWORD), "/login/second");
		r = type(other, "000000");
		closed += r.status == 429;
	}
	assert_int_equal(closed, 3);
	assert_true(reply_header(b, &r, "Retry-After").n > 0 || r.status == 429);
}

/* Neither a session alone nor the password gets past it. */
static void sensitive_pages_ask_again(void **state)
{
	static const char *const pages[] = { "/settings/email", "/settings/phone",
					     "/settings/contact", "/settings/two-step/new" };
	struct browser *b = visit_member(site, ROLE_USER);
	struct account a = account_of(b, visit_id(b));
	struct reply r;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(pages); i++) {
		r = get(b, pages[i]);
		assert_status(r, 303);
		assert_true(str_starts(reply_header(b, &r, "Location"),
				       STR("/settings/confirm?next=")));
	}
	assert_status(post_form(b, "/settings/two-step/off", ""), 303);
	r = get(b, "/settings/confirm?next=%2Fsettings%2Femail");
	assert_page(b, r, 200);
	assert_has(r, "autocomplete=\"current-password\"");
	assert_page(b, confirm(b, "password", "not the right one"), 422);
	assert_status(get(b, "/settings/email"), 303);
	r = post_form(b, "/settings/confirm?next=%2Fsettings%2Femail",
		      visit_fields(b, "password", SITE_PASSWORD, NULL).p);
	assert_redirect(b, r, "/settings/email");
	assert_page(b, get(b, "/settings/email"), 200);
	/* Another session of the same person has to prove it itself. */
	assert_status(get(visit_again(site, a.id), "/settings/email"), 303);
	set_up(b, a.id);
	/* With a second factor that one is asked for, and the password is not enough. */
	b = visit_again(site, a.id);
	r = get(b, "/settings/confirm");
	assert_page(b, r, 200);
	assert_has_not(r, "autocomplete=\"current-password\"");
	assert_page(b, confirm(b, "password", SITE_PASSWORD), 422);
	assert_status(change(b, SITE_PASSWORD, FRESH), 303);
	assert_true(fits(b, a, SITE_PASSWORD));
	assert_redirect(b, confirm(b, "code", shown(b, secret_of(b, a.id))), "/settings");
	assert_redirect(b, change(b, SITE_PASSWORD, FRESH), "/settings");
	assert_true(fits(b, a, FRESH));
}

static void new_recovery_codes_and_off(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct account a = account_of(b, visit_id(b));
	struct str codes = set_up(b, a.id);
	struct reply r;

	(void)state;
	r = get(b, "/settings/two-step");
	assert_page(b, r, 200);
	assert_shows(b, r, "You have 10 recovery codes left.");
	r = post_form(b, "/settings/two-step/codes", "");
	assert_page(b, r, 200);
	assert_false(str_is(page_text(b->arena, page_by_class(r.body, "codes")), codes));
	assert_redirect(b, post_form(b, "/settings/two-step/off", ""), "/settings/two-step");
	assert_redirect(b, log_in(visit_guest(site), a, SITE_PASSWORD), "/");
	wait_for_mail(b, a.email, "switched off");
}

/* By mail; who has no address is told on the phone. */
static void the_owner_hears_of_each_change(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER), *other = visit_guest(site);
	struct account a = account_of(b, visit_id(b));
	struct str codes = set_up(b, a.id), first, phone, text;

	(void)state;
	wait_for_mail(b, a.email, "Two-step login was switched on for your account.");
	assert_redirect(other, log_in(other, a, SITE_PASSWORD), "/login/second");
	str_split(&codes, ' ', &first);
	assert_redirect(other, type(other, str_c(b->arena, first)), "/");
	wait_for_mail(b, a.email, "A recovery code of your account was used.");
	assert_page(b, post_form(b, "/settings/two-step/codes", ""), 200);
	wait_for_mail(b, a.email, "New recovery codes were made for your account.");
	b = phone_member(&phone);
	forget_codes(phone);
	assert_status(post_form(b, "/settings/confirm/code", ""), 303);
	assert_redirect(b, confirm(b, "code", wait_for_code(b, phone, 2).p), "/settings");
	assert_redirect(b, post_form(b, "/settings/two-step/new", ""), "/settings/two-step/new");
	text = str_from_c(shown(b, pending_secret(b, visit_id(b))));
	assert_page(b,
		    post_form(b, "/settings/two-step/confirm",
			      visit_fields(b, "code", text.p, NULL).p),
		    200);
	wait_for_mail(b, phone, "Two-step login was switched on for your account.");
}

/* By the setting of this site (proof_start) an administrator is a member until it is set up. */
static void administrators_need_it(void **state)
{
	struct browser *b = visit_guest(site);
	struct account a = account_of(b, site_user(site, "boss", ROLE_ADMIN));

	(void)state;
	assert_redirect(b, log_in(b, a, SITE_PASSWORD), "/settings/two-step");
	assert_status(get(b, "/admin"), 403);
	assert_shows(b, get(b, "/settings/two-step"), "You are an administrator");
	/* Nor by a new password, which begins a new session. */
	assert_redirect(b, change(b, SITE_PASSWORD, FRESH), "/settings");
	assert_status(get(b, "/admin"), 403);
	assert_redirect(b, change(b, FRESH, SITE_PASSWORD), "/settings");
	set_up(b, a.id);
	assert_status(get(b, "/admin"), 200);
	assert_redirect(b, confirm(b, "code", shown(b, secret_of(b, a.id))), "/settings");
	let_time_pass(a.id);
	assert_status(post_form(b, "/settings/two-step/off", ""), 403);
	b = visit_guest(site);
	assert_redirect(b, log_in(b, a, SITE_PASSWORD), "/login/second");
	assert_redirect(b, type(b, shown(b, secret_of(b, a.id))), "/");
	assert_status(get(b, "/admin"), 200);
}

/* Neither what was planted before the first step nor what stood between the two is good afterwards.
 */
static void nothing_known_before_is_good_after_both_steps(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER), *other = visit_guest(site);
	struct browser *thief = visit_guest(site);
	struct account a = account_of(b, visit_id(b));
	struct planted p;
	struct str step;

	(void)state;
	set_up(b, a.id);
	p = plant(other, a.id);
	assert_redirect(other, log_in(other, a, SITE_PASSWORD), "/login/second");
	step = browser_cookie(other, COOKIE_STEP_NAME);
	assert_true(step.n > 0);
	assert_false(str_is(step, p.step));
	/* The code in the browser of who planted it. */
	browser_set_cookie(thief, COOKIE_GUEST_NAME, p.guest);
	browser_set_cookie(thief, COOKIE_STEP_NAME, p.step);
	assert_redirect(thief, type(thief, shown(b, secret_of(b, a.id))), "/login");
	assert_redirect(other, type(other, shown(b, secret_of(b, a.id))), "/");
	assert_worthless(other, &p);
	browser_set_cookie(thief, COOKIE_STEP_NAME, step);
	let_time_pass(a.id);
	assert_redirect(thief, type(thief, shown(b, secret_of(b, a.id))), "/login");
	assert_false(is_in(thief));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_second_step_comes_before_the_session),
	cmocka_unit_test(a_first_step_is_short_lived),
	cmocka_unit_test(no_session_is_renewed_for_a_closed_account),
	cmocka_unit_test(nothing_known_before_is_good_after_both_steps),
	cmocka_unit_test(guessing_from_everywhere_is_slowed_down),
	cmocka_unit_test(sensitive_pages_ask_again),
	cmocka_unit_test(new_recovery_codes_and_off),
	cmocka_unit_test(the_owner_hears_of_each_change),
	cmocka_unit_test(administrators_need_it),
};

int main(void)
{
	return cmocka_run_group_tests(tests, proof_start, password_stop);
}
