/* Registering, activating, changing accounts: what happens once, and what tells nobody anything. */
#include "unit/domain/account.h"

#include "base/num.h"
#include "domain/limit.h"
#include "domain/mail.h"
#include "domain/session.h"
#include "domain/user_token.h"
#include "html/text.h"

static const struct db_sql sql_gone = SQL("UPDATE user SET state = 3 WHERE user_id = ?");
static const struct db_sql sql_count_name =
	SQL("SELECT COUNT(*) FROM user WHERE username_folded = ?");
static const struct db_sql sql_id_of = SQL("SELECT user_id FROM user WHERE username_folded = ?");
static const struct db_sql sql_state_of = SQL("SELECT state FROM user WHERE user_id = ?");
static const struct db_sql sql_has_proved =
	SQL("SELECT email_folded IS NOT NULL FROM user WHERE user_id = ?");
static const struct db_sql sql_mails_to =
	SQL("SELECT COUNT(*) FROM outbox WHERE topic = 'mail.requested'"
	    " AND JSON_VALUE(payload, '$.user') = ?");
static const struct db_sql sql_kind_to =
	SQL("SELECT JSON_VALUE(payload, '$.kind') = 'activation' FROM outbox"
	    " WHERE JSON_VALUE(payload, '$.user') = ? ORDER BY event_id DESC LIMIT 1");
static const struct db_sql sql_age_tokens =
	SQL("UPDATE email_token SET expires_at = expires_at - ? WHERE user_id = ?");
static const struct db_sql sql_age_user =
	SQL("UPDATE user SET created_at = created_at - ? WHERE user_id = ?");
static const struct db_sql sql_tokens_of =
	SQL("SELECT COUNT(*) FROM email_token WHERE user_id = ?");
static const struct db_sql sql_holds_token =
	SQL("SELECT COUNT(*) FROM email_token WHERE token_hash = ? OR LOCATE(?, token_hash)");

/* Registered and pending; its id. */
static int64_t registered(struct ctx *c, struct str name, struct str email)
{
	struct registration r = { name, email, STR(PASSWORD), TEXT_EN };

	assert_int_equal(user_register(c, &r, forum_form(c)), OK);
	return forum_number(c, &sql_id_of, DB_ARGS(name));
}

static int64_t mails_to(struct ctx *c, int64_t id)
{
	return forum_number(c, &sql_mails_to, DB_ARGS(num_text(c->arena, id)));
}

static bool last_mail_activates(struct ctx *c, int64_t id)
{
	return forum_number(c, &sql_kind_to, DB_ARGS(num_text(c->arena, id)));
}

static void registering_makes_a_pending_account_and_a_mail(void **state)
{
	struct ctx *c = *state;
	struct str name;
	struct user u;
	int64_t id;

	STORES_OR_SKIP();
	name = account_name(c);
	id = registered(c, name, account_email(c, name));
	assert_int_equal(forum_number(c, &sql_state_of, DB_ARGS(id)), USER_PENDING);
	assert_int_equal(forum_number(c, &sql_has_proved, DB_ARGS(id)), 0);
	assert_int_equal(mails_to(c, id), 1);
	assert_true(last_mail_activates(c, id));
	assert_int_equal(user_find(c, id, &u), ERR_NOT_FOUND);
	assert_int_equal(user_find_by_name(c, name, &u), ERR_NOT_FOUND);
}

static void the_same_form_again_changes_nothing(void **state)
{
	struct ctx *c = *state;
	struct registration r = { .password = STR(PASSWORD) };
	struct str form;
	int64_t id;
	int i;

	STORES_OR_SKIP();
	r.username = account_name(c);
	r.email = account_email(c, r.username);
	form = forum_form(c);
	for (i = 0; i < 3; i++)
		assert_int_equal(user_register(c, &r, form), OK);
	id = forum_number(c, &sql_id_of, DB_ARGS(r.username));
	assert_int_equal(mails_to(c, id), 1);
}

