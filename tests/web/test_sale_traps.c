/*
 * What shops of this kind are known to get wrong, seen from the browser, as far as no other test of
 * sales is about it.
 */
#include "web/sale.h"

#include "domain/limit.h"

static const struct db_sql sql_rename =
	SQL("UPDATE goods g JOIN sale s ON s.goods_id = g.goods_id SET g.name = ?"
	    " WHERE s.sale_id = ?");
static const struct db_sql sql_same_goods =
	SQL("UPDATE sale a JOIN sale b ON b.sale_id = ? SET a.goods_id = b.goods_id"
	    " WHERE a.sale_id = ?");
static const struct db_sql sql_close =
	SQL("UPDATE sale SET state = 2, closed_at = ? WHERE sale_id = ?");

#define REMEMBERED_MS 1100 /* what a process keeps of a sale, and a little */

/* Only the cookie says who one is: an address is in logs, histories and what is sent on. */
static void a_token_in_the_address_is_no_login(void **state)
{
	struct browser *ann = visit_member(site, ROLE_USER), *eve = visit_guest(site);
	struct str token = browser_cookie(ann, "plaza_session");
	static const char *const names[] = { "plaza_session", "token", "session", "cookie" };
	size_t i;

	(void)state;
	assert_true(token.n > 20);
	for (i = 0; i < ARRAY_LEN(names); i++) {
		struct reply r =
			get(eve, visit_path(eve, "/orders?%s=" STR_FMT, names[i], STR_ARG(token)));

		assert_status(r, 303);
		assert_true(str_starts(reply_header(eve, &r, "Location"), STR("/login?next=")));
	}
	assert_page(ann, get(ann, "/orders"), 200);
}

/* The limit is the buyer's: not that of an address with a path in it, nor of a device. */
static void a_new_path_or_device_brings_no_new_places(void **state)
{
	struct browser *bob = visit_member(site, ROLE_USER);
	struct browser *again = visit_again(site, visit_id(bob));
	int64_t sale = sale_open(5), other = sale_open(5);
	const char *ways[] = { sale_way(bob, sale), sale_way(bob, sale), sale_way(bob, other) };
	const char *from_there = sale_way(again, sale);
	struct str key = limit_account_key(site_ctx(site)->arena, &limit_sale_press, visit_id(bob));
	size_t i;

	(void)state;
	visit_use_up(site, key, limit_sale_press.per_account, limit_sale_press.seconds);
	for (i = 0; i < ARRAY_LEN(ways); i++)
		assert_status(sale_post_json(bob, ways[i], ""), 429);
	assert_status(sale_post_json(again, from_there, ""), 429);
	limit_clear(site_ctx(site), key);
	assert_true(str_starts(sale_post_json(again, from_there, "").body, STR("{\"code\":\"0\"")));
}

/* That others came too late says nothing about who has taken a unit and waits for the order. */
static void who_waits_is_not_told_what_others_are_told(void **state)
{
	struct browser *ann = visit_member(site, ROLE_USER), *eve = visit_member(site, ROLE_USER);
	int64_t sale = sale_open(1), order;
	const char *late = sale_way(eve, sale), *later = sale_way(eve, sale);
	struct str told;

	(void)state;
	assert_redirect(ann, sale_buy(ann, sale), sale_path_to(ann, sale, "/result"));
	assert_has(sale_post_json(eve, late, ""), "\"sold-out\"");
	assert_true(str_starts(sale_standing(ann, sale), STR("{\"code\":\"0\"")));
	sale_carry(sale);
	assert_has(sale_post_json(eve, later, ""), "\"sold-out\"");
	order = visit_number(site, &sql_order_of, DB_ARGS(sale, visit_id(ann)));
	/* The order's number, and as text: it is more than a script's number can say. */
	told = str_format(ann->arena, "{\"code\":\"%lld\"}", (long long)order);
	assert_true(order > INT64_C(1) << 53);
	assert_same(sale_standing(ann, sale), told);
	assert_text(sale_standing(eve, sale), "{\"code\":\"-1\",\"reason\":\"nobody\"}");
	assert_same(sale_standing(ann, sale), told);
}

/* One order for each buyer and sale: not for each thing that is sold, nor for each buyer. */
static void the_same_goods_may_be_bought_in_another_sale(void **state)
{
	struct browser *ann = visit_member(site, ROLE_USER), *bob = visit_member(site, ROLE_USER);
	int64_t first = sale_open(5), second = sale_open(5);

	(void)state;
	visit_change(site, &sql_same_goods, DB_ARGS(first, second));
	sale_bought(ann, first);
	sale_bought(bob, first);
	sale_bought(ann, second);
	assert_int_equal(visit_number(site, &sql_orders_of, DB_ARGS(first)), 2);
	assert_int_equal(visit_number(site, &sql_orders_of, DB_ARGS(second)), 1);
}

/* What processes remember of a sale is a second old at most, and says nothing of its readers. */
static void pages_follow_what_changes(void **state)
{
	struct browser *ann = visit_member(site, ROLE_USER), *guest = visit_guest(site);
	int64_t sale = sale_open(5);
	struct reply r = get(ann, sale_path_to(ann, sale, ""));

	(void)state;
	assert_shows(ann, r, "A <lamp>");
	visit_change(site, &sql_rename, DB_ARGS(STR("A & torch"), sale));
	usleep(REMEMBERED_MS * 1000);
	r = get(guest, sale_path_to(guest, sale, ""));
	assert_shows(guest, r, "A & torch");
	assert_has_not(r, visit_name(site, ann).p);
	assert_shows(guest, get(guest, "/sales"), "A & torch");
	visit_change(site, &sql_close, DB_ARGS(clock_now(), sale));
	usleep(REMEMBERED_MS * 1000);
	r = get(ann, sale_path_to(ann, sale, ""));
	assert_page(ann, r, 200);
	assert_int_equal(page_count(r.body, "captcha_id"), 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_token_in_the_address_is_no_login),
	cmocka_unit_test(a_new_path_or_device_brings_no_new_places),
	cmocka_unit_test(who_waits_is_not_told_what_others_are_told),
	cmocka_unit_test(the_same_goods_may_be_bought_in_another_sale),
	cmocka_unit_test(pages_follow_what_changes),
};

WEB_TEST_MAIN("sale", "account")
