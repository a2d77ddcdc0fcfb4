/* plazactl as an administrator uses it: what it says, what it exits with, and that a second time
 * does no harm. */
#include "web/ctl.h"

#include <sys/stat.h>

#include "base/clock.h"
#include "domain/moderation.h"
#include "domain/user.h"
#include "support/patience.h"

static const struct db_sql sql_logged =
	SQL("SELECT GROUP_CONCAT(action ORDER BY log_id) FROM moderation_log WHERE actor_id = ?"
	    " AND target_type = ?");
static const struct db_sql sql_posts = SQL("SELECT COUNT(*) FROM post");
static const struct db_sql sql_comments = SQL("SELECT COUNT(*) FROM comment WHERE deleted_at = 0");
static const struct db_sql sql_users = SQL("SELECT COUNT(*) FROM user");
static const struct db_sql sql_most = SQL("SELECT MAX(comments) FROM post");
/* Of goods, waiting to be made. */
static const struct db_sql sql_pictures =
	SQL("SELECT COUNT(*) FROM picture WHERE kind = 2 AND state = 0");
static const struct db_sql sql_pinned = SQL("SELECT SUM(pinned_at > 0) FROM post");
static const struct db_sql sql_titles = SQL("SELECT COUNT(DISTINCT title) FROM post");
static const struct db_sql sql_future =
	SQL("SELECT (SELECT COUNT(*) FROM post WHERE created_at > ? OR edited_at > ?)"
	    " + (SELECT COUNT(*) FROM comment WHERE created_at > ? OR edited_at > ?)"
	    " + (SELECT COUNT(*) FROM liked WHERE changed_us > ? * 1000)");
static const struct db_sql sql_wrong_counts =
	SQL("SELECT COUNT(*) FROM post p WHERE votes <> (SELECT COUNT(*) FROM post_vote v WHERE "
	    "v.post_id ="
	    " p.post_id) OR likes <> (SELECT COUNT(*) FROM liked l WHERE l.target_type = 1 AND "
	    "l.target_id ="
	    " p.post_id AND is_on = 1) OR comments <> (SELECT COUNT(*) FROM comment m WHERE "
	    "m.target_type = 1"
	    " AND m.target_id = p.post_id AND m.deleted_at = 0)");
static const struct db_sql sql_broken_trees =
	SQL("SELECT COUNT(*) FROM comment m LEFT JOIN comment p ON p.comment_id = m.parent_id"
	    " WHERE m.parent_id > 0 AND (p.comment_id IS NULL OR p.root_id <> m.root_id OR "
	    "p.reply_no >="
	    " m.reply_no OR p.target_id <> m.target_id OR p.author_id <> m.to_user_id"
	    " OR p.comment_id >= m.comment_id)");
static const struct db_sql sql_late_votes = SQL(
	"SELECT COUNT(*) FROM post_vote v JOIN post p ON p.post_id = v.post_id WHERE v.voted_at <"
	" p.created_at OR v.voted_at > p.created_at + 604800000 OR v.user_id = p.author_id");
static const struct db_sql sql_own_version =
	SQL("UPDATE schema_version SET checksum = REPEAT('0', 64) WHERE version = 1");
static const struct db_sql sql_unfinished =
	SQL("UPDATE schema_version SET applied_at = NULL WHERE version = 1");
static const struct db_sql sql_has_word = SQL("SELECT COUNT(*) FROM sensitive_word WHERE word = ?");
static const struct db_sql sql_dead = SQL(
	"INSERT INTO outbox (event_id, topic, payload, state, attempts, next_try_at, created_at)"
	" VALUES (77, 'mail.requested', '{}', 3, 10, 1, 1)");
static const struct db_sql sql_state =
	SQL("SELECT state * 100 + attempts FROM outbox WHERE event_id = 77");

static const struct db_sql sql_die = SQL("UPDATE outbox SET state = 3 WHERE event_id = 77");

/* The stores, without a schema: plazactl brings it. */
static int start(void **state)
{
	stores_need((const char *const[]){ "mariadb", "redis", "rabbitmq" }, 3);
	if (stores_set_up(state))
		return -1;
	secret_open();
	if (!stores.missing)
		*state = forum_open();
	return 0;
}

static int stop(void **state)
{
	if (!stores.missing)
		forum_close(*state);
	return stores_tear_down(state);
}

static void a_dry_run_changes_nothing(void **state)
{
	struct ctx *c = *state;

	STORES_OR_SKIP();
	expect(ctl(c, "migrate --dry-run", ""), 0, "would apply 001_foundation.sql");
	expect(ctl(c, "migrate --dry-run", ""), 0, "would apply 001_foundation.sql");
}

