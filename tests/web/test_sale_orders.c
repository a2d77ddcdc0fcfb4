/* After the purchase: orders, the cashier, addresses. */
#include "web/sale.h"

#include "domain/address.h"
#include "domain/payment.h"

static const struct db_sql sql_state = SQL("SELECT state FROM sale_order WHERE order_id = ?");
static const struct db_sql sql_reference = SQL("SELECT reference FROM payment WHERE order_id = ?");
static const struct db_sql sql_amount =
	SQL("SELECT CAST(amount * 100 AS SIGNED) FROM payment WHERE order_id = ?");
static const struct db_sql sql_overdue =
	SQL("UPDATE sale_order SET expires_at = 1 WHERE order_id = ?");
static const struct db_sql sql_addresses = SQL("SELECT COUNT(*) FROM address WHERE user_id = ?");
static const struct db_sql sql_address =
	SQL("SELECT address_id FROM address WHERE user_id = ? ORDER BY address_id DESC");

#define ADDRESS "name=Ann&phone=13800000000&region=Shanghai&street=Nanjing+Road+1"

struct bought {
	struct browser *ann;
	int64_t sale, order;
};

static int set_up(void **state)
{
	struct bought *f = calloc(1, sizeof(*f));

	f->ann = visit_member(site, ROLE_USER);
	f->sale = sale_open(5);
	f->order = sale_bought(f->ann, f->sale);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	free(*state);
	return 0;
}

static const char *order_path(struct browser *b, int64_t order, const char *more)
{
	return visit_path(b, "/orders/%lld%s", (long long)order, more);
}

static int64_t state_of(int64_t order)
{
	return visit_number(site, &sql_state, DB_ARGS(order));
}

static struct str reference_of(struct browser *b, int64_t order)
{
	return visit_text(site, b->arena, &sql_reference, DB_ARGS(order));
}

/* On the way to the cashier: the address of its page. */
static const char *begin(struct browser *b, int64_t order)
{
	struct reply r = post_form(b, order_path(b, order, "/pay"), "");

	assert_status(r, 303);
	assert_true(str_starts(reply_header(b, &r, "Location"), STR("/dev/cashier/")));
	return reply_header(b, &r, "Location").p;
}

static void an_order_is_paid_at_the_cashier(void **state)
{
	struct bought *f = *state;
	const char *cashier;
	struct reply r;

	r = get(f->ann, "/orders");
	assert_page(f->ann, r, 200);
	assert_has(r, order_path(f->ann, f->order, ""));
	assert_page(f->ann, get(f->ann, order_path(f->ann, f->order, "")), 200);
	cashier = begin(f->ann, f->order);
	/* Pressed twice it is the same payment. */
	assert_text_at(str_from_c(begin(f->ann, f->order)), str_from_c(cashier), __FILE__,
		       __LINE__);
	r = get(f->ann, cashier);
	assert_page(f->ann, r, 200);
	assert_shows(f->ann, r, "¥19.90");
	r = post_form(f->ann, cashier, "pay=once");
	assert_redirect(f->ann, r, order_path(f->ann, f->order, ""));
	assert_int_equal(state_of(f->order), ORDER_PAID);
	r = get(f->ann, order_path(f->ann, f->order, ""));
	assert_page(f->ann, r, 200);
	assert_shows(f->ann, r, "It is yours, and paid for. Say below where it goes");
	/* What is left to do is what is seen first. */
	assert_has(r, "<a class=\"button\" href=\"/addresses/new");
	assert_int_equal(page_count(r.body, "/pay\""), 0);
	assert_int_equal(page_count(r.body, "/cancel\""), 0);
	r = get(f->ann, cashier);
	assert_page(f->ann, r, 200);
	/* Paid again, or cancelled now: nothing changes. */
	assert_status(post_form(f->ann, cashier, "pay=twice"), 303);
	assert_redirect(f->ann, post_form(f->ann, order_path(f->ann, f->order, "/pay"), ""),
			order_path(f->ann, f->order, ""));
	assert_redirect(f->ann, post_form(f->ann, order_path(f->ann, f->order, "/cancel"), ""),
			order_path(f->ann, f->order, ""));
	assert_shows(f->ann, get(f->ann, order_path(f->ann, f->order, "")),
		     "This order can no longer be cancelled.");
	assert_int_equal(state_of(f->order), ORDER_PAID);
}

