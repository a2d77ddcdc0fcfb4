/* What staff sees of people and does to them: who may, what the person is told, and the log of it.
 */
#include "web/web.h"

#include "base/clock.h"
#include "domain/staff.h"
#include "domain/user_ban.h"

static const struct db_sql sql_state = SQL("SELECT state FROM user WHERE user_id = ?");
static const struct db_sql sql_role = SQL("SELECT role FROM user WHERE user_id = ?");
static const struct db_sql sql_email =
	SQL("UPDATE user SET email = ?, email_folded = ? WHERE user_id = ?");
static const struct db_sql sql_over = SQL("UPDATE user_ban SET until_at = 1 WHERE user_id = ?");
static const struct db_sql sql_log =
	SQL("SELECT COUNT(*) FROM moderation_log WHERE target_type = 3 AND target_id = ? AND"
	    " action = ? AND actor_id = ?");
static const struct db_sql sql_other_admins =
	SQL("UPDATE user SET role = 0 WHERE role = 2 AND user_id <> ?");

static bool is_in(struct browser *b)
{
	return get(b, "/settings").status == 200;
}

static const char *page_of(struct browser *b, int64_t id, const char *act)
{
	return visit_path(b, "/admin/users/%lld%s", (long long)id, act);
}

static int64_t state_of(int64_t id)
{
	return visit_number(site, &sql_state, DB_ARGS(id));
}

static int64_t logged(int64_t id, struct str action, struct browser *by)
{
	return visit_number(site, &sql_log, DB_ARGS(id, action, visit_id(by)));
}

static struct reply log_in(struct browser *b, struct str name)
{
	return post_form(b, "/login",
			 visit_fields(b, "login", name.p, "password", SITE_PASSWORD, NULL).p);
}

static void people_are_found(void **state)
{
	struct browser *admin = visit_sure(site, ROLE_ADMIN);
	struct browser *mod = visit_sure(site, ROLE_MODERATOR);
	struct browser *b = visit_member(site, ROLE_USER);
	struct str name = visit_name(site, b);
	struct str email = str_format(b->arena, "q%lld@example.org", (long long)visit_id(b));
	struct reply r;

	(void)state;
	visit_change(site, &sql_email, DB_ARGS(email, email, visit_id(b)));
	r = get(admin, visit_path(admin, "/admin/users?q=" STR_FMT, STR_ARG(name)));
	assert_page(admin, r, 200);
	assert_shows(admin, r, name.p);
	assert_shows(admin, r, email.p);
	r = get(admin, visit_path(admin, "/admin/users?q=" STR_FMT, STR_ARG(email)));
	assert_shows(admin, r, name.p);
	/* Moderators neither see addresses nor find people by them. */
	r = get(mod, visit_path(mod, "/admin/users?q=" STR_FMT, STR_ARG(name)));
	assert_page(mod, r, 200);
	assert_shows(mod, r, name.p);
	assert_has_not(r, email.p);
	r = get(mod, visit_path(mod, "/admin/users?q=" STR_FMT, STR_ARG(email)));
	assert_shows(mod, r, "Nobody fits.");
	assert_has_not(get(mod, page_of(mod, visit_id(b), "")), email.p);
	assert_has(get(admin, page_of(admin, visit_id(b), "")), email.p);
	r = get(admin, "/admin/users?role=moderator&state=active");
	assert_page(admin, r, 200);
	assert_shows(admin, r, visit_name(site, mod).p);
	assert_has_not(r, name.p);
	assert_page(admin, get(admin, "/admin/users?state=closed&role=member"), 200);
	assert_page(admin, get(admin, "/admin/users?q=%25&state=x&role=y&after=-1"), 200);
	assert_page(b, get(b, "/admin/users"), 403);
	assert_page(b, get(b, page_of(b, visit_id(mod), "")), 403);
	assert_page(b, get(b, "/moderation/log"), 403);
}

static void pages_of_people_do_not_repeat_themselves(void **state)
{
	struct browser *admin = visit_sure(site, ROLE_ADMIN);
	const char *path = "/admin/users?q=&state=&role=";
	struct reply r;
	size_t seen = 0;
	int i;

	(void)state;
	for (i = 0; i < 35; i++)
		site_user(site, "crowd", ROLE_USER);
	r = get(admin, path);
	assert_page(admin, r, 200);
	seen = page_count(r.body, "<tr><th scope=\"row\">");
	assert_int_equal(seen, STAFF_PAGE);
	assert_has(r, "rel=\"next\"");
	r = get(admin, "/admin/users?q=crowd&state=&role=");
	assert_page(admin, r, 200);
	assert_int_equal(page_count(r.body, "<tr><th scope=\"row\">"), STAFF_PAGE);
	{
		ptrdiff_t at = str_find(r.body, STR("rel=\"next\" href=\""));
		struct str rest = str_slice(r.body, (size_t)at + 17, r.body.n), href = { 0 };

		assert_true(at > 0 && str_split(&rest, '"', &href));
		href = page_unescape(admin->arena, href);
		r = get(admin, str_c(admin->arena, href));
		assert_page(admin, r, 200);
		assert_true(page_count(r.body, "<tr><th scope=\"row\">") >= 5);
	}
}

