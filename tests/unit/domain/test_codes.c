/* One-time codes: for whom they are good, how often one may try, how many are sent. */
#include "unit/domain/account.h"

#include "domain/code.h"
#include "domain/limit.h"
#include "domain/step.h"
#include "domain/user_phone.h"

#define PHONE STR("13800138000")

static struct str holder(struct ctx *c, const char *who)
{
	return secret_hash(c->arena, str_from_c(who));
}

static struct code_for login_of(struct ctx *c, struct str phone, const char *who)
{
	return (struct code_for){ CODE_LOGIN, phone, holder(c, who) };
}

static bool is_right(struct ctx *c, struct code_for f, struct str typed, bool is_used_up)
{
	bool right = false;

	assert_int_equal(code_check(c, &f, typed, is_used_up, &right), OK);
	return right;
}

/* Another code of six digits. */
static struct str other_than(struct ctx *c, struct str code)
{
	return str_format(c->arena, "%c" STR_FMT, code.p[0] == '9' ? '0' : code.p[0] + 1,
			  STR_ARG(str_slice(code, 1, 6)));
}

static struct str new_phone(struct ctx *c)
{
	return str_format(c->arena, "139%08u", secret_random_below(100000000));
}

static void a_code_is_taken_once(void **state)
{
	struct ctx *c = *state;
	struct code_for f;
	struct str code;

	STORES_OR_SKIP();
	f = login_of(c, PHONE, "once");
	assert_false(is_right(c, f, STR("000000"), true));
	assert_int_equal(code_make(c, &f, &code), OK);
	assert_int_equal(code.n, CODE_DIGITS);
	assert_true(is_right(c, f, code, false));
	assert_true(is_right(c, f, str_format(c->arena, " %.3s-%.3s", code.p, code.p + 3), true));
	assert_false(is_right(c, f, code, true));
}

/* Another purpose, number, browser: no such code; and tries there do not count here. */
static void a_code_serves_only_what_it_was_made_for(void **state)
{
	struct ctx *c = *state;
	struct code_for f, other;
	struct str code;
	int i;

	STORES_OR_SKIP();
	f = login_of(c, PHONE, "mine");
	assert_int_equal(code_make(c, &f, &code), OK);
	for (i = 0; i < 2 * CODE_TRIES; i++) {
		other = login_of(c, PHONE, "another's");
		assert_false(is_right(c, other, code, true));
		other = login_of(c, STR("13800138001"), "mine");
		assert_false(is_right(c, other, code, true));
		other = f;
		other.purpose = CODE_CONFIRM;
		assert_false(is_right(c, other, code, true));
	}
	assert_true(is_right(c, f, code, true));
}

static void five_wrong_tries_and_it_is_dead(void **state)
{
	struct ctx *c = *state;
	struct code_for f;
	struct str code;
	int i;

	STORES_OR_SKIP();
	f = login_of(c, PHONE, "five");
	assert_int_equal(code_make(c, &f, &code), OK);
	for (i = 0; i < CODE_TRIES - 1; i++)
		assert_false(is_right(c, f, other_than(c, code), true));
	assert_true(is_right(c, f, code, false));
	assert_false(is_right(c, f, STR(""), true));
	assert_false(is_right(c, f, code, true));
	/* A new one lives again. */
	assert_int_equal(code_make(c, &f, &code), OK);
	assert_true(is_right(c, f, code, true));
}

static int64_t guess(struct ctx *c, int number, const void *context)
{
	const struct str *codes = context;
	struct code_for f = login_of(c, PHONE, "race");
	bool right = false;

	return code_check(c, &f, codes[number], true, &right) || !right ? 0 : 1;
}

static void of_many_tries_at_once_few_count(void **state)
{
	struct ctx *c = *state;
	struct str codes[16];
	struct code_for f;
	int64_t results[16], right = 0;
	struct str code;
	int i;

	STORES_OR_SKIP();
	f = login_of(c, PHONE, "race");
	assert_int_equal(code_make(c, &f, &code), OK);
	for (i = 0; i < 16; i++)
		codes[i] = code;
	forum_at_once(16, guess, codes, results);
	for (i = 0; i < 16; i++)
		right += results[i];
	assert_int_equal(right, 1);
	/* Wrong ones at once: afterwards the right one is dead. */
	assert_int_equal(code_make(c, &f, &code), OK);
	for (i = 0; i < 16; i++)
		codes[i] = other_than(c, code);
	forum_at_once(16, guess, codes, results);
	assert_false(is_right(c, f, code, true));
}

