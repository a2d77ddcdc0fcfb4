/* Forms of guests and members sent by others: another site's page, another's token, a stranger. */
#include "web/web.h"

#include "web/cookie.h"

static const struct db_sql sql_leaving = SQL("SELECT COUNT(*) FROM leaving WHERE user_id = ?");
static const struct db_sql sql_name = SQL("SELECT username FROM user WHERE user_id = ?");

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

/* Another site's page sends a guest's forms with that guest's own cookie, and even a right token.
 */
static void no_other_site_sends_a_guests_form(void **state)
{
	static const char *const evil[] = { "HTTP_ORIGIN", "https://evil.example", NULL };
	static const char *const cross[] = { "HTTP_SEC_FETCH_SITE", "cross-site", NULL };
	struct site_routes all = site_routes(site);
	size_t i;

	(void)state;
	for (i = 0; i < all.count; i++) {
		const struct site_route *route = &all.items[i];
		struct browser *b;
		struct ask form = { .is_foreign = true };
		int k;

		if (!str_is(route->method, STR("POST")) ||
		    str_find(route->flags, STR("public")) < 0 ||
		    str_find(route->flags, STR("signed")) >= 0)
			continue;
		b = visit_guest(site);
		form.path = path_of(b, route->pattern);
		form.body = str_format(b->arena, STR_FMT "&login=x&password=" SITE_PASSWORD,
				       STR_ARG(browser_token(b)));
		for (k = 0; k < 2; k++) {
			form.extra = k ? cross : evil;
			struct reply r = browser_ask(b, &form);

			if (r.status != 403)
				fail_msg(STR_FMT " takes the form of another site: %d",
					 STR_ARG(route->pattern), r.status);
		}
	}
}

/* The attacker logs a victim in as themselves: with their own token, and their own guest cookie. */
static void nobody_is_logged_in_by_another(void **state)
{
	struct browser *attacker = visit_guest(site), *victim = visit_guest(site);
	int64_t id = site_user(site, "attacker", ROLE_USER);
	struct str name = visit_text(site, attacker->arena, &sql_name, DB_ARGS(id));
	struct ask form = { .path = "/login" };
	struct reply r;

	(void)state;
	get(victim, "/login");
	form.body = str_format(victim->arena, STR_FMT "&" STR_FMT, STR_ARG(browser_token(attacker)),
			       STR_ARG(visit_fields(victim, "login", name.p, "password",
						    SITE_PASSWORD, NULL)));
	r = browser_ask(victim, &form);
	assert_status(r, 403);
	assert_int_equal(browser_cookie(victim, COOKIE_SESSION_NAME).n, 0);
	assert_int_equal(get(victim, "/settings").status, 303);
}

/* A stranger who knows a name cannot make its owner leave, nor keep them from staying. */
static void strangers_do_not_decide_who_leaves(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER), *other = visit_member(site, ROLE_ADMIN);
	long long id = visit_id(b);

	(void)state;
	assert_status(post_form(visit_guest(site), "/settings/delete", "choice=3"), 303);
	post_form(other, "/settings/confirm", "password=" SITE_PASSWORD);
	post_form(other, "/settings/delete",
		  visit_path(b, "choice=9&user_id=%lld&id=%lld", id, id));
	assert_int_equal(visit_number(site, &sql_leaving, DB_ARGS((int64_t)id)), 0);
	assert_int_equal(get(b, "/settings").status, 200);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(no_other_site_sends_a_guests_form),
	cmocka_unit_test(nobody_is_logged_in_by_another),
	cmocka_unit_test(strangers_do_not_decide_who_leaves),
};

WEB_TEST_MAIN("account", "post", "site", "social", "sale", "admin")
