/* Comments against real stores: trees, pages, live likes. */
#include "unit/domain/article.h"
#include "unit/still_clock.h"

static const struct db_sql sql_post_comments = SQL("SELECT comments FROM post WHERE post_id = ?");
static const struct db_sql sql_like = SQL("UPDATE comment SET likes = ? WHERE comment_id = ?");
static const struct db_sql sql_liked =
	SQL("INSERT INTO liked (target_type, target_id, user_id, is_on, changed_us)"
	    " VALUES (2, ?, ?, 1, 5000)");

static int64_t post_comments(struct fixture *f)
{
	return forum_number(f->c, &sql_post_comments, DB_ARGS(f->post));
}

static void replies_hang_below_what_they_answer(void **state)
{
	struct fixture *f = *state;
	struct comment_page page;
	const struct comment *root, *reply;
	int64_t first, second;

	STORES_OR_SKIP();
	first = article_say(f, 0, "a **root**");
	forum_as(f->c, f->bob, ROLE_USER);
	second = article_say(f, first, "an answer");
	forum_as(f->c, f->ann, ROLE_USER);
	article_say(f, second, "an answer to the answer");
	article_say(f, first, "another answer");
	page = article_load(f->c, f->post, COMMENT_SORT_OLD, STR(""));
	assert_int_equal(page.roots.count, 1);
	root = page.roots.items[0];
	assert_int_equal(root->id, first);
	assert_int_equal(root->depth, 0);
	assert_int_equal(root->replies, 3);
	assert_int_equal(root->hidden_replies, 0);
	assert_int_equal(root->to.id, 0);
	assert_true(root->is_own);
	assert_true(str_find(root->body.markup, STR("<strong>root</strong>")) >= 0);
	assert_int_equal(root->children.count, 2);
	reply = root->children.items[0];
	assert_int_equal(reply->author.id, f->bob);
	assert_int_equal(reply->to.id, f->ann);
	assert_false(reply->is_own);
	assert_int_equal(reply->children.count, 1);
	assert_int_equal(reply->children.items[0]->to.id, f->bob);
	assert_int_equal(reply->children.items[0]->depth, 2);
	assert_int_equal(post_comments(f), 4);
}

static void deep_replies_are_drawn_at_the_deepest_level(void **state)
{
	struct fixture *f = *state;
	const struct comment *m;
	int64_t id;
	int depth;

	STORES_OR_SKIP();
	id = article_say(f, 0, "top");
	for (int i = 0; i < 8; i++)
		id = article_say(f, id, "deeper");
	m = article_load(f->c, f->post, COMMENT_SORT_NEW, STR("")).roots.items[0];
	for (depth = 0; depth < COMMENT_DRAWN_DEPTH - 1; depth++) {
		assert_int_equal(m->depth, depth);
		assert_int_equal(m->children.count, 1);
		m = m->children.items[0];
	}
	assert_int_equal(m->depth, COMMENT_DRAWN_DEPTH - 1);
	assert_int_equal(m->children.count, 8 - (COMMENT_DRAWN_DEPTH - 1));
	for (size_t i = 0; i < m->children.count; i++) {
		assert_int_equal(m->children.items[i]->depth, COMMENT_DRAWN_DEPTH);
		assert_int_equal(m->children.items[i]->children.count, 0);
	}
}

static void pages_hold_every_root_once(void **state)
{
	struct fixture *f = *state;
	static const enum comment_sort sorts[] = { COMMENT_SORT_BEST, COMMENT_SORT_NEW,
						   COMMENT_SORT_OLD };
	int64_t ids[34];

	STORES_OR_SKIP();
	for (int i = 0; i < 34; i++) {
		ids[i] = article_say(f, 0, "one of many");
		assert_int_equal(db_exec(f->c->db, NULL, &sql_like, DB_ARGS(i / 12, ids[i])), OK);
	}
	for (size_t s = 0; s < ARRAY_LEN(sorts); s++) {
		int seen[34] = { 0 }, total = 0;
		struct str after = { 0 };
		struct comment_page page;

		do {
			page = article_load(f->c, f->post, sorts[s], after);
			for (size_t i = 0; i < page.roots.count; i++) {
				for (int k = 0; k < 34; k++)
					seen[k] += page.roots.items[i]->id == ids[k];
			}
			total += (int)page.roots.count;
			after = str_copy(f->c->arena, page.next);
		} while (after.n);
		assert_int_equal(total, 34);
		for (int k = 0; k < 34; k++)
			assert_int_equal(seen[k], 1);
	}
	assert_int_equal(article_load(f->c, f->post, COMMENT_SORT_OLD, STR("")).roots.items[0]->id,
			 ids[0]);
	assert_int_equal(article_load(f->c, f->post, COMMENT_SORT_NEW, STR("")).roots.items[0]->id,
			 ids[33]);
	assert_int_equal(article_load(f->c, f->post, COMMENT_SORT_BEST, STR("")).roots.items[0]->id,
			 ids[33]);
	assert_int_equal(article_load(f->c, f->post, COMMENT_SORT_BEST, STR("")).roots.count,
			 COMMENT_PAGE);
}

