/*
 * Every statement about accounts, explained on filled tables: logging in, the staff's list, what is
 * closed, roles, profiles, second factors, copies and leaving. See explain.h.
 */
#include "unit/domain/account.h"

#include "domain/check_in.h"
#include "domain/export.h"
#include "domain/export_write.h"
#include "domain/leaving_steps.h"
#include "domain/second_factor.h"
#include "domain/staff.h"
#include "domain/user_account.h"
#include "domain/user_contact.h"
#include "domain/user_login.h"
#include "domain/user_new_password.h"
#include "domain/user_phone.h"
#include "domain/user_profile.h"
#include "domain/user_token.h"
#include "html/text.h"
#include "unit/domain/big_forum.h"
/* The versions of one author's posts come in an order of two tables: their numbers are sorted. */
#define EXPLAIN_MAY_SORT "FROM (SELECT p.post_id, v.version FROM post p"
#include "unit/domain/explain.h"

/* People of all kinds, and what goes with them. */
static const char people[] =
	"INSERT INTO user (user_id, username, username_folded, email, email_folded, phone,"
	" password_hash, role, state, created_at) SELECT 100000 + seq, CONCAT('crowd', seq),"
	" CONCAT('crowd', seq), CONCAT(seq, '@a.org'), CONCAT(seq, '@a.org'), 13000000000 + seq,"
	" '', IF(seq % 500 = 0, 1, IF(seq % 4000 = 1, 2, 0)), IF(seq % 50 = 0, 2, 1), 0"
	" FROM seq_1_to_20000;\n"
	"INSERT INTO email_token (token_hash, user_id, purpose, expires_at)"
	" SELECT LPAD(seq, 64, 'x'), 100000 + seq, 1, 9000000000000 FROM seq_1_to_10000;\n"
	"INSERT INTO user_ban (user_id, by_id, reason, until_at, created_at) SELECT 100000 + seq *"
	" 50, 1, 'x', IF(seq % 2, 0, 9000000000000 + seq), 0 FROM seq_1_to_400;\n"
	"INSERT INTO check_in (user_id, day, points, checked_at) SELECT 100000 + seq % 5000,"
	" 20240000 + seq DIV 5000, 1, 1 FROM seq_1_to_40000;\n"
	"INSERT INTO moderation_log (log_id, actor_id, action, target_type, target_id, reason,"
	" created_at) SELECT seq, 100000 + seq % 40, 'user.close', 1 + seq % 3, seq % 3000, 'x',"
	" seq FROM seq_1_to_20000;\n"
	"INSERT INTO second_factor SELECT 100000 + seq, 'x', 1, 1 FROM seq_1_to_5000;\n"
	"INSERT INTO recovery_code SELECT 100000 + seq DIV 10, LPAD(seq, 43, 'x'), 0"
	" FROM seq_1_to_20000;\n"
	"INSERT INTO export (user_id, export_id, language, state, asked_at, expires_at)"
	" SELECT 100000 + seq, seq, 0, 1, 1, 9000000000000 FROM seq_1_to_3000;\n"
	"INSERT INTO leaving (user_id, choice, asked_at, due_at) SELECT 100000 + seq, 1, 1,"
	" 9000000000000 FROM seq_1_to_3000;\n"
	"INSERT INTO name_retired SELECT LPAD(seq, 43, 'x'), 1 FROM seq_1_to_3000;\n"
	"INSERT INTO picture SELECT seq, 1, 100000 + seq, 1, 1, LPAD(seq, 32, '0'), 9000000000000"
	" FROM seq_1_to_5000;\n"
	"INSERT INTO address (address_id, user_id, name, phone, region, street, created_at)"
	" SELECT seq, 100000 + seq MOD 4000, 'n', '1', 'r', 's', 1 FROM seq_1_to_5000;\n"
	"INSERT INTO sale_order (order_id, sale_id, user_id, goods_id, request_no, price, state,"
	" is_returned, created_at, expires_at) SELECT seq, 77, 100000 + seq, 1, seq, 1, 2, 1, seq,"
	" 1 FROM seq_1_to_20000;\n"
	"ANALYZE TABLE user, email_token, user_ban, check_in, moderation_log, second_factor,"
	" recovery_code, export, leaving, name_retired, picture, address, sale_order;\n";

