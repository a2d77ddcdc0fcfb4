/*
 * What others feel at once asks the staff who they are once more: which acts those are, that
 * nothing happens before the proof, and that what was typed is still there after it.
 */
#include "web/web.h"

#include "base/num.h"
#include "web/cookie.h"

/* Acts that ask for the role alone. Whoever adds one decides here. */
static const char *const unasked[] = {
	"/admin/events/retry", "/admin/letters/replay",     "/admin/goods/preview",
	"/admin/sales",        "/admin/goods/{id}/preview", "/admin/sales/{id}/edit",
};

static const struct db_sql sql_state = SQL("SELECT state FROM user WHERE user_id = ?");
static const struct db_sql sql_role = SQL("SELECT role FROM user WHERE user_id = ?");
static const struct db_sql sql_name = SQL("SELECT username FROM user WHERE user_id = ?");
static const struct db_sql sql_goods = SQL("SELECT COUNT(*) FROM goods WHERE name = ?");

static bool is_staffs(const struct site_route *r)
{
	return str_find(r->flags, STR("admin")) >= 0 || str_find(r->flags, STR("moderator")) >= 0;
}

static bool is_asked(const struct site_route *r)
{
	return str_find(r->flags, STR("sure")) >= 0;
}

static bool is_proof_wanted(struct browser *b, struct reply r)
{
	return r.status == 303 &&
	       str_starts(reply_header(b, &r, "Location"), STR("/settings/confirm?next="));
}

static const char *of(struct browser *b, int64_t id, const char *act)
{
	return visit_path(b, "/admin/users/%lld%s", (long long)id, act);
}

/* An act that is done, and leads back to the page of the person. */
static void act(struct browser *b, int64_t id, const char *what, const char *fields)
{
	assert_redirect(b, post_form(b, of(b, id, what), fields), of(b, id, ""));
}

static void each_act_is_asked_or_listed(void **state)
{
	struct site_routes all = site_routes(site);
	size_t listed = 0, asked = 0;
	size_t i, k;

	(void)state;
	for (i = 0; i < all.count; i++) {
		bool is_listed = false;

		if (!is_staffs(&all.items[i]) || !str_is(all.items[i].method, STR("POST")) ||
		    !str_is(all.items[i].program, STR("admin")))
			continue;
		for (k = 0; k < ARRAY_LEN(unasked); k++)
			is_listed =
				is_listed || str_is(all.items[i].pattern, str_from_c(unasked[k]));
		if (is_listed == is_asked(&all.items[i]))
			fail_msg(STR_FMT " is in doubt", STR_ARG(all.items[i].pattern));
		listed += is_listed;
		asked += !is_listed;
	}
	assert_int_equal(listed, ARRAY_LEN(unasked));
	assert_true(asked >= 13);
}

/* Neither a page that asks nor an act does anything for a session that is only logged in. */
static void nothing_happens_before_the_proof(void **state)
{
	struct site_routes all = site_routes(site);
	struct browser *b = visit_member(site, ROLE_ADMIN);
	struct str id = num_text(b->arena, site_user(site, "a", ROLE_USER));
	struct str before = visit_sum(site, b->arena);
	size_t i;

	(void)state;
	for (i = 0; i < all.count; i++) {
		struct str pattern = all.items[i].pattern;
		ptrdiff_t at = str_find(pattern, STR("{id}"));
		const char *path = str_c(b->arena, pattern);

		if (!is_staffs(&all.items[i]) || !is_asked(&all.items[i]))
			continue;
		if (at > 0)
			path = visit_path(b, STR_FMT STR_FMT STR_FMT,
					  STR_ARG(str_slice(pattern, 0, (size_t)at)), STR_ARG(id),
					  STR_ARG(str_slice(pattern, (size_t)at + 4, pattern.n)));
		visit_forgive(site, b);
		if (!is_proof_wanted(b, str_is(all.items[i].method, STR("GET"))
						? get(b, path)
						: post_form(b, path,
							    "reason=x&days=7&role=admin&all=1"
							    "&count=5&way=more&name=x&price=1")))
			fail_msg("%s asks nobody", path);
	}
	assert_same(visit_sum(site, b->arena), before);
}