static void wrong_cursors_are_not_found(void **state)
{
	struct fixture *f = *state;
	struct comment_page page;

	STORES_OR_SKIP();
	assert_int_equal(article_try(f->c, f->post, COMMENT_SORT_BEST, STR("7"), &page),
			 ERR_NOT_FOUND);
	assert_int_equal(article_try(f->c, f->post, COMMENT_SORT_BEST, STR("x-7"), &page),
			 ERR_NOT_FOUND);
	assert_int_equal(article_try(f->c, f->post, COMMENT_SORT_OLD, STR("1-7"), &page),
			 ERR_NOT_FOUND);
	assert_int_equal(article_try(f->c, f->post, COMMENT_SORT_NEW, STR("-7"), &page),
			 ERR_NOT_FOUND);
}

static void long_threads_continue_on_their_own_page(void **state)
{
	struct fixture *f = *state;
	struct comment top;
	int64_t root, next = 0, reply;
	size_t i;

	STORES_OR_SKIP();
	root = article_say(f, 0, "long");
	reply = article_say(f, root, "the first reply");
	for (i = 0; i < 119; i++)
		article_say(f, i % 2 ? root : reply, "one more");
	{
		const struct comment *m =
			article_load(f->c, f->post, COMMENT_SORT_NEW, STR("")).roots.items[0];

		assert_int_equal(m->replies, 120);
		assert_int_equal(m->hidden_replies, 120 - COMMENT_REPLIES);
	}
	assert_int_equal(comment_thread(f->c, root, 0, &top, &next), OK);
	assert_int_equal(top.id, root);
	assert_int_equal(top.target_id, f->post);
	assert_int_equal(next, COMMENT_THREAD_PAGE);
	assert_int_equal(comment_thread(f->c, root, next, &top, &next), OK);
	assert_int_equal(next, 0);
	/* Those that answer the first reply have no parent here: they stand below the root. */
	assert_int_equal(top.children.count, 120 - COMMENT_THREAD_PAGE);
	assert_int_equal(top.children.items[0]->depth, 1);
	assert_int_equal(comment_thread(f->c, reply, 0, &top, &next), OK);
	assert_int_equal(top.id, reply);
	assert_int_equal(top.depth, 0);
	assert_int_equal(top.children.count, 60);
	assert_int_equal(next, 0);
	assert_int_equal(comment_thread(f->c, 1, 0, &top, &next), ERR_NOT_FOUND);
}

static void a_comment_is_seen_by_other_processes_at_once(void **state)
{
	struct fixture *f = *state;
	struct ctx *other;
	int64_t post, id;

	STORES_OR_SKIP();
	other = forum_open();
	assert_int_equal(article_load(other, f->post, COMMENT_SORT_NEW, STR("")).roots.count, 0);
	id = article_say(f, 0, "news");
	forum_next(other);
	assert_int_equal(article_load(other, f->post, COMMENT_SORT_NEW, STR("")).roots.count, 1);
	assert_int_equal(comment_delete(f->c, id, STR(""), &post), OK);
	forum_next(other);
	assert_int_equal(article_load(other, f->post, COMMENT_SORT_NEW, STR("")).roots.count, 0);
	forum_close(other);
}

static void a_warm_article_needs_one_round_trip_and_no_sql(void **state)
{
	struct fixture *f = *state;

	STORES_OR_SKIP();
	for (int i = 0; i < 12; i++)
		article_say(f, 0, "comment");
	clock_stop();
	article_load(f->c, f->post, COMMENT_SORT_BEST, STR(""));
	forum_next(f->c);
	db_take_count(f->c->db);
	cache_take_count(f->c->cache);
	article_load(f->c, f->post, COMMENT_SORT_BEST, STR(""));
	assert_int_equal(db_take_count(f->c->db), 0);
	assert_int_equal(cache_take_count(f->c->cache), 1);
	clock_move(1000);
	forum_next(f->c);
	db_take_count(f->c->db);
	cache_take_count(f->c->cache);
	article_load(f->c, f->post, COMMENT_SORT_BEST, STR(""));
	assert_int_equal(db_take_count(f->c->db), 2);
	assert_int_equal(cache_take_count(f->c->cache), 1);
	clock_run();
}