static void a_closed_account_is_told_why_and_until_when(void **state)
{
	struct browser *mod = visit_sure(site, ROLE_MODERATOR);
	struct browser *b = visit_member(site, ROLE_USER);
	struct browser *phone = visit_again(site, visit_id(b));
	struct str name = visit_name(site, b);
	int64_t id = visit_id(b);
	struct reply r;

	(void)state;
	assert_page(mod, post_form(mod, page_of(mod, id, "/close"), "reason=&days=7"), 422);
	assert_int_equal(state_of(id), USER_ACTIVE);
	r = post_form(mod, page_of(mod, id, "/close"), "reason=%3Cb%3Espam&days=7");
	assert_redirect(mod, r, page_of(mod, id, ""));
	assert_int_equal(state_of(id), USER_DISABLED);
	assert_false(is_in(b));
	assert_false(is_in(phone));
	assert_int_equal(logged(id, STR("user.close"), mod), 1);
	r = get(mod, page_of(mod, id, ""));
	assert_page(mod, r, 200);
	assert_shows(mod, r, "<b>spam");
	r = log_in(b, name);
	assert_page(b, r, 422);
	assert_shows(b, r, "A moderator closed this account until 20");
	assert_shows(b, r, "The reason: <b>spam");
	/* A wrong password is told nothing of it. */
	r = post_form(visit_guest(site), "/login",
		      visit_fields(b, "login", name.p, "password", "not the right one", NULL).p);
	assert_has_not(r, "moderator");
	/* Its time is over: the login opens it. */
	visit_change(site, &sql_over, DB_ARGS(id));
	assert_status(log_in(b, name), 303);
	assert_true(is_in(b));
	assert_int_equal(state_of(id), USER_ACTIVE);
}

static void the_caretaker_opens_what_is_over(void **state)
{
	struct browser *mod = visit_sure(site, ROLE_MODERATOR);
	int64_t over = visit_id(visit_member(site, ROLE_USER));
	int64_t open_end = visit_id(visit_member(site, ROLE_USER));

	(void)state;
	post_form(mod, page_of(mod, over, "/close"), "reason=x&days=1");
	post_form(mod, page_of(mod, open_end, "/close"), "reason=x&days=0");
	visit_change(site, &sql_over, DB_ARGS(over));
	assert_int_equal(site_run(site, "caretaker", 2), 0);
	assert_int_equal(state_of(over), USER_ACTIVE);
	assert_int_equal(state_of(open_end), USER_DISABLED);
	assert_status(post_form(mod, page_of(mod, open_end, "/open"), "reason="), 303);
	assert_int_equal(state_of(open_end), USER_ACTIVE);
	assert_int_equal(logged(open_end, STR("user.open"), mod), 1);
}

static void moderators_do_not_touch_staff(void **state)
{
	struct browser *mod = visit_sure(site, ROLE_MODERATOR);
	struct browser *other = visit_sure(site, ROLE_MODERATOR);
	struct browser *admin = visit_sure(site, ROLE_ADMIN);
	int64_t member = visit_id(visit_member(site, ROLE_USER));

	(void)state;
	assert_page(mod, post_form(mod, page_of(mod, visit_id(other), "/close"), "reason=x&days=1"),
		    403);
	assert_page(mod, post_form(mod, page_of(mod, visit_id(admin), "/close"), "reason=x&days=1"),
		    403);
	assert_page(mod, post_form(mod, page_of(mod, member, "/role"), "reason=x&role=admin"), 403);
	assert_page(mod, post_form(mod, page_of(mod, visit_id(mod), "/close"), "reason=x&days=1"),
		    409);
	assert_int_equal(state_of(visit_id(other)), USER_ACTIVE);
	assert_int_equal(state_of(visit_id(admin)), USER_ACTIVE);
	assert_int_equal(visit_number(site, &sql_role, DB_ARGS(member)), ROLE_USER);
	assert_true(is_in(other));
}