static int start(void **state)
{
	return forum_set_up(state) || explain_fill(fill) || explain_fill(people);
}

static void list(struct ctx *c, struct str text, int role, int state, int64_t after)
{
	struct staff_query q = { .text = text, .role = role, .state = state, .after = after };
	struct staff_people found;

	assert_int_equal(staff_list(c, &q, &found), OK);
}

static void look_at_people(struct ctx *c)
{
	static const struct moderation_query asked[] = {
		{ 0 },
		{ .before = 9000 },
		{ .target_type = 3 },
		{ .target_type = 3, .before = 9000 },
		{ .target_type = 3, .target_id = 7 },
		{ .target_type = 3, .target_id = 7, .before = 9000 },
		{ .actor_id = 100003 },
		{ .actor_id = 100003, .before = 9000 },
	};
	static const struct str texts[] = { STR_INIT(""), STR_INIT("crowd1"), STR_INIT("7@a.org") };
	struct moderation_entries entries;
	struct staff_person person;
	struct staff_texts recent;
	int role, state;
	size_t i;

	for (i = 0; i < ARRAY_LEN(texts); i++) {
		for (role = STAFF_ANY; role <= ROLE_ADMIN; role++) {
			for (state = STAFF_ANY; state <= USER_GONE; state++) {
				list(c, texts[i], role, state, 0);
				list(c, texts[i], role, state, 5000);
			}
		}
	}
	for (i = 0; i < ARRAY_LEN(asked); i++)
		assert_int_equal(moderation_list(c, &asked[i], &entries), OK);
	assert_int_equal(staff_find(c, 100050, &person), OK);
	assert_true(person.is_closed);
	assert_int_equal(staff_recent(c, 7, &recent), OK);
	assert_true(recent.count > 0);
}

static void act_on_people(struct ctx *c)
{
	int64_t opened, id = account_new(c).id;

	assert_int_equal(staff_close(c, id, STR("x"), c->now + 1), OK);
	assert_int_equal(staff_open(c, id, STR("x")), OK);
	assert_int_equal(staff_set_role(c, id, ROLE_MODERATOR, STR("x")), OK);
	assert_int_equal(staff_set_role(c, id, ROLE_USER, STR("x")), OK);
	assert_int_equal(user_ban_end_all(c, 10, &opened), OK);
}

static void log_in(struct ctx *c, struct user u)
{
	struct login_try try = { .login = u.name,
				 .password = STR(PASSWORD),
				 .address = STR("::1") };
	struct login_result result;
	struct str token, phone = str_format(c->arena, "139%08u", secret_random_below(100000000));
	struct user other;

	assert_int_equal(user_log_in(c, &try, &result), OK);
	assert_int_equal(result.answer, LOGIN_OK);
	try.login = account_email(c, u.name);
	assert_int_equal(user_log_in(c, &try, &result), OK);
	assert_int_equal(result.answer, LOGIN_OK);
	try.login = STR("nobody@example.org");
	assert_int_equal(user_log_in(c, &try, &result), OK);
	assert_int_equal(user_login_find(c, u.id, &result), OK);
	assert_int_equal(user_login_stands(c, &result), OK);
	assert_int_equal(user_phone_log_in(c, phone, &result), OK);
	assert_int_equal(user_phone_log_in(c, phone, &result), OK);
	assert_int_equal(user_reset_request(c, u.name, TEXT_EN), OK);
	assert_int_equal(user_reset_start(c, u.id, &other, &token), OK);
	assert_int_equal(user_reset_find(c, token, &other), OK);
	assert_int_equal(user_reset(c, token, STR("another good sentence"), TEXT_EN, &other), OK);
}

