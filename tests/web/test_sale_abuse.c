/*
 * Nobody sees or pays another's order, reuses a path, starts early, ends late, buys twice, or
 * learns another's result; and no limit is got round.
 */
#include "web/sale.h"

#include <signal.h>

#include "domain/sale_path.h"

static const struct db_sql sql_state = SQL("SELECT state FROM sale_order WHERE order_id = ?");
static const struct db_sql sql_ship_to = SQL("SELECT ship_to FROM sale_order WHERE order_id = ?");
static const struct db_sql sql_address = SQL("SELECT address_id FROM address WHERE user_id = ?");
static const struct db_sql sql_street = SQL("SELECT street FROM address WHERE address_id = ?");

#define ADDRESS "name=Ann&phone=13800000000&region=Shanghai&street=Nanjing+Road+1"

/* Ann has an order and an address; Eve is somebody else, and staff is no exception. */
struct cast {
	struct browser *ann, *eve[2];
	int64_t sale, order, address;
};

static int set_up(void **state)
{
	struct cast *f = calloc(1, sizeof(*f));

	f->ann = visit_member(site, ROLE_USER);
	f->eve[0] = visit_member(site, ROLE_USER);
	f->eve[1] = visit_member(site, ROLE_ADMIN);
	f->sale = sale_open(5);
	f->order = sale_bought(f->ann, f->sale);
	assert_status(post_form(f->ann, "/addresses", ADDRESS), 303);
	f->address = visit_number(site, &sql_address, DB_ARGS(visit_id(f->ann)));
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	free(*state);
	return 0;
}

static void nobody_sees_or_touches_anothers_order(void **state)
{
	static const struct {
		const char *more, *fields;
	} wrong[] = {
		{ "", NULL },
		{ "/cancel", NULL },
		{ "/pay", "" },
		{ "/cancel", "" },
		{ "/address", "address=%lld" },
	};
	struct cast *f = *state;
	size_t i, k;

	for (k = 0; k < ARRAY_LEN(f->eve); k++) {
		struct browser *eve = f->eve[k];
		struct reply r;

		for (i = 0; i < ARRAY_LEN(wrong); i++) {
			const char *path = visit_path(eve, "/orders/%lld%s", (long long)f->order,
						      wrong[i].more);
			struct str fields = { 0 };

			if (wrong[i].fields)
				fields = str_format(eve->arena, "address=%lld",
						    (long long)f->address);
			r = wrong[i].fields ? post_form(eve, path, fields.p) : get(eve, path);
			assert_page(eve, r, 404);
			assert_has_not(r, "lamp");
		}
		r = get(eve, "/orders");
		assert_has_not(r, "lamp");
		r = get(eve, visit_path(eve, "/orders?before=%lld", (long long)f->order + 1));
		assert_has_not(r, "lamp");
	}
	assert_int_equal(visit_number(site, &sql_state, DB_ARGS(f->order)), 0);
}

static void nobody_reads_or_changes_anothers_address(void **state)
{
	struct cast *f = *state;
	struct browser *eve = f->eve[0];
	int64_t sale = sale_open(1), order = sale_bought(eve, sale);
	const char *edit = visit_path(eve, "/addresses/%lld/edit", (long long)f->address);
	const char *remove = visit_path(eve, "/addresses/%lld/delete", (long long)f->address);
	struct reply r;

	assert_page(eve, get(eve, edit), 404);
	assert_page(eve, get(eve, remove), 404);
	assert_page(eve, post_form(eve, edit, "name=E&phone=13900000000&region=A&street=Evil"),
		    404);
	assert_page(eve, post_form(eve, remove, ""), 404);
	/* Not for an order of her own either: it would be read there. */
	r = post_form(eve, visit_path(eve, "/orders/%lld/address", (long long)order),
		      visit_path(eve, "address=%lld", (long long)f->address));
	assert_page(eve, r, 404);
	assert_text(visit_text(site, eve->arena, &sql_ship_to, DB_ARGS(order)), "");
	assert_text(visit_text(site, eve->arena, &sql_street, DB_ARGS(f->address)),
		    "Nanjing Road 1");
	assert_has_not(get(eve, "/addresses"), "Nanjing");
}