static void the_sandbox_plays_what_can_go_wrong(void **state)
{
	struct bought *f = *state;
	const char *cashier = begin(f->ann, f->order);
	struct reply r = post_form(f->ann, cashier, "pay=forged");

	assert_redirect(f->ann, r, cashier);
	r = get(f->ann, cashier);
	assert_page(f->ann, r, 200);
	assert_shows(f->ann, r, "The forged call was not believed.");
	assert_int_equal(state_of(f->order), ORDER_UNPAID);
	assert_page(f->ann, post_form(f->ann, cashier, "pay=gold"), 422);
	assert_page(f->ann, post_form(f->ann, cashier, ""), 422);
	assert_status(post_form(f->ann, cashier, "pay=late"), 303);
	assert_int_equal(state_of(f->order), ORDER_REFUNDING);
	r = get(f->ann, order_path(f->ann, f->order, ""));
	assert_page(f->ann, r, 200);
	assert_shows(f->ann, r, "Money on its way back");
}

static struct str call_body(struct browser *b, const struct payment_call *call)
{
	return str_format(b->arena,
			  "reference=" STR_FMT "&outcome=" STR_FMT
			  "&amount=%lld&at=%lld&signature=" STR_FMT,
			  STR_ARG(call->reference), STR_ARG(call->outcome), (long long)call->amount,
			  (long long)call->at, STR_ARG(call->signature));
}

/* As a cashier's program: no cookie, no token, no origin. */
static int called(const struct payment_call *call)
{
	struct browser *cashier = visit_guest(site);
	struct ask ask = { .path = "/payments/called",
			   .body = call_body(cashier, call),
			   .is_foreign = true };

	return browser_ask(cashier, &ask).status;
}

static void only_the_cashier_is_believed(void **state)
{
	struct bought *f = *state;
	struct ctx *c = site_ctx(site);
	struct payment_call call = { .outcome = STR("paid"), .at = clock_now() };
	struct payment_call forged;

	begin(f->ann, f->order);
	call.reference = reference_of(f->ann, f->order);
	call.amount = visit_number(site, &sql_amount, DB_ARGS(f->order));
	assert_int_equal(call.amount, 1990);
	call.signature = payment_sign(c, &call);
	forged = call;
	forged.amount = 1;
	assert_int_equal(called(&forged), 403);
	forged.signature = payment_sign(c, &forged);
	assert_int_equal(called(&forged), 409);
	forged = call;
	forged.signature = STR("0");
	assert_int_equal(called(&forged), 403);
	forged = call;
	forged.at -= 10 * CLOCK_MINUTE;
	forged.signature = payment_sign(c, &forged);
	assert_int_equal(called(&forged), 403);
	forged = call;
	forged.reference = STR("nobody-nobody-nobody-nobody-0000");
	forged.signature = payment_sign(c, &forged);
	assert_int_equal(called(&forged), 404);
	assert_int_equal(state_of(f->order), ORDER_UNPAID);
	assert_int_equal(called(&call), 200);
	assert_int_equal(state_of(f->order), ORDER_PAID);
	assert_int_equal(called(&call), 200);
	assert_int_equal(state_of(f->order), ORDER_PAID);
	assert_int_equal(called(&(struct payment_call){ 0 }), 422);
}

static void a_cancelled_order_is_gone_for_good(void **state)
{
	struct bought *f = *state;
	const char *cancel = order_path(f->ann, f->order, "/cancel");
	struct reply r = get(f->ann, cancel);

	assert_page(f->ann, r, 200);
	assert_shows(f->ann, r, "In this sale you cannot buy it again.");
	assert_redirect(f->ann, post_form(f->ann, cancel, ""), order_path(f->ann, f->order, ""));
	assert_int_equal(state_of(f->order), ORDER_CANCELLED);
	r = get(f->ann, order_path(f->ann, f->order, ""));
	assert_page(f->ann, r, 200);
	assert_shows(f->ann, r, "The order is cancelled.");
	assert_int_equal(page_count(r.body, "/pay\""), 0);
	/* There is nothing to ask any more. */
	assert_redirect(f->ann, get(f->ann, cancel), order_path(f->ann, f->order, ""));
	assert_redirect(f->ann, post_form(f->ann, order_path(f->ann, f->order, "/pay"), ""),
			order_path(f->ann, f->order, ""));
}

static void an_overdue_order_is_closed_to_its_buyer(void **state)
{
	struct bought *f = *state;
	struct reply r;

	visit_change(site, &sql_overdue, DB_ARGS(f->order));
	r = get(f->ann, order_path(f->ann, f->order, ""));
	assert_page(f->ann, r, 200);
	assert_shows(f->ann, r, "It was not paid in time, and is closed in a moment.");
	assert_int_equal(page_count(r.body, "/pay\""), 0);
	assert_redirect(f->ann, post_form(f->ann, order_path(f->ann, f->order, "/pay"), ""),
			order_path(f->ann, f->order, ""));
	assert_shows(f->ann, get(f->ann, order_path(f->ann, f->order, "")),
		     "This order is not to be paid any more.");
}

