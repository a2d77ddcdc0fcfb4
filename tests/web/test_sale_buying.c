/* Buying in a sale, by the forms alone: how it goes well, and each way it does not. */
#include "web/sale.h"

#define AT_ONCE 20

static void a_purchase_from_the_list_to_the_order(void **state)
{
	static const struct db_sql sql_hide = SQL("UPDATE sale SET state = 0");
	struct browser *b = visit_member(site, ROLE_USER);
	int64_t sale, order;
	struct reply r;

	(void)state;
	/* The list is not for ever: those of other tests stand before. */
	visit_change(site, &sql_hide, DB_NO_ARGS);
	sale = sale_open(3);
	usleep(1100000); /* the list is remembered for a second */
	r = get(b, "/sales");
	assert_page(b, r, 200);
	assert_has(r, sale_path_to(b, sale, ""));
	r = get(b, sale_path_to(b, sale, ""));
	assert_page(b, r, 200);
	assert_shows(b, r, "A <lamp> ¥19.90 instead of ¥99.00 −79 %");
	assert_shows(b, r, "3 of 3 left");
	assert_shows(b, r, "Buy now for ¥19.90");
	assert_has(r, "<em>shines</em>");
	assert_redirect(b, sale_buy(b, sale), sale_path_to(b, sale, "/result"));
	r = get(b, sale_path_to(b, sale, "/result"));
	assert_page(b, r, 200);
	assert_shows(b, r, "In the queue");
	/* Without script the browser comes again by itself. */
	assert_has(r, "http-equiv=\"refresh\"");
	r = get(b, sale_path_to(b, sale, ""));
	assert_page(b, r, 200);
	assert_shows(b, r, "Your request is in the queue.");
	sale_carry(sale);
	order = visit_number(site, &sql_order_of, DB_ARGS(sale, visit_id(b)));
	r = get(b, sale_path_to(b, sale, "/result"));
	assert_redirect(b, r, visit_path(b, "/orders/%lld", (long long)order));
	r = get(b, visit_path(b, "/orders/%lld", (long long)order));
	assert_page(b, r, 200);
	assert_shows(b, r, "A <lamp>");
	assert_shows(b, r, "To be paid");
	r = get(b, sale_path_to(b, sale, ""));
	assert_page(b, r, 200);
	assert_shows(b, r, "You have ordered in this sale: one for each buyer.");
	assert_shows(b, r, "2 of 3 left");
	assert_int_equal(page_count(r.body, "captcha_id"), 0);
}

/* The page that comes again by itself remembers when it came first, and says so in the end. */
static void who_waits_for_long_is_told_that_it_is_slow(void **state)
{
	static const char *const senseless[] = { "x", "-1", "0", "9223372036854775807", "%3E" };
	static const char again[] = "<meta http-equiv=\"refresh\" content=\"1; url=?since=";
	struct browser *b = visit_member(site, ROLE_USER);
	int64_t sale = sale_open(3), since, before = clock_now();
	struct reply r;
	ptrdiff_t at;
	size_t i;

	(void)state;
	assert_redirect(b, sale_buy(b, sale), sale_path_to(b, sale, "/result"));
	r = get(b, sale_path_to(b, sale, "/result"));
	at = str_find(r.body, str_from_c(again));
	assert_true(at > 0);
	since = strtoll(r.body.p + at + strlen(again), NULL, 10);
	assert_in_range(since, before, clock_now());
	assert_has(r, "id=\"slow\" hidden>");
	since -= 10000;
	r = get(b,
		visit_path(b, "/sales/%lld/result?since=%lld", (long long)sale, (long long)since));
	assert_page(b, r, 200);
	assert_has_not(r, "id=\"slow\" hidden>");
	assert_has(r, "data-slow=\"0\"");
	assert_has(r, visit_path(b, "%s%lld\"", again, (long long)since));
	assert_has(r, visit_path(b, "/result?since=%lld\"", (long long)since));
	for (i = 0; i < ARRAY_LEN(senseless); i++) {
		r = get(b, visit_path(b, "/sales/%lld/result?since=%s", (long long)sale,
				      senseless[i]));
		assert_page(b, r, 200);
		assert_has(r, "id=\"slow\" hidden>");
	}
}

