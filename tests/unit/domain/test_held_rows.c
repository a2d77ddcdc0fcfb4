/*
 * What somebody else has in hand at this moment: who waits for it, who does not, and that a
 * deadlock of the two, in which MariaDB ends one, is nobody's error. Process 0 holds the rows.
 */
#include "unit/domain/holding.h"

#include "domain/leaving.h"
#include "domain/plumbing.h"
#include "domain/points.h"
#include "domain/reaction.h"
#include "domain/user_phone.h"

static const struct db_sql sql_event =
	SQL("INSERT INTO outbox (event_id, topic, payload, state, attempts, next_try_at,"
	    " created_at) VALUES (?, 'nobody.asked', '{}', 3, 10, 1, 1)");
static const struct db_sql sql_lock_event =
	SQL("SELECT state FROM outbox WHERE event_id = ? FOR UPDATE");
static const struct db_sql sql_put_off_event =
	SQL("UPDATE outbox SET next_try_at = next_try_at + 1 WHERE event_id = ?");
static const struct db_sql sql_events = SQL("SELECT COUNT(*) FROM outbox WHERE state = ?");

static const struct db_sql sql_newcomer =
	SQL("INSERT INTO user (user_id, username, username_folded, phone, password_hash, state,"
	    " created_at) VALUES (?, ?, ?, ?, '', 1, 1)");
static const struct db_sql sql_lock_user =
	SQL("SELECT role FROM user WHERE user_id = ? FOR UPDATE");
static const struct db_sql sql_day =
	SQL("INSERT INTO check_in (user_id, day, points, checked_at) VALUES (?, ?, ?, 1)");
static const struct db_sql sql_set_points = SQL("UPDATE user SET points = ? WHERE user_id = ?");
static const struct db_sql sql_points = SQL("SELECT points FROM user WHERE user_id = ?");

/* 0 has the event by its id and changes its place in the order, as the compensator does. */
static int64_t put_off_or(struct ctx *c, const struct held *h, const char *statement)
{
	err e = begin_heavy(c, h->other);

	if (!e)
		e = run(c, &sql_lock_event, h->id);
	if (!e)
		e = hold_until_wanted(c, statement, 1);
	if (!e)
		e = db_exec(c->db, NULL, &sql_put_off_event, DB_ARGS(h->id));
	return db_end(c->db, e);
}

static int64_t put_off_or_retry(struct ctx *c, int number, const void *context)
{
	int64_t changed = 0;
	err e;

	if (number == 0)
		return put_off_or(c, context, "UPDATE outbox%");
	wait_until_held(c);
	e = plumbing_events_retry(c, 0, &changed);
	return e ? (int64_t)e : changed == 1 ? 0 : -2;
}

static int64_t put_off_or_drop(struct ctx *c, int number, const void *context)
{
	int64_t changed = 0;
	err e;

	if (number == 0)
		return put_off_or(c, context, "DELETE FROM outbox%");
	wait_until_held(c);
	e = plumbing_events_drop(c, 0, &changed);
	return e ? (int64_t)e : changed == 1 ? 0 : -2;
}

static void dead_events_in_other_hands_are_retried_and_dropped(void **state)
{
	struct fixture *f = *state;
	struct held h = { 0 };

	STORES_OR_SKIP();
	h.other = f->ann;
	h.id = 1;
	assert_int_equal(db_exec(f->c->db, NULL, &sql_event, DB_ARGS(h.id)), OK);
	assert_int_equal(at_once(2, put_off_or_retry, &h), OK);
	assert_int_equal(forum_number(f->c, &sql_events, DB_ARGS(OUTBOX_PENDING)), 1);
	h.other = f->bob;
	h.id = 2;
	assert_int_equal(db_exec(f->c->db, NULL, &sql_event, DB_ARGS(h.id)), OK);
	assert_int_equal(at_once(2, put_off_or_drop, &h), OK);
	assert_int_equal(forum_number(f->c, &sql_events, DB_ARGS(OUTBOX_DEAD)), 0);
}

/* 0 takes the number, and gives it back when the others wait to know whether it is taken. */
static int64_t take_number(struct ctx *c, int number, const void *context)
{
	const struct held *h = context;
	struct login_result result = { 0 };
	struct str name;
	err e;

	if (number > 0) {
		wait_until_held(c);
		e = user_phone_log_in(c, h->text, &result);
		return e ? (int64_t)e : result.answer == LOGIN_OK ? 0 : -2;
	}
	name = str_format(c->arena, "n%lld", (long long)h->id);
	e = begin(c, 2);
	if (!e)
		e = db_exec(c->db, NULL, &sql_newcomer, DB_ARGS(h->id, name, name, h->text));
	if (!e)
		e = hold_until_wanted(c, "INSERT INTO user%", 2);
	/* ERR_CONFLICT takes it all back. */
	return db_end(c->db, e ? e : ERR_CONFLICT) == ERR_CONFLICT ? 0 : -2;
}