static void migrations_are_applied_once(void **state)
{
	struct ctx *c = *state;

	STORES_OR_SKIP();
	expect(ctl(c, "migrate", ""), 0, "applied 001_foundation.sql");
	expect(ctl(c, "migrate", ""), 0, "the schema is up to date");
	expect(ctl(c, "migrate --dry-run", ""), 0, "the schema is up to date");
}

static void a_folder_that_is_not_right_is_named(void **state)
{
	struct ctx *c = *state;
	char dir[64], file[96], arguments[128];

	STORES_OR_SKIP();
	expect(ctl(c, "migrate --sql /nonexistent", ""), 1, "/nonexistent cannot be read");
	expect(ctl(c, "migrate --sql tests/support", ""), 1, "no NNN_*.sql files");
	expect(ctl(c, "migrate --sql", ""), 2, "usage");
	expect(ctl(c, "migrate now", ""), 2, "usage");
	snprintf(dir, sizeof(dir), "/tmp/plaza-test-%d", (int)getpid());
	snprintf(file, sizeof(file), "%s/900_late.sql", dir);
	snprintf(arguments, sizeof(arguments), "migrate --dry-run --sql %s", dir);
	assert_true(stores_run((const char *const[]){ "mkdir", "-p", dir, NULL }));
	assert_true(
		stores_run((const char *const[]){ "cp", "sql/001_foundation.sql", file, NULL }));
	expect(ctl(c, arguments, ""), 0, "001_foundation.sql is applied, but its file is not here");
	expect(ctl(c, arguments, ""), 0, "would apply 900_late.sql");
	assert_true(stores_run((const char *const[]){ "rm", "-r", dir, NULL }));
}

static void changed_and_unfinished_files_are_reported(void **state)
{
	struct ctx *c = *state;

	STORES_OR_SKIP();
	assert_int_equal(db_exec(c->db, NULL, &sql_own_version, DB_NO_ARGS), OK);
	expect(ctl(c, "migrate", ""), 1, "was changed after it was applied");
	assert_int_equal(db_exec(c->db, NULL, &sql_unfinished, DB_NO_ARGS), OK);
	expect(ctl(c, "migrate", ""), 1, "was begun but did not end");
}

static struct str logged(struct ctx *c, int target_type)
{
	struct db_rows *rows;

	forum_next(c);
	assert_int_equal(db_query(c->db, c->arena, &rows, &sql_logged,
				  DB_ARGS(MODERATION_SERVER, target_type)),
			 OK);
	assert_true(db_next(rows));
	return db_str(rows, 0);
}

static void accounts_are_made_and_changed(void **state)
{
	struct ctx *c = *state;
	struct user u;

	STORES_OR_SKIP();
	expect(ctl(c, "user create boss --role admin --email boss@example.org",
		   "kq7Vz pL2m x9Rt\n"),
	       0, "admin boss has the id");
	expect(ctl(c, "user create BOSS", "kq7Vz pL2m x9Rt\n"), 1, "taken");
	expect(ctl(c, "user create other --email BOSS@example.org", "kq7Vz pL2m x9Rt\n"), 1,
	       "taken");
	expect(ctl(c, "user create weak", "password1234\n"), 1, "too easy to guess");
	expect(ctl(c, "user create short", "abc\n"), 1, "at least 12");
	expect(ctl(c, "user create empty", ""), 1, "no password on standard input");
	expect(ctl(c, "user create a@b", "kq7Vz pL2m x9Rt\n"), 1, "letters, digits");
	expect(ctl(c, "user create made --generate", ""), 0, "password: ");
	expect(ctl(c, "user create x --role king", "kq7Vz pL2m x9Rt\n"), 2,
	       "there is no role 'king'");
	forum_next(c);
	assert_int_equal(user_authenticate(c, STR("boss"), STR("kq7Vz pL2m x9Rt"), false, &u), OK);
	assert_int_equal(u.role, ROLE_ADMIN);
	expect(ctl(c, "user role made moderator", ""), 0, "made is moderator now");
	expect(ctl(c, "user role nobody admin", ""), 1, "there is no user 'nobody'");
	expect(ctl(c, "user disable made", ""), 0, "made is disabled now");
	expect(ctl(c, "user enable made", ""), 0, "made is active now");
	assert_text(logged(c, TARGET_USER),
		    "user.role.admin,user.role.moderator,user.close,user.open");
	expect(ctl(c, "user list", ""), 0, "boss");
	expect(ctl(c, "user", ""), 2, "usage");
}

