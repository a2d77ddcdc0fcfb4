/*
 * What keeps guessing short beside the code itself: how many tries there are from everywhere, which
 * addresses an account knows, and that what waits in Redis ends by itself.
 */
#include "unit/domain/account.h"

#include "domain/code.h"
#include "domain/limit.h"
#include "domain/reauth.h"
#include "domain/second_factor.h"
#include "domain/step.h"
#include "domain/totp.h"
#include "domain/user_login.h"

#define HERE STR("192.0.2.1")

static int64_t redis_number(struct ctx *c, struct cache_args args)
{
	struct cache_reply *r;

	assert_int_equal(cache_run(c->cache, &r, args), OK);
	return cache_int(r);
}

/* Of the viewer, begun and not yet confirmed: as the authenticator has it. */
static struct str begun_secret(struct ctx *c)
{
	struct str key = str_format(c->arena, "second:new:{%lld}", (long long)c->viewer.id);
	struct str secret = { 0 };
	struct cache_reply *kept;

	assert_int_equal(cache_run(c->cache, &kept, CACHE_ARGS(STR("GET"), key)), OK);
	assert_true(secret_unseal(c->arena, c->config->site.secret, STR("second-factor"),
				  cache_text(kept), &secret));
	return secret;
}

/* Somebody with a second factor, as the viewer. */
static struct user careful(struct ctx *c, struct second_codes *codes)
{
	struct user u = account_new(c);

	forum_as(c, u.id, ROLE_USER);
	assert_int_equal(second_start(c), OK);
	assert_int_equal(second_confirm(c, totp_code(c->arena, begun_secret(c), c->now), 1, codes),
			 OK);
	return u;
}

static enum second_answer answer_from(struct ctx *c, int64_t id, struct str typed,
				      struct str address)
{
	enum second_answer answer = SECOND_WRONG;
	int64_t wait = 0;

	assert_int_equal(second_check(c, id, typed, address, 1, &answer, &wait), OK);
	return answer;
}

/* A right code in between gives no new tries: its owner logging in helps nobody who guesses. */
static void second_factors_are_closed_to_guesses_from_everywhere(void **state)
{
	struct ctx *c = *state;
	struct second_codes codes;
	struct user u;
	int i;

	STORES_OR_SKIP();
	u = careful(c, &codes);
	for (i = 0; i < SECOND_TRIES_ALL - 1; i++) {
		struct str from = str_format(c->arena, "198.51.100.%d", i);

		assert_int_equal(answer_from(c, u.id, STR("000000"), from), SECOND_WRONG);
	}
	assert_int_equal(answer_from(c, u.id, codes.items[0], HERE), SECOND_RIGHT);
	assert_int_equal(answer_from(c, u.id, codes.items[1], STR("192.0.2.2")), SECOND_CLOSED);
}

static void a_right_code_forgives_the_wrong_ones_from_there(void **state)
{
	struct ctx *c = *state;
	struct second_codes codes;
	struct user u;
	int i;

	STORES_OR_SKIP();
	u = careful(c, &codes);
	for (i = 0; i < SECOND_TRIES - 1; i++)
		assert_int_equal(answer_from(c, u.id, STR("000000"), HERE), SECOND_WRONG);
	assert_int_equal(answer_from(c, u.id, codes.items[0], HERE), SECOND_RIGHT);
	assert_int_equal(answer_from(c, u.id, STR("000000"), HERE), SECOND_WRONG);
}

/* Its key is shown while it is set up, and never again. */
static void what_was_set_up_is_not_shown_again(void **state)
{
	struct ctx *c = *state;
	struct second_codes codes;
	struct second_setup setup;
	struct user u;

	STORES_OR_SKIP();
	careful(c, &codes);
	assert_int_equal(second_setup(c, &setup), ERR_NOT_FOUND);
	u = account_new(c);
	forum_as(c, u.id, ROLE_USER);
	assert_int_equal(second_renew_codes(c, 1, &codes), ERR_NOT_FOUND);
}

static void a_new_code_has_tries_of_its_own(void **state)
{
	struct ctx *c = *state;
	struct code_for f = { CODE_LOGIN, STR("13800138007"), STR("holder") };
	struct str code;
	bool is_right;
	int i;

	STORES_OR_SKIP();
	assert_int_equal(code_make(c, &f, &code), OK);
	for (i = 0; i < CODE_TRIES; i++)
		assert_int_equal(code_check(c, &f, STR("none"), true, &is_right), OK);
	assert_int_equal(code_make(c, &f, &code), OK);
	assert_int_equal(code_check(c, &f, code, true, &is_right), OK);
	assert_true(is_right);
}

/* Where a code waits. */
static struct str code_key(struct ctx *c, const struct code_for *f)
{
	const struct str parts[] = { STR("code"), str_format(c->arena, "%d", (int)f->purpose),
				     f->target, f->holder, STR("place") };
	struct str mac = secret_mac(c->arena, c->config->site.secret, parts, ARRAY_LEN(parts));

	return str_format(c->arena, "code:{" STR_FMT "}", STR_ARG(mac));
}