static void nobody_pays_at_anothers_cashier(void **state)
{
	struct cast *f = *state;
	struct reply r =
		post_form(f->ann, visit_path(f->ann, "/orders/%lld/pay", (long long)f->order), "");
	const char *cashier = reply_header(f->ann, &r, "Location").p;
	size_t k;

	for (k = 0; k < ARRAY_LEN(f->eve); k++) {
		assert_page(f->eve[k], get(f->eve[k], cashier), 404);
		assert_page(f->eve[k], post_form(f->eve[k], cashier, "pay=once"), 404);
		assert_page(f->eve[k], post_form(f->eve[k], cashier, "pay=late"), 404);
	}
	assert_int_equal(visit_number(site, &sql_state, DB_ARGS(f->order)), 0);
}

/* Each learns of his own request only, whatever is put into the address. */
static void nobody_learns_anothers_result(void **state)
{
	struct cast *f = *state;
	struct browser *eve = f->eve[0];
	const char *nosy = visit_path(eve, "/sales/%lld/result?user=%lld&user_id=%lld&order=%lld",
				      (long long)f->sale, (long long)visit_id(f->ann),
				      (long long)visit_id(f->ann), (long long)f->order);
	struct browser *guest = visit_guest(site);
	struct reply r = sale_get_json(eve, nosy);

	assert_text(str_trim(r.body), "{\"code\":\"-1\",\"reason\":\"nobody\"}");
	assert_has_not(get(eve, sale_path_to(eve, f->sale, "")), "You have an order");
	r = sale_get_json(guest, sale_path_to(guest, f->sale, "/result"));
	assert_status(r, 401);
	assert_has(r, "\"error\":\"auth\"");
	r = get(guest, sale_path_to(guest, f->sale, "/result"));
	assert_status(r, 303);
	assert_true(str_starts(reply_header(guest, &r, "Location"), STR("/login?next=")));
}

static void assert_path_refused(struct browser *b, const char *way)
{
	struct reply r = sale_post_json(b, way, "");

	assert_status(r, 403);
	assert_text(str_trim(r.body), "{\"code\":\"-1\",\"reason\":\"path\"}");
}

static void a_path_is_for_one_person_one_sale_and_one_time(void **state)
{
	struct cast *f = *state;
	struct browser *bob = visit_member(site, ROLE_USER), *eve = f->eve[0];
	int64_t other = sale_open(5);
	const char *way = sale_way(bob, f->sale);
	struct str token = str_slice(str_from_c(way), strlen(way) - 43 - strlen("/orders"),
				     strlen(way) - strlen("/orders"));
	static const char *const odd[] = { "x", "-",
					   "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" };
	struct cache_reply *ttl;
	struct reply r;
	size_t i;

	/* Nor is it for ever. */
	assert_int_equal(cache_run(site_ctx(site)->cache, &ttl,
				   CACHE_ARGS(STR("TTL"),
					      sale_path_key(bob->arena, f->sale, token))),
			 OK);
	assert_in_range(cache_int(ttl), 1, SALE_PATH_SECONDS);
	assert_path_refused(eve, way);
	assert_path_refused(bob, visit_path(bob, "/sales/%lld/" STR_FMT "/orders", (long long)other,
					    STR_ARG(token)));
	for (i = 0; i < ARRAY_LEN(odd); i++)
		assert_path_refused(bob, visit_path(bob, "/sales/%lld/%s/orders",
						    (long long)f->sale, odd[i]));
	/* None of that has used it up. */
	r = sale_post_json(bob, way, "");
	assert_true(str_starts(r.body, STR("{\"code\":\"0\"")));
	assert_path_refused(bob, way);
	/* A person is led to the answer, or to a new picture. */
	assert_redirect(bob, post_form(bob, way, ""), sale_path_to(bob, f->sale, "/result"));
	assert_redirect(eve, post_form(eve, way, ""), sale_path_to(eve, f->sale, ""));
	sale_carry(f->sale);
	assert_int_equal(visit_number(site, &sql_orders_of, DB_ARGS(f->sale)), 2);
}

static void a_captcha_is_for_one_person(void **state)
{
	struct cast *f = *state;
	struct browser *bob = visit_member(site, ROLE_USER), *eve = f->eve[0];
	const char *fields = sale_captcha(bob, f->sale);
	const char *picture = visit_path(bob, "/sales/%lld/captcha/%.22s.png", (long long)f->sale,
					 fields + strlen("captcha_id="));

	assert_status(get(bob, picture), 200);
	assert_page(eve, get(eve, picture), 404);
	assert_page(eve, post_form(eve, sale_path_to(eve, f->sale, "/path"), fields), 422);
	assert_status(get(visit_guest(site), picture), 303);
}

