/* Goods and sales as administrators set them up, and as pages read them. */
#include "unit/domain/market.h"

#include "domain/goods_picture.h"

static const struct db_sql sql_settles =
	SQL("SELECT COUNT(*) FROM outbox WHERE topic = ? AND payload LIKE '%settle%'");
static const struct db_sql sql_units =
	SQL("SELECT COUNT(*) FROM outbox WHERE topic = ? AND payload LIKE '%units%'");

static const struct db_sql sql_logged =
	SQL("SELECT COUNT(*) FROM moderation_log WHERE target_id = ? AND action = ?");

static int start(void **state)
{
	return forum_set_up(state);
}

static void goods_are_written_once_and_edited_in_turn(void **state)
{
	struct fixture *f = *state;
	struct goods_text t = { STR("  A lamp "), STR("A *good* one."), 1999 };
	struct ctx *c = f->c;
	struct goods_list list;
	int64_t id, again;
	struct str form;
	struct goods g;

	STORES_OR_SKIP();
	market_admin(c);
	form = forum_form(c);
	assert_int_equal(goods_create(c, &t, form, &id), OK);
	assert_int_equal(goods_create(c, &t, form, &again), OK);
	assert_int_equal(id, again);
	assert_int_equal(goods_find(c, id, &g), OK);
	assert_text(g.name, "A lamp");
	assert_text(g.body_html.markup, "<p>A <em>good</em> one.</p>\n");
	assert_text(g.excerpt, "A good one.");
	assert_int_equal(g.price, 1999);
	t.price = 99999999999;
	assert_int_equal(goods_edit(c, id, g.version, &t), OK);
	assert_int_equal(goods_edit(c, id, g.version, &t), OK);
	t.name = STR("Another");
	assert_int_equal(goods_edit(c, id, g.version, &t), ERR_CONFLICT);
	assert_int_equal(goods_set_picture(c, id, STR("x.webp")), OK);
	assert_int_equal(goods_find(c, id, &g), OK);
	assert_int_equal(g.price, 99999999999);
	assert_text(g.picture, "x.webp");
	assert_int_equal(goods_newest(c, 0, 1, &list), OK);
	assert_int_equal(list.items[0].id, id);
	assert_int_equal(goods_newest(c, id, 200, &list), OK);
	assert_true(!list.count || list.items[0].id < id);
	assert_int_equal(goods_edit(c, id + 1, 1, &t), ERR_NOT_FOUND);
}

static void what_is_wrong_is_named(void **state)
{
	struct fixture *f = *state;
	struct goods_text t = { STR(""), STR("x"), 1 };
	struct sale_terms terms = { 1, 1, 1, 1, 2, SALE_PAY_SECONDS };
	struct sale_problem problems[SALE_PROBLEMS_MAX];
	const char *field;

	STORES_OR_SKIP();
	assert_non_null(goods_problem(&t, &field));
	assert_string_equal(field, "name");
	t.name = STR("a\nb");
	assert_non_null(goods_problem(&t, &field));
	t.name = STR("a");
	assert_null(goods_problem(&t, &field));
	t.price = 0;
	assert_non_null(goods_problem(&t, &field));
	assert_string_equal(field, "price");
	assert_int_equal(sale_terms_problems(&terms, 0, problems), 0);
	assert_int_equal(sale_terms_problems(&terms, 2, problems), 1);
	assert_string_equal(problems[0].field, "ends_at");
	terms.units = SALE_UNITS_MAX + 1;
	assert_int_equal(sale_terms_problems(&terms, 0, problems), 1);
	assert_string_equal(problems[0].field, "units");
	terms.units = 1;
	terms.pay_seconds = 1;
	assert_int_equal(sale_terms_problems(&terms, 0, problems), 1);
	assert_string_equal(problems[0].field, "pay_seconds");
	terms = (struct sale_terms){ 0 };
	assert_int_equal(sale_terms_problems(&terms, 0, problems), SALE_PROBLEMS_MAX);
	terms = (struct sale_terms){ 1, 1, 1, 1, 2, SALE_PAY_SECONDS };
	terms.pay_seconds = 1;
	market_admin(f->c);
	assert_int_equal(goods_create(f->c, &t, forum_form(f->c), &terms.goods_id), ERR_INVALID);
	assert_int_equal(sale_create(f->c, &terms, forum_form(f->c), &terms.goods_id), ERR_INVALID);
}

#define YEAR (366 * CLOCK_DAY)

