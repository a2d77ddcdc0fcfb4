/* New passwords: who may set one, how often a link works, and what ends with the old one. */
#include "unit/domain/account.h"

#include "base/num.h"
#include "domain/mail.h"
#include "domain/session.h"
#include "domain/user_new_password.h"
#include "domain/user_token.h"
#include "html/text.h"

#define FRESH "another horse and a stable"

static const struct db_sql sql_mails =
	SQL("SELECT COUNT(*) FROM outbox WHERE payload LIKE CONCAT('%\"', ?, '\"%\"', ?, '\"%')");
static const struct db_sql sql_events = SQL("SELECT COUNT(*) FROM outbox");
static const struct db_sql sql_clear = SQL("DELETE FROM outbox");
static const struct db_sql sql_id_of = SQL("SELECT user_id FROM user WHERE username_folded = ?");
static const struct db_sql sql_state = SQL("SELECT state FROM user WHERE user_id = ?");
static const struct db_sql sql_stored =
	SQL("SELECT COUNT(*) FROM email_token WHERE token_hash = ? AND purpose = 2");

static int64_t mails(struct ctx *c, const char *kind, int64_t id)
{
	return forum_number(c, &sql_mails, DB_ARGS(str_from_c(kind), num_text(c->arena, id)));
}

static struct str cookie_of(struct ctx *c, const struct user *u)
{
	struct str cookie;

	assert_int_equal(session_start(c, u, false, STR("x"), STR("192.0.2.1"), &cookie), OK);
	return cookie;
}

static bool is_in(struct ctx *c, struct str cookie)
{
	struct session_want *want = session_want(c, cookie, NULL);
	struct session s;
	int64_t retry;

	assert_int_equal(cache_flush(c->cache), OK);
	return session_read(c, want, &s, &retry) == OK;
}

static struct str link_for(struct ctx *c, int64_t id)
{
	struct user u;
	struct str token;

	assert_int_equal(user_reset_start(c, id, &u, &token), OK);
	assert_int_equal(u.id, id);
	return token;
}

static err try_password(struct ctx *c, struct str login, const char *password)
{
	struct user out;

	return user_authenticate(c, login, str_from_c(password), false, &out);
}

static int64_t pending(struct ctx *c, struct str name, struct str email)
{
	struct registration r = { name, email, STR(PASSWORD), TEXT_EN };

	assert_int_equal(user_register(c, &r, forum_form(c)), OK);
	return forum_number(c, &sql_id_of, DB_ARGS(name));
}

static void a_link_sets_a_password_once(void **state)
{
	struct ctx *c = *state;
	struct str cookie, token, other;
	struct user u, out;

	STORES_OR_SKIP();
	u = account_new(c);
	cookie = cookie_of(c, &u);
	token = link_for(c, u.id);
	other = link_for(c, u.id);
	assert_int_equal(user_reset_find(c, token, &out), OK);
	assert_int_equal(out.id, u.id);
	assert_int_equal(user_reset_find(c, token, &out), OK);
	assert_int_equal(forum_number(c, &sql_stored, DB_ARGS(token)), 0);
	assert_int_equal(forum_number(c, &sql_stored, DB_ARGS(secret_hash(c->arena, token))), 1);
	assert_true(is_in(c, cookie));
	assert_int_equal(user_reset(c, token, STR(FRESH), TEXT_EN, &out), OK);
	assert_int_equal(out.id, u.id);
	assert_int_equal(try_password(c, u.name, FRESH), OK);
	assert_int_equal(try_password(c, u.name, PASSWORD), ERR_AUTH);
	assert_false(is_in(c, cookie));
	assert_int_equal(mails(c, "password_changed", u.id), 1);
	/* neither it nor another that waited works again */
	assert_int_equal(user_reset(c, token, STR(PASSWORD), TEXT_EN, &out), ERR_NOT_FOUND);
	assert_int_equal(user_reset(c, other, STR(PASSWORD), TEXT_EN, &out), ERR_NOT_FOUND);
	assert_int_equal(user_reset_find(c, token, &out), ERR_NOT_FOUND);
	assert_int_equal(try_password(c, u.name, FRESH), OK);
}

