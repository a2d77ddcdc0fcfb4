/*
 * The order in which a press is judged: who it is, how often, by which path, when, whether there is
 * a ticket, whether there is a unit. A request that is wrong in every way is mended one step at a
 * time.
 */
#include "web/sale.h"

/* By the hand of somebody who closes the sale, and thinks better of it. */
static void close_gate(int64_t sale, bool is_closed)
{
	struct ctx *c = site_ctx(site);
	struct str key = sale_key(c->arena, sale);
	struct cache_reply *r;

	assert_int_equal(cache_run(c->cache, &r,
				   is_closed ? CACHE_ARGS(STR("HSET"), key, STR("closed"), 1)
					     : CACHE_ARGS(STR("HDEL"), key, STR("closed"))),
			 OK);
}

static void assert_answer(struct browser *b, const char *way, int status, const char *json)
{
	struct reply r = sale_post_json(b, way, "");

	assert_status(r, status);
	assert_true(str_is(str_trim(r.body), str_from_c(json)));
}

static void each_check_has_its_place(void **state)
{
	struct browser *guest = visit_guest(site), *bob = visit_member(site, ROLE_USER);
	struct browser *ann = visit_member(site, ROLE_USER);
	int64_t sale = sale_open(1), order;
	const char *late = sale_way(bob, sale), *sold_out = sale_way(bob, sale);
	const char *again = sale_way(ann, sale);
	struct str presses =
		limit_account_key(site_ctx(site)->arena, &limit_sale_press, visit_id(bob));
	const char *wrong =
		sale_path_to(bob, sale, "/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/orders");

	(void)state;
	order = sale_bought(ann, sale);
	close_gate(sale, true);
	visit_use_up(site, presses, limit_sale_press.per_account, limit_sale_press.seconds);
	/* Sold out, closed, a path of nobody's, too often, and no account. */
	assert_status(post_form(guest, wrong, ""), 303);
	assert_status(sale_post_json(bob, wrong, ""), 429);
	limit_clear(site_ctx(site), presses);
	assert_answer(bob, wrong, 403, "{\"code\":\"-1\",\"reason\":\"path\"}");
	assert_answer(bob, late, 200, "{\"code\":\"-1\",\"reason\":\"late\"}");
	/* What one was told does not change, whatever became of the sale. */
	assert_answer(ann, again, 200, visit_path(ann, "{\"code\":\"%lld\"}", (long long)order));
	close_gate(sale, false);
	assert_answer(bob, sold_out, 200, "{\"code\":\"-1\",\"reason\":\"sold-out\"}");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(each_check_has_its_place),
};

WEB_TEST_MAIN("sale", "sale", "account")