/* {"code":...} everywhere, ids as text. */
static void programs_buy_with_json(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	int64_t sale = sale_open(3);
	struct reply r;
	struct str id, path;

	(void)state;
	assert_text(sale_standing(b, sale), "{\"code\":\"-1\",\"reason\":\"nobody\"}");
	r = sale_get_json(b, sale_path_to(b, sale, "/captcha"));
	assert_status(r, 200);
	assert_has(r, visit_path(b, "\"picture\":\"/sales/%lld/captcha/", (long long)sale));
	id = str_slice(r.body, strlen("{\"captcha_id\":\""), strlen("{\"captcha_id\":\"") + 22);
	id = str_copy(b->arena, id);
	r = get(b,
		visit_path(b, "/sales/%lld/captcha/" STR_FMT ".png", (long long)sale, STR_ARG(id)));
	assert_status(r, 200);
	assert_true(str_starts(r.body, STR("\x89PNG")));
	path = visit_redis(site, b->arena, visit_path(b, "captcha:" STR_FMT, STR_ARG(id)), NULL);
	r = sale_post_json(b, sale_path_to(b, sale, "/path"),
			   visit_path(b, "captcha_id=" STR_FMT "&captcha=%.5s", STR_ARG(id),
				      path.p));
	assert_status(r, 200);
	path = str_copy(b->arena, str_slice(r.body, 9, 9 + 43));
	r = sale_post_json(b,
			   visit_path(b, "/sales/%lld/" STR_FMT "/orders", (long long)sale,
				      STR_ARG(path)),
			   "");
	assert_status(r, 200);
	assert_true(str_starts(r.body, STR("{\"code\":\"0\",\"ahead\":0,\"wait_ms\":")));
	assert_true(str_starts(sale_standing(b, sale), STR("{\"code\":\"0\",\"ahead\":0,")));
	sale_carry(sale);
	assert_text_at(sale_standing(b, sale),
		       str_from_c(visit_path(b, "{\"code\":\"%lld\"}",
					     (long long)visit_number(site, &sql_order_of,
								     DB_ARGS(sale, visit_id(b))))),
		       __FILE__, __LINE__);
}

/* Impatience: the same form again, before and after its path was used. */
static void a_double_press_is_one_order(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	int64_t sale = sale_open(3);
	const char *fields = sale_captcha(b, sale);
	const char *path = sale_path_to(b, sale, "/path");
	struct reply one = post_form(b, path, fields), two = post_form(b, path, fields);
	const char *way;

	(void)state;
	assert_status(one, 307);
	assert_status(two, 307);
	way = reply_header(b, &one, "Location").p;
	assert_text_at(reply_header(b, &two, "Location"), str_from_c(way), __FILE__, __LINE__);
	assert_redirect(b, post_form(b, way, fields), sale_path_to(b, sale, "/result"));
	assert_redirect(b, post_form(b, way, fields), sale_path_to(b, sale, "/result"));
	assert_status(post_form(b, path, fields), 307);
	sale_carry(sale);
	sale_carry(sale);
	assert_int_equal(visit_number(site, &sql_orders_of, DB_ARGS(sale)), 1);
	assert_int_equal(visit_number(site, &sql_stock_of, DB_ARGS(sale)), 2);
}

static void twenty_buyers_at_once_get_what_there_is(void **state)
{
	struct browser *people[AT_ONCE];
	struct ask asks[AT_ONCE];
	struct at_once got[AT_ONCE];
	int64_t sale = sale_open(5);
	int i, queueing = 0, refused = 0;

	(void)state;
	for (i = 0; i < AT_ONCE; i++) {
		people[i] = visit_member(site, ROLE_USER);
		asks[i] = (struct ask){ .path = sale_way(people[i], sale),
					.body = browser_token(people[i]) };
	}
	visit_all_at_once(people, asks, AT_ONCE, got);
	for (i = 0; i < AT_ONCE; i++) {
		assert_int_equal(got[i].status, 303);
		queueing += strstr(got[i].location, "/result") != NULL;
		refused += strstr(got[i].location, "/result") == NULL;
	}
	assert_int_equal(queueing, 5);
	assert_int_equal(refused, 15);
	sale_carry(sale);
	assert_int_equal(visit_number(site, &sql_orders_of, DB_ARGS(sale)), 5);
	assert_int_equal(visit_number(site, &sql_stock_of, DB_ARGS(sale)), 0);
}

static void who_comes_too_late_for_the_last_one_is_told(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct browser *late = visit_member(site, ROLE_USER);
	int64_t sale = sale_open(1);
	const char *way = sale_way(late, sale);
	struct reply r;

	(void)state;
	sale_bought(b, sale);
	assert_redirect(late, post_form(late, way, ""), sale_path_to(late, sale, ""));
	r = get(late, sale_path_to(late, sale, ""));
	assert_page(late, r, 200);
	assert_shows(late, r, "Sold out: the last one has just gone.");
	assert_int_equal(page_count(r.body, "captcha_id"), 0);
	/* It looks again by itself, as a unit may come back. */
	assert_has(r, "http-equiv=\"refresh\"");
	assert_text(sale_standing(late, sale), "{\"code\":\"-1\",\"reason\":\"nobody\"}");
	r = get(late, sale_path_to(late, sale, "/result"));
	assert_page(late, r, 200);
	assert_shows(late, r, "You have not asked in this sale.");
	assert_has_not(r, "Not this time");
}