static void words_come_and_go(void **state)
{
	struct ctx *c = *state;

	STORES_OR_SKIP();
	expect(ctl(c, "words add 坏词 nasty nasty", ""), 0, "2 added");
	expect(ctl(c, "words list", ""), 0, "坏词\n");
	expect(ctl(c, "words remove nasty", ""), 0, "1 removed");
	assert_int_equal(forum_number(c, &sql_has_word, DB_ARGS(STR("nasty"))), 0);
	assert_int_equal(forum_number(c, &sql_has_word, DB_ARGS(STR("坏词"))), 1);
	expect(ctl(c, "words", ""), 2, "usage");
}

static void dead_events_get_another_try(void **state)
{
	struct ctx *c = *state;

	STORES_OR_SKIP();
	expect(ctl(c, "outbox list", ""), 0, "every event was published");
	assert_int_equal(db_exec(c->db, NULL, &sql_dead, DB_NO_ARGS), OK);
	expect(ctl(c, "outbox list", ""), 0, "dead");
	expect(ctl(c, "outbox list dead", ""), 0, "mail.requested");
	expect(ctl(c, "outbox list failed", ""), 0, "there are none");
	expect(ctl(c, "outbox list lost", ""), 1, "pending, failed or dead");
	expect(ctl(c, "dead list", ""), 0, "mail.requested");
	expect(ctl(c, "outbox retry 78", ""), 0, "0 events will be tried again");
	expect(ctl(c, "outbox retry 77", ""), 0, "1 events will be tried again");
	assert_int_equal(forum_number(c, &sql_state, DB_NO_ARGS), 0);
	expect(ctl(c, "outbox drop 77", ""), 0, "0 dead events are dropped");
	assert_int_equal(db_exec(c->db, NULL, &sql_die, DB_NO_ARGS), OK);
	expect(ctl(c, "outbox retry", ""), 0, "1 events will be tried again");
	assert_int_equal(db_exec(c->db, NULL, &sql_die, DB_NO_ARGS), OK);
	expect(ctl(c, "outbox drop 77", ""), 0, "1 dead events are dropped");
	assert_text(logged(c, TARGET_EVENT), "event.retry,event.retry,event.drop");
	expect(ctl(c, "outbox", ""), 2, "usage");
	expect(ctl(c, "outbox drop", ""), 2, "usage");
	expect(ctl(c, "outbox drop 77 --all", ""), 2, "usage");
	expect(ctl(c, "outbox retry x", ""), 2, "usage");
}

/* A message whose consumer said that it can never handle it. */
static void kill_letter(struct ctx *c, const char *id)
{
	struct mq *m = mq_new(&stores.config);
	struct mq_delivery d;
	int64_t depth;

	assert_int_equal(mq_declare(c->mq), OK);
	assert_int_equal(mq_subscribe(m, "mail", 1), OK);
	assert_int_equal(mq_publish_confirmed(c->mq, STR("mail.requested"), str_from_c(id),
					      STR("{\"kind\":\"odd\"}")),
			 OK);
	assert_int_equal(mq_next(m, c->arena, WAIT_MOST_MS, &d), OK);
	assert_int_equal(mq_reject(m, d.tag), OK);
	mq_free(m);
	WAIT_UNTIL(!mq_depth(c->mq, "mail.dead", &depth) && depth);
}

static void dead_letters_get_another_try(void **state)
{
	struct ctx *c = *state;

	STORES_OR_SKIP();
	expect(ctl(c, "dead list", ""), 0, "nothing is dead");
	kill_letter(c, "one");
	expect(ctl(c, "dead list", ""), 0, "id one, for mail.requested, rejected at 20");
	expect(ctl(c, "dead list mail.dead", ""), 0, "{\"kind\":\"odd\"}");
	expect(ctl(c, "dead list mail", ""), 1, "no such thing");
	expect(ctl(c, "dead replay mail.dead --id other", ""), 0, "0 letters are on their way");
	expect(ctl(c, "dead replay mail.dead --id", ""), 2, "usage");
	expect(ctl(c, "dead drop mail.dead --id", ""), 2, "usage");
	expect(ctl(c, "dead replay", ""), 0, "1 letters are on their way again");
	expect(ctl(c, "dead list", ""), 0, "nothing is dead");
	kill_letter(c, "two");
	expect(ctl(c, "dead drop mail.dead", ""), 2, "usage");
	expect(ctl(c, "dead drop --all", ""), 2, "usage");
	expect(ctl(c, "dead drop mail.dead --all", ""), 0, "1 letters are dropped");
	expect(ctl(c, "dead", ""), 2, "usage");
}

