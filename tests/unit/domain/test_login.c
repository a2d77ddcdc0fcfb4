/* Logging in: who may, how guessing is slowed down, and that a victim is not locked out. */
#include "unit/domain/account.h"

#include <sodium.h>

#include "domain/captcha.h"
#include "domain/user_login.h"
#include "html/text.h"

static const struct db_sql sql_weak_hash =
	SQL("UPDATE user SET password_hash = ? WHERE user_id = ?");
static const struct db_sql sql_has_today =
	SQL("SELECT password_hash LIKE '$argon2id$v=19$m=19456,t=2,%' FROM user WHERE user_id = ?");

/* argon2id of the first pass of PASSWORD with the least libsodium allows. */
static struct str weak_hash(struct ctx *c)
{
	char hash[crypto_pwhash_STRBYTES];
	struct str first = user_first_pass(c->arena, STR(PASSWORD));

	assert_int_equal(crypto_pwhash_str(hash, first.p, first.n, 1, 8192 * 1024), 0);
	return str_copy(c->arena, str_from_c(hash));
}

static void names_and_addresses_both_log_in(void **state)
{
	struct ctx *c = *state;
	struct str first;
	struct user u, out;

	STORES_OR_SKIP();
	u = account_new(c);
	first = user_first_pass(c->arena, STR(PASSWORD));
	assert_int_equal(user_authenticate(c, u.name, STR(PASSWORD), false, &out), OK);
	assert_int_equal(out.id, u.id);
	assert_int_equal(user_authenticate(c, u.email, STR(PASSWORD), false, &out), OK);
	assert_int_equal(user_authenticate(c, u.name, first, true, &out), OK);
	assert_int_equal(user_authenticate(c, u.name, first, false, &out), ERR_AUTH);
	assert_int_equal(user_authenticate(c, u.name, STR(PASSWORD), true, &out), ERR_AUTH);
	assert_int_equal(user_authenticate(c, u.name, STR(PASSWORD " "), false, &out), ERR_AUTH);
	assert_int_equal(user_authenticate(c, u.name, STR(""), false, &out), ERR_AUTH);
	assert_int_equal(user_authenticate(c, STR("nobody"), STR(PASSWORD), false, &out), ERR_AUTH);
	assert_int_equal(user_authenticate(c, STR("no@example.org"), STR(PASSWORD), false, &out),
			 ERR_AUTH);
	assert_int_equal(user_authenticate(c, STR("' OR 1=1 -- "), STR(PASSWORD), false, &out),
			 ERR_AUTH);
	assert_int_equal(user_authenticate(c, (struct str){ "\xff\xfe", 2 }, STR(PASSWORD), false,
					   &out),
			 ERR_AUTH);
}

static void only_the_right_password_tells_the_state(void **state)
{
	struct ctx *c = *state;
	struct user u, out;

	STORES_OR_SKIP();
	u = account_new(c);
	assert_int_equal(user_set_state(c, u.id, USER_DISABLED), OK);
	assert_int_equal(user_authenticate(c, u.name, STR("wrong password"), false, &out),
			 ERR_AUTH);
	assert_int_equal(user_authenticate(c, u.name, STR(PASSWORD), false, &out), ERR_FORBIDDEN);
	assert_int_equal(out.state, USER_DISABLED);
}

/* Microseconds of processor time this process has used: what others do on the machine is not in it.
 */
static int64_t processor_us(void)
{
	struct timespec t;

	assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t), 0);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t work_of(struct ctx *c, struct str login)
{
	int64_t best = INT64_MAX;
	struct user out;
	int i;

	for (i = 0; i < 7; i++) {
		int64_t start = processor_us(), took;

		assert_int_equal(user_authenticate(c, login, STR("wrong password"), false, &out),
				 ERR_AUTH);
		took = processor_us() - start;
		best = took < best ? took : best;
	}
	return best;
}

/* A missing account costs the hash of a password too. The least of several runs: what disturbs only
 * adds. */
