/* The second factor: set up, asked for, each code once, recovery, and the slots for hashing. */
#include "unit/domain/account.h"

#include <sys/mman.h>

#include "base/num.h"
#include "domain/credential.h"
#include "domain/hash_slot.h"
#include "domain/reauth.h"
#include "domain/second_factor.h"
#include "domain/totp.h"
#include "domain/user_account.h"
#include "domain/user_internal.h"
#include "support/patience.h"

#define HERE STR("192.0.2.1")

static const struct db_sql sql_sealed =
	SQL("SELECT secret_sealed FROM second_factor WHERE user_id = ?");
static const struct db_sql sql_rewind =
	SQL("UPDATE second_factor SET last_step = last_step - 5 WHERE user_id = ?");
static const struct db_sql sql_told =
	SQL("SELECT COUNT(*) FROM outbox WHERE topic = 'mail.requested'"
	    " AND JSON_VALUE(payload, '$.user') = ? AND JSON_VALUE(payload, '$.event') = ?");

/* Of the viewer, also of one that was only begun. */
static struct str secret_of(struct ctx *c)
{
	struct db_rows *rows;
	struct cache_reply *kept;
	struct str sealed, secret = { 0 };
	struct str key = str_format(c->arena, "second:new:{%lld}", (long long)c->viewer.id);

	assert_int_equal(db_query(c->db, c->arena, &rows, &sql_sealed, DB_ARGS(c->viewer.id)), OK);
	assert_int_equal(cache_run(c->cache, &kept, CACHE_ARGS(STR("GET"), key)), OK);
	sealed = db_next(rows) ? db_str(rows, 0) : cache_text(kept);
	assert_true(secret_unseal(c->arena, c->config->site.secret, STR("second-factor"), sealed,
				  &secret));
	return secret;
}

static struct str code_now(struct ctx *c)
{
	return totp_code(c->arena, secret_of(c), c->now);
}

/* Somebody with a second factor, as the viewer; its first code is used. */
static struct user somebody(struct ctx *c, struct second_codes *codes)
{
	struct user u = account_new(c);

	forum_as(c, u.id, ROLE_USER);
	assert_int_equal(second_start(c), OK);
	assert_int_equal(second_confirm(c, code_now(c), 1, codes), OK);
	return u;
}

static enum second_answer try_it(struct ctx *c, int64_t id, struct str typed)
{
	enum second_answer answer;
	int64_t wait;

	assert_int_equal(second_check(c, id, typed, HERE, 1, &answer, &wait), OK);
	return answer;
}

static int64_t told(struct ctx *c, int64_t id, enum credential_event event)
{
	return forum_number(c, &sql_told, DB_ARGS(num_text(c->arena, id), (int)event));
}

static void it_is_set_up_with_the_first_code(void **state)
{
	struct ctx *c = *state;
	struct second_setup setup;
	struct second_codes codes;
	struct account who;
	struct user u;

	STORES_OR_SKIP();
	u = account_new(c);
	forum_as(c, u.id, ROLE_USER);
	assert_int_equal(second_setup(c, &setup), ERR_NOT_FOUND);
	assert_int_equal(second_confirm(c, STR("123456"), 1, &codes), ERR_NOT_FOUND);
	assert_int_equal(second_start(c), OK);
	assert_int_equal(second_setup(c, &setup), OK);
	assert_true(str_starts(setup.uri, STR("otpauth://totp/")));
	assert_int_equal(second_confirm(c, STR("12345"), 1, &codes), ERR_INVALID);
	assert_int_equal(account_find(c, u.id, &who), OK);
	assert_false(who.has_second);
	assert_int_equal(second_confirm(c, code_now(c), 1, &codes), OK);
	assert_int_equal(account_find(c, u.id, &who), OK);
	assert_true(who.has_second);
	assert_int_equal(who.recovery_left, SECOND_RECOVERY_CODES);
	assert_int_equal(second_confirm(c, code_now(c), 1, &codes), ERR_NOT_FOUND);
	assert_int_equal(told(c, u.id, CREDENTIAL_SECOND_ON), 1);
}

static void a_code_works_once(void **state)
{
	struct ctx *c = *state;
	struct second_codes codes;
	struct user u;

	STORES_OR_SKIP();
	u = somebody(c, &codes);
	assert_int_equal(try_it(c, u.id, code_now(c)), SECOND_WRONG);
	c->now += 30000;
	assert_int_equal(try_it(c, u.id, code_now(c)), SECOND_RIGHT);
	assert_int_equal(try_it(c, u.id, code_now(c)), SECOND_WRONG);
	/* Nor an earlier one afterwards. */
	c->now -= 30000;
	assert_int_equal(try_it(c, u.id, code_now(c)), SECOND_WRONG);
}

