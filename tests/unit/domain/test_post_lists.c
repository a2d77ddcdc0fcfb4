/* Lists of posts against real stores: cursors, the ranking, what is remembered. */
#include "unit/domain/people.h"
#include "unit/still_clock.h"

#include "domain/post_list.h"
#include "domain/post_rank.h"

static const struct db_sql sql_logged =
	SQL("SELECT COUNT(*) FROM moderation_log WHERE target_id = ?");
static const struct db_sql sql_pin = SQL("UPDATE post SET pinned_at = 1 WHERE post_id = ?");
static const struct db_sql sql_unpin_all = SQL("UPDATE post SET pinned_at = 0");
static const struct db_sql sql_set_score = SQL("UPDATE post SET score = ? WHERE author_id = ?");

static struct post_list load(struct ctx *c, enum post_sort sort, struct str after, int64_t author)
{
	struct post_list_want want = { .sort = sort, .after = after, .author_id = author };
	struct post_list list;

	post_list_prepare(c, &want);
	assert_int_equal(cache_flush(c->cache), OK);
	assert_int_equal(post_list_load(c, &want, &list), OK);
	return list;
}

/* Walk all pages; every post of `ids` is met once. Gives the number of rows. */
static size_t walk(struct ctx *c, enum post_sort sort, int64_t author, const int64_t *ids,
		   size_t count)
{
	struct post_list list;
	struct str after = { 0 };
	size_t rows = 0, i, k;
	int seen[64] = { 0 };

	do {
		list = load(c, sort, after, author);
		rows += list.rows.count;
		for (i = 0; i < list.rows.count; i++) {
			for (k = 0; k < count; k++)
				seen[k] += list.rows.items[i].id == ids[k];
		}
		after = list.next;
	} while (after.n && rows < 1000);
	for (k = 0; k < count; k++)
		assert_int_equal(seen[k], 1);
	return rows;
}

static void pages_hold_every_post_once_with_equal_scores(void **state)
{
	struct fixture *f = *state;
	int64_t ids[35];

	STORES_OR_SKIP();
	for (int i = 0; i < 35; i++) {
		ids[i] = forum_post(f->c, "One of many", "of the same second");
		post_rank_add(f->c, ids[i], 5000000000);
	}
	forum_next(f->c);
	assert_int_equal(db_exec(f->c->db, NULL, &sql_set_score,
				 DB_ARGS(INT64_C(5000000000), f->ann)),
			 OK);
	walk(f->c, POST_SORT_HOT, 0, ids, 35);
	walk(f->c, POST_SORT_NEW, 0, ids, 35);
	assert_int_equal(walk(f->c, POST_SORT_AUTHOR, f->ann, ids, 35), 35);
	stores_signal("redis", SIGSTOP);
	{
		/* From SQL alone, in the same order. */
		struct ctx *c = forum_open();
		struct post_list_want want = { .sort = POST_SORT_HOT };
		struct post_list list;

		post_list_prepare(c, &want);
		assert_int_equal(cache_flush(c->cache), ERR_UNAVAILABLE);
		assert_int_equal(post_list_load(c, &want, &list), OK);
		assert_int_equal(list.rows.items[0].id, ids[34]);
		assert_int_equal(list.rows.items[9].id, ids[25]);
		assert_true(list.next.n > 0);
		forum_close(c);
	}
	stores_signal("redis", SIGCONT);
	stores_sleep_ms(600);
}

static void the_ranking_comes_back_when_redis_lost_it(void **state)
{
	struct fixture *f = *state;
	struct post_list list;
	int64_t id;

	STORES_OR_SKIP();
	forum_empty_redis();
	id = forum_post(f->c, "After the loss", "of everything");
	assert_int_equal(db_exec(f->c->db, NULL, &sql_set_score,
				 DB_ARGS(INT64_C(6000000000), f->ann)),
			 OK);
	list = load(f->c, POST_SORT_HOT, STR(""), 0);
	assert_true(list.rows.count == POST_LIST_PAGE);
	assert_int_equal(list.rows.items[0].id, id);
}

