/* The daily sweep as a process: what is old goes, what is not stays, and two at once are harmless.
 */
#include "unit/unit.h"

#include "base/clock.h"
#include "domain/job_lease.h"
#include "support/child.h"
#include "support/forum.h"

#define ROWS 1200 /* more than two batches */

static const struct db_sql sql_fill_forms = SQL("INSERT INTO form_used (user_id, form_id, made, "
						"created_at) SELECT 1, CONCAT('f', seq), 1, ?"
						" FROM seq_1_to_1200");
static const struct db_sql sql_fill_consumed =
	SQL("INSERT INTO consumed (consumer, event_id, created_at) SELECT 'mail', seq, ?"
	    " FROM seq_1_to_1200");
static const struct db_sql sql_fill_outbox =
	SQL("INSERT INTO outbox (event_id, topic, payload, state, next_try_at, created_at)"
	    " SELECT seq, 'x', '{}', seq MOD 4, ?, ? FROM seq_1_to_1200");
static const struct db_sql sql_fill_drafts =
	SQL("INSERT INTO post_draft (author_id, post_id, title, body_md, base_version, saved_at)"
	    " VALUES (1, 1, 'old', '', 0, ?), (1, 2, 'new', '', 0, ?)");
static const struct db_sql sql_forms = SQL("SELECT COUNT(*) FROM form_used");
static const struct db_sql sql_consumed = SQL("SELECT COUNT(*) FROM consumed");
static const struct db_sql sql_outbox = SQL("SELECT COUNT(*) FROM outbox");
static const struct db_sql sql_sent = SQL("SELECT COUNT(*) FROM outbox WHERE state = 1");
static const struct db_sql sql_drafts = SQL("SELECT COUNT(*) FROM post_draft");

static int open_all(void **state)
{
	if (forum_set_up(state))
		return -1;
	if (!stores.missing)
		*state = forum_open();
	return 0;
}

static int close_all(void **state)
{
	if (!stores.missing)
		forum_close(*state);
	return stores_tear_down(state);
}

static void fill(struct ctx *c, int64_t at)
{
	assert_int_equal(db_exec(c->db, NULL, &sql_fill_forms, DB_ARGS(at)), OK);
	assert_int_equal(db_exec(c->db, NULL, &sql_fill_consumed, DB_ARGS(at)), OK);
	assert_int_equal(db_exec(c->db, NULL, &sql_fill_outbox, DB_ARGS(at, at)), OK);
	assert_int_equal(db_exec(c->db, NULL, &sql_fill_drafts, DB_ARGS(at, c->now)), OK);
}

static void what_is_old_goes(void **state)
{
	struct ctx *c = *state;

	STORES_OR_SKIP();
	forum_next(c);
	fill(c, c->now - 400 * CLOCK_DAY);
	assert_int_equal(child_run("sweep"), 0);
	assert_int_equal(forum_number(c, &sql_forms, DB_NO_ARGS), 0);
	assert_int_equal(forum_number(c, &sql_consumed, DB_NO_ARGS), 0);
	assert_int_equal(forum_number(c, &sql_sent, DB_NO_ARGS), 0);
	/* what was not sent is for an administrator, however old */
	assert_int_equal(forum_number(c, &sql_outbox, DB_NO_ARGS), ROWS - ROWS / 4);
	assert_int_equal(forum_number(c, &sql_drafts, DB_NO_ARGS), 1);
}

static void what_is_new_stays(void **state)
{
	struct ctx *c = *state;

	STORES_OR_SKIP();
	forum_next(c);
	assert_int_equal(db_exec(c->db, NULL, &sql_fill_forms, DB_ARGS(c->now)), OK);
	assert_int_equal(db_exec(c->db, NULL, &sql_fill_consumed, DB_ARGS(c->now)), OK);
	assert_int_equal(child_run("sweep"), 0);
	assert_int_equal(forum_number(c, &sql_forms, DB_NO_ARGS), ROWS);
	assert_int_equal(forum_number(c, &sql_consumed, DB_NO_ARGS), ROWS);
}

static void one_works_at_a_time(void **state)
{
	struct ctx *c = *state;
	struct str owner = STR("test");

	STORES_OR_SKIP();
	forum_next(c);
	assert_int_equal(job_lease_take(c, STR("sweep"), owner, CLOCK_MINUTE), OK);
	assert_int_equal(child_run("sweep"), 0);
	assert_int_equal(job_lease_release(c, STR("sweep"), owner), OK);
	assert_int_equal(child_run("sweep"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_old_goes),
		cmocka_unit_test(what_is_new_stays),
		cmocka_unit_test(one_works_at_a_time),
	};

	return cmocka_run_group_tests(tests, open_all, close_all);
}
