/* Sales, as administrators publish, watch, change and close them. */
#include "web/admin_sales.h"

#include "base/num.h"
#include "domain/sale_check.h"

static const struct db_sql sql_state = SQL("SELECT state FROM sale WHERE sale_id = ?");
static const struct db_sql sql_set_end = SQL("UPDATE sale SET ends_at = ? WHERE sale_id = ?");
static const struct db_sql sql_set_units =
	SQL("UPDATE sale SET units = ?, stock = ? WHERE sale_id = ?");
static const struct db_sql sql_asked =
	SQL("SELECT COUNT(*) FROM outbox WHERE topic = CONCAT('sale.order.', ?)"
	    " AND payload LIKE '%\"units\"%'");
static const struct db_sql sql_log =
	SQL("SELECT COALESCE(GROUP_CONCAT(action, reason ORDER BY log_id SEPARATOR ' '), '')"
	    " FROM moderation_log WHERE target_type = 5 AND target_id = ?"
	    " AND action NOT IN ('sale.create', 'sale.edit')");

static const struct db_sql sql_closed = SQL("SELECT closed_at FROM sale WHERE sale_id = ?");

static int64_t state_of(int64_t id)
{
	return visit_number(site, &sql_state, DB_ARGS(id));
}

static void published_seen_and_closed(void **state)
{
	struct browser *b = admin_browser();
	int64_t id = admin_sale(admin_goods("Published"));
	struct reply r = get(b, at(id, "/publish"));

	(void)state;
	assert_page(b, r, 200);
	assert_shows(b, r, "Units on offer: 100, for ¥9.90 each; the list price is ¥99.00.");
	assert_shows(b, r, "it is open at once");
	assert_redirect(b, post_form(b, at(id, "/publish"), ""), at(id, "/live"));
	assert_int_equal(state_of(id), 1);
	/* The same again, and another edit, change nothing. */
	assert_redirect(b, post_form(b, at(id, "/publish"), ""), at(id, "/live"));
	assert_redirect(b, get(b, at(id, "/edit")), at(id, ""));
	assert_redirect(b,
			admin_send_sale(at(id, "/edit"), 5, "2099-01-31T20:00", "2099-01-31T21:00"),
			at(id, ""));
	assert_shows(b, get(b, at(id, "")), "its terms stay as they are");
	assert_redirect(b, get(b, at(id, "/publish")), at(id, ""));
	assert_shows(b, get(b, "/admin/sales"), "Published open");
	r = get(b, at(id, "/close"));
	assert_page(b, r, 200);
	assert_shows(b, r, "So far 0 of 100 units have a buyer.");
	assert_redirect(b, post_form(b, at(id, "/close"), ""), at(id, ""));
	assert_int_equal(state_of(id), 2);
	assert_redirect(b, post_form(b, at(id, "/close"), ""), at(id, ""));
	assert_redirect(b, get(b, at(id, "/close")), at(id, ""));
	assert_redirect(b, post_form(b, at(id, "/publish"), ""), at(id, ""));
	assert_int_equal(state_of(id), 2);
	r = get(b, at(id, ""));
	assert_shows(b, r, "Published closed early");
	assert_shows(b, r,
		     visit_path(b, "Closed early " STR_FMT,
				STR_ARG(clock_shown(b->arena, visit_number(site, &sql_closed,
									   DB_ARGS(id))))));
	assert_text(visit_text(site, b->arena, &sql_log, DB_ARGS(id)), "sale.publish sale.close");
}

/* A digit too many is seen before everybody sees it. */
static void a_price_above_the_list_price_is_pointed_out(void **state)
{
	struct browser *b = admin_browser();
	struct str goods = num_text(b->arena, admin_goods("Dear"));
	int64_t id = admin_sale_made(
		post_form(b, "/admin/sales",
			  visit_fields(b, "goods", goods.p, "price", "99.01", "units", "1",
				       "starts", admin_minutes_on(5), "ends", admin_minutes_on(60),
				       "minutes", "1", NULL)
				  .p));
	struct reply r = get(b, at(id, "/publish"));

	(void)state;
	assert_page(b, r, 200);
	assert_has(r, "<p class=\"warning\">Look again: in the sale it costs more than otherwise.");
	/* One is one, in words, too. */
	assert_shows(b, r, "Units on offer: 1, for ¥99.01 each");
	assert_shows(b, r, "not paid after 1 minute is closed");
	id = admin_sale(admin_goods("Not dear"));
	assert_has_not(get(b, at(id, "/publish")), "costs more than otherwise");
}