static void a_link_is_good_for_a_quarter_of_an_hour(void **state)
{
	struct ctx *c = *state;
	struct user u, out;
	struct str token;
	int64_t start;

	STORES_OR_SKIP();
	u = account_new(c);
	start = c->now;
	token = link_for(c, u.id);
	c->now = start + 15 * CLOCK_MINUTE - 1;
	assert_int_equal(user_reset_find(c, token, &out), OK);
	c->now = start + 15 * CLOCK_MINUTE;
	assert_int_equal(user_reset_find(c, token, &out), ERR_NOT_FOUND);
	assert_int_equal(user_reset(c, token, STR(FRESH), TEXT_EN, &out), ERR_NOT_FOUND);
	assert_int_equal(try_password(c, u.name, PASSWORD), OK);
}

/* A link of the other kind, a guessed one, and the hash that is stored. */
static void other_words_are_no_link(void **state)
{
	struct ctx *c = *state;
	struct str wrong[5];
	struct user u, out;
	int64_t id;
	size_t i;

	STORES_OR_SKIP();
	u = account_new(c);
	id = pending(c, account_name(c), account_email(c, account_name(c)));
	assert_int_equal(user_token_new(c, id, &wrong[0]), OK);
	wrong[1] = secret_token(c->arena, 32);
	wrong[2] = secret_hash(c->arena, link_for(c, u.id));
	wrong[3] = (struct str){ 0 };
	wrong[4] = STR("' OR 1=1 -- ");
	for (i = 0; i < ARRAY_LEN(wrong); i++) {
		assert_int_equal(user_reset_find(c, wrong[i], &out), ERR_NOT_FOUND);
		assert_int_equal(user_reset(c, wrong[i], STR(FRESH), TEXT_EN, &out), ERR_NOT_FOUND);
	}
	/* and none of these activates */
	assert_int_equal(user_activate(c, link_for(c, id), &out), ERR_NOT_FOUND);
	assert_int_equal(try_password(c, u.name, PASSWORD), OK);
}

struct race {
	struct str token;
};

static int64_t reset_as(struct ctx *c, int number, const void *context)
{
	const struct race *race = context;
	struct user out;

	return user_reset(c, race->token, str_format(c->arena, "password of number %d", number),
			  TEXT_EN, &out);
}

static void one_link_used_by_many_changes_once(void **state)
{
	struct ctx *c = *state;
	int64_t results[6];
	struct race race;
	struct user u;
	int i, winner = -1;

	STORES_OR_SKIP();
	u = account_new(c);
	race.token = link_for(c, u.id);
	forum_at_once((int)ARRAY_LEN(results), reset_as, &race, results);
	for (i = 0; i < (int)ARRAY_LEN(results); i++) {
		if (results[i] == OK) {
			assert_int_equal(winner, -1);
			winner = i;
		} else {
			assert_int_equal(results[i], ERR_NOT_FOUND);
		}
	}
	assert_true(winner >= 0);
	assert_int_equal(try_password(c, u.name,
				      str_format(c->arena, "password of number %d", winner).p),
			 OK);
	assert_int_equal(mails(c, "password_changed", u.id), 1);
}

static void asking_looks_the_same_for_everybody(void **state)
{
	struct ctx *c = *state;
	struct user u, closed;
	struct str names[5];
	size_t i;

	STORES_OR_SKIP();
	u = account_new(c);
	closed = account_new(c);
	assert_int_equal(user_set_state(c, closed.id, USER_DISABLED), OK);
	names[0] = u.name;
	names[1] = u.email;
	names[2] = closed.name;
	names[3] = STR("nobody_here");
	names[4] = account_email(c, account_name(c));
	for (i = 0; i < ARRAY_LEN(names); i++) {
		assert_int_equal(db_exec(c->db, NULL, &sql_clear, DB_NO_ARGS), OK);
		db_take_count(c->db);
		assert_int_equal(user_reset_request(c, names[i], TEXT_EN), OK);
		assert_int_equal(db_take_count(c->db), 4);
		assert_int_equal(forum_number(c, &sql_events, DB_NO_ARGS), 1);
		assert_int_equal(mails(c, "password_reset", u.id), i < 2);
	}
}