/* What was left by whoever died before Redis heard of it, and by the tests before. */
static void mend_all(struct ctx *c)
{
	int64_t mended = 1;

	while (mended)
		assert_int_equal(post_rank_mend(c, 500, &mended), OK);
}

/* Whoever deleted or pinned it died before Redis heard of it: page after page would be short. */
static void what_is_gone_takes_up_no_place(void **state)
{
	struct fixture *f = *state;
	int64_t gone[POST_LIST_PAGE], pinned, mended;
	size_t i;

	STORES_OR_SKIP();
	load(f->c, POST_SORT_HOT, STR(""), 0);
	mend_all(f->c);
	pinned = forum_post(f->c, "Pinned since", "and still in the ranking");
	assert_int_equal(db_exec(f->c->db, NULL, &sql_pin, DB_ARGS(pinned)), OK);
	post_rank_add(f->c, pinned, INT64_C(9000000000));
	for (i = 0; i < ARRAY_LEN(gone); i++) {
		gone[i] = forum_post(f->c, "Deleted since", "and still in the ranking");
		assert_int_equal(post_delete(f->c, gone[i], STR("")), OK);
		post_rank_add(f->c, gone[i], INT64_C(9000000000));
	}
	post_version_bump(f->c);
	assert_int_equal(cache_flush(f->c->cache), OK);
	assert_int_equal(load(f->c, POST_SORT_HOT, STR(""), 0).rows.count, 1);
	assert_int_equal(post_rank_mend(f->c, 500, &mended), OK);
	assert_int_equal(mended, ARRAY_LEN(gone) + 1);
	assert_int_equal(post_rank_mend(f->c, 500, &mended), OK);
	assert_int_equal(mended, 0);
	post_version_bump(f->c);
	assert_int_equal(cache_flush(f->c->cache), OK);
	assert_int_equal(load(f->c, POST_SORT_HOT, STR(""), 0).rows.count, POST_LIST_PAGE + 1);
	assert_int_equal(db_exec(f->c->db, NULL, &sql_unpin_all, DB_NO_ARGS), OK);
}

/* Whoever wrote it died before Redis heard of it. */
static void a_post_the_ranking_missed_is_put_into_it(void **state)
{
	struct fixture *f = *state;
	int64_t missed, gone, added;

	STORES_OR_SKIP();
	load(f->c, POST_SORT_HOT, STR(""), 0);
	mend_all(f->c);
	gone = forum_post(f->c, "Deleted since", "and not missed");
	missed = forum_post(f->c, "Missed", "by the ranking");
	assert_int_equal(db_exec(f->c->db, NULL, &sql_set_score,
				 DB_ARGS(INT64_C(7000000000), f->ann)),
			 OK);
	assert_int_equal(post_delete(f->c, gone, STR("")), OK);
	post_rank_remove(f->c, missed);
	post_version_bump(f->c);
	assert_int_equal(cache_flush(f->c->cache), OK);
	assert_true(load(f->c, POST_SORT_HOT, STR(""), 0).rows.items[0].id != missed);
	assert_int_equal(post_rank_mend(f->c, 50, &added), OK);
	assert_int_equal(added, 1);
	assert_int_equal(post_rank_mend(f->c, 50, &added), OK);
	assert_int_equal(added, 0);
	/* And one whose votes it missed. */
	post_rank_lower(f->c, missed, INT64_C(1000));
	assert_int_equal(cache_flush(f->c->cache), OK);
	assert_int_equal(post_rank_mend(f->c, 50, &added), OK);
	assert_int_equal(added, 1);
	post_version_bump(f->c);
	assert_int_equal(cache_flush(f->c->cache), OK);
	assert_int_equal(load(f->c, POST_SORT_HOT, STR(""), 0).rows.items[0].id, missed);
	/* One that is not there at all is not begun in this way. */
	forum_empty_redis();
	assert_int_equal(post_rank_mend(f->c, 50, &added), OK);
	assert_int_equal(added, 0);
}