static void likes_are_live_and_the_viewers(void **state)
{
	struct fixture *f = *state;
	struct comment_page page;
	int64_t id, likes, post;

	STORES_OR_SKIP();
	id = article_say(f, 0, "likeable");
	article_load(f->c, f->post, COMMENT_SORT_OLD, STR(""));
	assert_int_equal(like_set_comment(f->c, id, true, &likes, &post), OK);
	assert_int_equal(likes, 1);
	assert_int_equal(post, f->post);
	assert_int_equal(like_set_comment(f->c, id, true, &likes, &post), OK);
	assert_int_equal(likes, 1);
	page = article_load(f->c, f->post, COMMENT_SORT_OLD, STR(""));
	assert_int_equal(page.roots.items[0]->likes, 1);
	assert_true(page.roots.items[0]->is_liked);
	forum_as(f->c, f->bob, ROLE_USER);
	assert_int_equal(like_set_comment(f->c, id, true, &likes, &post), OK);
	assert_int_equal(likes, 2);
	assert_int_equal(like_set_comment(f->c, id, false, &likes, &post), OK);
	assert_int_equal(like_set_comment(f->c, id, false, &likes, &post), OK);
	assert_int_equal(likes, 1);
	page = article_load(f->c, f->post, COMMENT_SORT_OLD, STR(""));
	assert_false(page.roots.items[0]->is_liked);
	assert_int_equal(like_set_comment(f->c, 12345, true, &likes, &post), ERR_NOT_FOUND);
}

static void likes_come_back_from_the_database(void **state)
{
	struct fixture *f = *state;
	struct comment_page page;
	int64_t id, likes, post;

	STORES_OR_SKIP();
	id = article_say(f, 0, "liked long ago");
	assert_int_equal(db_exec(f->c->db, NULL, &sql_liked, DB_ARGS(id, f->ann)), OK);
	assert_int_equal(db_exec(f->c->db, NULL, &sql_like, DB_ARGS(1, id)), OK);
	forum_empty_redis();
	page = article_load(f->c, f->post, COMMENT_SORT_OLD, STR(""));
	assert_int_equal(page.roots.items[0]->likes, 1);
	assert_true(page.roots.items[0]->is_liked);
	forum_empty_redis();
	assert_int_equal(like_set_comment(f->c, id, false, &likes, &post), OK);
	assert_int_equal(likes, 0);
}

static void comments_are_read_without_redis(void **state)
{
	struct fixture *f = *state;
	struct ctx *c;

	STORES_OR_SKIP();
	article_say(f, 0, "still here");
	stores_signal("redis", SIGSTOP);
	c = forum_open();
	assert_int_equal(article_load(c, f->post, COMMENT_SORT_BEST, STR("")).roots.count, 1);
	forum_close(c);
	stores_signal("redis", SIGCONT);
	stores_sleep_ms(600);
}

/* Whether the page of a conversation that begins after `after` shows a comment. */
static bool is_on_page(struct fixture *f, int64_t top, int64_t after, int64_t id)
{
	struct comment thread;
	int64_t next;
	size_t i;

	assert_int_equal(comment_thread(f->c, top, after, &thread, &next), OK);
	for (i = 0; i < thread.children.count; i++)
		if (thread.children.items[i]->id == id)
			return true;
	return false;
}

static void an_answer_is_found_on_the_page_that_holds_it(void **state)
{
	struct fixture *f = *state;
	int64_t root, branch, id = 0, after = 1;
	int i;

	STORES_OR_SKIP();
	root = article_say(f, 0, "root");
	branch = article_say(f, root, "branch");
	assert_int_equal(comment_place(f->c, root, branch, &after), OK);
	assert_int_equal(after, 0);
	for (i = 0; i < COMMENT_THREAD_PAGE; i++)
		id = article_say(f, root, "one of many");
	assert_int_equal(comment_place(f->c, root, id, &after), OK);
	assert_true(after > 0);
	assert_true(is_on_page(f, root, after, id));
	/* The branch has a page of its own that holds all of it. */
	id = article_say(f, branch, "the only one here");
	assert_int_equal(comment_place(f->c, branch, id, &after), OK);
	assert_int_equal(after, 0);
	assert_true(is_on_page(f, branch, after, id));
	for (i = 0; i < COMMENT_THREAD_PAGE; i++)
		id = article_say(f, branch, "one of many");
	assert_int_equal(comment_place(f->c, branch, id, &after), OK);
	assert_true(is_on_page(f, branch, after, id));
	assert_int_equal(comment_place(f->c, root, 12345, &after), ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		post_test(replies_hang_below_what_they_answer),
		post_test(deep_replies_are_drawn_at_the_deepest_level),
		post_test(pages_hold_every_root_once),
		post_test(wrong_cursors_are_not_found),
		post_test(long_threads_continue_on_their_own_page),
		post_test(a_comment_is_seen_by_other_processes_at_once),
		post_test(a_warm_article_needs_one_round_trip_and_no_sql),
		post_test(likes_are_live_and_the_viewers),
		post_test(likes_come_back_from_the_database),
		post_test(comments_are_read_without_redis),
		post_test(an_answer_is_found_on_the_page_that_holds_it),
	};

	return cmocka_run_group_tests(tests, forum_set_up, stores_tear_down);
}