static void redis_holds_neither_number_nor_code(void **state)
{
	struct ctx *c = *state;
	struct cache_reply *keys, *values;
	struct code_for f;
	struct str code;
	size_t i;

	STORES_OR_SKIP();
	forum_empty_redis();
	f = login_of(c, PHONE, "keys");
	assert_int_equal(code_make(c, &f, &code), OK);
	assert_int_equal(cache_run(c->cache, &keys,
				   CACHE_ARGS(STR("SCAN"), STR("0"), STR("COUNT"), 1000)),
			 OK);
	assert_int_equal(cache_items(keys), 2);
	for (i = 0; i < cache_items(cache_item(keys, 1)); i++) {
		struct str key = cache_text(cache_item(cache_item(keys, 1), i));

		assert_true(str_find(key, PHONE) < 0);
		if (!str_starts(key, STR("code:")))
			continue;
		assert_int_equal(cache_run(c->cache, &values, CACHE_ARGS(STR("TTL"), key)), OK);
		assert_true(cache_int(values) > 0 && cache_int(values) <= CODE_SECONDS);
		assert_int_equal(cache_run(c->cache, &values,
					   CACHE_ARGS(STR("HGET"), key, STR("code"))),
				 OK);
		assert_true(str_find(cache_text(values), code) < 0);
	}
}

/*
 * Chi-square over each of the six places: 9 degrees of freedom, and chance alone is above 45 once
 * in a million times. The same code twice in a row comes by chance once in 500 runs of this test.
 */
static void codes_are_uniform(void **state)
{
	struct ctx *c = *state;
	int counts[CODE_DIGITS][10] = { { 0 } };
	struct str last = { 0 };
	int i, k, digit, repeated = 0;

	STORES_OR_SKIP();
	for (i = 0; i < 2000; i++) {
		struct code_for f = login_of(c, PHONE, "uniform");
		struct str code;

		assert_int_equal(code_make(c, &f, &code), OK);
		repeated += str_is(code, last);
		for (k = 0; k < CODE_DIGITS; k++)
			counts[k][code.p[k] - '0']++;
		last = code;
	}
	assert_in_range(repeated, 0, 2);
	for (k = 0; k < CODE_DIGITS; k++) {
		double sum = 0;

		for (digit = 0; digit < 10; digit++)
			sum += (counts[k][digit] - 200.0) * (counts[k][digit] - 200.0) / 200.0;
		assert_true(sum < 45.0);
	}
}

static err place(struct ctx *c, struct str target, const char *address, int64_t *wait)
{
	*wait = 0;
	return code_take_place(c, target, str_from_c(address), wait);
}

/* As if the last minute were over. */
static void forget_the_minute(struct ctx *c, struct str target)
{
	static const struct limit_class minute = { "code", 0, 0, 60 };

	limit_clear(c, limit_other_key(c->arena, &minute, target));
}

static void one_a_minute_and_ten_a_day(void **state)
{
	struct ctx *c = *state;
	struct str phone;
	int64_t wait;
	int i;

	STORES_OR_SKIP();
	phone = new_phone(c);
	for (i = 0; i < CODE_DAILY; i++) {
		assert_int_equal(place(c, phone, "198.51.100.1", &wait), OK);
		assert_int_equal(place(c, phone, "203.0.113.77", &wait), ERR_LIMITED);
		assert_true(wait > 0 && wait <= CODE_PAUSE_SECONDS);
		forget_the_minute(c, phone);
	}
	assert_int_equal(place(c, phone, "198.51.100.1", &wait), ERR_LIMITED);
	assert_true(wait > 3600);
}

static void an_address_and_its_network_are_limited(void **state)
{
	struct ctx *c = *state;
	int64_t wait;
	int i, k, sent = 0;

	STORES_OR_SKIP();
	for (i = 0; i < CODE_HOURLY_ADDRESS; i++)
		assert_int_equal(place(c, new_phone(c), "2001:db8:7:1::9", &wait), OK);
	/* Another address of the same /64 is the same customer. */
	assert_int_equal(place(c, new_phone(c), "2001:db8:7:1:ffff::1", &wait), ERR_LIMITED);
	for (k = 1; k < 10; k++)
		for (i = 0; i < 10; i++)
			sent += !place(c, new_phone(c), str_format(c->arena, "192.0.2.%d", k).p,
				       &wait);
	assert_int_equal(sent, CODE_HOURLY_NETWORK);
}

static int alarms_in(FILE *log)
{
	char line[512];
	int count = 0;

	rewind(log);
	while (fgets(line, sizeof(line), log))
		count += strstr(line, "ALARM sms") != NULL;
	fclose(log);
	return count;
}

/* And once an hour the log calls for somebody to look, by the word all alarms have. */
static void the_whole_site_has_a_ceiling(void **state)
{
	struct ctx *c = *state;
	struct config config = *c->config;
	const struct config *before = c->config;
	int64_t wait;
	int i, sent = 0, real = dup(STDERR_FILENO);
	FILE *log = tmpfile();

	STORES_OR_SKIP();
	forum_empty_redis();
	config.sms.daily_most = 5;
	c->config = &config;
	dup2(fileno(log), STDERR_FILENO);
	for (i = 0; i < 12; i++)
		sent += !place(c, new_phone(c), str_format(c->arena, "10.%d.0.1", i).p, &wait);
	/* Mails cost nothing. */
	assert_int_equal(place(c, STR("a@example.org"), "10.99.0.1", &wait), OK);
	c->config = before;
	dup2(real, STDERR_FILENO);
	close(real);
	assert_int_equal(sent, 5);
	assert_int_equal(alarms_in(log), 1);
}