/* One by mail lives longer, as mail takes longer. */
static void codes_end_by_themselves(void **state)
{
	static const struct {
		struct str target;
		int seconds;
	} rows[] = {
		{ STR_INIT("13800138008"), CODE_SECONDS },
		{ STR_INIT("a@example.org"), CODE_MAIL_SECONDS },
	};
	struct ctx *c = *state;
	size_t i;

	STORES_OR_SKIP();
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		struct code_for f = { CODE_LOGIN, rows[i].target, STR("holder") };
		struct str code;

		assert_int_equal(code_make(c, &f, &code), OK);
		assert_in_range(redis_number(c, CACHE_ARGS(STR("TTL"), code_key(c, &f))),
				rows[i].seconds - 60, rows[i].seconds);
	}
}

/* Begun anew in the same browser, it is a new one: with all tries, and for its own time. */
static void a_step_begun_anew_is_a_new_one(void **state)
{
	struct ctx *c = *state;
	struct step step = { .user_id = 7 };
	struct str who, key;
	int i, round;

	STORES_OR_SKIP();
	who = step_holder(c, step_token(c));
	key = str_format(c->arena, "step:%d:{" STR_FMT "}", (int)STEP_SECOND, STR_ARG(who));
	for (round = 0; round < 2; round++) {
		assert_int_equal(step_keep(c, STEP_SECOND, who, &step), OK);
		assert_in_range(redis_number(c, CACHE_ARGS(STR("TTL"), key)), STEP_SECONDS - 60,
				STEP_SECONDS);
		for (i = 0; i < STEP_TRIES - 1; i++)
			assert_int_equal(step_fail(c, STEP_SECOND, who), OK);
	}
}

static void a_session_that_ended_is_not_proved_alive(void **state)
{
	struct ctx *c = *state;
	struct session s = { 0 };
	struct user u;

	STORES_OR_SKIP();
	u = account_new(c);
	s.key = str_format(c->arena, "session:{%lld}:gone", (long long)u.id);
	assert_int_equal(reauth_note(c, &s), ERR_AUTH);
	assert_int_equal(redis_number(c, CACHE_ARGS(STR("EXISTS"), s.key)), 0);
}

/* The key of what user_login keeps of an account under this name. */
static struct str login_key(struct ctx *c, const char *name, int64_t id)
{
	const struct limit_class l = { .name = name };

	return limit_other_key(c->arena, &l, str_format(c->arena, "id:%lld", (long long)id));
}

static void the_newest_addresses_are_known_for_a_month(void **state)
{
	struct ctx *c = *state;
	struct user u;
	struct str key;
	int i;

	STORES_OR_SKIP();
	u = account_new(c);
	key = login_key(c, "known", u.id);
	for (i = 0; i < LOGIN_KNOWN_ADDRESSES + 2; i++) {
		c->now += 1000;
		user_login_trust(c, u.id, str_format(c->arena, "203.0.113.%d", i));
	}
	assert_int_equal(redis_number(c, CACHE_ARGS(STR("ZCARD"), key)), LOGIN_KNOWN_ADDRESSES);
	assert_in_range(redis_number(c, CACHE_ARGS(STR("TTL"), key)), LOGIN_KNOWN_SECONDS - 60,
			LOGIN_KNOWN_SECONDS);
}

static void nothing_is_kept_of_the_logins_of_who_left(void **state)
{
	static const char *const names[] = { "fail", "fail-hour", "known" };
	struct login_try t = { .password = STR("wrong"), .address = STR("203.0.113.77") };
	struct ctx *c = *state;
	struct login_result result;
	struct user u;
	size_t i;

	STORES_OR_SKIP();
	u = account_new(c);
	t.login = u.name;
	assert_int_equal(user_log_in(c, &t, &result), OK);
	user_login_trust(c, u.id, HERE);
	assert_int_equal(user_log_in(c, &t, &result), OK);
	for (i = 0; i < ARRAY_LEN(names); i++)
		assert_int_equal(redis_number(c, CACHE_ARGS(STR("EXISTS"),
							    login_key(c, names[i], u.id))),
				 1);
	user_login_forget(c, u.id);
	for (i = 0; i < ARRAY_LEN(names); i++)
		assert_int_equal(redis_number(c, CACHE_ARGS(STR("EXISTS"),
							    login_key(c, names[i], u.id))),
				 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		account_test(second_factors_are_closed_to_guesses_from_everywhere),
		account_test(a_right_code_forgives_the_wrong_ones_from_there),
		account_test(what_was_set_up_is_not_shown_again),
		account_test(a_new_code_has_tries_of_its_own),
		account_test(codes_end_by_themselves),
		account_test(a_step_begun_anew_is_a_new_one),
		account_test(a_session_that_ended_is_not_proved_alive),
		account_test(the_newest_addresses_are_known_for_a_month),
		account_test(nothing_is_kept_of_the_logins_of_who_left),
	};

	return cmocka_run_group_tests(tests, forum_set_up, stores_tear_down);
}