static void the_demo_is_loaded_once_and_whole(void **state)
{
	struct ctx *c = *state;
	int64_t users;

	STORES_OR_SKIP();
	users = forum_number(c, &sql_users, DB_NO_ARGS);
	expect(ctl(c, "demo --accounts", ""), 1, "there are no demo accounts");
	expect(ctl(c, "demo", ""), 0, "Redis holds what MariaDB holds");
	assert_int_equal(forum_number(c, &sql_users, DB_NO_ARGS), users + 260);
	assert_true(forum_number(c, &sql_posts, DB_NO_ARGS) >= 2000);
	assert_true(forum_number(c, &sql_comments, DB_NO_ARGS) >= 20000);
	assert_int_equal(forum_number(c, &sql_most, DB_NO_ARGS), 500);
	assert_int_equal(forum_number(c, &sql_pinned, DB_NO_ARGS), 2);
	assert_int_equal(forum_number(c, &sql_pictures, DB_NO_ARGS), 5);
	expect(ctl(c, "demo", ""), 0, "nothing is loaded");
	assert_int_equal(forum_number(c, &sql_users, DB_NO_ARGS), users + 260);
}

static void the_demo_fits_together(void **state)
{
	struct ctx *c = *state;
	int64_t now;

	STORES_OR_SKIP();
	forum_next(c);
	now = c->now;
	assert_int_equal(forum_number(c, &sql_future, DB_ARGS(now, now, now, now, now)), 0);
	assert_int_equal(forum_number(c, &sql_wrong_counts, DB_NO_ARGS), 0);
	assert_int_equal(forum_number(c, &sql_broken_trees, DB_NO_ARGS), 0);
	assert_int_equal(forum_number(c, &sql_late_votes, DB_NO_ARGS), 0);
	assert_int_equal(forum_number(c, &sql_titles, DB_NO_ARGS),
			 forum_number(c, &sql_posts, DB_NO_ARGS));
}

static void demo_accounts_log_in_with_the_printed_password(void **state)
{
	struct ctx *c = *state;
	struct outcome o;
	struct stat file;
	struct user u;
	ptrdiff_t at;

	STORES_OR_SKIP();
	o = ctl(c, "demo --accounts", "");
	expect(o, 0, "moderator");
	at = str_find(o.said, STR("member"));
	assert_true(at > 0);
	assert_int_equal(user_authenticate(c, STR("member"),
					   str_trim(str_slice(o.said, (size_t)at + 6, o.said.n)),
					   false, &u),
			 OK);
	assert_int_equal(stat(str_format(c->arena, "%s/demo-password", stores.folder).p, &file), 0);
	assert_int_equal(file.st_mode & 0777, 0600);
}

static void rebuild_and_declare_can_be_repeated(void **state)
{
	struct ctx *c = *state;

	STORES_OR_SKIP();
	forum_empty_redis();
	expect(ctl(c, "rebuild", ""), 0, "Redis holds what MariaDB holds");
	expect(ctl(c, "rebuild", ""), 0, "Redis holds what MariaDB holds");
	expect(ctl(c, "declare", ""), 0, "queue mail");
	expect(ctl(c, "declare", ""), 0, "queue mail");
}

static void without_a_command_it_helps(void **state)
{
	struct ctx *c = *state;

	STORES_OR_SKIP();
	expect(ctl(c, "", ""), 2, "usage: plazactl COMMAND");
	expect(ctl(c, "nonsense", ""), 2, "usage: plazactl COMMAND");
	expect(ctl(c, "help", ""), 0, "migrate");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dry_run_changes_nothing),
		cmocka_unit_test(migrations_are_applied_once),
		cmocka_unit_test(a_folder_that_is_not_right_is_named),
		cmocka_unit_test(accounts_are_made_and_changed),
		cmocka_unit_test(words_come_and_go),
		cmocka_unit_test(dead_events_get_another_try),
		cmocka_unit_test(dead_letters_get_another_try),
		cmocka_unit_test(the_demo_is_loaded_once_and_whole),
		cmocka_unit_test(the_demo_fits_together),
		cmocka_unit_test(demo_accounts_log_in_with_the_printed_password),
		cmocka_unit_test(rebuild_and_declare_can_be_repeated),
		cmocka_unit_test(without_a_command_it_helps),
		cmocka_unit_test(changed_and_unfinished_files_are_reported),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
