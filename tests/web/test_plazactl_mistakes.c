/* plazactl when its user mistypes: nothing is done that was not meant, and nothing is kept quiet.
 */
#include "web/ctl.h"

#include "unit/domain/market.h"

#include "domain/user.h"

static const struct db_sql sql_users = SQL("SELECT COUNT(*) FROM user");
static const struct db_sql sql_gone = SQL("UPDATE user SET state = 3 WHERE username = ?");
static const struct db_sql sql_word = SQL("INSERT INTO sensitive_word (word) VALUES ('nasty')");

static int start(void **state)
{
	struct ctx *c;

	stores_need((const char *const[]){ "mariadb", "redis", "rabbitmq" }, 3);
	if (stores_set_up(state))
		return -1;
	if (stores.missing)
		return 0;
	secret_open();
	*state = c = forum_open();
	return db_run_script_unsafe(c->db, stores_schema(c->arena)) ? -1 : 0;
}

static int stop(void **state)
{
	if (!stores.missing)
		forum_close(*state);
	return stores_tear_down(state);
}

static void an_address_that_was_left_out_is_asked_for(void **state)
{
	struct ctx *c = *state;
	int64_t users;

	STORES_OR_SKIP();
	users = forum_number(c, &sql_users, DB_NO_ARGS);
	expect(ctl(c, "user create made --generate --email", ""), 2, "usage");
	assert_int_equal(forum_number(c, &sql_users, DB_NO_ARGS), users);
}

/* Opened again, nobody could log in to it; an administrator, it would stand for one there is not.
 */
static void who_has_left_stays_away(void **state)
{
	struct ctx *c = *state;
	struct user u;

	STORES_OR_SKIP();
	expect(ctl(c, "user create leaver --generate", ""), 0, "password: ");
	assert_int_equal(db_exec(c->db, NULL, &sql_gone, DB_ARGS(STR("leaver"))), OK);
	expect(ctl(c, "user enable leaver", ""), 1, "'leaver' has left");
	expect(ctl(c, "user disable leaver", ""), 1, "'leaver' has left");
	expect(ctl(c, "user role leaver admin", ""), 1, "'leaver' has left");
	assert_int_equal(user_find_by_name(c, STR("leaver"), &u), OK);
	assert_int_equal(u.state, USER_GONE);
	assert_int_equal(u.role, ROLE_USER);
}

static bool has_queue(struct ctx *c, int64_t sale)
{
	int64_t depth;

	return mq_depth(c->mq, sale_orders_key(c->arena, sale).p, &depth) == OK;
}

/* Nobody would take a message from the queue of a sale that is not there. */
static void no_queue_is_made_for_a_sale_that_is_not_there(void **state)
{
	struct ctx *c = *state;
	int64_t draft;

	STORES_OR_SKIP();
	expect(ctl(c, "sale settle 5", ""), 1, "sale 5 is not there, a draft, or over");
	expect(ctl(c, "sale load 5", ""), 1, "sale 5 is not there, a draft, or over");
	assert_false(has_queue(c, 5));
	draft = market_draft(c, 3, CLOCK_HOUR, 2 * CLOCK_HOUR);
	expect(ctl(c, str_format(c->arena, "sale settle %lld", (long long)draft).p, ""), 1,
	       "a draft");
	expect(ctl(c, "sale settle five", ""), 1, "five is no number of a sale");
	expect(ctl(c, "sale load five", ""), 1, "five is no number of a sale");
}

static void a_sale_that_runs_is_loaded_and_settled(void **state)
{
	struct ctx *c = *state;
	int64_t sale;

	STORES_OR_SKIP();
	sale = market_sale(c, 3);
	expect(ctl(c, str_format(c->arena, "sale load %lld", (long long)sale).p, ""), 0,
	       "was asked to settle it");
	expect(ctl(c, str_format(c->arena, "sale settle %lld", (long long)sale).p, ""), 0,
	       "was asked to settle it");
	expect(ctl(c, "sale load", ""), 0, "was asked to settle it");
	assert_true(has_queue(c, sale));
	expect(ctl(c, "sale list", ""), 0, "A lamp");
}

/* A password that was made is shown once only. */
static void what_cannot_be_shown_is_no_success(void **state)
{
	struct ctx *c = *state;
	struct str line;

	STORES_OR_SKIP();
	assert_int_equal(db_exec(c->db, NULL, &sql_word, DB_NO_ARGS), OK);
	line = str_format(c->arena, "%s words list >/dev/null", ctl_program(c->arena));
	assert_true(stores_run((const char *const[]){ "sh", "-c", line.p, NULL }));
	line = str_format(c->arena, "%s words list >/dev/full", ctl_program(c->arena));
	assert_false(stores_run((const char *const[]){ "sh", "-c", line.p, NULL }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_that_was_left_out_is_asked_for),
		cmocka_unit_test(who_has_left_stays_away),
		cmocka_unit_test(no_queue_is_made_for_a_sale_that_is_not_there),
		cmocka_unit_test(a_sale_that_runs_is_loaded_and_settled),
		cmocka_unit_test(what_cannot_be_shown_is_no_success),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