/* What is right up to its border, and wrong one step beyond it. */
static void terms_have_exact_borders(void **state)
{
	static const struct {
		struct sale_terms terms;
		const char *wrong; /* the field, or NULL: it is right */
	} borders[] = {
		{ { 1, 1, 1, 0, 1, SALE_PAY_SECONDS_MIN }, NULL },
		{ { 1, GOODS_PRICE_MAX, SALE_UNITS_MAX, 5, 5 + YEAR, SALE_PAY_SECONDS_MAX }, NULL },
		{ { 0, 1, 1, 0, 1, SALE_PAY_SECONDS }, "goods_id" },
		{ { 1, 0, 1, 0, 1, SALE_PAY_SECONDS }, "price" },
		{ { 1, GOODS_PRICE_MAX + 1, 1, 0, 1, SALE_PAY_SECONDS }, "price" },
		{ { 1, 1, 0, 0, 1, SALE_PAY_SECONDS }, "units" },
		{ { 1, 1, SALE_UNITS_MAX + 1, 0, 1, SALE_PAY_SECONDS }, "units" },
		{ { 1, 1, 1, 1, 1, SALE_PAY_SECONDS }, "ends_at" },
		{ { 1, 1, 1, -1, 1, SALE_PAY_SECONDS }, "ends_at" },
		{ { 1, 1, 1, -1, 0, SALE_PAY_SECONDS }, "ends_at" },
		{ { 1, 1, 1, 5, 6 + YEAR, SALE_PAY_SECONDS }, "ends_at" },
		{ { 1, 1, 1, 0, 1, SALE_PAY_SECONDS_MIN - 1 }, "pay_seconds" },
		{ { 1, 1, 1, 0, 1, SALE_PAY_SECONDS_MAX + 1 }, "pay_seconds" },
	};
	struct sale_problem problems[SALE_PROBLEMS_MAX];
	size_t i, count;

	(void)state;
	for (i = 0; i < ARRAY_LEN(borders); i++) {
		count = sale_terms_problems(&borders[i].terms, 0, problems);
		assert_int_equal(count, borders[i].wrong != NULL);
		if (count)
			assert_string_equal(problems[0].field, borders[i].wrong);
	}
}

static void goods_have_exact_borders(void **state)
{
	static char name[GOODS_NAME_MAX + 1], body[GOODS_BODY_MAX + 1];
	struct goods_text t = { { name, GOODS_NAME_MAX }, { body, GOODS_BODY_MAX }, 1 };
	const char *field;

	(void)state;
	memset(name, 'a', sizeof(name));
	memset(body, 'a', sizeof(body));
	assert_null(goods_problem(&t, &field));
	t.price = GOODS_PRICE_MAX;
	assert_null(goods_problem(&t, &field));
	t.price++;
	assert_non_null(goods_problem(&t, &field));
	assert_string_equal(field, "price");
	t.body_md.n++;
	assert_non_null(goods_problem(&t, &field));
	assert_string_equal(field, "body");
	t.body_md = STR("not \xFF utf-8");
	assert_non_null(goods_problem(&t, &field));
	assert_string_equal(field, "body");
	t.name.n++;
	assert_non_null(goods_problem(&t, &field));
	assert_string_equal(field, "name");
	t.name = STR("not \xFF utf-8");
	assert_non_null(goods_problem(&t, &field));
	assert_string_equal(field, "name");
	t.name = STR("turned\xE2\x80\xAEround");
	assert_non_null(goods_problem(&t, &field));
	assert_string_equal(field, "name");
}

static void only_administrators_set_up(void **state)
{
	struct fixture *f = *state;
	struct goods_text t = { STR("a"), STR("x"), 1 };
	struct sale_terms terms = { 1, 1, 1, 1, INT64_MAX, SALE_PAY_SECONDS };
	struct ctx *c = f->c;
	int64_t id;

	STORES_OR_SKIP();
	forum_as(c, f->mod, ROLE_MODERATOR);
	assert_int_equal(goods_create(c, &t, forum_form(c), &id), ERR_FORBIDDEN);
	assert_int_equal(goods_edit(c, 1, 1, &t), ERR_FORBIDDEN);
	assert_int_equal(goods_delete(c, 1), ERR_FORBIDDEN);
	assert_int_equal(sale_create(c, &terms, forum_form(c), &id), ERR_FORBIDDEN);
	assert_int_equal(sale_edit(c, 1, STR(""), &terms), ERR_FORBIDDEN);
	assert_int_equal(sale_delete(c, 1), ERR_FORBIDDEN);
	assert_int_equal(sale_publish(c, 1), ERR_FORBIDDEN);
	assert_int_equal(sale_close(c, 1), ERR_FORBIDDEN);
	assert_int_equal(sale_change_units(c, 1, 1, forum_form(c)), ERR_FORBIDDEN);
}

static struct str seen_of(struct ctx *c, int64_t id)
{
	struct sale s;

	assert_int_equal(sale_find_any(c, id, &s), OK);
	return sale_terms_seen(c->arena, &s);
}

