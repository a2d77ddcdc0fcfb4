/* Leaving by the pages: the preview, the proof, the choice, the way back, and the end of it. */
#include "web/web.h"

#include "base/clock.h"
#include "base/num.h"
#include "domain/leaving.h"

static const struct db_sql sql_leaving = SQL("SELECT COUNT(*) FROM leaving WHERE user_id = ?");
static const struct db_sql sql_choice = SQL("SELECT choice FROM leaving WHERE user_id = ?");
static const struct db_sql sql_due = SQL("UPDATE leaving SET due_at = 1 WHERE user_id = ?");
static const struct db_sql sql_user = SQL("SELECT COUNT(*) FROM user WHERE user_id = ?");
static const struct db_sql sql_mails =
	SQL("SELECT COUNT(*) FROM outbox WHERE payload LIKE CONCAT('%\"leaving\"%', ?, '%')");
static const struct db_sql sql_other_admins =
	SQL("UPDATE user SET role = 0 WHERE role = 2 AND user_id <> ?");

static bool is_in(struct browser *b)
{
	return get(b, "/settings").status == 200;
}

static bool is_leaving(struct browser *b, int64_t id)
{
	(void)b;
	return visit_number(site, &sql_leaving, DB_ARGS(id)) == 1;
}

/* Who are you, once more. */
static void prove(struct browser *b)
{
	assert_status(post_form(b, "/settings/confirm",
				visit_fields(b, "password", SITE_PASSWORD, NULL).p),
		      303);
}

static void log_in(struct browser *b, struct str name)
{
	assert_redirect(
		b,
		post_form(b, "/login",
			  visit_fields(b, "login", name.p, "password", SITE_PASSWORD, NULL).p),
		"/settings/delete");
}

static void the_page_says_what_will_happen(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER), *other = visit_member(site, ROLE_USER);
	int64_t post = visit_publish(b, "A post of mine", "text"), comment;
	struct reply r;

	(void)state;
	comment = visit_comment(b, post, 0, "and a comment");
	visit_comment(other, post, comment, "answered");
	prove(b);
	r = get(b, "/settings/delete");
	assert_page(b, r, 200);
	assert_shows(b, r, "1 post");
	assert_shows(b, r, "1 comment");
	assert_shows(b, r, "2 comments below go with them.");
	assert_shows(b, r, "At 1 of them others replied: a gap stays there.");
	assert_shows(b, r, "It happens 7 days after you ask.");
	b->language = "zh-CN";
	assert_page(b, get(b, "/settings/delete"), 200);
}

static void nobody_leaves_unproved(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	int64_t id = visit_id(b);
	struct reply r = get(b, "/settings/delete");

	(void)state;
	assert_status(r, 303);
	assert_true(str_starts(reply_header(b, &r, "Location"), STR("/settings/confirm")));
	r = post_form(b, "/settings/delete", "choice=3");
	assert_status(r, 303);
	assert_true(str_starts(reply_header(b, &r, "Location"), STR("/settings/confirm")));
	assert_false(is_leaving(b, id));
	prove(b);
	r = post_form(b, "/settings/delete", "");
	assert_page(b, r, 422);
	assert_shows(b, r, "Please choose what becomes of what you wrote.");
	assert_page(b, post_form(b, "/settings/delete", "choice=4"), 422);
	assert_false(is_leaving(b, id));
}

static void asked_for_it_ends_all_sessions_and_can_be_taken_back(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct browser *phone = visit_again(site, visit_id(b));
	struct str name = visit_name(site, b);
	struct str number = num_text(b->arena, visit_id(b));
	int64_t id = visit_id(b);
	struct reply r;

	(void)state;
	prove(b);
	assert_redirect(b, post_form(b, "/settings/delete", "choice=2"), "/");
	assert_true(is_leaving(b, id));
	assert_int_equal(visit_number(site, &sql_choice, DB_ARGS(id)), LEAVING_ANONYMISE);
	assert_int_equal(visit_number(site, &sql_mails, DB_ARGS(number)), 1);
	assert_false(is_in(b));
	assert_false(is_in(phone));
	/* The login leads to the way back. */
	log_in(b, name);
	r = get(b, "/settings/delete");
	assert_page(b, r, 200);
	assert_shows(b, r, "Keep my account");
	assert_redirect(b, post_form(b, "/settings/delete/cancel", ""), "/settings");
	assert_false(is_leaving(b, id));
	assert_true(is_in(b));
}

