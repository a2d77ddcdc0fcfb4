/*
 * Every statement of the forum, explained by MariaDB on a filled database as it is run: an index
 * serves it, nothing big is scanned or sorted. See explain.h.
 */
#include "unit/unit.h"

#include "base/clock.h"
#include "domain/check_in.h"
#include "domain/comment.h"
#include "domain/comment_by_author.h"
#include "domain/form_once.h"
#include "domain/outbox.h"
#include "domain/picture.h"
#include "domain/points.h"
#include "domain/post_list.h"
#include "domain/post_rank.h"
#include "domain/reaction.h"
#include "domain/reaction_fill.h"
#include "domain/reaction_given.h"
#include "support/forum.h"
#include "unit/domain/big_forum.h"
#include "unit/domain/explain.h"

#define BIG_POST INT64_C(1000001)
#define USERS 1000

static struct ctx *ctx;

static int start(void **state)
{
	if (forum_set_up(state) || explain_fill(fill))
		return -1;
	if (!stores.missing)
		ctx = forum_open();
	return 0;
}

static int stop(void **state)
{
	if (!stores.missing)
		forum_close(ctx);
	return stores_tear_down(state);
}

static void list(struct ctx *c, enum post_sort sort, const char *after)
{
	struct post_list_want want = { .sort = sort, .after = str_from_c(after), .author_id = 7 };
	struct post_list out;

	post_list_prepare(c, &want);
	(void)!cache_flush(c->cache);
	assert_int_equal(post_list_load(c, &want, &out), OK);
	assert_true(out.rows.count > 0);
}

static void article(struct ctx *c, int64_t post, enum comment_sort sort, const char *after)
{
	struct comment_want want = {
		.post_id = post, .viewer_hint = 5, .sort = sort, .after = str_from_c(after)
	};
	struct reaction_want reactions;
	struct reaction_state state;
	struct comment_page page;
	struct post p;

	forum_as(c, 5, ROLE_USER);
	reaction_prepare(c, &reactions, post, 5);
	comment_page_prepare(c, &want);
	(void)!cache_flush(c->cache);
	assert_int_equal(post_find_version(c, post, reaction_version(&reactions), &p), OK);
	assert_int_equal(reaction_load(c, &reactions, p.created_at, p.votes, p.likes, p.comments,
				       &state),
			 OK);
	assert_int_equal(comment_page_load(c, &want, state.version, &page), OK);
	assert_true(page.roots.count > 0);
}

static void read_everything(struct ctx *c)
{
	struct post_revision_list revisions;
	struct post_revision revision;
	struct post_draft_saved draft;
	struct post_bodies bodies;
	struct post_stamps stamps;
	struct comment top;
	struct people people;
	int64_t next, made;

	list(c, POST_SORT_HOT, "");
	list(c, POST_SORT_HOT, "2000-1004990");
	list(c, POST_SORT_NEW, "");
	list(c, POST_SORT_NEW, "1004000");
	list(c, POST_SORT_FEATURED, "");
	list(c, POST_SORT_FEATURED, "2000-1004990");
	list(c, POST_SORT_AUTHOR, "");
	article(c, BIG_POST, COMMENT_SORT_BEST, "");
	article(c, BIG_POST, COMMENT_SORT_BEST, "20-4000010");
	article(c, BIG_POST, COMMENT_SORT_NEW, "");
	article(c, BIG_POST, COMMENT_SORT_OLD, "4000003");
	assert_int_equal(comment_thread(c, 4000001, 0, &top, &next), OK);
	assert_int_equal(comment_thread(c, 5000101, 0, &top, &next), OK);
	assert_int_equal(comment_place(c, 4000001, 5000101, &next), OK);
	assert_int_equal(post_revisions(c, BIG_POST, &revisions), OK);
	assert_int_equal(post_revision_find(c, BIG_POST, 1, &revision), OK);
	forum_as(c, 9, ROLE_USER);
	assert_int_equal(post_draft_find(c, 0, &draft), OK);
	assert_int_equal(post_list_feed(c, 20, &bodies), OK);
	assert_int_equal(post_list_stamps(c, 1001000, 1002000, 1000, &stamps), OK);
	assert_int_equal(post_list_step(c, 1001000, 100, &made), OK);
	assert_int_equal(like_people(c, BIG_POST, 20, &people), OK);
	assert_int_equal(form_once_find(c, STR("xxxxxxxxxxxxxxxxxxxxx1"), &made), ERR_NOT_FOUND);
}