static const struct db_sql sql_there = SQL("SELECT COUNT(*) FROM sale WHERE sale_id = ?");

static void a_draft_is_deleted_after_a_question(void **state)
{
	struct browser *b = admin_browser();
	int64_t goods = admin_goods("Not wanted"), id = admin_sale(goods);
	struct reply r = get(b, at(id, ""));

	(void)state;
	assert_has(r, at(id, "/delete"));
	r = get(b, at(id, "/delete"));
	assert_page(b, r, 200);
	assert_shows(b, r, "Delete this draft?");
	assert_shows(b, r, "Not wanted");
	assert_int_equal(visit_number(site, &sql_there, DB_ARGS(id)), 1);
	assert_redirect(b, post_form(b, at(id, "/delete"), ""), "/admin/sales");
	assert_int_equal(visit_number(site, &sql_there, DB_ARGS(id)), 0);
	assert_text(visit_text(site, b->arena, &sql_log, DB_ARGS(id)), "sale.deleteNot wanted");
	assert_status(get(b, at(id, "")), 404);
	assert_status(get(b, at(id, "/delete")), 404);
	/* Twice is once, and the log says what it was. */
	assert_redirect(b, post_form(b, at(id, "/delete"), ""), "/admin/sales");
	assert_text(visit_text(site, b->arena, &sql_log, DB_ARGS(id)), "sale.deleteNot wanted");
	assert_shows(b, get(b, "/moderation/log?kind=sales"), "deleted the draft of a sale of");
	/* Its goods can go now. */
	assert_redirect(b,
			post_form(b, visit_path(b, "/admin/goods/%lld/delete", (long long)goods),
				  ""),
			"/admin/goods");
}

/* One administrator reads the terms and decides; another changes them in between. */
static void what_changed_since_it_was_read_is_not_published(void **state)
{
	struct browser *b = admin_browser();
	int64_t goods = admin_goods("Read"), id = admin_sale(goods);
	struct reply r = get(b, at(id, "/publish"));
	struct str seen = page_value(b->arena, r.body, "seen");

	(void)state;
	assert_true(seen.n > 0);
	assert_shows(b, r, "it is open at once");
	assert_redirect(b, admin_edit_sale(id, goods, admin_minutes_on(10), admin_minutes_on(90)),
			at(id, ""));
	r = post_form(b, at(id, "/publish"), visit_path(b, "seen=" STR_FMT, STR_ARG(seen)));
	assert_page(b, r, 409);
	assert_shows(b, r, "Somebody changed the draft meanwhile. Read it again.");
	assert_has_not(r, "it is open at once");
	assert_int_equal(state_of(id), 0);
	seen = page_value(b->arena, r.body, "seen");
	r = post_form(b, at(id, "/publish"), visit_path(b, "seen=" STR_FMT, STR_ARG(seen)));
	assert_redirect(b, r, at(id, "/live"));
	assert_int_equal(state_of(id), 1);
}

static void what_was_published_is_not_deleted(void **state)
{
	struct browser *b = admin_browser();
	int64_t id = admin_sale(admin_goods("Wanted"));

	(void)state;
	assert_redirect(b, post_form(b, at(id, "/publish"), ""), at(id, "/live"));
	assert_has_not(get(b, at(id, "")), at(id, "/delete"));
	assert_redirect(b, get(b, at(id, "/delete")), at(id, ""));
	assert_redirect(b, post_form(b, at(id, "/delete"), ""), at(id, ""));
	assert_shows(b, get(b, at(id, "")), "It was published meanwhile, so it stays.");
	assert_int_equal(state_of(id), 1);
	assert_status(post_form(visit_member(site, ROLE_MODERATOR), at(id, "/delete"), ""), 403);
}

