/*
 * Abuse of the forms of accounts: fields nobody asked for, many at once from many places, floods,
 * answers that tell, tokens planted by others.
 */
#include "web/web.h"

#include "base/clock.h"
#include "base/num.h"
#include "domain/staff.h"
#include "domain/user_login.h"

#define MANY 24
/* What a form might write if it took fields by their names. */
#define EXTRAS \
	"&role=2&is_admin=1&admin=true&state=1&status=1&points=9999&level=60&posts=7&followers=9" \
	"&created_at=0&may_rename=1&renamed_at=0&password_hash=x&email_folded=x%%40example.net" \
	"&user_no=1&deleted_at=1&author_id=%lld&user_id=%lld&owner_id=%lld&id=%lld"

static const struct db_sql sql_protected =
	SQL("SELECT CONCAT_WS('|', user_no, role, state, points, level, followers, following,"
	    " COALESCE(email_folded, '-'), COALESCE(phone, '-'), password_hash, created_at)"
	    " FROM user WHERE user_id = ?");
static const struct db_sql sql_all_of =
	SQL("SELECT CONCAT_WS('|', username, role, state, points, level, posts, bio, avatar,"
	    " COALESCE(email, '-'), password_hash, created_at) FROM user WHERE user_id = ?");
static const struct db_sql sql_email =
	SQL("UPDATE user SET email = ?, email_folded = ? WHERE user_id = ?");
static const struct db_sql sql_claim =
	SQL("UPDATE user SET email = ?, state = 0 WHERE user_id = ?");
static const struct db_sql sql_name = SQL("SELECT username FROM user WHERE user_id = ?");
static const struct db_sql sql_named =
	SQL("SELECT COUNT(*) FROM user WHERE username_folded = LOWER(?)");
static const struct db_sql sql_mails =
	SQL("SELECT COUNT(*) FROM outbox WHERE topic = 'mail.requested' AND payload LIKE"
	    " CONCAT('%\"', ?, '\"%')");
/* Forms with what makes them work; all others are sent the extra fields alone. */
static const struct {
	const char *path, *fields;
} known_forms[] = {
	{ "/posts", "title=t&body=b" },
	{ "/posts/preview", "title=t&body=b" },
	{ "/posts/draft", "title=t&body=b&version=0" },
	{ "/settings/profile", "username=&bio=words" },
	{ "/settings/preferences", "language=en&zone=&messages_from=0" },
	{ "/settings/export", "" },
	{ "/settings/delete/cancel", "" },
	{ "/settings/password", "password=" SITE_PASSWORD "&new_password=another+good+sentence" },
	{ "/settings/confirm", "password=" SITE_PASSWORD },
	{ "/settings/email", "value=new@example.org&other=" },
	{ "/settings/phone", "value=13900004321&other=" },
	{ "/settings/contact", "new_code=123456&old_code=123456" },
	{ "/settings/name", "username=fresh" },
	{ "/settings/two-step/new", "" },
	{ "/settings/two-step/confirm", "code=123456" },
	{ "/settings/two-step/off", "" },
	{ "/settings/delete", "choice=9" },
	{ "/check-in", "" },
};

static const char *fields_of(struct str pattern)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(known_forms); i++) {
		if (str_is(pattern, str_from_c(known_forms[i].path)))
			return known_forms[i].fields;
	}
	return "x=1";
}

/* These end the session, or mean to change what is compared. */
static bool is_left_out(struct str pattern)
{
	return str_is(pattern, STR("/logout")) || str_starts(pattern, STR("/settings/sessions"));
}

static const char *path_of(struct browser *b, struct str pattern)
{
	struct str path = pattern;
	ptrdiff_t at;

	while ((at = str_find_byte(path, '{')) >= 0) {
		ptrdiff_t end = str_find_byte(path, '}');

		path = str_format(b->arena, STR_FMT "7" STR_FMT,
				  STR_ARG(str_slice(path, 0, (size_t)at)),
				  STR_ARG(str_slice(path, (size_t)end + 1, path.n)));
	}
	return str_c(b->arena, path);
}

static struct str text_of(struct browser *b, const struct db_sql *sql, int64_t id)
{
	return visit_text(site, b->arena, sql, DB_ARGS(id));
}