static void wrong_cursors_are_not_found(void **state)
{
	struct fixture *f = *state;
	static const char *const wrong[] = { "x",   "-",   "1-",    "-1",
					     "1-0", "1-x", "1-2-3", "99999999999999999999-1",
					     "1" };
	struct post_list list;
	size_t i;

	STORES_OR_SKIP();
	for (i = 0; i < ARRAY_LEN(wrong); i++) {
		struct post_list_want want = { .sort = POST_SORT_HOT,
					       .after = str_from_c(wrong[i]) };

		post_list_prepare(f->c, &want);
		assert_int_equal(cache_flush(f->c->cache), OK);
		assert_int_equal(post_list_load(f->c, &want, &list), ERR_NOT_FOUND);
	}
}

static void pinned_posts_come_first_and_once(void **state)
{
	struct fixture *f = *state;
	struct post_list list;
	int64_t id, other;

	STORES_OR_SKIP();
	id = forum_post(f->c, "Pinned", "stays on top");
	other = forum_post(f->c, "Another", "one");
	assert_int_equal(post_set_pinned(f->c, id, true), ERR_FORBIDDEN);
	forum_as(f->c, f->mod, ROLE_MODERATOR);
	assert_int_equal(post_set_pinned(f->c, id, true), OK);
	assert_int_equal(post_set_pinned(f->c, id, true), OK);
	assert_int_equal(forum_number(f->c, &sql_logged, DB_ARGS(id)), 1);
	list = load(f->c, POST_SORT_NEW, STR(""), 0);
	assert_int_equal(list.rows.items[0].id, id);
	assert_true(list.rows.items[0].is_pinned);
	assert_int_equal(list.rows.items[1].id, other);
	list = load(f->c, POST_SORT_HOT, STR(""), 0);
	assert_int_equal(list.rows.items[0].id, id);
	walk(f->c, POST_SORT_HOT, 0, (int64_t[]){ id, other }, 2);
	walk(f->c, POST_SORT_NEW, 0, (int64_t[]){ id, other }, 2);
	assert_int_equal(post_set_pinned(f->c, id, false), OK);
	walk(f->c, POST_SORT_HOT, 0, (int64_t[]){ id, other }, 2);
	assert_int_equal(post_set_featured(f->c, id, true), OK);
	list = load(f->c, POST_SORT_FEATURED, STR(""), 0);
	assert_int_equal(list.rows.items[0].id, id);
	assert_int_equal(post_set_featured(f->c, id, false), OK);
	list = load(f->c, POST_SORT_FEATURED, STR(""), 0);
	assert_int_equal(list.rows.count, 0);
}

static void a_change_is_seen_by_other_processes_at_once(void **state)
{
	struct fixture *f = *state;
	struct ctx *other;
	struct post_list list;
	int64_t id;

	STORES_OR_SKIP();
	other = forum_open();
	id = forum_post(f->c, "Fresh", "news");
	list = load(other, POST_SORT_NEW, STR(""), 0);
	assert_int_equal(list.rows.items[0].id, id);
	assert_int_equal(post_delete(f->c, id, STR("")), OK);
	forum_next(other);
	list = load(other, POST_SORT_NEW, STR(""), 0);
	assert_int_not_equal(list.rows.items[0].id, id);
	forum_close(other);
}

static void a_warm_list_needs_one_round_trip_and_no_sql(void **state)
{
	struct fixture *f = *state;

	STORES_OR_SKIP();
	for (int i = 0; i < 12; i++)
		forum_post(f->c, "One more", "to fill the page");
	clock_stop();
	load(f->c, POST_SORT_HOT, STR(""), 0);
	forum_next(f->c);
	db_take_count(f->c->db);
	cache_take_count(f->c->cache);
	load(f->c, POST_SORT_HOT, STR(""), 0);
	assert_int_equal(db_take_count(f->c->db), 0);
	assert_int_equal(cache_take_count(f->c->cache), 1);
	clock_move(1000);
	forum_next(f->c);
	db_take_count(f->c->db);
	load(f->c, POST_SORT_HOT, STR(""), 0);
	assert_in_range(db_take_count(f->c->db), 1, 2);
	clock_run();
}