static void a_name_is_taken_in_every_spelling(void **state)
{
	struct ctx *c = *state;
	struct registration r = { STR("Señora.Long"), STR("s@example.org"), STR(PASSWORD),
				  TEXT_ZH };

	STORES_OR_SKIP();
	assert_int_equal(user_register(c, &r, forum_form(c)), OK);
	r.username = STR("SEÑORA.long");
	assert_int_equal(user_register(c, &r, forum_form(c)), ERR_CONFLICT);
	r.username = STR("Sen\u0303ora.Long");
	assert_int_equal(user_register(c, &r, forum_form(c)), ERR_CONFLICT);
}

struct at_once {
	struct str name, form;
};

static int64_t register_one(struct ctx *c, int number, const void *context)
{
	const struct at_once *one = context;
	struct registration r = { one->name, STR("x@example.org"), STR(PASSWORD), TEXT_ZH };

	(void)number;
	return user_register(c, &r, one->form.n ? one->form : forum_form(c));
}

static void of_twenty_at_once_one_gets_the_name(void **state)
{
	struct ctx *c = *state;
	int64_t results[20];
	struct at_once one = { 0 };
	size_t i, done = 0;

	STORES_OR_SKIP();
	one.name = account_name(c);
	forum_at_once(20, register_one, &one, results);
	for (i = 0; i < ARRAY_LEN(results); i++) {
		done += results[i] == OK;
		assert_true(results[i] == OK || results[i] == ERR_CONFLICT);
	}
	assert_int_equal(done, 1);
	assert_int_equal(forum_number(c, &sql_count_name, DB_ARGS(one.name)), 1);
}

static void one_form_twenty_times_at_once_is_one_account_and_one_answer(void **state)
{
	struct ctx *c = *state;
	int64_t results[20];
	struct at_once one;
	size_t i;

	STORES_OR_SKIP();
	one.name = account_name(c);
	one.form = forum_form(c);
	forum_at_once(20, register_one, &one, results);
	for (i = 0; i < ARRAY_LEN(results); i++)
		assert_int_equal(results[i], OK);
	assert_int_equal(forum_number(c, &sql_count_name, DB_ARGS(one.name)), 1);
	assert_int_equal(mails_to(c, forum_number(c, &sql_id_of, DB_ARGS(one.name))), 1);
}

/* The same answer, the same name taken; only the owner hears of it. */
static void an_address_in_use_is_told_to_its_owner_only(void **state)
{
	struct ctx *c = *state;
	struct user owner;
	struct str name;
	int64_t id;

	STORES_OR_SKIP();
	owner = account_new(c);
	name = account_name(c);
	id = registered(c, name, owner.email);
	assert_int_equal(forum_number(c, &sql_state_of, DB_ARGS(id)), USER_PENDING);
	assert_int_equal(mails_to(c, id), 0);
	assert_int_equal(mails_to(c, owner.id), 1);
	assert_false(last_mail_activates(c, owner.id));
	assert_int_equal(user_resend_activation(c, owner.email, TEXT_EN), OK);
	assert_int_equal(mails_to(c, id), 0);
}

/* Each of these forms is right, and all together would fill somebody's letter box. */
static void many_registrations_send_an_address_few_mails(void **state)
{
	struct ctx *c = *state;
	struct user owner;
	int64_t id;
	int i;

	STORES_OR_SKIP();
	owner = account_new(c);
	for (i = 0; i < 8; i++) {
		id = registered(c, account_name(c), owner.email);
		assert_int_equal(forum_number(c, &sql_state_of, DB_ARGS(id)), USER_PENDING);
	}
	assert_int_equal(mails_to(c, owner.id), 5);
}

static void a_link_activates_once_and_says_so_again(void **state)
{
	struct ctx *c = *state;
	struct str name, token;
	struct user u;
	int64_t id;
	int i;

	STORES_OR_SKIP();
	name = account_name(c);
	id = registered(c, name, account_email(c, name));
	assert_int_equal(user_token_new(c, id, &token), OK);
	assert_int_equal(user_activation_find(c, token, &u), OK);
	assert_same(u.name, name);
	assert_int_equal(u.state, USER_PENDING);
	for (i = 0; i < 3; i++) {
		assert_int_equal(user_activate(c, token, &u), OK);
		assert_int_equal(u.state, USER_ACTIVE);
		assert_int_equal(u.id, id);
	}
	assert_int_equal(forum_number(c, &sql_has_proved, DB_ARGS(id)), 1);
	assert_int_equal(user_find_by_name(c, name, &u), OK);
}