/* Fields nobody asked for change nothing, neither of oneself nor of the person they name. */
static void no_form_takes_fields_it_did_not_ask_for(void **state)
{
	struct site_routes all = site_routes(site);
	struct browser *victim = visit_member(site, ROLE_USER);
	long long target = visit_id(victim);
	struct str theirs = text_of(victim, &sql_all_of, target);
	size_t i, tried = 0;

	(void)state;
	for (i = 0; i < all.count; i++) {
		struct str pattern = all.items[i].pattern;
		struct browser *b;
		struct str before, fields;
		int64_t id;

		if (!str_is(all.items[i].method, STR("POST")) || is_left_out(pattern))
			continue;
		b = visit_sure(site, ROLE_USER);
		id = visit_id(b);
		before = text_of(b, &sql_protected, id);
		fields = str_format(b->arena, "%s" EXTRAS, fields_of(pattern), target, target,
				    target, target);
		post_form(b, path_of(b, pattern), fields.p);
		tried++;
		if (str_is(pattern, STR("/settings/password")) ||
		    str_is(pattern, STR("/check-in"))) {
			/* Exactly this may change: the hash, the points of a day. */
			b = visit_again(site, id);
			assert_status(get(b, "/admin"), 403);
			continue;
		}
		if (!str_is(text_of(b, &sql_protected, id), before))
			fail_msg(STR_FMT " changed its sender: " STR_FMT, STR_ARG(pattern),
				 STR_ARG(text_of(b, &sql_protected, id)));
		if (!str_is(text_of(b, &sql_all_of, target), theirs))
			fail_msg(STR_FMT " changed somebody else", STR_ARG(pattern));
		assert_true(get(b, "/admin").status == 403 || get(b, "/settings").status == 303);
	}
	assert_true(tried > 40);
	assert_int_equal(get(victim, "/settings").status, 200);
}

/* A registration, too, is a member's and nothing else. */
static void nobody_registers_as_more_than_a_member(void **state)
{
	static const struct db_sql sql_made =
		SQL("SELECT CONCAT_WS('|', role, state, points, level, COALESCE(email_folded, '-'))"
		    " FROM user WHERE username_folded = LOWER(?)");
	struct browser *b = visit_guest(site);
	struct str name = str_format(b->arena, "mass%08x", secret_random_below(UINT32_MAX));
	struct str fields = visit_fields(b, "username", name.p, "email", "mass@example.org",
					 "password", "a sentence for a password", NULL);
	long long id = 1;

	(void)state;
	assert_redirect(b,
			post_form(b, "/register",
				  visit_path(b, STR_FMT EXTRAS, STR_ARG(fields), id, id, id, id)),
			"/register/done");
	assert_text(visit_text(site, b->arena, &sql_made, DB_ARGS(name)), "0|0|0|1|-");
}

/* One name in many spellings, wanted by many at the same moment. */
static void a_name_has_one_owner(void **state)
{
	struct browser *who[12];
	struct ask asks[12] = { { 0 } };
	struct at_once answers[12];
	struct browser *b = visit_guest(site);
	struct str name = str_format(b->arena, "twin%08x", secret_random_below(UINT32_MAX));
	struct str upper =
		str_format(b->arena, "TWIN" STR_FMT, STR_ARG(str_slice(name, 4, name.n)));
	int i, made = 0;

	(void)state;
	for (i = 0; i < 12; i++) {
		struct browser *one = who[i] = visit_guest(site);

		asks[i].path = "/register";
		asks[i].body = str_format(
			one->arena, STR_FMT "&" STR_FMT, STR_ARG(browser_token(one)),
			STR_ARG(visit_fields(one, "username", i % 2 ? name.p : upper.p, "email",
					     visit_path(one, "t%d@example.org", i), "password",
					     "a sentence for a password", NULL)));
	}
	visit_all_at_once(who, asks, 12, answers);
	for (i = 0; i < 12; i++) {
		made += answers[i].status == 303;
		assert_true(answers[i].status == 303 || answers[i].status == 422);
	}
	assert_int_equal(made, 1);
	assert_int_equal(visit_number(site, &sql_named, DB_ARGS(name)), 1);
}

static size_t count_in(struct str text, struct str needle)
{
	size_t count = 0;
	ptrdiff_t at;

	while ((at = str_find(text, needle)) >= 0) {
		count++;
		text = str_slice(text, (size_t)at + needle.n, text.n);
	}
	return count;
}

/* From as many addresses as there are tries, each with a session of its own, all at once. */
static void guessing_from_everywhere_gains_nothing(void **state)
{
	struct browser *who[MANY];
	struct ask asks[MANY] = { { 0 } };
	struct at_once answers[MANY];
	int64_t id = site_user(site, "victim", ROLE_USER);
	struct browser *b = visit_guest(site);
	struct str name = text_of(b, &sql_name, id);
	struct str line = str_format(b->arena, "a wrong password, user=%lld ", (long long)id);
	size_t looked_at;
	int i;

	(void)state;
	for (i = 0; i < MANY; i++) {
		struct browser *one = who[i] = visit_guest(site);

		asks[i].path = "/login";
		asks[i].body =
			str_format(one->arena, STR_FMT "&" STR_FMT, STR_ARG(browser_token(one)),
				   STR_ARG(visit_fields(one, "login", name.p, "password",
							visit_path(one, "guess number %d", i),
							NULL)));
	}
	visit_all_at_once(who, asks, MANY, answers);
	for (i = 0; i < MANY; i++)
		assert_int_equal(answers[i].status, 422);
	/* Each of the two processes may be looking at one when the third failure is counted. */
	looked_at = count_in(site_log(site, b->arena, "account"), line);
	assert_true(looked_at >= LOGIN_FREE_ACCOUNT && looked_at <= LOGIN_FREE_ACCOUNT + 1);
	/* The right one needs the captcha now, wherever it comes from; others' accounts do not. */
	assert_page(b,
		    post_form(b, "/login",
			      visit_fields(b, "login", name.p, "password", SITE_PASSWORD, NULL).p),
		    422);
	name = text_of(b, &sql_name, site_user(site, "bystander", ROLE_USER));
	assert_status(
		post_form(b, "/login",
			  visit_fields(b, "login", name.p, "password", SITE_PASSWORD, NULL).p),
		303);
}