/* The page of a person shows its forms to who proved it, and leads the others there and back. */
static void the_page_says_so_before_anything_is_typed(void **state)
{
	struct browser *mod = visit_member(site, ROLE_MODERATOR);
	int64_t id = site_user(site, "a", ROLE_USER);
	const char *page = of(mod, id, "");
	struct reply r = get(mod, page);

	(void)state;
	assert_page(mod, r, 200);
	assert_has_not(r, "name=\"reason\"");
	assert_has(r, visit_path(mod, "href=\"/settings/confirm?next=%s\"", page));
	/* The way out leads back among the pages they came from. */
	r = get(mod, visit_path(mod, "/settings/confirm?next=%s", page));
	assert_has(r, "<a class=\"plain\" href=\"/moderation/log\">");
	assert_has_not(r, "What you wrote is kept");
	assert_has(get(visit_member(site, ROLE_ADMIN), "/settings/confirm?next=/admin/goods/new"),
		   "<a class=\"plain\" href=\"/admin\">");
	assert_has(get(mod, "/settings/confirm?next=/settings/email"),
		   "<a class=\"plain\" href=\"/settings\">");
	r = post_form(mod, visit_path(mod, "/settings/confirm?next=%s", page),
		      visit_fields(mod, "password", SITE_PASSWORD, "next", page, NULL).p);
	assert_redirect(mod, r, page);
	r = get(mod, page);
	assert_page(mod, r, 200);
	assert_has(r, "name=\"reason\"");
	assert_has_not(r, "/settings/confirm");
	/* A page without anything to do asks nothing. */
	assert_has_not(get(visit_again(site, visit_id(mod)), of(mod, visit_id(mod), "")),
		       "/settings/confirm");
}

/* Sends it with a session whose proof is too old; the page with what was typed, after the proof. */
static struct reply prove(struct browser *b, const char *path, struct str fields)
{
	struct str body = str_format(b->arena, STR_FMT "&" STR_FMT, STR_ARG(browser_token(b)),
				     STR_ARG(fields));
	const char *const from[] = { "HTTP_REFERER", "http://127.0.0.1/moderation/log", NULL };
	struct reply r = browser_ask(b, &(struct ask){ .path = path, .body = body, .extra = from });
	struct str at, held;

	assert_true(is_proof_wanted(b, r));
	at = reply_header(b, &r, "Location");
	held = str_slice(at, (size_t)str_find(at, STR("held=")) + 5, at.n);
	r = get(b, at.p);
	assert_page(b, r, 200);
	assert_shows(b, r, "What you wrote is kept, to be sent afterwards.");
	r = post_form(b, at.p, visit_fields(b, "password", SITE_PASSWORD, NULL).p);
	at = reply_header(b, &r, "Location");
	assert_status(r, 303);
	assert_true(str_starts(at, str_format(b->arena, "/resume/" STR_FMT, STR_ARG(held))));
	r = get(b, at.p);
	assert_page(b, r, 200);
	assert_has(r, visit_path(b, "action=\"%s\"", path));
	/* Who thinks better of it goes back to where the form was. */
	assert_has(r, "href=\"/moderation/log\"");
	return r;
}