static void wrong_and_old_links_do_nothing(void **state)
{
	struct ctx *c = *state;
	struct str name, token;
	struct user u = { 0 };
	int64_t id;

	STORES_OR_SKIP();
	name = account_name(c);
	id = registered(c, name, account_email(c, name));
	assert_int_equal(user_token_new(c, id, &token), OK);
	assert_int_equal(user_activate(c, secret_token(c->arena, 32), &u), ERR_NOT_FOUND);
	assert_int_equal(user_activate(c, STR(""), &u), ERR_NOT_FOUND);
	assert_int_equal(user_activate(c, secret_hash(c->arena, token), &u), ERR_NOT_FOUND);
	assert_int_equal(db_exec(c->db, NULL, &sql_age_tokens, DB_ARGS(CLOCK_DAY, id)), OK);
	assert_int_equal(user_activation_find(c, token, &u), ERR_NOT_FOUND);
	assert_int_equal(user_activate(c, token, &u), ERR_NOT_FOUND);
	assert_int_equal(forum_number(c, &sql_state_of, DB_ARGS(id)), USER_PENDING);
	assert_int_equal(u.id, 0);
}

static void only_the_hash_of_a_token_is_stored(void **state)
{
	struct ctx *c = *state;
	struct str name, token;
	int64_t id;

	STORES_OR_SKIP();
	name = account_name(c);
	id = registered(c, name, account_email(c, name));
	assert_int_equal(user_token_new(c, id, &token), OK);
	assert_int_equal(token.n, 43);
	assert_int_equal(forum_number(c, &sql_holds_token, DB_ARGS(token, token)), 0);
}

static int64_t activate_one(struct ctx *c, int number, const void *context)
{
	const struct str *tokens = context;
	struct user u;

	return user_activate(c, tokens[number], &u);
}

/* Whoever proves the address first has it; the others' accounts stay closed. */
static void of_many_accounts_one_gets_the_address(void **state)
{
	struct ctx *c = *state;
	struct str tokens[8], email;
	int64_t results[8];
	size_t i, done = 0;

	STORES_OR_SKIP();
	email = account_email(c, account_name(c));
	for (i = 0; i < ARRAY_LEN(tokens); i++)
		assert_int_equal(user_token_new(c, registered(c, account_name(c), email),
						&tokens[i]),
				 OK);
	forum_at_once(8, activate_one, tokens, results);
	for (i = 0; i < ARRAY_LEN(results); i++) {
		done += results[i] == OK;
		assert_true(results[i] == OK || results[i] == ERR_NOT_FOUND);
	}
	assert_int_equal(done, 1);
}

static void the_link_is_sent_again_a_few_times(void **state)
{
	struct ctx *c = *state;
	struct str name, email;
	int64_t id;
	int i;

	STORES_OR_SKIP();
	name = account_name(c);
	email = account_email(c, name);
	id = registered(c, name, email);
	for (i = 0; i < 6; i++)
		assert_int_equal(user_resend_activation(c, email, TEXT_ZH), OK);
	assert_int_equal(mails_to(c, id), 4);
	assert_int_equal(user_resend_activation(c, STR("nobody@example.org"), TEXT_ZH), OK);
}