/* The window is that of Redis: no page's clock and no field of a form matters. */
static void early_and_late_are_no_matter_of_the_form(void **state)
{
	static const struct db_sql sql_window =
		SQL("UPDATE sale SET starts_at = ?, ends_at = ? WHERE sale_id = ?");
	static const struct {
		int64_t starts, ends;
		const char *reason;
	} windows[] = {
		{ CLOCK_HOUR, 2 * CLOCK_HOUR, "early" },
		{ -2 * CLOCK_HOUR, -CLOCK_HOUR, "late" },
	};
	struct browser *b = visit_member(site, ROLE_USER);
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(windows); i++) {
		int64_t sale = sale_open(5), now = clock_now();
		const char *way = sale_way(b, sale);
		struct str key = sale_key(b->arena, sale);
		struct cache_reply *reply;
		struct reply r;

		visit_change(site, &sql_window,
			     DB_ARGS(now + windows[i].starts, now + windows[i].ends, sale));
		assert_int_equal(cache_run(site_ctx(site)->cache, &reply,
					   CACHE_ARGS(STR("HSET"), key, STR("starts"),
						      now + windows[i].starts, STR("ends"),
						      now + windows[i].ends)),
				 OK);
		r = sale_post_json(b, way, "now=1&starts=0&ends=9999999999999&code=0");
		assert_has(r, visit_path(b, "\"reason\":\"%s\"", windows[i].reason));
		sale_carry(sale);
		assert_int_equal(visit_number(site, &sql_orders_of, DB_ARGS(sale)), 0);
	}
}

static void nobody_buys_twice(void **state)
{
	struct cast *f = *state;
	struct browser *again = visit_again(site, visit_id(f->ann));
	struct browser *bob = visit_member(site, ROLE_USER);
	struct at_once got[10];
	struct ask ask = { .path = sale_way(bob, f->sale), .body = browser_token(bob) };
	const char *second;
	int i;

	/* From another device; the sale's page does not even offer it. */
	assert_has_not(get(again, sale_path_to(again, f->sale, "")), "captcha_id");
	/* Two paths taken before, ten presses at once. */
	second = sale_way(bob, f->sale);
	visit_at_once(bob, &ask, 10, got);
	for (i = 0; i < 10; i++)
		assert_int_equal(got[i].status, 303);
	assert_true(str_starts(sale_post_json(bob, second, "").body, STR("{\"code\":\"0\"")));
	sale_carry(f->sale);
	assert_int_equal(visit_number(site, &sql_orders_of, DB_ARGS(f->sale)), 2);
	assert_int_equal(visit_number(site, &sql_stock_of, DB_ARGS(f->sale)), 3);
}

/* Each address that buys, without a token: refused before anything is looked at. */
static void other_sites_cannot_make_somebody_buy(void **state)
{
	struct cast *f = *state;
	struct browser *bob = visit_member(site, ROLE_USER);
	const char *way = sale_way(bob, f->sale);
	const char *const paths[] = { way, sale_path_to(bob, f->sale, "/path"),
				      visit_path(bob, "/orders/%lld/pay", (long long)f->order),
				      "/addresses" };
	static const char *const evil[] = { "HTTP_ORIGIN", "https://evil.example",
					    "HTTP_SEC_FETCH_SITE", "cross-site", NULL };
	size_t i;

	for (i = 0; i < ARRAY_LEN(paths); i++) {
		struct ask ask = { .path = paths[i], .body = STR("x=1") };

		assert_page(bob, browser_ask(bob, &ask), 403);
		ask.body = browser_token(f->ann);
		assert_page(bob, browser_ask(bob, &ask), 403);
		ask.body = browser_token(bob);
		ask.extra = evil;
		ask.is_foreign = true;
		assert_page(bob, browser_ask(bob, &ask), 403);
		/* A link does nothing. */
		assert_int_equal(get(bob, paths[i]).status, i == 3 ? 200 : 405);
	}
	assert_text(sale_standing(bob, f->sale), "{\"code\":\"-1\",\"reason\":\"nobody\"}");
}