/* Links asked for again and again from many addresses: a few mails, and the same answer each time.
 */
static void floods_are_a_few_mails(void **state)
{
	static const char *const forms[] = { "/password/forgot", "/activate/again" };
	size_t f;

	(void)state;
	for (f = 0; f < ARRAY_LEN(forms); f++) {
		struct browser *who[MANY];
		struct ask asks[MANY] = { { 0 } };
		struct at_once answers[MANY];
		int64_t id = site_user(site, "flood", ROLE_USER);
		struct browser *b = visit_guest(site);
		struct str email = str_format(b->arena, "f%lld@example.org", (long long)id);
		int i;

		if (f == 0)
			visit_change(site, &sql_email, DB_ARGS(email, email, id));
		else
			visit_change(site, &sql_claim, DB_ARGS(email, id));
		for (i = 0; i < MANY; i++) {
			struct browser *one = who[i] = visit_guest(site);

			asks[i].path = forms[f];
			asks[i].body = str_format(one->arena, STR_FMT "&" STR_FMT,
						  STR_ARG(browser_token(one)),
						  STR_ARG(visit_fields(one, f ? "email" : "login",
								       email.p, NULL)));
		}
		visit_all_at_once(who, asks, MANY, answers);
		for (i = 0; i < MANY; i++) {
			assert_int_equal(answers[i].status, 303);
			assert_string_equal(answers[i].location, answers[0].location);
		}
		assert_int_equal(visit_number(site, &sql_mails, DB_ARGS(num_text(b->arena, id))),
				 3);
	}
}

/* Nobody, somebody, somebody closed, somebody who leaves: strangers are told the same. */
static void no_answer_tells_who_is_here(void **state)
{
	struct browser *mod = visit_sure(site, ROLE_MODERATOR), *b = visit_guest(site);
	int64_t open = site_user(site, "enum", ROLE_USER),
		closed = site_user(site, "enum", ROLE_USER);
	struct str names[3];
	struct reply first = { 0 };
	int i;

	(void)state;
	assert_redirect(mod,
			post_form(mod,
				  visit_path(mod, "/admin/users/%lld/close", (long long)closed),
				  "reason=x&days=7"),
			visit_path(mod, "/admin/users/%lld", (long long)closed));
	names[0] = str_format(b->arena, "nobody%08x", secret_random_below(UINT32_MAX));
	names[1] = text_of(b, &sql_name, open);
	names[2] = text_of(b, &sql_name, closed);
	for (i = 0; i < 3; i++) {
		struct browser *one = visit_guest(site);
		struct reply r = post_form(one, "/login",
					   visit_fields(one, "login", names[i].p, "password",
							"not the right one", NULL)
						   .p);

		assert_page(one, r, 422);
		if (i == 0)
			first = r;
		assert_same(page_text(one->arena, page_by_id(r.body, "login-error")),
			    page_text(one->arena, page_by_id(first.body, "login-error")));
		assert_same(page_shape(one->arena, r.body), page_shape(one->arena, first.body));
		assert_redirect(one,
				post_form(one, "/password/forgot",
					  visit_fields(one, "login", names[i].p, NULL).p),
				"/password/forgot/done");
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(no_form_takes_fields_it_did_not_ask_for),
	cmocka_unit_test(nobody_registers_as_more_than_a_member),
	cmocka_unit_test(a_name_has_one_owner),
	cmocka_unit_test(guessing_from_everywhere_gains_nothing),
	cmocka_unit_test(floods_are_a_few_mails),
	cmocka_unit_test(no_answer_tells_who_is_here),
};

struct site *site;

static int start_site(void **state)
{
	(void)state;
	site = site_start((const char *const[]){ "account", "post", "site", "social", "sale",
						 "admin", NULL });
	site_add_process(site, "account");
	return 0;
}

static int stop_site(void **state)
{
	(void)state;
	visit_end();
	site_stop(site);
	return 0;
}

int main(void)
{
	return cmocka_run_group_tests(tests, start_site, stop_site);
}
