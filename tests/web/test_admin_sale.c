/* Sales, as administrators set them up: the form for a draft. */
#include "web/admin_sales.h"

#include "base/num.h"

static const struct db_sql sql_gone = SQL("UPDATE goods SET deleted_at = 1 WHERE goods_id = ?");
static const struct db_sql sql_sale =
	SQL("SELECT CONCAT_WS('|', state, units, stock, CAST(price * 100 AS SIGNED), pay_seconds,"
	    " starts_at, ends_at) FROM sale WHERE sale_id = ?");
static const struct db_sql sql_sales = SQL("SELECT COUNT(*) FROM sale WHERE goods_id = ?");

static void a_draft_is_saved_and_changed(void **state)
{
	struct browser *b = admin_browser();
	int64_t goods = admin_goods("Kettle");
	int64_t id = admin_sale_made(
		admin_send_sale("/admin/sales", goods, "2099-01-31T20:00", "2099-1-31 22:30"));
	struct reply r = get(b, at(id, ""));

	(void)state;
	assert_page(b, r, 200);
	assert_shows(b, r, "Kettle draft");
	assert_shows(b, r, "2099-01-31 20:00");
	assert_shows(b, r, "¥9.90");
	assert_text(visit_text(site, b->arena, &sql_sale, DB_ARGS(id)),
		    "0|100|100|990|1800|4073544000000|4073553000000");
	r = get(b, at(id, "/edit"));
	assert_page(b, r, 200);
	assert_text(page_value(b->arena, r.body, "starts"), "2099-01-31T20:00");
	assert_text(page_value(b->arena, r.body, "minutes"), "30");
	assert_redirect(b, admin_edit_sale(id, goods, "2099-01-31T21:00", "2099-01-31T22:00"),
			at(id, ""));
	assert_text(visit_text(site, b->arena, &sql_sale, DB_ARGS(id)),
		    "0|100|100|990|1800|4073547600000|4073551200000");
	assert_page(b, get(b, "/admin/sales"), 200);
	assert_shows(b, get(b, "/admin/sales"), "Kettle draft");
}

/* Two administrators have the form open; the second is shown what the first one saved. */
static void a_draft_changed_meanwhile_is_shown_beside(void **state)
{
	struct browser *b = admin_browser();
	int64_t goods = admin_goods("Chair <1>"), id = admin_sale(goods);
	struct reply r = get(b, at(id, "/edit"));
	struct str seen = page_value(b->arena, r.body, "seen");

	(void)state;
	assert_redirect(b,
			admin_edit_sale(id, admin_goods("Desk <2>"), "2099-01-31T21:00",
					"2099-01-31T22:30"),
			at(id, ""));
	r = admin_send_terms(at(id, "/edit"), goods, "2099-01-31T21:00", "2099-01-31T23:00",
			     seen.p);
	assert_page(b, r, 409);
	assert_shows(b, r, "Somebody changed this draft while you were writing.");
	assert_has(r, "<dd>Desk &lt;2&gt;</dd>");
	assert_has(r, "<dd>2099-01-31 22:30</dd>");
	/* What both say is not repeated. */
	assert_has_not(r, "<dd>2099-01-31 21:00</dd>");
	assert_text(page_value(b->arena, r.body, "ends"), "2099-01-31T23:00");
	assert_has(r, visit_path(b, "<option value=\"%lld\" selected>", (long long)goods));
	/* Saving again is a choice made knowingly. */
	seen = page_value(b->arena, r.body, "seen");
	r = admin_send_terms(at(id, "/edit"), goods, "2099-01-31T21:00", "2099-01-31T23:00",
			     seen.p);
	assert_redirect(b, r, at(id, ""));
	assert_shows(b, get(b, at(id, "")), "2099-01-31 23:00");
	/* Sent twice, it is saved once. */
	r = admin_send_terms(at(id, "/edit"), goods, "2099-01-31T21:00", "2099-01-31T23:00",
			     seen.p);
	assert_redirect(b, r, at(id, ""));
}