static void a_new_role_begins_with_a_new_login(void **state)
{
	struct browser *admin = visit_sure(site, ROLE_ADMIN);
	struct browser *b = visit_member(site, ROLE_USER);
	int64_t id = visit_id(b);
	struct reply r;

	(void)state;
	assert_status(post_form(admin, page_of(admin, id, "/role"), "reason=&role=moderator"), 422);
	assert_status(post_form(admin, page_of(admin, id, "/role"), "reason=x&role=god"), 422);
	assert_status(post_form(admin, page_of(admin, id, "/role"), "reason=trust&role=moderator"),
		      303);
	assert_false(is_in(b));
	assert_int_equal(visit_number(site, &sql_role, DB_ARGS(id)), ROLE_MODERATOR);
	assert_int_equal(logged(id, STR("user.role.moderator"), admin), 1);
	b = visit_again(site, id);
	r = get(b, "/moderation/log?kind=people");
	assert_page(b, r, 200);
	assert_shows(b, r, "trust");
	r = get(b, visit_path(b, "/moderation/log?by=%lld", (long long)visit_id(admin)));
	assert_page(b, r, 200);
	assert_shows(b, r, "made a moderator of");
	assert_page(b, get(b, "/moderation/log?kind=posts&before=1"), 200);
	/* Taken back, it ends at once. */
	assert_status(post_form(admin, page_of(admin, id, "/role"), "reason=x&role=member"), 303);
	assert_status(get(b, "/moderation/log"), 303);
}

/* Two administrators take each other's role at the same moment: one is left. */
static void somebody_stays_administrator(void **state)
{
	struct browser *one = visit_sure(site, ROLE_ADMIN), *two = visit_sure(site, ROLE_ADMIN);
	struct browser *who[2] = { one, two };
	struct ask asks[2] = { { 0 } };
	struct at_once answers[2];
	int i;

	(void)state;
	visit_change(site, &sql_other_admins, DB_ARGS(visit_id(one)));
	assert_page(one,
		    post_form(one, page_of(one, visit_id(one), "/role"), "reason=x&role=member"),
		    409);
	assert_page(one, post_form(one, page_of(one, visit_id(one), "/close"), "reason=x&days=1"),
		    409);
	assert_status(post_form(one, page_of(one, visit_id(two), "/role"), "reason=x&role=admin"),
		      303);
	who[1] = two = visit_again(site, visit_id(two));
	for (i = 0; i < 2; i++) {
		asks[i].path = page_of(who[i], visit_id(who[1 - i]), "/role");
		asks[i].body = str_format(who[i]->arena, STR_FMT "&reason=x&role=member",
					  STR_ARG(browser_token(who[i])));
	}
	visit_all_at_once(who, asks, 2, answers);
	assert_int_equal(visit_number(site, &sql_role, DB_ARGS(visit_id(one))) +
				 visit_number(site, &sql_role, DB_ARGS(visit_id(two))),
			 ROLE_ADMIN);
}

/* Closed for a week, and then for good: as plazactl does it, for which nobody is logged in. */
static void what_the_shell_closes_stays_closed(void **state)
{
	struct browser *mod = visit_sure(site, ROLE_MODERATOR);
	struct browser *b = visit_member(site, ROLE_USER);
	int64_t id = visit_id(b), opened;
	struct ctx *c;
	struct reply r;

	(void)state;
	assert_status(post_form(mod, page_of(mod, id, "/close"), "reason=spam&days=7"), 303);
	c = site_ctx(site);
	assert_int_equal(user_set_state(c, id, USER_DISABLED), OK);
	c->now += 8 * CLOCK_DAY;
	assert_int_equal(user_ban_end_all(c, 1000, &opened), OK);
	assert_int_equal(state_of(id), USER_DISABLED);
	r = get(mod, page_of(mod, id, ""));
	assert_page(mod, r, 200);
	assert_shows(mod, r, "It stays closed until somebody opens it.");
	assert_shows(mod, r, "The server's shell closed the account");
	r = get(mod, "/moderation/log?kind=people");
	assert_page(mod, r, 200);
	assert_shows(mod, r, "The server's shell closed the account");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(people_are_found),
	cmocka_unit_test(pages_of_people_do_not_repeat_themselves),
	cmocka_unit_test(a_closed_account_is_told_why_and_until_when),
	cmocka_unit_test(the_caretaker_opens_what_is_over),
	cmocka_unit_test(moderators_do_not_touch_staff),
	cmocka_unit_test(a_new_role_begins_with_a_new_login),
	cmocka_unit_test(somebody_stays_administrator),
	cmocka_unit_test(what_the_shell_closes_stays_closed),
};

WEB_TEST_MAIN("account", "post", "admin")