static void a_number_that_is_free_after_all_is_an_account(void **state)
{
	struct fixture *f = *state;
	struct held h = { .text = STR("13912340000") };

	STORES_OR_SKIP();
	assert_int_equal(ctx_new_id(f->c, &h.id), OK);
	assert_int_equal(at_once(3, take_number, &h), OK);
}

/* 0 changes an administrator for as long as the page of another one needs. */
static int64_t change_or_look(struct ctx *c, int number, const void *context)
{
	const struct held *h = context;
	struct leaving_preview p = { 0 };
	err e;

	if (number == 1) {
		wait_until_held(c);
		forum_as(c, h->id, ROLE_ADMIN);
		e = leaving_preview(c, &p);
		moments->is_done = true;
		return e ? (int64_t)e : p.is_last_admin ? -2 : 0;
	}
	e = begin(c, 1);
	if (!e)
		e = run(c, &sql_lock_user, h->other);
	return hold_until_done(c, e);
}

static void a_page_waits_for_no_administrator(void **state)
{
	struct fixture *f = *state;
	struct held h = { 0 };

	STORES_OR_SKIP();
	h.id = forum_user(f->c, ROLE_ADMIN);
	h.other = forum_user(f->c, ROLE_ADMIN);
	assert_int_equal(at_once(2, change_or_look, &h), OK);
}

/* 0 knows of a day more, and has stored it when 1, who did not know, comes to store. */
static int64_t reckon_together(struct ctx *c, int number, const void *context)
{
	const struct held *h = context;
	err e;

	if (number == 1) {
		wait_until_held(c);
		return points_refresh(c, h->id);
	}
	e = begin(c, 1);
	if (!e)
		e = run(c, &sql_lock_user, h->id);
	if (!e)
		e = hold_until_wanted(c, "UPDATE user SET points%", 1);
	if (!e)
		e = db_exec(c->db, NULL, &sql_day, DB_ARGS(h->id, 20260102, 6));
	if (!e)
		e = db_exec(c->db, NULL, &sql_set_points, DB_ARGS(11, h->id));
	return db_end(c->db, e);
}

static void older_points_do_not_take_the_place_of_newer_ones(void **state)
{
	struct fixture *f = *state;
	struct held h = { 0 };

	STORES_OR_SKIP();
	h.id = f->ann;
	assert_int_equal(db_exec(f->c->db, NULL, &sql_day, DB_ARGS(h.id, 20260101, 5)), OK);
	assert_int_equal(at_once(2, reckon_together, &h), OK);
	assert_int_equal(forum_number(f->c, &sql_points, DB_ARGS(h.id)), 11);
}

static const struct db_sql sql_lock_post =
	SQL("SELECT votes FROM post WHERE post_id = ? FOR UPDATE");
static const struct db_sql sql_lock_comment =
	SQL("SELECT likes FROM comment WHERE comment_id = ? FOR UPDATE");

/* A batch of persist's, and what somebody else holds meanwhile. */
struct batch {
	int64_t post, comment;
	struct str json;
};

static int64_t hold_or_persist(struct ctx *c, int number, const void *context)
{
	const struct batch *b = context;
	err e;

	if (number == 1) {
		wait_until_held(c);
		e = reaction_persist(c, b->json);
		moments->is_done = true;
		return e;
	}
	e = begin(c, 1);
	if (!e)
		e = run(c, &sql_lock_comment, b->comment);
	if (!e)
		e = run(c, &sql_lock_post, b->post);
	return hold_until_done(c, e);
}

/* Likes that are new, one that is taken back, and a vote: each kind is written in its own way. */
static void persist_waits_for_none_but_its_own(void **state)
{
	static const char *const kinds[][2] = { { "like", "like" },
						{ "unlike", "unlike" },
						{ "vote", "like" } };
	struct fixture *f = *state;
	int64_t post, comment, results[2];
	struct batch b;
	int i;

	STORES_OR_SKIP();
	post = forum_post(f->c, "Liked", "by many");
	comment = forum_comment(f->c, post, 0, "liked, too");
	b.post = forum_post(f->c, "Another", "in other hands");
	b.comment = forum_comment(f->c, b.post, 0, "in other hands, too");
	for (i = 0; i < (int)ARRAY_LEN(kinds); i++) {
		*moments = (struct moments){ 0 };
		b.json = str_format(f->c->arena, "[[\"%s\",1,%lld,7,%d],[\"%s\",2,%lld,7,%d]]",
				    kinds[i][0], (long long)post, i + 1, kinds[i][1],
				    (long long)comment, i + 1);
		forum_at_once(2, hold_or_persist, &b, results);
		assert_int_equal(results[0], OK);
		assert_int_equal(results[1], OK);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		people_test(dead_events_in_other_hands_are_retried_and_dropped),
		people_test(a_number_that_is_free_after_all_is_an_account),
		people_test(a_page_waits_for_no_administrator),
		people_test(older_points_do_not_take_the_place_of_newer_ones),
		people_test(persist_waits_for_none_but_its_own),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