static void numbers_are_what_they_should_be(void **state)
{
	static const char *const wrong[] = { "",
					     "1380013800",
					     "138001380000",
					     "12800138000",
					     "23800138000",
					     "1380013800x",
					     "15,12345678",
					     "+8613800138000" };
	struct ctx *c = *state;
	size_t i;

	STORES_OR_SKIP();
	assert_null(user_phone_problem(PHONE));
	assert_null(user_phone_problem(STR("19912345678")));
	for (i = 0; i < ARRAY_LEN(wrong); i++)
		assert_non_null(user_phone_problem(str_from_c(wrong[i])));
	assert_text(user_phone_plain(c->arena, STR("+86 138-0013-8000")), "13800138000");
	assert_text(user_phone_plain(c->arena, STR("１３８００１３８０００")), "13800138000");
	assert_text(user_phone_masked(c->arena, PHONE), "138****8000");
}

static int64_t first_login(struct ctx *c, int number, const void *context)
{
	struct login_result result = { 0 };

	(void)number;
	if (user_phone_log_in(c, *(const struct str *)context, &result))
		return -2;
	return result.answer == LOGIN_OK ? result.user.id % 1000000007 : -3;
}

static void one_number_is_one_account_also_in_a_race(void **state)
{
	static const struct db_sql count = SQL("SELECT COUNT(*) FROM user WHERE phone = ?");
	struct ctx *c = *state;
	struct login_result result;
	int64_t results[8];
	struct str phone;
	int i;

	STORES_OR_SKIP();
	phone = new_phone(c);
	forum_at_once(8, first_login, &phone, results);
	for (i = 0; i < 8; i++) {
		assert_true(results[i] > 0);
		assert_int_equal(results[i], results[0]);
	}
	assert_int_equal(forum_number(c, &count, DB_ARGS(phone)), 1);
	assert_int_equal(user_phone_log_in(c, phone, &result), OK);
	assert_true(str_starts(result.user.name, STR("user_")));
	assert_null(user_name_form_problem(result.user.name));
	assert_int_equal(user_set_state(c, result.user.id, USER_DISABLED), OK);
	assert_int_equal(user_phone_log_in(c, phone, &result), OK);
	assert_int_equal(result.answer, LOGIN_DISABLED);
}

static void a_step_ends_once_and_after_five_failures(void **state)
{
	struct ctx *c = *state;
	struct step step = {
		.user_id = 7, .target = PHONE, .next = STR("/x"), .is_remembered = true
	};
	struct step found;
	struct str token, who;
	int i;

	STORES_OR_SKIP();
	token = step_token(c);
	who = step_holder(c, token);
	assert_int_equal(step_holder(c, STR("short")).n, 0);
	assert_int_equal(step_find(c, STEP_PHONE, (struct str){ 0 }, &found), ERR_NOT_FOUND);
	assert_int_equal(step_keep(c, STEP_PHONE, who, &step), OK);
	assert_int_equal(step_find(c, STEP_SECOND, who, &found), ERR_NOT_FOUND);
	assert_int_equal(step_find(c, STEP_PHONE, who, &found), OK);
	assert_same(found.target, PHONE);
	assert_text(found.next, "/x");
	assert_true(found.is_remembered);
	assert_int_equal(step_end(c, STEP_PHONE, who), OK);
	assert_int_equal(step_end(c, STEP_PHONE, who), ERR_NOT_FOUND);
	assert_int_equal(step_keep(c, STEP_SECOND, who, &step), OK);
	for (i = 0; i < STEP_TRIES - 1; i++)
		assert_int_equal(step_fail(c, STEP_SECOND, who), OK);
	assert_int_equal(step_fail(c, STEP_SECOND, who), ERR_NOT_FOUND);
	assert_int_equal(step_find(c, STEP_SECOND, who, &found), ERR_NOT_FOUND);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		account_test(a_code_is_taken_once),
		account_test(a_code_serves_only_what_it_was_made_for),
		account_test(five_wrong_tries_and_it_is_dead),
		account_test(of_many_tries_at_once_few_count),
		account_test(redis_holds_neither_number_nor_code),
		account_test(codes_are_uniform),
		account_test(one_a_minute_and_ten_a_day),
		account_test(an_address_and_its_network_are_limited),
		account_test(the_whole_site_has_a_ceiling),
		account_test(numbers_are_what_they_should_be),
		account_test(one_number_is_one_account_also_in_a_race),
		account_test(a_step_ends_once_and_after_five_failures),
	};

	return cmocka_run_group_tests(tests, forum_set_up, stores_tear_down);
}