struct race {
	int64_t id;
	struct str code;
	int64_t now;
};

static int64_t use(struct ctx *c, int number, const void *context)
{
	const struct race *race = context;
	struct str from = str_format(c->arena, "10.1.1.%d", number + 1);
	enum second_answer answer;
	int64_t wait;

	c->now = race->now;
	if (second_check(c, race->id, race->code, from, 1, &answer, &wait))
		return 2;
	return answer == SECOND_RIGHT ? 1 : 0;
}

static void of_one_code_brought_at_once_one_is_taken(void **state)
{
	struct ctx *c = *state;
	struct second_codes codes;
	struct race race;
	int64_t results[8], right = 0;
	int i;

	STORES_OR_SKIP();
	race.id = somebody(c, &codes).id;
	race.now = c->now + 30000;
	race.code = totp_code(c->arena, secret_of(c), race.now);
	forum_at_once(8, use, &race, results);
	for (i = 0; i < 8; i++)
		right += results[i];
	assert_int_equal(right, 1);
	race.code = codes.items[3];
	forum_at_once(8, use, &race, results);
	for (right = 0, i = 0; i < 8; i++)
		right += results[i];
	assert_int_equal(right, 1);
	assert_int_equal(told(c, race.id, CREDENTIAL_RECOVERY_USED), 1);
}

static void recovery_codes_are_the_owners_and_work_once(void **state)
{
	struct ctx *c = *state;
	struct second_codes codes, others, fresh;
	struct account who;
	struct user u, other;

	STORES_OR_SKIP();
	other = somebody(c, &others);
	u = somebody(c, &codes);
	assert_int_equal(try_it(c, other.id, codes.items[0]), SECOND_WRONG);
	assert_int_equal(try_it(c, u.id, codes.items[0]), SECOND_RIGHT);
	assert_int_equal(try_it(c, u.id, codes.items[0]), SECOND_WRONG);
	assert_int_equal(account_find(c, u.id, &who), OK);
	assert_int_equal(who.recovery_left, SECOND_RECOVERY_CODES - 1);
	assert_int_equal(second_renew_codes(c, 1, &fresh), OK);
	assert_int_equal(try_it(c, u.id, codes.items[1]), SECOND_WRONG);
	assert_int_equal(try_it(c, u.id, fresh.items[9]), SECOND_RIGHT);
}

static void wrong_codes_close_it_for_a_while(void **state)
{
	struct ctx *c = *state;
	struct second_codes codes;
	struct user u;
	enum second_answer answer;
	int64_t wait = 0;
	int i;

	STORES_OR_SKIP();
	u = somebody(c, &codes);
	for (i = 0; i < SECOND_TRIES; i++)
		assert_int_equal(try_it(c, u.id, STR("000000")), SECOND_WRONG);
	c->now += 30000;
	assert_int_equal(second_check(c, u.id, code_now(c), HERE, 1, &answer, &wait), OK);
	assert_int_equal(answer, SECOND_CLOSED);
	assert_true(wait > 0 && wait <= 3600);
	/* The owner at home is not shut out by somebody elsewhere. */
	assert_int_equal(second_check(c, u.id, code_now(c), STR("192.0.2.9"), 1, &answer, &wait),
			 OK);
	assert_int_equal(answer, SECOND_RIGHT);
}

static void off_is_off(void **state)
{
	static const struct db_sql left =
		SQL("SELECT (SELECT COUNT(*) FROM second_factor WHERE user_id = ?) +"
		    " (SELECT COUNT(*) FROM recovery_code WHERE user_id = ?)");
	struct ctx *c = *state;
	struct second_codes codes;
	struct user u;
	bool is_on;

	STORES_OR_SKIP();
	u = somebody(c, &codes);
	assert_int_equal(second_find(c, u.id, &is_on), OK);
	assert_true(is_on);
	assert_int_equal(second_remove(c, 1), OK);
	assert_int_equal(second_remove(c, 1), ERR_NOT_FOUND);
	assert_int_equal(forum_number(c, &left, DB_ARGS(u.id, u.id)), 0);
	assert_int_equal(told(c, u.id, CREDENTIAL_SECOND_OFF), 1);
}

