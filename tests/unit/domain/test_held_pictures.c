/*
 * Pictures that somebody else has in hand at this moment: a deadlock of the two is nobody's error,
 * and one member's upload waits for no other member's.
 */
#include "unit/domain/holding.h"

#include "domain/picture.h"

static const struct db_sql sql_picture =
	SQL("INSERT INTO picture (picture_id, kind, target_id, uploader_id, state, name,"
	    " changed_at) VALUES (?, 1, ?, ?, 3, 'held', 1)");
static const struct db_sql sql_pictures = SQL("SELECT COUNT(*) FROM picture WHERE target_id = ?");
/* The index alone, and then the row. */
static const struct db_sql sql_hold_place =
	SQL("SELECT picture_id FROM picture FORCE INDEX (target) WHERE kind = 1 AND target_id = ?"
	    " LOCK IN SHARE MODE");
static const struct db_sql sql_lock_picture =
	SQL("SELECT state FROM picture WHERE picture_id = ? FOR UPDATE");

/* 0 comes to the row by its target, 1 to its target by the row. */
static int64_t show_or_sweep(struct ctx *c, int number, const void *context)
{
	const struct held *h = context;
	int64_t swept;
	err e;

	if (number == 1) {
		wait_until_held(c);
		return picture_sweep(c, 10, &swept);
	}
	e = begin_heavy(c, h->other);
	if (!e)
		e = run(c, &sql_hold_place, h->other);
	if (!e)
		e = hold_until_wanted(c, "DELETE FROM picture%", 1);
	if (!e)
		e = run(c, &sql_lock_picture, h->id);
	return db_end(c->db, e);
}

static void a_picture_that_is_looked_at_is_forgotten(void **state)
{
	struct fixture *f = *state;
	struct held h = { 0 };

	STORES_OR_SKIP();
	h.other = f->ann;
	assert_int_equal(ctx_new_id(f->c, &h.id), OK);
	assert_int_equal(db_exec(f->c->db, NULL, &sql_picture, DB_ARGS(h.id, f->ann, f->ann)), OK);
	assert_int_equal(at_once(2, show_or_sweep, &h), OK);
	assert_int_equal(forum_number(f->c, &sql_pictures, DB_ARGS(f->ann)), 0);
}

static const struct db_sql sql_waiting_picture =
	SQL("INSERT INTO picture (picture_id, kind, target_id, uploader_id, state, name,"
	    " changed_at) VALUES (?, 1, ?, ?, 0, 'waits', 1)");

/* 0 has another member's picture in hand. */
static int64_t show_or_upload(struct ctx *c, int number, const void *context)
{
	const struct held *h = context;
	err e;

	if (number == 1) {
		wait_until_held(c);
		forum_as(c, h->other, ROLE_USER);
		e = picture_take(c, PICTURE_AVATAR, h->other, STR("a picture"), forum_form(c));
		moments->is_done = true;
		return e;
	}
	e = begin(c, 1);
	if (!e)
		e = run(c, &sql_lock_picture, h->id);
	return hold_until_done(c, e);
}

static void an_upload_waits_for_nobody_elses(void **state)
{
	struct fixture *f = *state;
	struct held h = { 0 };

	STORES_OR_SKIP();
	h.other = f->bob;
	assert_int_equal(ctx_new_id(f->c, &h.id), OK);
	assert_int_equal(db_exec(f->c->db, NULL, &sql_waiting_picture,
				 DB_ARGS(h.id, f->ann, f->ann)),
			 OK);
	assert_int_equal(at_once(2, show_or_upload, &h), OK);
	assert_int_equal(forum_number(f->c, &sql_pictures, DB_ARGS(f->bob)), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		people_test(a_picture_that_is_looked_at_is_forgotten),
		people_test(an_upload_waits_for_nobody_elses),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