/* Most orders that are given up are given up when the sale has ended. */
static void nothing_is_said_to_go_back_on_sale(void **state)
{
	static const struct db_sql sql =
		SQL("UPDATE sale_order SET state = ?, expires_at = ? WHERE order_id = ?");
	struct bought *f = *state;
	int i;

	assert_has_not(get(f->ann, order_path(f->ann, f->order, "/cancel")), "on sale");
	for (i = ORDER_UNPAID; i < ORDER_STATES; i++) {
		visit_change(site, &sql,
			     DB_ARGS(i, i ? INT64_C(1) : INT64_C(9000000000000), f->order));
		assert_has_not(get(f->ann, order_path(f->ann, f->order, "")), "on sale");
	}
}

static void orders_are_listed_page_by_page(void **state)
{
	static const struct db_sql sql_copy =
		SQL("INSERT INTO sale_order (order_id, sale_id, user_id, goods_id, request_no,"
		    " price, state, created_at, expires_at) SELECT ?, ?, user_id, goods_id,"
		    " request_no, price, 3, created_at, expires_at FROM sale_order"
		    " WHERE order_id = ?");
	struct bought *f = *state;
	struct browser *fresh = visit_member(site, ROLE_USER);
	int64_t i, id = 0;
	struct reply r;
	struct str next;

	r = get(fresh, "/orders");
	assert_page(fresh, r, 200);
	assert_shows(fresh, r, "You have not ordered anything yet.");
	for (i = 1; i <= 24; i++) {
		assert_int_equal(ctx_new_id(site_ctx(site), &id), OK);
		visit_change(site, &sql_copy, DB_ARGS(id, f->sale + i, f->order));
	}
	r = get(f->ann, "/orders");
	assert_page(f->ann, r, 200);
	assert_int_equal(page_count(r.body, "<h2><a href=\"/orders/"), 20);
	assert_has(r, "rel=\"next\"");
	next = str_slice(r.body, (size_t)str_find(r.body, STR("/orders?before=")), r.body.n);
	next = str_slice(next, 0, (size_t)str_find_byte(next, '"'));
	r = get(f->ann, str_copy(f->ann->arena, next).p);
	assert_page(f->ann, r, 200);
	assert_int_equal(page_count(r.body, "<h2><a href=\"/orders/"), 5);
	assert_has(r, order_path(f->ann, f->order, ""));
	assert_page(f->ann, get(f->ann, "/orders?before=x"), 404);
	assert_page(f->ann, get(f->ann, "/orders?before=1"), 200);
}

static int64_t add_address(struct browser *b)
{
	assert_redirect(b, post_form(b, "/addresses", ADDRESS), "/addresses");
	return visit_number(site, &sql_address, DB_ARGS(visit_id(b)));
}

static void an_order_goes_where_its_buyer_says(void **state)
{
	struct bought *f = *state;
	struct browser *b = f->ann;
	const char *ship = order_path(b, f->order, "/address");
	int64_t address;
	struct reply r = get(b, order_path(b, f->order, ""));

	assert_shows(b, r, "No address is chosen yet.");
	assert_has(r, "<a class=\"button ghost\" href=\"/addresses/new");
	/* A new one, and back to the order. */
	r = get(b, visit_path(b, "/addresses/new?next=/orders/%lld", (long long)f->order));
	assert_page(b, r, 200);
	r = post_form(b, "/addresses",
		      visit_path(b, ADDRESS "&next=%%2Forders%%2F%lld", (long long)f->order));
	assert_redirect(b, r, order_path(b, f->order, ""));
	address = visit_number(site, &sql_address, DB_ARGS(visit_id(b)));
	r = get(b, order_path(b, f->order, ""));
	assert_page(b, r, 200);
	assert_has(r, visit_path(b, "value=\"%lld\"", (long long)address));
	assert_redirect(b, post_form(b, ship, visit_path(b, "address=%lld", (long long)address)),
			order_path(b, f->order, ""));
	r = get(b, order_path(b, f->order, ""));
	assert_page(b, r, 200);
	assert_shows(b, r, "Saved.");
	assert_shows(b, r, "Nanjing Road 1");
	assert_page(b, post_form(b, ship, "address=x"), 422);
	assert_page(b, post_form(b, ship, ""), 422);
	assert_page(b, post_form(b, ship, "address=4611686018427387904"), 404);
	assert_redirect(b, post_form(b, order_path(b, f->order, "/cancel"), ""),
			order_path(b, f->order, ""));
	assert_redirect(b, post_form(b, ship, visit_path(b, "address=%lld", (long long)address)),
			order_path(b, f->order, ""));
	assert_shows(b, get(b, order_path(b, f->order, "")),
		     "The address of this order can no longer be changed.");
}