/* What somebody had seen stays with their form while they mend it. */
static void a_wrong_field_does_not_forget_what_was_seen(void **state)
{
	struct browser *b = admin_browser();
	int64_t goods = admin_goods("Stool"), id = admin_sale(goods);
	struct str seen = page_value(b->arena, get(b, at(id, "/edit")).body, "seen");
	struct reply r;

	(void)state;
	r = admin_send_terms(at(id, "/edit"), goods, "soon", "2099-01-31T23:00", seen.p);
	assert_page(b, r, 422);
	assert_same(page_value(b->arena, r.body, "seen"), seen);
}

static void the_form_knows_goods_and_their_price(void **state)
{
	struct browser *b = admin_browser();
	int64_t goods = admin_goods("Tea <pot>");
	struct reply r = get(b, visit_path(b, "/admin/sales/new?goods=%lld", (long long)goods));

	(void)state;
	assert_page(b, r, 200);
	assert_has(r, visit_path(b, "<option value=\"%lld\" selected>Tea &lt;pot&gt;",
				 (long long)goods));
	assert_text(page_value(b->arena, r.body, "price"), "99.00");
	assert_shows(b, r, "Asia/Shanghai");
	assert_page(b, get(b, "/admin/sales/new?goods=5"), 200);
	assert_page(b, get(b, "/admin/sales/new?goods=x"), 200);
}

/* Each wrong field, everything else being right. */
static void what_is_wrong_stands_at_the_field(void **state)
{
	static const struct {
		const char *field, *typed, *message;
	} cases[] = {
		{ "goods", "", "" },
		{ "goods", "x", "" },
		{ "goods", "5", "These goods were deleted" },
		{ "price", "", "" },
		{ "price", "0", "must be more than nothing" },
		{ "price", "free", "Write an amount like 12.50" },
		{ "units", "", "" },
		{ "units", "0", "Write a whole number from 1 to 1000000." },
		{ "units", "1.5", "Write a whole number" },
		{ "units", "1000001", "Write a whole number" },
		{ "starts", "", "" },
		{ "starts", "tomorrow", "Write a date and a time that exist" },
		{ "starts", "2099-02-30T20:00", "Write a date and a time that exist" },
		{ "ends", "2098-12-31T20:00", "The end must come after the start." },
		{ "ends", "2199-12-31T20:00", "A sale lasts a year at most." },
		{ "ends", "20:00", "Write a date and a time that exist" },
		{ "minutes", "", "" },
		{ "minutes", "0", "Write whole minutes, from 1 to 4320." },
		{ "minutes", "4321", "Write whole minutes, from 1 to 4320." },
	};
	static const char *const names[] = {
		"goods", "price", "units", "starts", "ends", "minutes"
	};
	struct browser *b = admin_browser();
	int64_t goods = admin_goods("Wrong");
	struct str id = num_text(b->arena, goods);
	size_t i, k;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		const char *typed[] = {
			id.p, "1", "1", "2099-01-31T20:00", "2099-01-31T21:00", "5"
		};
		struct reply r;

		for (k = 0; k < ARRAY_LEN(names); k++) {
			if (!strcmp(names[k], cases[i].field))
				typed[k] = cases[i].typed;
		}
		r = post_form(b, "/admin/sales",
			      visit_fields(b, names[0], typed[0], names[1], typed[1], names[2],
					   typed[2], names[3], typed[3], names[4], typed[4],
					   names[5], typed[5], NULL)
				      .p);
		assert_page(b, r, 422);
		assert_said(r, cases[i].field, cases[i].message);
		if (strcmp(cases[i].field, "goods") != 0)
			assert_same(page_value(b->arena, r.body, cases[i].field),
				    str_from_c(cases[i].typed));
	}
	assert_int_equal(visit_number(site, &sql_sales, DB_ARGS(goods)), 0);
}