static void a_draft_that_is_too_old_is_not_published(void **state)
{
	struct browser *b = admin_browser();
	int64_t id = admin_sale(admin_goods("Too old"));
	struct reply r;

	(void)state;
	visit_change(site, &sql_set_end, DB_ARGS(clock_now() - 1000, id));
	assert_shows(b, get(b, at(id, "")), "cannot be published as it is");
	r = get(b, at(id, "/publish"));
	assert_page(b, r, 200);
	assert_shows(b, r, "Its end has passed already.");
	r = post_form(b, at(id, "/publish"), "");
	assert_page(b, r, 409);
	assert_shows(b, r, "Its end has passed already.");
	assert_int_equal(state_of(id), 0);
	assert_redirect(b, post_form(b, at(id, "/close"), ""), at(id, ""));
}

static void units_are_asked_for_and_the_result_is_shown(void **state)
{
	struct browser *b = admin_browser();
	int64_t id = admin_sale(admin_goods("Counted"));
	struct str form;
	struct ask ask = { .path = at(id, "/units") };
	struct reply r;

	(void)state;
	assert_has_not(get(b, at(id, "")), "Add units");
	assert_redirect(b, post_form(b, at(id, "/units"), "count=5&way=more"), at(id, ""));
	assert_status(post_form(b, at(id, "/publish"), ""), 303);
	assert_has(get(b, at(id, "")), "Add units");
	/* Sent twice, it is one change. */
	form = browser_token(b);
	ask.body = str_format(b->arena, STR_FMT "&count=5&way=more", STR_ARG(form));
	assert_redirect(b, browser_ask(b, &ask), at(id, "/live?was=100&change=5"));
	assert_redirect(b, browser_ask(b, &ask), at(id, "/live?was=100&change=5"));
	assert_int_equal(visit_number(site, &sql_asked, DB_ARGS(id)), 1);
	assert_text(visit_text(site, b->arena, &sql_log, DB_ARGS(id)), "sale.publish sale.units+5");
	r = get(b, at(id, "/live?was=100&change=5"));
	assert_page(b, r, 200);
	assert_shows(b, r, "Units so far: 100; asked for is a change by 5.");
	visit_change(site, &sql_set_units, DB_ARGS(105, 105, id));
	assert_shows(b, get(b, at(id, "/live?was=100&change=5")),
		     "Done. Units before: 100, now: 105.");
	assert_shows(b, get(b, at(id, "/live?was=110&change=-9")),
		     "Units before: 110, now: 105; asked for was a change by -9.");
	assert_redirect(b, post_form(b, at(id, "/units"), "count=3&way=fewer"),
			at(id, "/live?was=105&change=-3"));
}

static void wrong_units_are_said_at_the_field(void **state)
{
	static const struct {
		const char *fields, *message;
	} cases[] = {
		{ "count=&way=more", "" },
		{ "count=x&way=more", "Write a whole number" },
		{ "count=0&way=fewer", "Write a whole number" },
		{ "count=999901&way=more", "There can be at most a million units." },
		{ "count=101&way=fewer", "Only 100 units are left" },
	};
	struct browser *b = admin_browser();
	int64_t id = admin_sale(admin_goods("Miscounted"));
	size_t i;

	(void)state;
	assert_status(post_form(b, at(id, "/publish"), ""), 303);
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		struct reply r = post_form(b, at(id, "/units"), cases[i].fields);

		assert_page(b, r, 422);
		assert_said(r, "count", cases[i].message);
	}
	/* What is neither is not taken for one of them. */
	assert_page(b, post_form(b, at(id, "/units"), "count=1&way=FEWER"), 422);
	assert_page(b, post_form(b, at(id, "/units"), "count=1&way=x"), 422);
	assert_page(b, post_form(b, at(id, "/units"), "count=1"), 422);
	assert_int_equal(visit_number(site, &sql_asked, DB_ARGS(id)), 0);
	visit_change(site, &sql_set_end, DB_ARGS(clock_now() - 1000, id));
	assert_redirect(b, post_form(b, at(id, "/units"), "count=1&way=more"), at(id, ""));
}