static void nothing_can_be_had_before_the_start(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	int64_t sale = sale_make(5, CLOCK_HOUR, 2 * CLOCK_HOUR);
	int64_t open = sale_open(5);
	struct reply r = get(b, sale_path_to(b, sale, ""));

	(void)state;
	assert_page(b, r, 200);
	assert_shows(b, r, "Starts in 0");
	assert_int_equal(page_count(r.body, "captcha_id"), 0);
	r = sale_get_json(b, sale_path_to(b, sale, "/captcha"));
	assert_status(r, 200);
	/* Not even for a right answer. */
	r = sale_post_json(b, sale_path_to(b, sale, "/path"),
			   visit_path(b, "captcha_id=%.22s&captcha=%.5s", r.body.p + 15,
				      visit_redis(site, b->arena,
						  visit_path(b, "captcha:%.22s", r.body.p + 15),
						  NULL)
					      .p));
	assert_status(r, 409);
	assert_text(str_trim(r.body), "{\"code\":\"-1\",\"reason\":\"early\"}");
	/* A captcha of an open sale opens no other. */
	r = sale_post_json(b, sale_path_to(b, sale, "/path"), sale_captcha(b, open));
	assert_status(r, 422);
	assert_text(str_trim(r.body), "{\"code\":\"-1\",\"reason\":\"captcha\"}");
}

static void nothing_can_be_had_after_the_end(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	int64_t sale = sale_open(5);
	const char *fields = sale_captcha(b, sale);
	const char *way = sale_way(b, sale);
	struct reply r;

	(void)state;
	sale_end_now(sale);
	r = sale_post_json(b, way, "");
	assert_status(r, 200);
	assert_text(str_trim(r.body), "{\"code\":\"-1\",\"reason\":\"late\"}");
	r = post_form(b, sale_path_to(b, sale, "/path"), fields);
	assert_redirect(b, r, sale_path_to(b, sale, ""));
	r = get(b, sale_path_to(b, sale, ""));
	assert_page(b, r, 200);
	assert_shows(b, r, "The sale is over.");
	assert_shows(b, r, "This sale is over.");
	assert_int_equal(page_count(r.body, "captcha_id"), 0);
	assert_int_equal(visit_number(site, &sql_stock_of, DB_ARGS(sale)), 5);
}

static void wrong_characters_get_another_picture(void **state)
{
	static const char *const wrong[] = {
		"",
		"captcha=AAAAA",
		"captcha_id=AAAAAAAAAAAAAAAAAAAAAA&captcha=",
		"captcha_id=AAAAAAAAAAAAAAAAAAAAAA&captcha=AAAAA",
		"captcha_id=..%2F..&captcha=AAAAA",
		"captcha_id[]=x&captcha[]=AAAAA",
	};
	struct browser *b = visit_member(site, ROLE_USER);
	int64_t sale = sale_open(5);
	const char *path = sale_path_to(b, sale, "/path");
	const char *right = sale_captcha(b, sale);
	struct str first = str_slice(str_from_c(right), 11, 33);
	struct reply r;
	size_t i;

	(void)state;
	r = post_form(b, path,
		      visit_path(b, "captcha_id=" STR_FMT "&captcha=WRONG", STR_ARG(first)));
	assert_page(b, r, 422);
	assert_true(str_find(page_description(b->arena, r.body, "captcha"),
			     STR("or it is older than three minutes")) >= 0);
	assert_false(str_is(page_value(b->arena, r.body, "captcha_id"), first));
	/* One try each: the right answer comes too late. */
	assert_page(b, post_form(b, path, right), 422);
	for (i = 0; i < ARRAY_LEN(wrong); i++)
		assert_page(b, post_form(b, path, wrong[i]), 422);
	assert_int_equal(visit_number(site, &sql_orders_of, DB_ARGS(sale)), 0);
}

static void sales_that_are_not_there(void **state)
{
	static const char *const paths[] = { "", "/captcha", "/result" };
	static const struct db_sql sql_draft = SQL("UPDATE sale SET state = 0 WHERE sale_id = ?");
	struct browser *b = visit_member(site, ROLE_ADMIN);
	int64_t draft = sale_open(1);
	size_t i;

	(void)state;
	visit_change(site, &sql_draft, DB_ARGS(draft));
	for (i = 0; i < ARRAY_LEN(paths); i++) {
		assert_page(b, get(b, sale_path_to(b, draft, paths[i])), 404);
		assert_page(b, get(b, sale_path_to(b, INT64_MAX, paths[i])), 404);
	}
	assert_page(b, post_form(b, sale_path_to(b, draft, "/path"), "captcha_id=x&captcha=y"),
		    404);
}