static void the_table_holds_no_secret_in_clear(void **state)
{
	static const struct db_sql hashes =
		SQL("SELECT COUNT(*) FROM recovery_code WHERE user_id = ? AND code_hash LIKE"
		    " CONCAT('%', ?, '%')");
	struct ctx *c = *state;
	struct second_codes codes;
	struct user u;

	STORES_OR_SKIP();
	u = somebody(c, &codes);
	assert_int_equal(forum_number(c, &hashes, DB_ARGS(u.id, str_slice(codes.items[0], 0, 4))),
			 0);
	assert_int_equal(db_exec(c->db, NULL, &sql_rewind, DB_ARGS(u.id)), OK);
	assert_int_equal(try_it(c, u.id, code_now(c)), SECOND_RIGHT);
}

/* Proof of who asks belongs to one session and grows old. */
static void a_proof_is_good_for_ten_minutes(void **state)
{
	struct ctx *c = *state;
	struct session s = { 0 }, other = { 0 };
	struct str cookie, cookie2;
	struct session_want *want, *want2;
	int64_t wait;
	bool is_fresh = true;
	struct user u;

	STORES_OR_SKIP();
	u = account_new(c);
	assert_int_equal(session_start(c, &u, false, STR("a"), HERE, &cookie), OK);
	assert_int_equal(session_start(c, &u, false, STR("b"), HERE, &cookie2), OK);
	want = session_want(c, cookie, NULL);
	want2 = session_want(c, cookie2, NULL);
	assert_int_equal(cache_flush(c->cache), OK);
	assert_int_equal(session_read(c, want, &s, &wait), OK);
	assert_int_equal(session_read(c, want2, &other, &wait), OK);
	assert_int_equal(reauth_find(c, &s, &is_fresh), OK);
	assert_false(is_fresh);
	assert_int_equal(reauth_note(c, &s), OK);
	assert_int_equal(reauth_find(c, &s, &is_fresh), OK);
	assert_true(is_fresh);
	assert_int_equal(reauth_find(c, &other, &is_fresh), OK);
	assert_false(is_fresh);
	c->now += REAUTH_SECONDS * 1000;
	assert_int_equal(reauth_find(c, &s, &is_fresh), OK);
	assert_false(is_fresh);
	assert_int_equal(session_end(c, &s), OK);
	assert_int_equal(reauth_note(c, &s), ERR_AUTH);
}

/* How many hold a slot, and the most that ever did. */
struct holders {
	int now, most;
};

static int64_t hold(struct ctx *c, int number, const void *context)
{
	struct holders *holders = *(struct holders *const *)context;
	int slot, now, i;

	(void)c;
	for (i = 0; i < 3; i++) {
		err e = ERR_UNAVAILABLE;

		WAIT_UNTIL(!(e = hash_slot_take(&slot)));
		if (e)
			return 1;
		now = __atomic_add_fetch(&holders->now, 1, __ATOMIC_SEQ_CST);
		if (now > holders->most)
			holders->most = now;
		stores_sleep_ms(5);
		__atomic_sub_fetch(&holders->now, 1, __ATOMIC_SEQ_CST);
		/* Some die with it in hand. */
		if (number == 0)
			_exit(0);
		hash_slot_release(slot);
	}
	return 0;
}

static void few_passwords_are_hashed_at_once(void **state)
{
	struct ctx *c = *state;
	struct holders *holders = mmap(NULL, sizeof(*holders), PROT_READ | PROT_WRITE,
				       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int slots[64], count = hash_slots(), i;
	int64_t results[12];
	struct str hash;

	STORES_OR_SKIP();
	forum_at_once(12, hold, &holders, results);
	for (i = 1; i < 12; i++)
		assert_int_equal(results[i], 0);
	assert_true(holders->most >= 1 && holders->most <= count);
	for (i = 0; i < count; i++)
		assert_int_equal(hash_slot_take(&slots[i]), OK);
	assert_int_equal(user_password_hash(c->arena, STR("x"), &hash), ERR_UNAVAILABLE);
	for (i = 0; i < count; i++)
		hash_slot_release(slots[i]);
	assert_int_equal(user_password_hash(c->arena, STR("x"), &hash), OK);
	munmap(holders, sizeof(*holders));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		account_test(it_is_set_up_with_the_first_code),
		account_test(a_code_works_once),
		account_test(of_one_code_brought_at_once_one_is_taken),
		account_test(recovery_codes_are_the_owners_and_work_once),
		account_test(wrong_codes_close_it_for_a_while),
		account_test(off_is_off),
		account_test(the_table_holds_no_secret_in_clear),
		account_test(a_proof_is_good_for_ten_minutes),
		account_test(few_passwords_are_hashed_at_once),
	};

	return cmocka_run_group_tests(tests, forum_set_up, stores_tear_down);
}