static void the_work_does_not_tell_who_exists(void **state)
{
	struct ctx *c = *state;
	int64_t exists, missing;
	struct user u;

	STORES_OR_SKIP();
	u = account_new(c);
	exists = work_of(c, u.name);
	missing = work_of(c, account_name(c));
	assert_in_range(missing * 100 / exists, 67, 150);
	missing = work_of(c, account_email(c, account_name(c)));
	assert_in_range(missing * 100 / exists, 67, 150);
}

static void an_old_hash_is_made_anew_at_login(void **state)
{
	struct ctx *c = *state;
	struct user u, out;

	STORES_OR_SKIP();
	u = account_new(c);
	assert_int_equal(db_exec(c->db, NULL, &sql_weak_hash, DB_ARGS(weak_hash(c), u.id)), OK);
	assert_int_equal(forum_number(c, &sql_has_today, DB_ARGS(u.id)), 0);
	assert_int_equal(user_authenticate(c, u.name, STR(PASSWORD), false, &out), OK);
	assert_int_equal(forum_number(c, &sql_has_today, DB_ARGS(u.id)), 1);
	assert_int_equal(user_authenticate(c, u.name, STR(PASSWORD), false, &out), OK);
}

/* A try from an address of the test's own. */
static struct login_result attempt(struct ctx *c, struct str login, const char *password,
				   const char *address)
{
	struct login_try t = {
		.login = login,
		.password = str_from_c(password),
		.address = str_from_c(address),
	};
	struct login_result result = { 0 };

	assert_int_equal(user_log_in(c, &t, &result), OK);
	return result;
}

/* The same with the picture read right. */
static struct login_result attempt_with_captcha(struct ctx *c, struct str login,
						const char *password, const char *address)
{
	struct login_try t = {
		.login = login,
		.password = str_from_c(password),
		.address = str_from_c(address),
	};
	struct login_result result = { 0 };
	struct cache_reply *answer;

	assert_int_equal(captcha_new(c, &t.captcha_id), OK);
	assert_int_equal(cache_run(c->cache, &answer,
				   CACHE_ARGS(STR("GET"), str_format(c->arena, "captcha:" STR_FMT,
								     STR_ARG(t.captcha_id)))),
			 OK);
	t.captcha_typed = cache_text(answer);
	assert_int_equal(user_log_in(c, &t, &result), OK);
	return result;
}

static void after_three_failures_a_captcha_is_asked(void **state)
{
	struct ctx *c = *state;
	struct login_result r;
	struct user u;

	STORES_OR_SKIP();
	u = account_new(c);
	assert_false(attempt(c, u.name, "wrong", "198.51.100.1").needs_captcha);
	assert_false(attempt(c, u.email, "wrong", "198.51.100.2").needs_captcha);
	r = attempt(c, u.name, "wrong", "198.51.100.3");
	assert_int_equal(r.answer, LOGIN_WRONG);
	assert_true(r.needs_captcha);
	/* not even the right password is looked at without it */
	r = attempt(c, u.name, PASSWORD, "198.51.100.4");
	assert_int_equal(r.answer, LOGIN_WRONG_CAPTCHA);
	assert_true(r.needs_captcha);
	r = attempt_with_captcha(c, u.name, "wrong", "198.51.100.4");
	assert_int_equal(r.answer, LOGIN_WRONG);
	r = attempt_with_captcha(c, u.name, PASSWORD, "198.51.100.5");
	assert_int_equal(r.answer, LOGIN_OK);
	assert_int_equal(r.user.id, u.id);
	/* the owner was there: no captcha next time */
	assert_int_equal(attempt(c, u.name, PASSWORD, "198.51.100.5").answer, LOGIN_OK);
}

static void names_that_do_not_exist_look_the_same(void **state)
{
	struct ctx *c = *state;
	struct str name;
	int i;

	STORES_OR_SKIP();
	name = account_name(c);
	for (i = 0; i < 3; i++)
		assert_int_equal(attempt(c, name, "wrong", "198.51.100.20").answer, LOGIN_WRONG);
	assert_int_equal(attempt(c, name, "wrong", "198.51.100.21").answer, LOGIN_WRONG_CAPTCHA);
}