static void what_was_typed_is_kept(void **state)
{
	struct browser *b = visit_member(site, ROLE_ADMIN);
	int64_t id = site_user(site, "a", ROLE_USER);
	struct reply r;

	(void)state;
	r = prove(b, of(b, id, "/close"), STR("reason=%3Cb%3Eoften&days=30"));
	assert_has(r, "name=\"reason\" value=\"&lt;b&gt;often\"");
	assert_has(r, "name=\"days\" value=\"30\"");
	assert_shows(b, r,
		     visit_path(b, "Close the account " STR_FMT,
				STR_ARG(visit_text(site, b->arena, &sql_name, DB_ARGS(id)))));
	assert_shows(b, r, "For how long: 30 days");
	assert_int_equal(visit_number(site, &sql_state, DB_ARGS(id)), USER_ACTIVE);
	b = visit_again(site, visit_id(b));
	r = prove(b, of(b, id, "/role"), STR("role=moderator&reason=trust"));
	assert_has(r, "name=\"role\" value=\"moderator\"");
	assert_shows(b, r, "Change the role");
	assert_shows(b, r, "Role: Moderator");
	assert_int_equal(visit_number(site, &sql_role, DB_ARGS(id)), ROLE_USER);
	act(b, id, "/role", "role=moderator&reason=trust");
	assert_int_equal(visit_number(site, &sql_role, DB_ARGS(id)), ROLE_MODERATOR);
	b = visit_again(site, visit_id(b));
	r = prove(b, "/admin/goods", STR("name=A+kept+lamp&price=12.50&body=It+%2Ashines%2A"));
	assert_has(r, "name=\"name\" value=\"A kept lamp\"");
	assert_has(r, "It *shines*</textarea>");
	assert_int_equal(visit_number(site, &sql_goods, DB_ARGS(STR("A kept lamp"))), 0);
	/* Another act at the end of another address. */
	b = visit_again(site, visit_id(b));
	assert_has_not(prove(b, "/admin/sales/7/close", STR("reason=x")), "Close the account");
}

/* The proof is the session's own, and it ends. */
static void a_proof_is_not_lent(void **state)
{
	struct browser *b = visit_sure(site, ROLE_ADMIN), *other;
	int64_t id = site_user(site, "a", ROLE_USER);

	(void)state;
	other = visit_again(site, visit_id(b));
	assert_true(is_proof_wanted(other, post_form(other, of(b, id, "/close"), "reason=x")));
	act(b, id, "/close", "reason=x&days=1");
	visit_prove_long_ago(site, b);
	assert_true(is_proof_wanted(b, post_form(b, of(b, id, "/open"), "reason=")));
	assert_int_equal(visit_number(site, &sql_state, DB_ARGS(id)), USER_DISABLED);
}

/* Fields the form does not have name nobody else and give nothing. */
static void the_address_alone_says_who_it_is_about(void **state)
{
	struct browser *b = visit_sure(site, ROLE_ADMIN);
	int64_t id = site_user(site, "a", ROLE_USER), other = site_user(site, "a", ROLE_USER);
	const char *extra = visit_path(b, "&id=%lld&user_id=%lld&target_id=%lld&state=0&points=9",
				       (long long)other, (long long)other, (long long)other);

	(void)state;
	act(b, id, "/close", visit_path(b, "reason=x&days=1&role=admin%s", extra));
	act(b, id, "/open", visit_path(b, "reason=&role=admin%s", extra));
	assert_int_equal(visit_number(site, &sql_role, DB_ARGS(id)), ROLE_USER);
	assert_int_equal(visit_number(site, &sql_state, DB_ARGS(id)), USER_ACTIVE);
	act(b, id, "/role", visit_path(b, "reason=x&role=moderator&days=1%s", extra));
	assert_int_equal(visit_number(site, &sql_role, DB_ARGS(other)), ROLE_USER);
	assert_int_equal(visit_number(site, &sql_state, DB_ARGS(other)), USER_ACTIVE);
	assert_int_equal(visit_number(site, &sql_state, DB_ARGS(id)), USER_ACTIVE);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(each_act_is_asked_or_listed),
	cmocka_unit_test(nothing_happens_before_the_proof),
	cmocka_unit_test(the_page_says_so_before_anything_is_typed),
	cmocka_unit_test(what_was_typed_is_kept),
	cmocka_unit_test(a_proof_is_not_lent),
	cmocka_unit_test(the_address_alone_says_who_it_is_about),
};

WEB_TEST_MAIN("account", "post", "admin")
