/* The address book. */
#include "unit/domain/selling.h"

#define AT_ONCE 8

static const struct db_sql sql_count = SQL("SELECT COUNT(*) FROM address WHERE user_id = ?");
static const struct db_sql sql_defaults =
	SQL("SELECT COUNT(*) FROM address WHERE user_id = ? AND is_default = 1");

static int start(void **state)
{
	return forum_set_up(state);
}

static struct address a_good_one(void)
{
	return (struct address){ .name = STR("  Ann 安  "),
				 .phone = STR(" +86 138-0000-0000 "),
				 .region = STR("浙江省 杭州市"),
				 .street = STR("文一西路 1 号") };
}

static void fields_are_checked(void **state)
{
	struct str long_name = STR("123456789012345678901234567890123");

	(void)state;
	assert_null(address_name_problem(STR("李雷")));
	assert_non_null(address_name_problem(STR(" \t ")));
	assert_non_null(address_name_problem(long_name));
	assert_non_null(address_name_problem(STR("two\nlines")));
	assert_non_null(address_name_problem(STR("turned\xE2\x80\xAEround")));
	assert_non_null(address_name_problem(STR("not \xFF utf-8")));
	assert_null(address_phone_problem(STR("13800000000")));
	assert_null(address_phone_problem(STR("+86 571-8888 6666")));
	assert_non_null(address_phone_problem(STR("")));
	assert_non_null(address_phone_problem(STR("12345")));
	assert_non_null(address_phone_problem(STR("1234567890123456")));
	assert_non_null(address_phone_problem(STR("138x0000000")));
	assert_non_null(address_phone_problem(STR("138+0000000")));
	assert_non_null(address_phone_problem(STR("1 2 3 4 5 6 7 8 9 0 1 2 3")));
	assert_non_null(address_region_problem(STR("")));
	assert_non_null(address_street_problem(STR("")));
	assert_non_null(address_name_problem(STR("with a\ttab")));
}

/* What is right up to its border, and wrong one step beyond it. */
static void fields_have_exact_borders(void **state)
{
	static char text[ADDRESS_STREET_MAX + 1];

	(void)state;
	memset(text, 'a', sizeof(text));
	assert_null(address_name_problem((struct str){ text, ADDRESS_NAME_MAX }));
	assert_non_null(address_name_problem((struct str){ text, ADDRESS_NAME_MAX + 1 }));
	assert_null(address_region_problem((struct str){ text, ADDRESS_REGION_MAX }));
	assert_non_null(address_region_problem((struct str){ text, ADDRESS_REGION_MAX + 1 }));
	assert_null(address_street_problem((struct str){ text, ADDRESS_STREET_MAX }));
	assert_non_null(address_street_problem((struct str){ text, ADDRESS_STREET_MAX + 1 }));
	assert_null(address_phone_problem(STR("123456")));
	assert_null(address_phone_problem(STR("123456789012345")));
	assert_null(address_phone_problem(STR("1-2-3-4-5-6-7-8-9-0-1-23")));
	assert_non_null(address_phone_problem(STR("1-2-3-4-5-6-7-8-9-0-1-2-3")));
}

static void the_default_comes_first_and_there_is_one(void **state)
{
	struct fixture *f = *state;
	struct address a = a_good_one();
	struct address_list list;
	int64_t first, second, third;
	struct ctx *c;

	STORES_OR_SKIP();
	c = f->c;
	assert_int_equal(address_create(c, &a, forum_form(c), &first), OK);
	assert_int_equal(address_create(c, &a, forum_form(c), &second), OK);
	a.is_default = true;
	assert_int_equal(address_create(c, &a, forum_form(c), &third), OK);
	assert_int_equal(address_mine(c, &list), OK);
	assert_int_equal(list.count, 3);
	assert_int_equal(list.items[0].id, third);
	assert_true(list.items[0].is_default);
	assert_int_equal(list.items[1].id, second);
	assert_text(list.items[0].name, "Ann 安");
	assert_text(list.items[0].phone, "+86 138-0000-0000");
	a.id = first;
	assert_int_equal(address_edit(c, &a), OK);
	assert_int_equal(address_mine(c, &list), OK);
	assert_int_equal(list.items[0].id, first);
	/* what is the default stays it until another becomes it */
	a.is_default = false;
	assert_int_equal(address_edit(c, &a), OK);
	assert_int_equal(forum_number(c, &sql_defaults, DB_ARGS(f->ann)), 1);
	assert_int_equal(address_delete(c, first), OK);
	assert_int_equal(address_mine(c, &list), OK);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.items[0].id, third);
	assert_true(list.items[0].is_default);
	assert_int_equal(address_delete(c, second), OK);
	assert_int_equal(address_delete(c, third), OK);
	assert_int_equal(address_delete(c, third), ERR_NOT_FOUND);
}