/* Two administrators write at the same time: neither loses what the other wrote unknowingly. */
static void a_draft_is_changed_by_who_saw_it(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	struct sale_terms t;
	struct str seen;
	struct sale s;
	int64_t id;

	STORES_OR_SKIP();
	id = market_draft(c, 3, 1000, CLOCK_HOUR);
	assert_int_equal(sale_find_any(c, id, &s), OK);
	seen = sale_terms_seen(c->arena, &s);
	t = (struct sale_terms){ s.goods_id, 5, 7, s.starts_at, s.ends_at, 60 };
	assert_int_equal(sale_edit(c, id, STR(""), &t), ERR_CONFLICT);
	assert_int_equal(sale_edit(c, id, seen, &t), OK);
	/* The same form again. */
	assert_int_equal(sale_edit(c, id, seen, &t), OK);
	t.units = 8;
	assert_int_equal(sale_edit(c, id, seen, &t), ERR_CONFLICT);
	assert_int_equal(sale_find_any(c, id, &s), OK);
	assert_int_equal(s.units, 7);
	assert_int_equal(sale_edit(c, id, seen_of(c, id), &t), OK);
	assert_int_equal(sale_find_any(c, id, &s), OK);
	assert_int_equal(s.units, 8);
	assert_int_equal(s.stock, 8);
	/* Each change is written down, and a form that came again is none. */
	assert_int_equal(forum_number(c, &sql_logged, DB_ARGS(id, STR("sale.create"))), 1);
	assert_int_equal(forum_number(c, &sql_logged, DB_ARGS(id, STR("sale.edit"))), 2);
}

static void a_draft_is_hidden_until_it_is_published(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	struct sale_terms t;
	struct str key;
	struct sale s;
	int64_t id;

	STORES_OR_SKIP();
	id = market_draft(c, 3, 1000, CLOCK_HOUR);
	key = sale_orders_key(c->arena, id);
	assert_int_equal(sale_find(c, id, &s), ERR_NOT_FOUND);
	assert_int_equal(sale_find_any(c, id, &s), OK);
	t = (struct sale_terms){ s.goods_id, 5, 7, s.starts_at, s.ends_at, 60 };
	assert_int_equal(sale_edit(c, id, seen_of(c, id), &t), OK);
	assert_int_equal(sale_publish(c, id), OK);
	assert_int_equal(sale_publish(c, id), OK);
	assert_int_equal(forum_number(c, &sql_settles, DB_ARGS(key)), 1);
	assert_int_equal(sale_edit(c, id, seen_of(c, id), &t), ERR_CONFLICT);
	assert_int_equal(sale_find(c, id, &s), OK);
	assert_int_equal(s.units, 7);
	assert_int_equal(s.stock, 7);
	assert_int_equal(s.price, 5);
	assert_text(s.goods.name, "A lamp");
	assert_true(s.goods.body_html.markup.n > 0);
	assert_int_equal(sale_phase_at(&s, -1, c->now), SALE_SOON);
	assert_int_equal(sale_phase_at(&s, 0, s.starts_at), SALE_SOLD_OUT);
	assert_int_equal(sale_phase_at(&s, 1, s.starts_at), SALE_OPEN);
	assert_int_equal(sale_phase_at(&s, 1, s.ends_at), SALE_ENDED);
	assert_int_equal(goods_delete(c, s.goods_id), ERR_CONFLICT);
	assert_int_equal(sale_publish(c, id + 1), ERR_NOT_FOUND);
}

static void what_has_ended_is_not_published(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	struct goods g;
	int64_t id;

	STORES_OR_SKIP();
	id = market_draft(c, 3, 0, 1000);
	c->now += 1000;
	assert_int_equal(sale_publish(c, id), ERR_CONFLICT);
	assert_int_equal(sale_close(c, id), ERR_CONFLICT);
	id = market_goods(c, "Unsold");
	assert_int_equal(goods_delete(c, id), OK);
	assert_int_equal(goods_delete(c, id), OK);
	assert_int_equal(goods_find(c, id, &g), ERR_NOT_FOUND);
}

/* Nobody can buy them any more, and who did keeps the order. */
static void goods_may_go_when_their_sale_has_ended(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	struct sale s;
	int64_t id;

	STORES_OR_SKIP();
	id = market_sale(c, 3);
	market_press(c, id, f->ann);
	market_admin(c);
	assert_int_equal(sale_find_any(c, id, &s), OK);
	assert_int_equal(goods_delete(c, s.goods_id), ERR_CONFLICT);
	assert_int_equal(sale_close(c, id), OK);
	assert_int_equal(goods_delete(c, s.goods_id), OK);
	market_deliver(c, id);
	assert_true(market_result(c, id, f->ann).order_id > 0);
	market_admin(c);
	id = market_sale(c, 3);
	assert_int_equal(sale_find_any(c, id, &s), OK);
	c->now = s.ends_at - 1;
	assert_int_equal(goods_delete(c, s.goods_id), ERR_CONFLICT);
	c->now++;
	assert_int_equal(goods_delete(c, s.goods_id), OK);
}