static void the_live_page_comes_again_by_itself(void **state)
{
	struct browser *b = admin_browser();
	int64_t id = admin_sale(admin_goods("Watched"));
	struct reply r = get(b, at(id, "/live"));

	(void)state;
	assert_page(b, r, 200);
	assert_shows(b, r, "nothing moves before it is published");
	assert_has_not(r, "http-equiv=\"refresh\"");
	assert_status(post_form(b, at(id, "/publish"), ""), 303);
	r = get(b, at(id, "/live"));
	assert_page(b, r, 200);
	assert_has(r, "<noscript><meta http-equiv=\"refresh\" content=\"2\"></noscript>");
	assert_has(r, "data-again=\"2000\"");
	assert_has(r, "role=\"img\" aria-labelledby=\"chart-title chart-text\"");
	assert_int_equal(page_count(page_by_id(r.body, "chart-numbers"), "<th scope=\"row\">"), 12);
	r = get(b, at(id, "/live?still=1"));
	assert_page(b, r, 200);
	assert_has_not(r, "http-equiv=\"refresh\"");
	assert_has(r, "data-again=\"0\"");
	assert_page(b, get(b, at(id, "/live?was=x&change=1&still=1")), 200);
}

static void the_first_page_says_what_does_not_fit(void **state)
{
	struct browser *b = admin_browser();
	int64_t id = admin_sale(admin_goods("Out of joint"));
	struct sale_report report = { .checked_at = clock_now(),
				      .is_loaded = true,
				      .unknown = 5,
				      .adrift = 4,
				      .terms = 2,
				      .oversold = 3 };
	struct reply r;

	(void)state;
	assert_status(post_form(b, at(id, "/publish"), ""), 303);
	sale_report_keep(site_ctx(site), id, &report);
	r = get(b, "/admin");
	assert_page(b, r, 200);
	assert_shows(b, r, "needs a look");
	assert_shows(b, r, "Tickets lost 0, unknown 5; units on their way back 0.");
	assert_shows(b, r,
		     "Units nobody waits for 4, terms that differ 2, units given back and still "
		     "held 3.");
}

/* A gate that is not there alarms while somebody could buy, and only then. */
static void a_gate_is_missed_while_the_sale_is_open(void **state)
{
	static const char missed[] = "nobody can buy for the moment";
	struct browser *b = admin_browser();
	int64_t goods = admin_goods("Gate"), open = admin_sale(goods);
	int64_t soon = admin_sale_made(
		admin_send_sale("/admin/sales", goods, admin_minutes_on(30), admin_minutes_on(60)));
	struct reply r;

	(void)state;
	assert_status(post_form(b, at(open, "/publish"), ""), 303);
	assert_status(post_form(b, at(soon, "/publish"), ""), 303);
	assert_has(get(b, at(open, "/live")), missed);
	r = get(b, at(soon, "/live"));
	assert_has_not(r, missed);
	assert_shows(b, r, "loaded into Redis by itself, before the sale starts");
	visit_change(site, &sql_set_end, DB_ARGS(clock_now() - 1000, open));
	r = get(b, at(open, "/live"));
	assert_shows(b, r, "ended");
	assert_has_not(r, missed);
}

static void what_is_not_there(void **state)
{
	static const char *const pages[] = { "", "/edit", "/publish", "/close", "/live" };
	struct browser *b = admin_browser();
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(pages); i++)
		assert_status(get(b, at(5, pages[i])), 404);
	for (i = 1; i < 4; i++)
		assert_status(post_form(b, at(5, pages[i]), "x=1"), 404);
	assert_status(post_form(b, at(5, "/units"), "count=1&way=more"), 404);
	assert_page(b, get(b, "/admin/sales?before=5"), 200);
	assert_shows(b, get(b, "/admin/sales?before=5"), "There are no more.");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(published_seen_and_closed),
	cmocka_unit_test(a_price_above_the_list_price_is_pointed_out),
	cmocka_unit_test(a_draft_is_deleted_after_a_question),
	cmocka_unit_test(what_changed_since_it_was_read_is_not_published),
	cmocka_unit_test(what_was_published_is_not_deleted),
	cmocka_unit_test(a_draft_that_is_too_old_is_not_published),
	cmocka_unit_test(units_are_asked_for_and_the_result_is_shown),
	cmocka_unit_test(wrong_units_are_said_at_the_field),
	cmocka_unit_test(the_live_page_comes_again_by_itself),
	cmocka_unit_test(the_first_page_says_what_does_not_fit),
	cmocka_unit_test(a_gate_is_missed_while_the_sale_is_open),
	cmocka_unit_test(what_is_not_there),
};

WEB_TEST_MAIN("admin", "site")