static void limits_hold_across_restarts_and_headers(void **state)
{
	static const char *const headers[] = { "HTTP_X_FORWARDED_FOR",
					       "198.51.100.7",
					       "HTTP_X_REAL_IP",
					       "198.51.100.8",
					       "HTTP_FORWARDED",
					       "for=198.51.100.9",
					       NULL };
	struct cast *f = *state;
	struct browser *bob = visit_member(site, ROLE_USER), *ann = f->ann;
	struct arena *a = site_ctx(site)->arena;
	const char *way = sale_way(bob, f->sale), *path = sale_path_to(ann, f->sale, "/path");
	struct ask ask = { .path = way, .body = browser_token(bob), .extra = headers };

	visit_use_up(site, limit_account_key(a, &limit_sale_press, visit_id(bob)),
		     limit_sale_press.per_account, limit_sale_press.seconds);
	visit_use_up(site, limit_address_key(a, &limit_sale_path, str_from_c(ann->address)),
		     limit_sale_path.per_address, limit_sale_path.seconds);
	kill(site_process(site, "sale", 0), SIGTERM);
	site_replace(site, "sale", 0);
	assert_page(bob, browser_ask(bob, &ask), 429);
	ask = (struct ask){ .path = path, .body = browser_token(ann), .extra = headers };
	assert_page(ann, browser_ask(ann, &ask), 429);
	/* The path is not used up by that: limits come before it. The poll has places of its own.
	 */
	limit_clear(site_ctx(site), limit_account_key(a, &limit_sale_press, visit_id(bob)));
	assert_true(str_starts(sale_standing(bob, f->sale), STR("{\"code\":\"-1\"")));
	assert_true(str_starts(sale_post_json(bob, way, "").body, STR("{\"code\":\"0\"")));
}

/* Whatever makes work, or leaves something behind, can be used up. */
static void each_address_has_its_limit(void **state)
{
	static const struct {
		const struct limit_class *limit;
		const char *path; /* of the sale, or of the order */
		bool is_order, is_form;
	} limited[] = {
		{ &limit_sale_path, "/captcha", false, false },
		{ &limit_sale_path, "/path", false, true },
		{ &limit_sale_poll, "/captcha/AAAAAAAAAAAAAAAAAAAAAA.png", false, false },
		{ &limit_sale_poll, "/result", false, false },
		{ &limit_sale_press, "/x/orders", false, true },
		{ &limit_edit, "/pay", true, true },
		{ &limit_edit, "/cancel", true, true },
		{ &limit_edit, "/address", true, true },
	};
	struct cast *f = *state;
	struct arena *a = site_ctx(site)->arena;
	size_t i;

	for (i = 0; i < ARRAY_LEN(limited); i++) {
		const struct limit_class *limit = limited[i].limit;
		struct str key = limit_account_key(a, limit, visit_id(f->ann));
		const char *path =
			visit_path(f->ann, limited[i].is_order ? "/orders/%lld%s" : "/sales/%lld%s",
				   (long long)(limited[i].is_order ? f->order : f->sale),
				   limited[i].path);

		visit_use_up(site, key, limit->per_account, limit->seconds);
		assert_status(limited[i].is_form ? post_form(f->ann, path, "") : get(f->ann, path),
			      429);
		limit_clear(site_ctx(site), key);
	}
}

/* Every 200 ms for half a minute is no reason to stop. */
static void the_poll_is_not_cut_short(void **state)
{
	struct cast *f = *state;
	int i;

	for (i = 0; i < 150; i++)
		assert_int_equal(
			sale_get_json(f->ann, sale_path_to(f->ann, f->sale, "/result")).status,
			200);
	visit_use_up(site,
		     limit_account_key(site_ctx(site)->arena, &limit_sale_poll, visit_id(f->ann)),
		     limit_sale_poll.per_account, limit_sale_poll.seconds);
	assert_int_equal(sale_get_json(f->ann, sale_path_to(f->ann, f->sale, "/result")).status,
			 429);
}

#define abuse_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

static const struct CMUnitTest tests[] = {
	abuse_test(nobody_sees_or_touches_anothers_order),
	abuse_test(nobody_reads_or_changes_anothers_address),
	abuse_test(nobody_pays_at_anothers_cashier),
	abuse_test(nobody_learns_anothers_result),
	abuse_test(a_path_is_for_one_person_one_sale_and_one_time),
	abuse_test(a_captcha_is_for_one_person),
	abuse_test(early_and_late_are_no_matter_of_the_form),
	abuse_test(nobody_buys_twice),
	abuse_test(other_sites_cannot_make_somebody_buy),
	abuse_test(limits_hold_across_restarts_and_headers),
	abuse_test(each_address_has_its_limit),
	abuse_test(the_poll_is_not_cut_short),
};

WEB_TEST_MAIN("sale", "sale", "account")