/* Half a sale in Redis would stay there for ever: loading it says that it is closed. */
static void closing_what_is_not_loaded_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	int64_t id;

	STORES_OR_SKIP();
	id = market_sale(c, 3);
	market_admin(c);
	forum_empty_redis();
	assert_int_equal(sale_close(c, id), OK);
	assert_int_equal(market_number(c, CACHE_ARGS(STR("EXISTS"), sale_key(c->arena, id))), 0);
	assert_int_equal(sale_close(c, id), OK);
	assert_int_equal(forum_number(c, &sql_logged, DB_ARGS(id, STR("sale.close"))), 1);
	assert_int_equal(sale_publish(c, id), ERR_CONFLICT);
	/* When it was published, and now. */
	assert_int_equal(forum_number(c, &sql_settles, DB_ARGS(sale_orders_key(c->arena, id))), 2);
	market_settle(c, id, 0);
	assert_int_equal(market_press(c, id, f->ann).refusal, SALE_REFUSED_LATE);
}

static void units_are_asked_for_once_for_each_form(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	struct str form, key;
	int64_t id;

	STORES_OR_SKIP();
	id = market_sale(c, 3);
	key = sale_orders_key(c->arena, id);
	market_admin(c);
	form = forum_form(c);
	assert_int_equal(sale_change_units(c, id, 5, form), OK);
	assert_int_equal(sale_change_units(c, id, 5, form), OK);
	assert_int_equal(forum_number(c, &sql_units, DB_ARGS(key)), 1);
	assert_int_equal(sale_change_units(c, id, 0, forum_form(c)), ERR_INVALID);
	assert_int_equal(sale_change_units(c, id, SALE_UNITS_MAX + 1, forum_form(c)), ERR_INVALID);
	assert_int_equal(sale_change_units(c, id, -SALE_UNITS_MAX - 1, forum_form(c)), ERR_INVALID);
	assert_int_equal(sale_change_units(c, market_draft(c, 3, 0, CLOCK_HOUR), 5, forum_form(c)),
			 ERR_CONFLICT);
	c->now += CLOCK_HOUR;
	assert_int_equal(sale_change_units(c, id, 5, forum_form(c)), ERR_CONFLICT);
	c->now -= CLOCK_HOUR;
	assert_int_equal(sale_close(c, id), OK);
	assert_int_equal(sale_change_units(c, id, 5, forum_form(c)), ERR_CONFLICT);
}

static void the_list_has_open_ones_first(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	struct sale_list list;
	int rank = 0, seen = 0;
	size_t i;

	STORES_OR_SKIP();
	market_sale_at(c, 1, CLOCK_HOUR, CLOCK_DAY);
	market_sale_at(c, 1, -CLOCK_HOUR, CLOCK_HOUR);
	market_admin(c);
	assert_int_equal(sale_close(c, market_sale(c, 1)), OK);
	market_draft(c, 1, 0, CLOCK_DAY);
	assert_int_equal(sale_listed(c, 200, &list), OK);
	assert_true(list.count >= 3);
	for (i = 0; i < list.count; i++) {
		enum sale_phase phase = sale_phase_at(&list.items[i], 1, c->now);
		int now = phase == SALE_OPEN ? 0 : phase == SALE_SOON ? 1 : 2;

		assert_true(now >= rank);
		assert_int_not_equal(list.items[i].state, SALE_DRAFT);
		rank = now;
		seen |= 1 << now;
	}
	assert_int_equal(seen, 7);
	assert_int_equal(sale_live(c, &list), OK);
	assert_true(list.count >= 3);
	assert_int_equal(sale_newest(c, 0, 1, &list), OK);
	assert_int_equal(list.items[0].state, SALE_DRAFT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		people_test(goods_are_written_once_and_edited_in_turn),
		people_test(what_is_wrong_is_named),
		cmocka_unit_test(terms_have_exact_borders),
		cmocka_unit_test(goods_have_exact_borders),
		people_test(only_administrators_set_up),
		people_test(a_draft_is_changed_by_who_saw_it),
		people_test(a_draft_is_hidden_until_it_is_published),
		people_test(what_has_ended_is_not_published),
		people_test(goods_may_go_when_their_sale_has_ended),
		people_test(closing_what_is_not_loaded_leaves_nothing),
		people_test(units_are_asked_for_once_for_each_form),
		people_test(the_list_has_open_ones_first),
	};

	return cmocka_run_group_tests(tests, start, stores_tear_down);
}
