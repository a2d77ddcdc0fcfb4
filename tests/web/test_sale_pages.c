/* What everybody sees of sales: each phase, shared with guests for a second, also without Redis. */
#include "web/sale.h"

static const struct db_sql sql_close =
	SQL("UPDATE sale SET state = 2, closed_at = ? WHERE sale_id = ?");
static const struct db_sql sql_sold_out = SQL("UPDATE sale SET stock = 0 WHERE sale_id = ?");
static const struct db_sql sql_hide = SQL("UPDATE sale SET state = 0");

static void assert_shared(struct browser *b, struct reply r, bool is_wanted)
{
	assert_int_equal(reply_header(b, &r, "X-Accel-Expires").n > 0, is_wanted);
	assert_int_equal(reply_header(b, &r, "Set-Cookie").n > 0, !is_wanted);
}

static void without_sales_the_list_says_so(void **state)
{
	struct browser *b = visit_guest(site);
	struct reply r;

	(void)state;
	visit_change(site, &sql_hide, DB_NO_ARGS);
	usleep(1100000);
	r = get(b, "/sales");
	assert_page(b, r, 200);
	assert_shows(b, r, "There is no sale at the moment, and none is announced.");
	assert_shared(b, r, true);
}

static void the_list_tells_open_from_coming_and_over(void **state)
{
	struct browser *b = visit_guest(site);
	int64_t over = sale_make(3, -2 * CLOCK_HOUR, -CLOCK_HOUR);
	int64_t soon = sale_make(3, CLOCK_HOUR, 2 * CLOCK_HOUR), open = sale_open(3);
	ptrdiff_t at[3];
	struct reply r;

	(void)state;
	usleep(1100000); /* the list is remembered for a second */
	r = get(b, "/sales");
	assert_page(b, r, 200);
	assert_shared(b, r, true);
	at[0] = str_find(r.body, str_from_c(sale_path_to(b, open, "")));
	at[1] = str_find(r.body, str_from_c(sale_path_to(b, soon, "")));
	at[2] = str_find(r.body, str_from_c(sale_path_to(b, over, "")));
	assert_true(at[0] > 0 && at[1] > at[0] && at[2] > at[1]);
	assert_shows(b, r, "Open now A <lamp> ¥19.90 instead of ¥99.00 −79 % 3 of 3 left");
	/* By its name and by its button; at the others there is nothing to press. */
	assert_int_equal(page_count(r.body, sale_path_to(b, open, "")), 2);
	assert_int_equal(page_count(r.body, sale_path_to(b, soon, "")), 1);
	assert_int_equal(page_count(r.body, sale_path_to(b, over, "")), 1);
	assert_true(str_find(r.body, STR("id=\"soon-title\"")) < at[1]);
	assert_true(str_find(r.body, STR("id=\"ended-title\"")) < at[2]);
	assert_shared(b, get(visit_member(site, ROLE_USER), "/sales"), false);
}

/* A guest's page is everybody's: no token, no captcha, nobody's name. */
static void a_guest_is_led_to_the_login(void **state)
{
	struct browser *b = visit_guest(site);
	int64_t sale = sale_open(3);
	struct reply r = get(b, sale_path_to(b, sale, ""));

	(void)state;
	assert_page(b, r, 200);
	assert_shared(b, r, true);
	assert_shows(b, r, "Log in to buy");
	assert_has(r, visit_path(b, "/login?next=%%2Fsales%%2F%lld", (long long)sale));
	assert_int_equal(page_count(r.body, "captcha"), 0);
	assert_int_equal(page_count(r.body, "name=\"csrf\""), 0);
	r = get(visit_member(site, ROLE_USER), sale_path_to(b, sale, ""));
	assert_shared(b, r, false);
	/* A person who follows a program's address is led to the page. */
	r = get(visit_member(site, ROLE_USER), sale_path_to(b, sale, "/captcha"));
	assert_redirect(b, r, sale_path_to(b, sale, "#buy"));
}