/* Registered and not activated; its id is nobody's business here. */
static void claim(struct ctx *c, struct str name, struct str email)
{
	struct registration r = { name, email, STR(PASSWORD), TEXT_EN };

	assert_int_equal(user_register(c, &r, forum_form(c)), OK);
}

/* Anybody may claim any address. Whoever does so must not learn whether it is somebody's. */
static void a_claimed_address_does_not_tell_whose_it_is(void **state)
{
	struct ctx *c = *state;
	struct str mine[2], email[2];
	struct registration r = { .password = STR("not the password of those who claim") };
	int64_t id;
	size_t i;

	STORES_OR_SKIP();
	r.username = account_name(c);
	r.email = email[0] = account_email(c, account_name(c));
	assert_int_equal(user_create(c, &r, ROLE_USER, &id), OK);
	email[1] = account_email(c, account_name(c));
	for (i = 0; i < ARRAY_LEN(mine); i++) {
		struct login_result by_address;

		mine[i] = account_name(c);
		claim(c, mine[i], email[i]);
		by_address = attempt(c, email[i], PASSWORD, "198.51.100.60");
		assert_int_equal(by_address.answer, LOGIN_WRONG);
		assert_int_equal(by_address.user.id, 0);
		/* Who knows the name is told, whoever has the address. */
		assert_int_equal(attempt(c, mine[i], PASSWORD, "198.51.100.61").answer,
				 LOGIN_PENDING);
	}
}

static void an_address_that_fails_often_is_asked_too(void **state)
{
	struct ctx *c = *state;
	struct user u;
	int i;

	STORES_OR_SKIP();
	u = account_new(c);
	for (i = 0; i < LOGIN_FREE_ADDRESS; i++) {
		assert_false(user_login_needs_captcha(c, STR("203.0.113.9")));
		attempt(c, account_name(c), "wrong", "203.0.113.9");
	}
	assert_true(user_login_needs_captcha(c, STR("203.0.113.9")));
	assert_int_equal(attempt(c, u.name, PASSWORD, "203.0.113.9").answer, LOGIN_WRONG_CAPTCHA);
	assert_int_equal(attempt(c, u.name, PASSWORD, "203.0.113.10").answer, LOGIN_OK);
	/* an account of one's own does not wipe the count of the address */
	assert_int_equal(attempt_with_captcha(c, u.name, PASSWORD, "203.0.113.9").answer, LOGIN_OK);
	assert_true(user_login_needs_captcha(c, STR("203.0.113.9")));
}

static void a_captcha_answers_one_try(void **state)
{
	struct ctx *c = *state;
	struct login_try t = { .password = STR("wrong"), .address = STR("198.51.100.40") };
	struct login_result result;
	struct cache_reply *answer;
	int i;

	STORES_OR_SKIP();
	t.login = account_new(c).name;
	for (i = 0; i < 3; i++)
		assert_int_equal(user_log_in(c, &t, &result), OK);
	assert_int_equal(captcha_new(c, &t.captcha_id), OK);
	assert_int_equal(cache_run(c->cache, &answer,
				   CACHE_ARGS(STR("GET"), str_format(c->arena, "captcha:" STR_FMT,
								     STR_ARG(t.captcha_id)))),
			 OK);
	t.captcha_typed = cache_text(answer);
	assert_int_equal(user_log_in(c, &t, &result), OK);
	assert_int_equal(result.answer, LOGIN_WRONG);
	assert_int_equal(user_log_in(c, &t, &result), OK);
	assert_int_equal(result.answer, LOGIN_WRONG_CAPTCHA);
}

/*
 * From as many addresses as one likes: no more than a hundred guesses an hour, and the owner, at an
 * address where the account was used before, still gets in.
 */