static void a_new_role_ends_the_sessions(void **state)
{
	struct ctx *c = *state;
	struct session_want *want;
	struct session s;
	struct str cookie;
	struct user u;
	int64_t retry;

	STORES_OR_SKIP();
	u = account_new(c);
	assert_int_equal(session_start(c, &u, true, STR(""), STR(""), &cookie), OK);
	assert_int_equal(user_set_role(c, u.id, ROLE_MODERATOR), OK);
	want = session_want(c, cookie, NULL);
	assert_int_equal(cache_flush(c->cache), OK);
	assert_int_equal(session_read(c, want, &s, &retry), ERR_AUTH);
	assert_int_equal(user_find(c, u.id, &u), OK);
	assert_int_equal(u.role, ROLE_MODERATOR);
	assert_int_equal(user_set_role(c, 12345, ROLE_ADMIN), ERR_NOT_FOUND);
	assert_int_equal(user_set_state(c, 12345, USER_DISABLED), ERR_NOT_FOUND);
	/* Who has left is nobody any more: opened again, nobody could log in. */
	assert_int_equal(db_exec(c->db, NULL, &sql_gone, DB_ARGS(u.id)), OK);
	assert_int_equal(user_set_role(c, u.id, ROLE_ADMIN), ERR_NOT_FOUND);
	assert_int_equal(user_set_state(c, u.id, USER_ACTIVE), ERR_NOT_FOUND);
	assert_int_equal(user_set_state(c, u.id, USER_DISABLED), ERR_NOT_FOUND);
	assert_int_equal(user_find(c, u.id, &u), OK);
	assert_int_equal(u.state, USER_GONE);
}

static void accounts_that_waited_in_vain_are_swept(void **state)
{
	struct ctx *c = *state;
	struct str name, token;
	int64_t id, swept, fresh, active;

	STORES_OR_SKIP();
	name = account_name(c);
	id = registered(c, name, account_email(c, name));
	assert_int_equal(user_token_new(c, id, &token), OK);
	fresh = registered(c, account_name(c), STR("fresh@example.org"));
	active = account_new(c).id;
	assert_int_equal(db_exec(c->db, NULL, &sql_age_tokens, DB_ARGS(3 * CLOCK_DAY, id)), OK);
	assert_int_equal(db_exec(c->db, NULL, &sql_age_user, DB_ARGS(8 * CLOCK_DAY, id)), OK);
	assert_int_equal(db_exec(c->db, NULL, &sql_age_user, DB_ARGS(8 * CLOCK_DAY, active)), OK);
	assert_int_equal(user_sweep(c, 100, &swept), OK);
	assert_in_range(swept, 2, 100);
	assert_int_equal(forum_number(c, &sql_count_name, DB_ARGS(name)), 0);
	assert_int_equal(forum_number(c, &sql_tokens_of, DB_ARGS(id)), 0);
	assert_int_equal(forum_number(c, &sql_state_of, DB_ARGS(fresh)), USER_PENDING);
	assert_int_equal(forum_number(c, &sql_state_of, DB_ARGS(active)), USER_ACTIVE);
	/* the name is free again */
	registered(c, name, account_email(c, name));
}

static void everybody_is_listed_once(void **state)
{
	struct ctx *c = *state;
	struct users page;
	int64_t after = 0, all = 0;

	STORES_OR_SKIP();
	account_new(c);
	do {
		size_t i;

		assert_int_equal(user_list(c, after, 3, &page), OK);
		for (i = 0; i < page.count; i++) {
			assert_true(page.items[i].user_no > after);
			after = page.items[i].user_no;
			all++;
		}
	} while (page.count);
	assert_true(all > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		account_test(registering_makes_a_pending_account_and_a_mail),
		account_test(the_same_form_again_changes_nothing),
		account_test(a_name_is_taken_in_every_spelling),
		account_test(of_twenty_at_once_one_gets_the_name),
		account_test(one_form_twenty_times_at_once_is_one_account_and_one_answer),
		account_test(an_address_in_use_is_told_to_its_owner_only),
		account_test(many_registrations_send_an_address_few_mails),
		account_test(a_link_activates_once_and_says_so_again),
		account_test(wrong_and_old_links_do_nothing),
		account_test(only_the_hash_of_a_token_is_stored),
		account_test(of_many_accounts_one_gets_the_address),
		account_test(the_link_is_sent_again_a_few_times),
		account_test(a_new_role_ends_the_sessions),
		account_test(accounts_that_waited_in_vain_are_swept),
		account_test(everybody_is_listed_once),
	};

	return cmocka_run_group_tests(tests, forum_set_up, stores_tear_down);
}