static void three_mails_an_hour_are_enough(void **state)
{
	struct ctx *c = *state;
	struct user u;
	int i;

	STORES_OR_SKIP();
	u = account_new(c);
	for (i = 0; i < 8; i++)
		assert_int_equal(user_reset_request(c, i % 2 ? u.name : u.email, TEXT_EN), OK);
	assert_int_equal(mails(c, "password_reset", u.id), 3);
}

static void closed_accounts_get_no_link(void **state)
{
	struct ctx *c = *state;
	struct user u, out;
	struct str token;

	STORES_OR_SKIP();
	u = account_new(c);
	token = link_for(c, u.id);
	assert_int_equal(user_set_state(c, u.id, USER_DISABLED), OK);
	assert_int_equal(user_reset_start(c, u.id, &out, &token), ERR_NOT_FOUND);
	assert_int_equal(user_reset(c, token, STR(FRESH), TEXT_EN, &out), ERR_NOT_FOUND);
	assert_int_equal(forum_number(c, &sql_state, DB_ARGS(u.id)), USER_DISABLED);
	assert_int_equal(user_reset_start(c, c->now, &out, &token), ERR_NOT_FOUND);
}

/* Somebody registered with another one's address; its owner asks for a password. */
static void a_link_proves_the_address(void **state)
{
	struct ctx *c = *state;
	struct str name, email;
	struct user out;
	int64_t id;

	STORES_OR_SKIP();
	name = account_name(c);
	email = account_email(c, name);
	id = pending(c, name, email);
	assert_int_equal(db_exec(c->db, NULL, &sql_clear, DB_NO_ARGS), OK);
	assert_int_equal(user_reset_request(c, email, TEXT_EN), OK);
	assert_int_equal(mails(c, "password_reset", id), 1);
	assert_int_equal(user_reset(c, link_for(c, id), STR(FRESH), TEXT_EN, &out), OK);
	assert_int_equal(out.state, USER_ACTIVE);
	assert_int_equal(try_password(c, email, FRESH), OK);
	assert_int_equal(try_password(c, name, PASSWORD), ERR_AUTH);
}

static void an_address_of_somebody_else_is_not_proved(void **state)
{
	struct ctx *c = *state;
	struct str first_name, name, email, token;
	int64_t first, id;
	struct user out;

	STORES_OR_SKIP();
	first_name = account_name(c);
	name = account_name(c);
	email = account_email(c, name);
	first = pending(c, first_name, email);
	id = pending(c, name, email);
	token = link_for(c, first);
	assert_int_equal(user_reset(c, link_for(c, id), STR(FRESH), TEXT_EN, &out), OK);
	assert_int_equal(user_reset_start(c, first, &out, &token), ERR_NOT_FOUND);
	assert_int_equal(user_reset(c, token, STR(FRESH), TEXT_EN, &out), ERR_NOT_FOUND);
	assert_int_equal(forum_number(c, &sql_state, DB_ARGS(first)), USER_PENDING);
}

static struct login_result confirm(struct ctx *c, const struct user *u, const char *password)
{
	struct login_try t = { .password = str_from_c(password), .address = STR("192.0.2.9") };
	struct login_result result = { 0 };

	c->viewer.id = u->id;
	assert_int_equal(user_confirm(c, &t, &result), OK);
	return result;
}