static void the_caretaker_does_it(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER), *other = visit_member(site, ROLE_USER);
	struct str name = visit_name(site, b);
	int64_t id = visit_id(b), post = visit_publish(b, "To be erased", "text");
	int64_t theirs = visit_publish(other, "Of somebody who stays", "text"), comment;
	struct reply r;
	int i;

	(void)state;
	comment = visit_comment(b, theirs, 0, "words that go");
	visit_comment(other, theirs, comment, "words that stay");
	prove(b);
	assert_redirect(b, post_form(b, "/settings/delete", "choice=3"), "/");
	for (i = 0; i < 5 && is_leaving(b, id); i++) {
		visit_change(site, &sql_due, DB_ARGS(id));
		assert_int_equal(site_run(site, "caretaker", 1), 0);
	}
	assert_false(is_leaving(b, id));
	assert_int_equal(visit_number(site, &sql_user, DB_ARGS(id)), 0);
	assert_status(get(other, visit_path(b, "/posts/%lld", (long long)post)), 404);
	r = get(other, visit_path(b, "/posts/%lld", (long long)theirs));
	assert_page(other, r, 200);
	assert_has_not(r, "words that go");
	assert_has_not(r, name.p);
	assert_shows(other, r, "This comment was deleted.");
	assert_shows(other, r, "words that stay");
	assert_status(
		post_form(b, "/login",
			  visit_fields(b, "login", name.p, "password", SITE_PASSWORD, NULL).p),
		422);
	r = post_form(visit_guest(site), "/register",
		      visit_fields(b, "username", name.p, "email", "new@example.org", "password",
				   "a sentence for a password", NULL)
			      .p);
	assert_status(r, 422);
}

static void the_last_administrator_stays(void **state)
{
	struct browser *b = visit_member(site, ROLE_ADMIN);
	struct reply r;

	(void)state;
	visit_change(site, &sql_other_admins, DB_ARGS(visit_id(b)));
	prove(b);
	r = get(b, "/settings/delete");
	assert_page(b, r, 200);
	assert_shows(b, r, "You are the only administrator");
	assert_page(b, post_form(b, "/settings/delete", "choice=1"), 409);
	assert_false(is_leaving(b, visit_id(b)));
	assert_true(is_in(b));
	site_user(site, "second", ROLE_ADMIN);
	assert_redirect(b, post_form(b, "/settings/delete", "choice=1"), "/");
}

/* The proof ran out while somebody thought it over: the button that does it says what it does. */
static void a_choice_that_waited_for_a_proof_is_named(void **state)
{
	static const struct {
		const char *fields, *said;
	} choices[] = {
		{ "choice=1", "What you wrote: Keep it" },
		{ "choice=2", "What you wrote: Take my name off" },
		{ "choice=3", "What you wrote: Erase it" },
	};
	struct browser *b = visit_member(site, ROLE_USER);
	int64_t id = visit_id(b);
	struct str at, held;
	struct reply r;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(choices); i++) {
		visit_prove_long_ago(site, b);
		r = post_form(b, "/settings/delete", choices[i].fields);
		assert_status(r, 303);
		at = reply_header(b, &r, "Location");
		held = str_slice(at, (size_t)str_find(at, STR("held=")) + 5, at.n);
		prove(b);
		r = get(b, visit_path(b, "/resume/" STR_FMT, STR_ARG(held)));
		assert_page(b, r, 200);
		assert_shows(b, r, "Delete your account");
		assert_shows(b, r, choices[i].said);
		assert_has(r, "action=\"/settings/delete\"");
	}
	assert_false(is_leaving(b, id));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_page_says_what_will_happen),
	cmocka_unit_test(nobody_leaves_unproved),
	cmocka_unit_test(asked_for_it_ends_all_sessions_and_can_be_taken_back),
	cmocka_unit_test(the_caretaker_does_it),
	cmocka_unit_test(the_last_administrator_stays),
	cmocka_unit_test(a_choice_that_waited_for_a_proof_is_named),
};

WEB_TEST_MAIN("account", "post")