/* What the pages of people ask. */
static void read_people(struct ctx *c)
{
	struct given_cursor before = { 0 };
	struct check_in_state state;
	enum picture_state picture;
	struct given_likes likes;
	struct points points;
	struct said_list said;
	int64_t count, sum;

	assert_int_equal(comment_list_by_author(c, 7, 0, 20, &said), OK);
	assert_int_equal(comment_count_by_author(c, 7, &count, &sum), OK);
	assert_int_equal(reaction_list_given(c, 7, before, 20, &likes), OK);
	assert_int_equal(reaction_count_received(c, 7, &count), OK);
	assert_int_equal(points_find(c, 7, &points), OK);
	assert_int_equal(check_in_load(c, 0, &state), OK);
	assert_int_equal(picture_find_state(c, PICTURE_AVATAR, 7, &picture), OK);
}

static void write_everything(struct ctx *c)
{
	struct post_draft d = { STR("Title"), STR("body") };
	const char *problem = NULL;
	int64_t id, reply, post;

	forum_as(c, 5, ROLE_MODERATOR);
	id = forum_post(c, "Title", "text");
	assert_int_equal(post_edit(c, id, &d, 1, &problem), OK);
	assert_int_equal(post_draft_save(c, id, &d, 1), OK);
	assert_int_equal(post_set_pinned(c, id, true), OK);
	assert_int_equal(post_set_featured(c, id, true), OK);
	reply = forum_comment(c, id, forum_comment(c, id, 0, "root"), "reply");
	assert_int_equal(comment_edit(c, reply, STR("changed"), 1, &problem), OK);
	assert_int_equal(comment_delete(c, reply, STR(""), &post), OK);
	assert_int_equal(post_delete(c, id, STR("")), OK);
	assert_int_equal(outbox_add(c, STR("topic"), STR("{}")), OK);
	outbox_publish_own(c);
	assert_int_equal(form_once_sweep(c, 100, &post), OK);
	assert_int_equal(reaction_rebuild(c, 0, 5, &post), OK);
	assert_int_equal(reaction_fill_comments(c, BIG_POST), OK);
	assert_int_equal(reaction_persist(c,
					  STR("[[\"vote\",1,1000001,3,5],[\"like\",1,1000001,3,5],"
					      "[\"like\",2,2000001,3,5]]")),
			 OK);
}

/* A scan and a sort. */
static void a_bad_statement_is_noticed(void **state)
{
	static const struct db_sql scan = SQL("SELECT COUNT(*) FROM comment WHERE body_md = 'x'");
	static const struct db_sql sort =
		SQL("SELECT post_id FROM post WHERE author_id = 7 ORDER BY votes");

	(void)state;
	STORES_OR_SKIP();
	explain_notices(ctx, &scan);
	explain_notices(ctx, &sort);
}

static void every_statement_is_served_by_an_index(void **state)
{
	struct config without_redis = stores.config;
	struct ctx *c;

	(void)state;
	STORES_OR_SKIP();
	is_explaining = true;
	read_everything(ctx);
	read_people(ctx);
	write_everything(ctx);
	/* Again with no Redis, for what is only asked then. */
	without_redis.redis.socket = STR("/nowhere/redis.sock");
	c = forum_open();
	cache_free(c->cache);
	c->cache = cache_new(&without_redis);
	forum_next(c);
	read_everything(c);
	forum_close(c);
	explain_end(50);
}

