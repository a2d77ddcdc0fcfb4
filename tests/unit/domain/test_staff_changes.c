/* What staff may do to whom, decided by what people are now; and never without an administrator. */
#include "unit/domain/account.h"

#include "domain/moderation.h"
#include "domain/staff.h"

static const struct db_sql sql_state = SQL("UPDATE user SET state = ? WHERE user_id = ?");
static const struct db_sql sql_find_state = SQL("SELECT state FROM user WHERE user_id = ?");
static const struct db_sql sql_find_role = SQL("SELECT role FROM user WHERE user_id = ?");
static const struct db_sql sql_leaves =
	SQL("INSERT INTO leaving (user_id, choice, asked_at, due_at) VALUES (?, 1, 1, 1)");
static const struct db_sql sql_stays = SQL("DELETE FROM leaving WHERE user_id = ?");
static const struct db_sql sql_acts =
	SQL("SELECT COUNT(*) FROM moderation_log WHERE target_type = 3 AND target_id = ?");

#define WHY STR("a reason")

static void set_state(struct ctx *c, int64_t id, enum user_state state)
{
	assert_int_equal(db_exec(c->db, NULL, &sql_state, DB_ARGS((int)state, id)), OK);
}

static err close_account(struct ctx *c, int64_t id)
{
	return staff_close(c, id, WHY, 0);
}

/* First of all: there is nobody else yet. Who is closed or about to leave is no other one. */
static void the_last_administrator_stays(void **state)
{
	struct ctx *c = *state;
	int64_t last, other;

	STORES_OR_SKIP();
	last = forum_user(c, ROLE_ADMIN);
	forum_as(c, last, ROLE_ADMIN);
	assert_int_equal(staff_set_role(c, last, ROLE_USER, WHY), ERR_CONFLICT);
	other = forum_user(c, ROLE_ADMIN);
	set_state(c, other, USER_DISABLED);
	assert_int_equal(staff_set_role(c, last, ROLE_USER, WHY), ERR_CONFLICT);
	set_state(c, other, USER_ACTIVE);
	assert_int_equal(db_exec(c->db, NULL, &sql_leaves, DB_ARGS(other)), OK);
	assert_int_equal(staff_set_role(c, last, ROLE_USER, WHY), ERR_CONFLICT);
	assert_int_equal(db_exec(c->db, NULL, &sql_stays, DB_ARGS(other)), OK);
	assert_int_equal(staff_set_role(c, last, ROLE_USER, WHY), OK);
	assert_int_equal(forum_number(c, &sql_find_role, DB_ARGS(last)), ROLE_USER);
}

static void each_reaches_only_who_is_below(void **state)
{
	struct ctx *c = *state;
	int64_t admin, moderator, other, member;

	STORES_OR_SKIP();
	admin = forum_user(c, ROLE_ADMIN);
	forum_user(c, ROLE_ADMIN);
	moderator = forum_user(c, ROLE_MODERATOR);
	other = forum_user(c, ROLE_MODERATOR);
	member = forum_user(c, ROLE_USER);
	forum_as(c, member, ROLE_USER);
	assert_int_equal(close_account(c, moderator), ERR_FORBIDDEN);
	assert_int_equal(close_account(c, forum_user(c, ROLE_USER)), ERR_FORBIDDEN);
	forum_as(c, moderator, ROLE_MODERATOR);
	assert_int_equal(close_account(c, admin), ERR_FORBIDDEN);
	assert_int_equal(close_account(c, other), ERR_FORBIDDEN);
	assert_int_equal(close_account(c, moderator), ERR_CONFLICT);
	assert_int_equal(staff_set_role(c, member, ROLE_MODERATOR, WHY), ERR_FORBIDDEN);
	assert_int_equal(close_account(c, member), OK);
	forum_as(c, admin, ROLE_ADMIN);
	assert_int_equal(close_account(c, other), OK);
	assert_int_equal(forum_number(c, &sql_find_state, DB_ARGS(other)), USER_DISABLED);
}

/* Who is not there yet, or no more, cannot be closed, opened or given a role. */
static void only_accounts_in_use_are_changed(void **state)
{
	static const enum user_state away[] = { USER_PENDING, USER_GONE };
	struct ctx *c = *state;
	int64_t id;
	size_t i;

	STORES_OR_SKIP();
	forum_as(c, forum_user(c, ROLE_ADMIN), ROLE_ADMIN);
	for (i = 0; i < ARRAY_LEN(away); i++) {
		id = forum_user(c, ROLE_USER);
		set_state(c, id, away[i]);
		assert_int_equal(close_account(c, id), ERR_CONFLICT);
		assert_int_equal(staff_open(c, id, WHY), ERR_CONFLICT);
		assert_int_equal(staff_set_role(c, id, ROLE_MODERATOR, WHY), ERR_CONFLICT);
		assert_int_equal(forum_number(c, &sql_find_state, DB_ARGS(id)), away[i]);
		assert_int_equal(forum_number(c, &sql_acts, DB_ARGS(id)), 0);
	}
}

static void what_is_so_already_is_no_act(void **state)
{
	struct ctx *c = *state;
	struct user_ban ban;
	int64_t id;

	STORES_OR_SKIP();
	forum_as(c, forum_user(c, ROLE_ADMIN), ROLE_ADMIN);
	id = forum_user(c, ROLE_USER);
	assert_int_equal(staff_open(c, id, WHY), OK);
	assert_int_equal(staff_set_role(c, id, ROLE_USER, WHY), OK);
	assert_int_equal(forum_number(c, &sql_acts, DB_ARGS(id)), 0);
	assert_int_equal(close_account(c, id), OK);
	assert_int_equal(user_ban_find(c, id, &ban), OK);
	assert_int_equal(staff_open(c, id, WHY), OK);
	assert_int_equal(user_ban_find(c, id, &ban), ERR_NOT_FOUND);
	assert_int_equal(forum_number(c, &sql_acts, DB_ARGS(id)), 2);
}

/* While sessions cannot be ended nobody is half closed out: nothing is changed at all. */
static void without_redis_nothing_is_changed(void **state)
{
	struct ctx *c = *state;
	struct config broken = stores.config;
	struct ctx without;
	int64_t id;

	STORES_OR_SKIP();
	forum_as(c, forum_user(c, ROLE_ADMIN), ROLE_ADMIN);
	id = forum_user(c, ROLE_USER);
	without = *c;
	broken.redis.socket = STR("/nonexistent/redis.sock");
	without.cache = cache_new(&broken);
	cache_start_request(without.cache, c->arena);
	assert_int_equal(close_account(&without, id), ERR_UNAVAILABLE);
	assert_int_equal(staff_set_role(&without, id, ROLE_MODERATOR, WHY), ERR_UNAVAILABLE);
	cache_free(without.cache);
	assert_int_equal(forum_number(c, &sql_find_state, DB_ARGS(id)), USER_ACTIVE);
	assert_int_equal(forum_number(c, &sql_find_role, DB_ARGS(id)), ROLE_USER);
	assert_int_equal(forum_number(c, &sql_acts, DB_ARGS(id)), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		account_test(the_last_administrator_stays),
		account_test(each_reaches_only_who_is_below),
		account_test(only_accounts_in_use_are_changed),
		account_test(what_is_so_already_is_no_act),
		account_test(without_redis_nothing_is_changed),
	};

	return cmocka_run_group_tests(tests, forum_set_up, stores_tear_down);
}