static void who_knows_the_old_one_may_change_it(void **state)
{
	struct ctx *c = *state;
	struct login_result right, again;
	struct str cookie, token;
	struct user u, out;

	STORES_OR_SKIP();
	u = account_new(c);
	cookie = cookie_of(c, &u);
	token = link_for(c, u.id);
	assert_int_equal(confirm(c, &u, "not the right one").answer, LOGIN_WRONG);
	right = confirm(c, &u, PASSWORD);
	again = confirm(c, &u, PASSWORD);
	assert_int_equal(right.answer, LOGIN_OK);
	assert_int_equal(user_login_stands(c, &right), OK);
	assert_int_equal(user_change_password(c, &right, STR(FRESH), TEXT_EN), OK);
	assert_int_equal(try_password(c, u.name, FRESH), OK);
	assert_false(is_in(c, cookie));
	assert_int_equal(mails(c, "password_changed", u.id), 1);
	assert_int_equal(user_reset_find(c, token, &out), ERR_NOT_FOUND);
	/* what was confirmed before does not hold any more */
	assert_int_equal(user_change_password(c, &again, STR(PASSWORD), TEXT_EN), ERR_CONFLICT);
	assert_int_equal(user_login_stands(c, &again), ERR_AUTH);
	assert_int_equal(try_password(c, u.name, FRESH), OK);
	assert_int_equal(mails(c, "password_changed", u.id), 1);
}

/* A borrowed session is no better place to guess from than the login form. */
static void wrong_ones_count_like_at_a_login(void **state)
{
	struct ctx *c = *state;
	struct login_try t = { .password = STR(PASSWORD), .address = STR("192.0.2.200") };
	struct login_result result;
	struct user u;
	int i;

	STORES_OR_SKIP();
	u = account_new(c);
	for (i = 0; i < LOGIN_FREE_ACCOUNT; i++)
		result = confirm(c, &u, "not the right one");
	assert_true(result.needs_captcha);
	assert_int_equal(confirm(c, &u, PASSWORD).answer, LOGIN_WRONG_CAPTCHA);
	t.login = u.name;
	assert_int_equal(user_log_in(c, &t, &result), OK);
	assert_int_equal(result.answer, LOGIN_WRONG_CAPTCHA);
}

/* A role or state that changed while somebody logged in counts, too. */
static void a_login_does_not_outlive_what_it_saw(void **state)
{
	struct ctx *c = *state;
	struct login_result before;
	struct user u;

	STORES_OR_SKIP();
	u = account_new(c);
	before = confirm(c, &u, PASSWORD);
	assert_int_equal(user_set_role(c, u.id, ROLE_MODERATOR), OK);
	assert_int_equal(user_login_stands(c, &before), ERR_AUTH);
	before = confirm(c, &u, PASSWORD);
	assert_int_equal(user_set_state(c, u.id, USER_DISABLED), OK);
	assert_int_equal(user_login_stands(c, &before), ERR_AUTH);
	assert_int_equal(user_change_password(c, &before, STR(FRESH), TEXT_EN), ERR_CONFLICT);
}

static void without_redis_no_password_changes(void **state)
{
	struct ctx *c = *state;
	struct config broken = stores.config;
	struct ctx without;
	struct str token;
	struct user u, out;

	STORES_OR_SKIP();
	u = account_new(c);
	token = link_for(c, u.id);
	without = *c;
	broken.redis.socket = STR("/nonexistent/redis.sock");
	without.cache = cache_new(&broken);
	cache_start_request(without.cache, c->arena);
	assert_int_equal(user_reset(&without, token, STR(FRESH), TEXT_EN, &out), ERR_UNAVAILABLE);
	assert_int_equal(try_password(c, u.name, PASSWORD), OK);
	assert_int_equal(user_reset(c, token, STR(FRESH), TEXT_EN, &out), OK);
	cache_free(without.cache);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		account_test(a_link_sets_a_password_once),
		account_test(a_link_is_good_for_a_quarter_of_an_hour),
		account_test(other_words_are_no_link),
		account_test(one_link_used_by_many_changes_once),
		account_test(asking_looks_the_same_for_everybody),
		account_test(three_mails_an_hour_are_enough),
		account_test(closed_accounts_get_no_link),
		account_test(a_link_proves_the_address),
		account_test(an_address_of_somebody_else_is_not_proved),
		account_test(who_knows_the_old_one_may_change_it),
		account_test(wrong_ones_count_like_at_a_login),
		account_test(a_login_does_not_outlive_what_it_saw),
		account_test(without_redis_no_password_changes),
	};

	return cmocka_run_group_tests(tests, forum_set_up, stores_tear_down);
}