/* Nobody is to mend one field, only to be told of the next. */
static void all_that_is_wrong_is_said_at_once(void **state)
{
	struct browser *b = admin_browser();
	struct str id = num_text(b->arena, admin_goods("All at once"));
	struct reply r = post_form(b, "/admin/sales",
				   visit_fields(b, "goods", id.p, "price", "0", "units", "x",
						"starts", "2099-01-31T20:00", "ends",
						"2099-01-31T19:00", "minutes", "4321", NULL)
					   .p);

	(void)state;
	assert_page(b, r, 422);
	assert_said(r, "price", "must be more than nothing");
	assert_said(r, "units", "Write a whole number");
	assert_said(r, "ends", "The end must come after the start.");
	assert_said(r, "minutes", "Write whole minutes");
	r = post_form(b, "/admin/sales",
		      visit_fields(b, "goods", id.p, "price", "1", "units", "1", "starts", "soon",
				   "ends", "2099-01-31T19:00", "minutes", "5", NULL)
			      .p);
	assert_page(b, r, 422);
	assert_said(r, "starts", "Write a date and a time that exist");
	assert_has_not(r, "id=\"ends-error\"");
}

/* A field for dates shows nothing of what is no date: it is a plain one then. */
static void what_is_no_date_is_shown_as_typed(void **state)
{
	struct browser *b = admin_browser();
	struct reply r = admin_send_sale("/admin/sales", admin_goods("Typed"), "at eight",
					 "2099-01-31T20:00");

	(void)state;
	assert_page(b, r, 422);
	assert_text(page_value(b->arena, r.body, "starts"), "at eight");
	assert_has(r, "<input id=\"starts\" name=\"starts\" value=\"at eight\"");
	assert_has(r, "<input id=\"ends\" type=\"datetime-local\" name=\"ends\"");
}

static void the_end_must_be_to_come(void **state)
{
	struct browser *b = admin_browser();
	struct reply r = admin_send_sale("/admin/sales", admin_goods("Past"), "2020-01-01T10:00",
					 "2020-01-01T11:00");

	(void)state;
	assert_page(b, r, 422);
	assert_said(r, "ends", "The end has passed already.");
}

static void goods_deleted_meanwhile(void **state)
{
	struct browser *b = admin_browser();
	int64_t goods = admin_goods("Meanwhile");
	int64_t id = admin_sale(goods);
	struct reply r;

	(void)state;
	visit_change(site, &sql_gone, DB_ARGS(goods));
	r = admin_edit_sale(id, goods, "2099-01-31T20:00", "2099-01-31T21:00");
	assert_page(b, r, 422);
	assert_said(r, "goods", "These goods were deleted. Choose others.");
}

static void the_same_form_makes_one_sale(void **state)
{
	struct browser *b = admin_browser();
	int64_t goods = admin_goods("Once");
	struct ask ask = { .path = "/admin/sales" };
	struct at_once got[5];
	int i;

	(void)state;
	ask.body = str_format(b->arena,
			      STR_FMT "&goods=%lld&price=1&units=1&starts=2099-01-31T20%%3A00"
				      "&ends=2099-01-31T21%%3A00&minutes=5",
			      STR_ARG(browser_token(b)), (long long)goods);
	visit_at_once(b, &ask, 5, got);
	for (i = 0; i < 5; i++) {
		assert_int_equal(got[i].status, 303);
		assert_string_equal(got[i].location, got[0].location);
	}
	assert_int_equal(visit_number(site, &sql_sales, DB_ARGS(goods)), 1);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_draft_is_saved_and_changed),
	cmocka_unit_test(a_draft_changed_meanwhile_is_shown_beside),
	cmocka_unit_test(a_wrong_field_does_not_forget_what_was_seen),
	cmocka_unit_test(the_form_knows_goods_and_their_price),
	cmocka_unit_test(what_is_wrong_stands_at_the_field),
	cmocka_unit_test(all_that_is_wrong_is_said_at_once),
	cmocka_unit_test(what_is_no_date_is_shown_as_typed),
	cmocka_unit_test(the_end_must_be_to_come),
	cmocka_unit_test(goods_deleted_meanwhile),
	cmocka_unit_test(the_same_form_makes_one_sale),
};

WEB_TEST_MAIN("admin", "site")