static void feeds_and_stamps_leave_deleted_posts_out(void **state)
{
	struct fixture *f = *state;
	struct post_bodies bodies;
	struct post_stamps stamps;
	int64_t kept, gone;

	STORES_OR_SKIP();
	kept = forum_post(f->c, "Kept", "text");
	gone = forum_post(f->c, "Gone", "text");
	assert_int_equal(post_delete(f->c, gone, STR("")), OK);
	assert_int_equal(post_list_feed(f->c, 5, &bodies), OK);
	assert_int_equal(bodies.items[0].id, kept);
	assert_text(bodies.items[0].body_md, "text");
	assert_int_equal(post_list_stamps(f->c, kept - 1, INT64_MAX, 5, &stamps), OK);
	assert_int_equal(stamps.count, 1);
	assert_int_equal(stamps.items[0].id, kept);
	assert_int_equal(post_list_stamps(f->c, kept - 1, kept - 1, 5, &stamps), OK);
	assert_int_equal(stamps.count, 0);
}

static void steps_over_all_posts_end_where_none_follows(void **state)
{
	struct fixture *f = *state;
	int64_t ids[5], at;
	int i;

	STORES_OR_SKIP();
	for (i = 0; i < 5; i++)
		ids[i] = forum_post(f->c, "Step", "text");
	forum_as(f->c, forum_user(f->c, ROLE_MODERATOR), ROLE_MODERATOR);
	assert_int_equal(post_delete(f->c, ids[1], STR("")), OK);
	assert_int_equal(post_set_pinned(f->c, ids[2], true), OK);
	assert_int_equal(post_list_step(f->c, ids[0] - 1, 2, &at), OK);
	assert_int_equal(at, ids[3]);
	assert_int_equal(post_list_step(f->c, ids[0] - 1, 3, &at), OK);
	assert_int_equal(at, 0);
	assert_int_equal(post_list_step(f->c, ids[0] - 1, 4, &at), OK);
	assert_int_equal(at, 0);
	assert_int_equal(post_set_pinned(f->c, ids[2], false), OK);
}

/* More than fit on top of a list would be in none. */
static void no_more_are_pinned_than_are_shown(void **state)
{
	struct fixture *f = *state;
	int64_t ids[POST_PINNED_MOST + 1];
	struct post_list list;
	size_t i;

	STORES_OR_SKIP();
	assert_int_equal(db_exec(f->c->db, NULL, &sql_unpin_all, DB_NO_ARGS), OK);
	for (i = 0; i < ARRAY_LEN(ids); i++)
		ids[i] = forum_post(f->c, "A rule", "to be on top");
	forum_as(f->c, f->mod, ROLE_MODERATOR);
	for (i = 0; i < POST_PINNED_MOST; i++)
		assert_int_equal(post_set_pinned(f->c, ids[i], true), OK);
	assert_int_equal(post_set_pinned(f->c, ids[i], true), ERR_CONFLICT);
	assert_int_equal(post_set_pinned(f->c, ids[0], true), OK);
	walk(f->c, POST_SORT_NEW, 0, ids, ARRAY_LEN(ids));
	assert_int_equal(post_set_pinned(f->c, ids[0], false), OK);
	assert_int_equal(post_set_pinned(f->c, ids[i], true), OK);
	list = load(f->c, POST_SORT_NEW, STR(""), 0);
	assert_int_equal(list.rows.items[0].id, ids[i]);
	assert_int_equal(db_exec(f->c->db, NULL, &sql_unpin_all, DB_NO_ARGS), OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		people_test(pages_hold_every_post_once_with_equal_scores),
		people_test(the_ranking_comes_back_when_redis_lost_it),
		people_test(what_is_gone_takes_up_no_place),
		people_test(a_post_the_ranking_missed_is_put_into_it),
		people_test(wrong_cursors_are_not_found),
		people_test(pinned_posts_come_first_and_once),
		people_test(no_more_are_pinned_than_are_shown),
		people_test(a_change_is_seen_by_other_processes_at_once),
		people_test(a_warm_list_needs_one_round_trip_and_no_sql),
		people_test(feeds_and_stamps_leave_deleted_posts_out),
		people_test(steps_over_all_posts_end_where_none_follows),
	};

	return cmocka_run_group_tests(tests, forum_set_up, stores_tear_down);
}