/* The work of a page is bound by what it shows, not by how much there is. */
static void a_page_of_many_comments_is_read_fast(void **state)
{
	struct comment_page page;
	int64_t began, took = 0;
	int i;

	(void)state;
	STORES_OR_SKIP();
	for (i = 0; i < 20; i++) {
		struct comment_want want = { .post_id = BIG_POST, .sort = COMMENT_SORT_BEST };

		forum_next(ctx);
		began = clock_ticks_us();
		assert_int_equal(comment_page_load(ctx, &want, i + 1, &page), OK);
		took += clock_ticks_us() - began;
	}
	assert_int_equal(page.roots.count, COMMENT_PAGE);
	print_message("10 comments and their 200 replies: %lld us\n", (long long)(took / i));
}

/* Rows the server has looked at for this connection. */
static int64_t rows_read(struct ctx *c)
{
	static const struct db_sql sql_read =
		SQL("SELECT CAST(SUM(variable_value) AS SIGNED) FROM"
		    " information_schema.session_status WHERE variable_name IN"
		    " ('HANDLER_READ_KEY', 'HANDLER_READ_NEXT', 'HANDLER_READ_PREV',"
		    " 'HANDLER_READ_FIRST', 'HANDLER_READ_LAST')");

	return forum_number(c, &sql_read, DB_NO_ARGS);
}

static void list_of(struct ctx *c, enum post_sort sort, const char *after)
{
	struct post_list_want want = { .sort = sort,
				       .after = str_from_c(after),
				       .author_id = LONG_AUTHOR };
	struct post_list out;
	int64_t before = rows_read(c);

	post_list_prepare(c, &want);
	(void)!cache_flush(c->cache);
	assert_int_equal(post_list_load(c, &want, &out), OK);
	assert_int_equal(out.rows.count, POST_LIST_PAGE);
	assert_in_range(rows_read(c) - before, POST_LIST_PAGE, 300);
}

static void comments_of(struct ctx *c, enum comment_sort sort, const char *after)
{
	struct comment_want want = { .post_id = LONG_FIRST + LONG_COUNT - 1,
				     .sort = sort,
				     .after = str_from_c(after) };
	struct comment_page page;
	int64_t before = rows_read(c);

	assert_int_equal(comment_page_load(c, &want, 0, &page), OK);
	assert_int_equal(page.roots.count, COMMENT_PAGE);
	assert_in_range(rows_read(c) - before, COMMENT_PAGE, 300);
}

/* A cursor that is only compared would read all that stands before it: as slow as an offset. */
static void a_page_far_down_costs_what_the_first_one_costs(void **state)
{
	struct config without_redis = stores.config;
	struct comment comment;
	int64_t before, next;
	struct ctx *c;

	(void)state;
	STORES_OR_SKIP();
	without_redis.redis.socket = STR("/nowhere/redis.sock");
	c = forum_open();
	cache_free(c->cache);
	c->cache = cache_new(&without_redis);
	forum_next(c);
	list_of(c, POST_SORT_NEW, "6002000");
	list_of(c, POST_SORT_AUTHOR, "6002000");
	list_of(c, POST_SORT_FEATURED, "7-6002000");
	list_of(c, POST_SORT_HOT, "7-6002000");
	comments_of(c, COMMENT_SORT_NEW, "7002000");
	comments_of(c, COMMENT_SORT_OLD, "7002000");
	comments_of(c, COMMENT_SORT_BEST, "0-7002000");
	before = rows_read(c);
	assert_int_equal(comment_thread(c, 7000001, 2000, &comment, &next), OK);
	assert_in_range(rows_read(c) - before, COMMENT_THREAD_PAGE, 600);
	forum_close(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bad_statement_is_noticed),
		cmocka_unit_test(every_statement_is_served_by_an_index),
		cmocka_unit_test(a_page_of_many_comments_is_read_fast),
		cmocka_unit_test(a_page_far_down_costs_what_the_first_one_costs),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