static void each_phase_says_what_it_is(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	const struct {
		int64_t sale;
		const char *text;
		bool comes_again;
	} phases[] = {
		{ sale_make(3, 50 * CLOCK_SECOND, CLOCK_HOUR), "Starts in 00:00:", true },
		{ sale_make(3, 3 * CLOCK_DAY + CLOCK_MINUTE, 4 * CLOCK_DAY),
		  "Starts in 3 days 00:0", false },
		{ sale_open(3), "Ends in 0", false },
		{ sale_open(3), "Sold out", true },
		{ sale_open(3), "This sale is over.", false },
		{ sale_make(3, -CLOCK_DAY, -CLOCK_HOUR), "This sale is over.", false },
		{ sale_open(3), "Buying is closed for the moment.", true },
	};
	size_t i;

	(void)state;
	visit_change(site, &sql_sold_out, DB_ARGS(phases[3].sale));
	sale_load(phases[3].sale);
	visit_change(site, &sql_close, DB_ARGS(clock_now() - CLOCK_MINUTE, phases[4].sale));
	sale_lose(phases[6].sale);
	for (i = 0; i < ARRAY_LEN(phases); i++) {
		struct reply r = get(b, sale_path_to(b, phases[i].sale, ""));

		assert_page(b, r, 200);
		assert_shows(b, r, phases[i].text);
		assert_int_equal(page_count(r.body, "http-equiv") > 0, phases[i].comes_again);
		assert_int_equal(page_count(r.body, "captcha_id") > 0, i == 2);
	}
}

/* The time left is the server's, exact to the ms for the script, and never under the hands of who
 * types. */
static void the_script_is_told_how_long(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	int64_t sale = sale_make(3, CLOCK_MINUTE, CLOCK_HOUR), left;
	struct reply r = get(b, sale_path_to(b, sale, ""));
	struct str rest = r.body;
	struct page_tag tag;

	(void)state;
	while (page_next_tag(&rest, &tag) && !page_attribute(&tag, "data-left").n)
		;
	assert_true(num_parse_i64(page_attribute(&tag, "data-left"), 10000, 60000, &left));
	assert_has(r, visit_path(b, "data-page=\"/sales/%lld\"", (long long)sale));
}

/* Redis is gone: what is read is read from SQL, as for a guest; buying waits; both come back. */
static void pages_go_on_without_redis(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER), *guest = visit_guest(site);
	int64_t sale = sale_open(3);
	const char *fields = sale_captcha(b, sale);
	struct reply r;

	(void)state;
	site_store_stop(site, "redis");
	r = get(guest, sale_path_to(guest, sale, ""));
	assert_page(guest, r, 200);
	assert_shows(guest, r, "Buying is closed for the moment.");
	assert_shows(guest, r, "3 of 3 left");
	r = get(guest, "/sales");
	assert_page(guest, r, 200);
	assert_shows(guest, r, "Closed for the moment");
	r = get(b, sale_path_to(b, sale, ""));
	assert_page(b, r, 200);
	assert_shows(b, r, "Buying is closed for the moment.");
	assert_page(b, post_form(b, sale_path_to(b, sale, "/path"), fields), 503);
	r = sale_get_json(b, sale_path_to(b, sale, "/result"));
	assert_status(r, 503);
	assert_has(r, "\"error\":\"unavailable\"");
	site_store_start(site, "redis");
	/* Without a restart of anything of ours. */
	WAIT_UNTIL(sale_load(sale), r = get(guest, sale_path_to(guest, sale, "")),
		   reply_has(&r, "Log in to buy"));
	assert_shows(guest, r, "Log in to buy");
	sale_bought(visit_member(site, ROLE_USER), sale);
}

/* Each look at an open sale leaves a captcha behind: nobody fills Redis with them. */
static void who_reloads_all_the_time_is_asked_to_wait(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER), *other = visit_member(site, ROLE_USER);
	int64_t sale = sale_open(3);
	struct reply r;

	(void)state;
	assert_page(b, get(b, sale_path_to(b, sale, "")), 200);
	visit_use_up(site, limit_account_key(b->arena, &limit_captcha, visit_id(b)),
		     limit_captcha.per_account, limit_captcha.seconds);
	r = get(b, sale_path_to(b, sale, ""));
	assert_page(b, r, 429);
	assert_true(reply_header(b, &r, "Retry-After").n > 0);
	assert_int_equal(page_count(r.body, "captcha_id"), 0);
	/* A page without a picture costs nothing. */
	assert_page(b, get(b, "/sales"), 200);
	assert_page(other, get(other, sale_path_to(other, sale, "")), 200);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(without_sales_the_list_says_so),
	cmocka_unit_test(the_list_tells_open_from_coming_and_over),
	cmocka_unit_test(a_guest_is_led_to_the_login),
	cmocka_unit_test(each_phase_says_what_it_is),
	cmocka_unit_test(the_script_is_told_how_long),
	cmocka_unit_test(who_reloads_all_the_time_is_asked_to_wait),
	cmocka_unit_test(pages_go_on_without_redis),
};

WEB_TEST_MAIN("sale", "sale", "account")