/* Relay, broker or `orders` stand still: the place is kept, and it ends when they are back. */
static void the_queue_stands_still_and_goes_on(void **state)
{
	struct browser *one = visit_member(site, ROLE_USER);
	struct browser *two = visit_member(site, ROLE_USER);
	int64_t sale = sale_open(5);
	struct reply r;

	(void)state;
	assert_redirect(one, sale_buy(one, sale), sale_path_to(one, sale, "/result"));
	assert_redirect(two, sale_buy(two, sale), sale_path_to(two, sale, "/result"));
	assert_true(str_starts(sale_standing(two, sale), STR("{\"code\":\"0\",\"ahead\":1,")));
	r = get(two, sale_path_to(two, sale, "/result"));
	assert_page(two, r, 200);
	assert_shows(two, r, "Requests before yours 1");
	assert_true(str_starts(sale_standing(one, sale), STR("{\"code\":\"0\",\"ahead\":0,")));
	sale_carry(sale);
	assert_int_equal(get(one, sale_path_to(one, sale, "/result")).status, 303);
	assert_int_equal(get(two, sale_path_to(two, sale, "/result")).status, 303);
}

/* Redis lost the sale: closed for the moment, to be read, and open again once it is loaded. */
static void a_sale_that_redis_lost_is_closed_for_the_moment(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct browser *buyer = visit_member(site, ROLE_USER);
	int64_t sale = sale_open(5), order = sale_bought(buyer, sale);
	const char *fields = sale_captcha(b, sale);
	const char *way = sale_way(b, sale);
	struct reply r;

	(void)state;
	sale_lose(sale);
	r = get(b, sale_path_to(b, sale, ""));
	assert_page(b, r, 200);
	assert_shows(b, r, "Buying is closed for the moment.");
	assert_shows(b, r, " of 5 left");
	assert_int_equal(page_count(r.body, "captcha_id"), 0);
	r = sale_post_json(b, way, "");
	assert_text(str_trim(r.body), "{\"code\":\"-1\",\"reason\":\"away\"}");
	assert_redirect(b, post_form(b, sale_path_to(b, sale, "/path"), fields),
			sale_path_to(b, sale, ""));
	assert_shows(b, get(b, sale_path_to(b, sale, "")), "Try again in a few seconds.");
	/* What one was told stays: an order is an order. */
	assert_text_at(sale_standing(buyer, sale),
		       str_from_c(visit_path(buyer, "{\"code\":\"%lld\"}", (long long)order)),
		       __FILE__, __LINE__);
	sale_load(sale);
	sale_bought(b, sale);
	assert_int_equal(visit_number(site, &sql_orders_of, DB_ARGS(sale)), 2);
}

/* Only a part of it: nobody is offered a form that cannot be sent, and nothing is forgotten. */
static void a_part_that_redis_lost_closes_the_sale(void **state)
{
	static const char *const parts[] = { "", ":stock", ":ticket" };
	struct browser *b = visit_member(site, ROLE_USER);
	struct browser *buyer = visit_member(site, ROLE_USER);
	int64_t sale = sale_open(5), order = sale_bought(buyer, sale);
	struct reply r;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(parts); i++) {
		sale_lose_part(sale, parts[i]);
		r = get(b, sale_path_to(b, sale, ""));
		assert_page(b, r, 200);
		assert_shows(b, r, "Buying is closed for the moment.");
		assert_int_equal(page_count(r.body, "captcha_id"), 0);
		assert_text_at(sale_standing(buyer, sale),
			       str_from_c(
				       visit_path(buyer, "{\"code\":\"%lld\"}", (long long)order)),
			       __FILE__, __LINE__);
		sale_load(sale);
		r = get(b, sale_path_to(b, sale, ""));
		assert_true(page_count(r.body, "captcha_id") > 0);
	}
	sale_bought(b, sale);
	assert_int_equal(visit_number(site, &sql_orders_of, DB_ARGS(sale)), 2);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_purchase_from_the_list_to_the_order),
	cmocka_unit_test(who_waits_for_long_is_told_that_it_is_slow),
	cmocka_unit_test(programs_buy_with_json),
	cmocka_unit_test(a_double_press_is_one_order),
	cmocka_unit_test(twenty_buyers_at_once_get_what_there_is),
	cmocka_unit_test(who_comes_too_late_for_the_last_one_is_told),
	cmocka_unit_test(nothing_can_be_had_before_the_start),
	cmocka_unit_test(nothing_can_be_had_after_the_end),
	cmocka_unit_test(wrong_characters_get_another_picture),
	cmocka_unit_test(sales_that_are_not_there),
	cmocka_unit_test(the_queue_stands_still_and_goes_on),
	cmocka_unit_test(a_sale_that_redis_lost_is_closed_for_the_moment),
	cmocka_unit_test(a_part_that_redis_lost_closes_the_sale),
};

WEB_TEST_MAIN("sale", "sale", "account", "post")