static void guessing_ends_but_the_owner_gets_in(void **state)
{
	struct ctx *c = *state;
	struct login_result r = { 0 };
	char name[32];
	int guesses = 0, i;

	STORES_OR_SKIP();
	snprintf(name, sizeof(name), STR_FMT, STR_ARG(account_new(c).name));
	assert_int_equal(attempt(c, str_from_c(name), PASSWORD, "192.0.2.200").answer, LOGIN_OK);
	for (i = 0; i < 120; i++) {
		char address[32];

		forum_next(c);
		snprintf(address, sizeof(address), "2001:db8:%x::1", i);
		r = attempt_with_captcha(c, str_from_c(name), "wrong", address);
		guesses += r.answer == LOGIN_WRONG;
	}
	assert_int_equal(r.answer, LOGIN_CLOSED);
	assert_in_range(r.retry_seconds, 3000, 3600);
	assert_int_equal(guesses, LOGIN_HARD);
	r = attempt_with_captcha(c, str_from_c(name), PASSWORD, "2001:db8:ffff::1");
	assert_int_equal(r.answer, LOGIN_CLOSED);
	r = attempt_with_captcha(c, str_from_c(name), PASSWORD, "192.0.2.200");
	assert_int_equal(r.answer, LOGIN_OK);
}

/* Between two steps, and before a session begins: what was proved is of the account as it was. */
static void a_proof_is_of_the_account_as_it_was(void **state)
{
	static const struct db_sql sql_role = SQL("UPDATE user SET role = ? WHERE user_id = ?");
	struct ctx *c = *state;
	struct login_result then = { 0 }, now = { 0 };
	struct user u;

	STORES_OR_SKIP();
	u = account_new(c);
	assert_int_equal(user_login_find(c, u.id, &then), OK);
	assert_int_equal(user_login_stands(c, &then), OK);
	assert_int_equal(db_exec(c->db, NULL, &sql_role, DB_ARGS((int)ROLE_ADMIN, u.id)), OK);
	assert_int_equal(user_login_find(c, u.id, &now), OK);
	assert_int_equal(user_login_stands(c, &then), ERR_AUTH);
	assert_false(str_is(user_login_stamp(c->arena, &then), user_login_stamp(c->arena, &now)));
	then = now;
	assert_int_equal(user_set_state(c, u.id, USER_DISABLED), OK);
	assert_int_equal(user_login_find(c, u.id, &now), OK);
	assert_int_equal(now.answer, LOGIN_DISABLED);
	assert_int_equal(user_login_stands(c, &then), ERR_AUTH);
	assert_false(str_is(user_login_stamp(c->arena, &then), user_login_stamp(c->arena, &now)));
	assert_int_equal(user_set_state(c, u.id, USER_ACTIVE), OK);
	assert_int_equal(db_exec(c->db, NULL, &sql_weak_hash, DB_ARGS(weak_hash(c), u.id)), OK);
	assert_int_equal(user_login_stands(c, &then), ERR_AUTH);
}

/* By phone or a second step nobody enters an account that waits, or is no more. */
static void who_waits_or_is_gone_is_not_found(void **state)
{
	static const struct db_sql sql_state = SQL("UPDATE user SET state = ? WHERE user_id = ?");
	static const enum user_state away[] = { USER_PENDING, USER_GONE };
	struct ctx *c = *state;
	struct login_result result;
	struct user u;
	size_t i;

	STORES_OR_SKIP();
	u = account_new(c);
	for (i = 0; i < ARRAY_LEN(away); i++) {
		assert_int_equal(db_exec(c->db, NULL, &sql_state, DB_ARGS((int)away[i], u.id)), OK);
		assert_int_equal(user_login_find(c, u.id, &result), ERR_NOT_FOUND);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		account_test(names_and_addresses_both_log_in),
		account_test(only_the_right_password_tells_the_state),
		account_test(the_work_does_not_tell_who_exists),
		account_test(an_old_hash_is_made_anew_at_login),
		account_test(after_three_failures_a_captcha_is_asked),
		account_test(names_that_do_not_exist_look_the_same),
		account_test(a_claimed_address_does_not_tell_whose_it_is),
		account_test(an_address_that_fails_often_is_asked_too),
		account_test(a_captcha_answers_one_try),
		account_test(guessing_ends_but_the_owner_gets_in),
		account_test(a_proof_is_of_the_account_as_it_was),
		account_test(who_waits_or_is_gone_is_not_found),
	};

	return cmocka_run_group_tests(tests, forum_set_up, stores_tear_down);
}