static void change_oneself(struct ctx *c, struct user u)
{
	struct profile_text text = { .username = u.name, .bio = STR("words") };
	struct preferences preferences = { 0 };
	struct contact_wish wish = { .value = STR("9@elsewhere.org"),
				     .address = STR("192.0.2.7"),
				     .holder = STR("holder") };
	struct user_profile profile;
	struct second_setup setup;
	struct second_codes codes;
	struct account account;
	int64_t retry_seconds;
	bool is_on;

	forum_as(c, u.id, ROLE_USER);
	assert_int_equal(user_profile_find(c, u.id, &profile), OK);
	assert_int_equal(user_profile_save(c, &text, forum_form(c)), OK);
	assert_int_equal(user_preferences_save(c, &preferences, forum_form(c)), OK);
	user_seen(c, u.id);
	assert_int_equal(account_find(c, u.id, &account), OK);
	assert_int_equal(contact_start(c, &wish, &retry_seconds), OK);
	assert_int_equal(second_find(c, u.id, &is_on), OK);
	assert_int_equal(second_start(c), OK);
	assert_int_equal(second_setup(c, &setup), OK);
	assert_int_equal(second_confirm(c, STR("12345"), TEXT_EN, &codes), ERR_INVALID);
}

static void leave(struct ctx *c, enum leaving_choice choice)
{
	static const struct db_sql sql_due = SQL("UPDATE leaving SET due_at = 1 WHERE user_id = ?");
	struct leaving_preview preview;
	struct leaving known;
	struct export x;
	struct user u = account_new(c);
	int64_t size, due, post;
	int steps = 0;

	forum_as(c, u.id, ROLE_USER);
	post = forum_post(c, "Title", "text");
	forum_comment(c, post, forum_comment(c, post, 0, "root"), "reply");
	assert_int_equal(export_ask(c, TEXT_EN), OK);
	assert_int_equal(export_find(c, &x), OK);
	assert_int_equal(export_folder(c), OK);
	assert_int_equal(export_write(c, &x, export_path(c, export_file(c, &x)), &size), OK);
	assert_int_equal(export_done(c, &x, export_file(c, &x), size), OK);
	assert_int_equal(leaving_preview(c, &preview), OK);
	assert_int_equal(leaving_ask(c, choice, TEXT_EN), OK);
	forum_as(c, u.id, ROLE_USER);
	assert_int_equal(leaving_cancel(c), OK);
	assert_int_equal(leaving_ask(c, choice, TEXT_EN), OK);
	for (; leaving_find(c, u.id, &known) == OK; steps++) {
		assert_in_range(steps, 0, 400);
		forum_next(c);
		is_explaining = false;
		assert_int_equal(db_exec(c->db, NULL, &sql_due, DB_ARGS(u.id)), OK);
		is_explaining = true;
		assert_int_equal(leaving_next(c, &due), OK);
		assert_int_equal(due, u.id);
		assert_int_equal(leaving_step(c, u.id), OK);
	}
	assert_true(steps > 3);
}

static void sweep(struct ctx *c)
{
	int64_t swept;

	assert_int_equal(user_sweep(c, 100, &swept), OK);
	assert_int_equal(export_sweep(c, 100, &swept), OK);
}

static void an_index_serves_every_statement(void **state)
{
	struct ctx *c = *state;
	struct user u;

	STORES_OR_SKIP();
	u = account_new(c);
	is_explaining = true;
	forum_as(c, forum_user(c, ROLE_ADMIN), ROLE_ADMIN);
	look_at_people(c);
	act_on_people(c);
	log_in(c, u);
	change_oneself(c, u);
	leave(c, LEAVING_KEEP);
	leave(c, LEAVING_ANONYMISE);
	leave(c, LEAVING_ERASE);
	sweep(c);
	explain_end(80);
}

static void a_bad_statement_is_noticed(void **state)
{
	static const struct db_sql scan = SQL("SELECT COUNT(*) FROM user WHERE bio = 'x'");

	STORES_OR_SKIP();
	explain_notices(*state, &scan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		account_test(a_bad_statement_is_noticed),
		account_test(an_index_serves_every_statement),
	};

	return cmocka_run_group_tests(tests, start, stores_tear_down);
}