static void the_address_book(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	int64_t id, i;
	struct reply r = get(b, "/addresses");

	(void)state;
	assert_page(b, r, 200);
	assert_shows(b, r, "Nothing here yet.");
	id = add_address(b);
	r = get(b, visit_path(b, "/addresses/%lld/edit", (long long)id));
	assert_page(b, r, 200);
	assert_text(page_value(b->arena, r.body, "street"), "Nanjing Road 1");
	r = post_form(b, visit_path(b, "/addresses/%lld/edit", (long long)id),
		      "name=Anna+%3Cb%3E&phone=13900000000&region=Beijing&street=X+2");
	assert_redirect(b, r, "/addresses");
	r = get(b, "/addresses");
	assert_page(b, r, 200);
	assert_shows(b, r, "Anna <b> 13900000000 Default");
	r = get(b, visit_path(b, "/addresses/%lld/delete", (long long)id));
	assert_page(b, r, 200);
	r = post_form(b, visit_path(b, "/addresses/%lld/delete", (long long)id), "");
	assert_redirect(b, r, "/addresses");
	assert_int_equal(visit_number(site, &sql_addresses, DB_ARGS(visit_id(b))), 0);
	for (i = 0; i < ADDRESS_MOST; i++)
		add_address(b);
	r = post_form(b, "/addresses", ADDRESS);
	assert_redirect(b, r, "/addresses");
	assert_shows(b, get(b, "/addresses"), "The address book is full.");
	/* Said before anything is typed in vain. */
	assert_redirect(b, get(b, "/addresses/new"), "/addresses");
	assert_int_equal(visit_number(site, &sql_addresses, DB_ARGS(visit_id(b))), ADDRESS_MOST);
}

static void a_wrong_address_comes_back_with_what_was_typed(void **state)
{
	static const struct {
		const char *fields, *field;
	} wrong[] = {
		{ "name=&phone=13800000000&region=A&street=B", "name" },
		{ "name=Ann&phone=call+me&region=A&street=B", "phone" },
		{ "name=Ann&phone=13800000000&region=+&street=B", "region" },
		{ "name=Ann&phone=13800000000&region=A", "street" },
		{ "name=Ann%0AEve&phone=13800000000&region=A&street=B", "name" },
	};
	struct browser *b = visit_member(site, ROLE_USER);
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(wrong); i++) {
		struct reply r = post_form(b, "/addresses", wrong[i].fields);

		assert_page(b, r, 422);
		assert_true(page_description(b->arena, r.body, wrong[i].field).n > 0);
	}
	assert_int_equal(visit_number(site, &sql_addresses, DB_ARGS(visit_id(b))), 0);
}

/* The same form ten times makes one. */
static void a_form_makes_one_address(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct str body = str_format(b->arena, STR_FMT "&" ADDRESS, STR_ARG(browser_token(b)));
	struct at_once got[10];
	int i;

	(void)state;
	visit_at_once(b, &(struct ask){ .path = "/addresses", .body = body }, 10, got);
	for (i = 0; i < 10; i++)
		assert_int_equal(got[i].status, 303);
	assert_int_equal(visit_number(site, &sql_addresses, DB_ARGS(visit_id(b))), 1);
}

#define order_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

static const struct CMUnitTest tests[] = {
	order_test(an_order_is_paid_at_the_cashier),
	order_test(the_sandbox_plays_what_can_go_wrong),
	order_test(only_the_cashier_is_believed),
	order_test(a_cancelled_order_is_gone_for_good),
	order_test(an_overdue_order_is_closed_to_its_buyer),
	order_test(nothing_is_said_to_go_back_on_sale),
	order_test(orders_are_listed_page_by_page),
	order_test(an_order_goes_where_its_buyer_says),
	cmocka_unit_test(the_address_book),
	cmocka_unit_test(a_wrong_address_comes_back_with_what_was_typed),
	cmocka_unit_test(a_form_makes_one_address),
};

WEB_TEST_MAIN("sale", "sale", "account")