static void they_are_nobody_elses_business(void **state)
{
	struct fixture *f = *state;
	struct address a = a_good_one(), found;
	struct address_list list;
	struct ctx *c;

	STORES_OR_SKIP();
	c = f->c;
	assert_int_equal(address_create(c, &a, forum_form(c), &a.id), OK);
	forum_as(c, f->bob, ROLE_ADMIN);
	assert_int_equal(address_find(c, a.id, &found), ERR_NOT_FOUND);
	assert_int_equal(address_edit(c, &a), ERR_NOT_FOUND);
	assert_int_equal(address_delete(c, a.id), ERR_NOT_FOUND);
	assert_int_equal(address_mine(c, &list), OK);
	assert_int_equal(list.count, 0);
	forum_as(c, 0, ROLE_USER);
	assert_int_equal(address_find(c, a.id, &found), ERR_AUTH);
	assert_int_equal(address_mine(c, &list), ERR_AUTH);
	assert_int_equal(address_create(c, &a, forum_form(c), &a.id), ERR_AUTH);
	assert_int_equal(address_edit(c, &a), ERR_AUTH);
	assert_int_equal(address_delete(c, a.id), ERR_AUTH);
	forum_as(c, f->ann, ROLE_USER);
	assert_int_equal(address_find(c, a.id, &found), OK);
	assert_text(found.region, "浙江省 杭州市");
}

static void there_are_so_many_and_no_more(void **state)
{
	struct fixture *f = *state;
	struct address a = a_good_one(), bad = a_good_one();
	int64_t id;
	int i;

	STORES_OR_SKIP();
	bad.street = STR("");
	assert_int_equal(address_create(f->c, &bad, forum_form(f->c), &id), ERR_INVALID);
	for (i = 0; i < ADDRESS_MOST; i++)
		assert_int_equal(address_create(f->c, &a, forum_form(f->c), &id), OK);
	assert_int_equal(address_create(f->c, &a, forum_form(f->c), &id), ERR_LIMITED);
	bad.id = id;
	assert_int_equal(address_edit(f->c, &bad), ERR_INVALID);
}

struct sending {
	int64_t user;
	struct str form;
};

static int64_t send(struct ctx *c, int number, const void *context)
{
	const struct sending *s = context;
	struct address a = a_good_one();
	int64_t id;

	(void)number;
	forum_as(c, s->user, ROLE_USER);
	return address_create(c, &a, s->form, &id);
}

static void the_same_form_makes_one(void **state)
{
	struct fixture *f = *state;
	int64_t results[AT_ONCE];
	struct sending s;
	int i;

	STORES_OR_SKIP();
	s = (struct sending){ f->bob, forum_form(f->c) };
	forum_at_once(AT_ONCE, send, &s, results);
	for (i = 0; i < AT_ONCE; i++)
		assert_int_equal(results[i], OK);
	assert_int_equal(forum_number(f->c, &sql_count, DB_ARGS(f->bob)), 1);
	assert_int_equal(forum_number(f->c, &sql_defaults, DB_ARGS(f->bob)), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_checked),
		cmocka_unit_test(fields_have_exact_borders),
		people_test(the_default_comes_first_and_there_is_one),
		people_test(they_are_nobody_elses_business),
		people_test(there_are_so_many_and_no_more),
		people_test(the_same_form_makes_one),
	};

	return cmocka_run_group_tests(tests, start, stores_tear_down);
}
