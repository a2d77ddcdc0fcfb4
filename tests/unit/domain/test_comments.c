/* Comments against real stores: trees, pages, numbers of replies, deletion. */
#include "unit/unit.h"

#include "domain/comment.h"
#include "support/forum.h"

static const struct db_sql sql_post_comments = SQL("SELECT comments FROM post WHERE post_id = ?");
static const struct db_sql sql_numbers =
	SQL("SELECT COUNT(DISTINCT reply_no) * 1000 + MAX(reply_no) FROM comment"
	    " WHERE root_id = ? AND reply_no > 0");
static const struct db_sql sql_replies = SQL("SELECT replies FROM comment WHERE comment_id = ?");
static const struct db_sql sql_like = SQL("UPDATE comment SET likes = ? WHERE comment_id = ?");
static const struct db_sql sql_liked =
	SQL("INSERT INTO liked (target_type, target_id, user_id, is_on, changed_us)"
	    " VALUES (2, ?, ?, 1, 5000)");

struct fixture {
	struct ctx *c;
	int64_t ann, bob, mod, post;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	if (stores.missing)
		return 0;
	f->c = forum_open();
	f->ann = forum_user(f->c, ROLE_USER);
	f->bob = forum_user(f->c, ROLE_USER);
	f->mod = forum_user(f->c, ROLE_MODERATOR);
	forum_as(f->c, f->ann, ROLE_USER);
	f->post = forum_post(f->c, "Talk", "about this");
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	if (!stores.missing)
		forum_close(f->c);
	free(f);
	return 0;
}

/* The article page's way to its comments. */
static err try_load(struct ctx *c, int64_t post, enum comment_sort sort, struct str after,
		    struct comment_page *out)
{
	struct reaction_want reactions;
	struct reaction_state state;
	struct comment_want want = {
		.post_id = post, .viewer_hint = c->viewer.id, .sort = sort, .after = after
	};
	struct post p;
	err e;

	reaction_prepare(c, &reactions, post, c->viewer.id);
	comment_page_prepare(c, &want);
	(void)!cache_flush(c->cache);
	e = post_find_version(c, post, reaction_version(&reactions), &p);
	if (!e)
		e = reaction_load(c, &reactions, p.created_at, p.votes, p.likes, p.comments,
				  &state);
	return e ? e : comment_page_load(c, &want, state.version, out);
}

static struct comment_page load(struct ctx *c, int64_t post, enum comment_sort sort,
				struct str after)
{
	struct comment_page page;

	assert_int_equal(try_load(c, post, sort, after, &page), OK);
	return page;
}

static int64_t say(struct fixture *f, int64_t parent, const char *body)
{
	return forum_comment(f->c, f->post, parent, body);
}

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
	first = say(f, 0, "a **root**");
	forum_as(f->c, f->bob, ROLE_USER);
	second = say(f, first, "an answer");
	forum_as(f->c, f->ann, ROLE_USER);
	say(f, second, "an answer to the answer");
	say(f, first, "another answer");
	page = load(f->c, f->post, COMMENT_SORT_OLD, STR(""));
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
	id = say(f, 0, "top");
	for (int i = 0; i < 8; i++)
		id = say(f, id, "deeper");
	m = load(f->c, f->post, COMMENT_SORT_NEW, STR("")).roots.items[0];
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
		ids[i] = say(f, 0, "one of many");
		assert_int_equal(db_exec(f->c->db, NULL, &sql_like, DB_ARGS(i / 12, ids[i])), OK);
	}
	for (size_t s = 0; s < ARRAY_LEN(sorts); s++) {
		int seen[34] = { 0 }, total = 0;
		struct str after = { 0 };
		struct comment_page page;

		do {
			page = load(f->c, f->post, sorts[s], after);
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
	assert_int_equal(load(f->c, f->post, COMMENT_SORT_OLD, STR("")).roots.items[0]->id, ids[0]);
	assert_int_equal(load(f->c, f->post, COMMENT_SORT_NEW, STR("")).roots.items[0]->id,
			 ids[33]);
	assert_int_equal(load(f->c, f->post, COMMENT_SORT_BEST, STR("")).roots.items[0]->id,
			 ids[33]);
	assert_int_equal(load(f->c, f->post, COMMENT_SORT_BEST, STR("")).roots.count, COMMENT_PAGE);
}

static void wrong_cursors_are_not_found(void **state)
{
	struct fixture *f = *state;
	struct comment_page page;

	STORES_OR_SKIP();
	assert_int_equal(try_load(f->c, f->post, COMMENT_SORT_BEST, STR("7"), &page),
			 ERR_NOT_FOUND);
	assert_int_equal(try_load(f->c, f->post, COMMENT_SORT_BEST, STR("x-7"), &page),
			 ERR_NOT_FOUND);
	assert_int_equal(try_load(f->c, f->post, COMMENT_SORT_OLD, STR("1-7"), &page),
			 ERR_NOT_FOUND);
	assert_int_equal(try_load(f->c, f->post, COMMENT_SORT_NEW, STR("-7"), &page),
			 ERR_NOT_FOUND);
}

static void long_threads_continue_on_their_own_page(void **state)
{
	struct fixture *f = *state;
	struct comment top;
	int64_t root, next = 0, reply;
	size_t i;

	STORES_OR_SKIP();
	root = say(f, 0, "long");
	reply = say(f, root, "the first reply");
	for (i = 0; i < 119; i++)
		say(f, i % 2 ? root : reply, "one more");
	{
		const struct comment *m =
			load(f->c, f->post, COMMENT_SORT_NEW, STR("")).roots.items[0];

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
	assert_int_equal(comment_thread(f->c, root + 1, 0, &top, &next), ERR_NOT_FOUND);
}

static void comments_go_only_where_they_belong(void **state)
{
	struct fixture *f = *state;
	int64_t other, theirs, id;
	const char *problem = NULL;

	STORES_OR_SKIP();
	other = forum_post(f->c, "Another", "post");
	theirs = forum_comment(f->c, other, 0, "there");
	assert_int_equal(comment_create(f->c, f->post, theirs, STR("here"), forum_form(f->c), &id,
					&problem),
			 ERR_NOT_FOUND);
	assert_int_equal(comment_create(f->c, f->post + 1, 0, STR("nowhere"), forum_form(f->c), &id,
					&problem),
			 ERR_NOT_FOUND);
	assert_int_equal(comment_create(f->c, f->post, 12345, STR("to nobody"), forum_form(f->c),
					&id, &problem),
			 ERR_NOT_FOUND);
	assert_int_equal(comment_create(f->c, f->post, 0, STR(" \n "), forum_form(f->c), &id,
					&problem),
			 ERR_INVALID);
	assert_int_equal(post_comments(f), 0);
	forum_as(f->c, 0, ROLE_USER);
	assert_int_equal(comment_create(f->c, f->post, 0, STR("guest"), forum_form(f->c), &id,
					&problem),
			 ERR_AUTH);
}

static void a_deleted_comment_with_replies_stays_as_a_stub(void **state)
{
	struct fixture *f = *state;
	struct comment_page page;
	struct comment top;
	int64_t root, reply, leaf, post, id, next;
	const char *problem;

	STORES_OR_SKIP();
	root = say(f, 0, "root");
	reply = say(f, root, "reply");
	leaf = say(f, reply, "leaf");
	say(f, 0, "other");
	forum_as(f->c, f->bob, ROLE_USER);
	assert_int_equal(comment_delete(f->c, root, STR(""), &post), ERR_NOT_FOUND);
	forum_as(f->c, f->ann, ROLE_USER);
	assert_int_equal(comment_delete(f->c, root, STR(""), &post), OK);
	assert_int_equal(post, f->post);
	assert_int_equal(comment_delete(f->c, root, STR(""), &post), OK);
	assert_int_equal(post_comments(f), 3);
	assert_int_equal(comment_create(f->c, f->post, root, STR("late"), forum_form(f->c), &id,
					&problem),
			 ERR_NOT_FOUND);
	page = load(f->c, f->post, COMMENT_SORT_OLD, STR(""));
	assert_int_equal(page.roots.count, 2);
	assert_true(page.roots.items[0]->is_deleted);
	assert_int_equal(page.roots.items[0]->body.markup.n, 0);
	assert_int_equal(page.roots.items[0]->children.count, 1);
	/* A moderator takes the middle away: its answer keeps it as a stub. */
	forum_as(f->c, f->mod, ROLE_MODERATOR);
	assert_int_equal(comment_delete(f->c, reply, STR("rude"), &post), OK);
	page = load(f->c, f->post, COMMENT_SORT_OLD, STR(""));
	assert_true(page.roots.items[0]->children.items[0]->is_deleted);
	assert_int_equal(page.roots.items[0]->children.items[0]->children.items[0]->id, leaf);
	/* The last living one goes: nothing of the thread is left. */
	assert_int_equal(comment_delete(f->c, leaf, STR(""), &post), OK);
	assert_int_equal(forum_number(f->c, &sql_replies, DB_ARGS(root)), 0);
	page = load(f->c, f->post, COMMENT_SORT_OLD, STR(""));
	assert_int_equal(page.roots.count, 1);
	assert_int_equal(post_comments(f), 1);
	assert_int_equal(comment_thread(f->c, leaf, 0, &top, &next), ERR_NOT_FOUND);
}

static void an_edit_of_an_old_version_is_a_conflict(void **state)
{
	struct fixture *f = *state;
	struct comment_source source;
	const char *problem = NULL;
	int64_t id;

	STORES_OR_SKIP();
	id = say(f, 0, "first");
	assert_int_equal(comment_edit(f->c, id, STR("second"), 1, &problem), OK);
	assert_int_equal(comment_edit(f->c, id, STR("second"), 1, &problem), OK);
	assert_int_equal(comment_edit(f->c, id, STR("third"), 1, &problem), ERR_CONFLICT);
	assert_int_equal(comment_source(f->c, id, &source), OK);
	assert_text(source.body_md, "second");
	assert_int_equal(source.version, 2);
	assert_true(source.is_own);
	forum_as(f->c, f->bob, ROLE_USER);
	assert_int_equal(comment_source(f->c, id, &source), ERR_NOT_FOUND);
	assert_int_equal(comment_edit(f->c, id, STR("not mine"), 2, &problem), ERR_NOT_FOUND);
	assert_int_not_equal(
		load(f->c, f->post, COMMENT_SORT_OLD, STR("")).roots.items[0]->edited_at, 0);
}

struct reply_to {
	int64_t user, post, parent;
	struct str form;
};

static int64_t reply_at_once(struct ctx *c, int number, const void *context)
{
	const struct reply_to *r = context;
	const char *problem = NULL;
	int64_t id = 0;
	err e;

	(void)number;
	forum_as(c, r->user, ROLE_USER);
	e = comment_create(c, r->post, r->parent, STR("at once"),
			   r->form.n ? r->form : forum_form(c), &id, &problem);
	return e ? -2 : id & 0x7FFFFFFF;
}

static void replies_at_once_get_numbers_without_gaps(void **state)
{
	struct fixture *f = *state;
	struct reply_to r = { f->bob, f->post, 0, { 0 } };
	int64_t results[16];

	STORES_OR_SKIP();
	r.parent = say(f, 0, "root");
	forum_at_once(16, reply_at_once, &r, results);
	for (int i = 0; i < 16; i++)
		assert_true(results[i] >= 0);
	assert_int_equal(forum_number(f->c, &sql_numbers, DB_ARGS(r.parent)), 16 * 1000 + 16);
	assert_int_equal(forum_number(f->c, &sql_replies, DB_ARGS(r.parent)), 16);
	assert_int_equal(post_comments(f), 17);
}

static void ten_equal_forms_make_one_comment(void **state)
{
	struct fixture *f = *state;
	struct reply_to r = { f->bob, f->post, 0, { 0 } };
	int64_t results[10];

	STORES_OR_SKIP();
	r.form = forum_form(f->c);
	forum_at_once(10, reply_at_once, &r, results);
	for (int i = 0; i < 10; i++) {
		assert_true(results[i] >= 0);
		assert_int_equal(results[i], results[0]);
	}
	assert_int_equal(post_comments(f), 1);
}

static void a_comment_is_seen_by_other_processes_at_once(void **state)
{
	struct fixture *f = *state;
	struct ctx *other;
	int64_t post, id;

	STORES_OR_SKIP();
	other = forum_open();
	assert_int_equal(load(other, f->post, COMMENT_SORT_NEW, STR("")).roots.count, 0);
	id = say(f, 0, "news");
	forum_next(other);
	assert_int_equal(load(other, f->post, COMMENT_SORT_NEW, STR("")).roots.count, 1);
	assert_int_equal(comment_delete(f->c, id, STR(""), &post), OK);
	forum_next(other);
	assert_int_equal(load(other, f->post, COMMENT_SORT_NEW, STR("")).roots.count, 0);
	forum_close(other);
}

static void a_warm_article_needs_one_round_trip_and_no_sql(void **state)
{
	struct fixture *f = *state;

	STORES_OR_SKIP();
	for (int i = 0; i < 12; i++)
		say(f, 0, "comment");
	load(f->c, f->post, COMMENT_SORT_BEST, STR(""));
	forum_next(f->c);
	db_take_count(f->c->db);
	cache_take_count(f->c->cache);
	load(f->c, f->post, COMMENT_SORT_BEST, STR(""));
	assert_int_equal(db_take_count(f->c->db), 0);
	assert_int_equal(cache_take_count(f->c->cache), 1);
	stores_sleep_ms(1100);
	forum_next(f->c);
	db_take_count(f->c->db);
	cache_take_count(f->c->cache);
	load(f->c, f->post, COMMENT_SORT_BEST, STR(""));
	assert_int_equal(db_take_count(f->c->db), 2);
	assert_int_equal(cache_take_count(f->c->cache), 1);
}

static void likes_are_live_and_the_viewers(void **state)
{
	struct fixture *f = *state;
	struct comment_page page;
	int64_t id, likes, post;

	STORES_OR_SKIP();
	id = say(f, 0, "likeable");
	load(f->c, f->post, COMMENT_SORT_OLD, STR(""));
	assert_int_equal(like_set_comment(f->c, id, true, &likes, &post), OK);
	assert_int_equal(likes, 1);
	assert_int_equal(post, f->post);
	assert_int_equal(like_set_comment(f->c, id, true, &likes, &post), OK);
	assert_int_equal(likes, 1);
	page = load(f->c, f->post, COMMENT_SORT_OLD, STR(""));
	assert_int_equal(page.roots.items[0]->likes, 1);
	assert_true(page.roots.items[0]->is_liked);
	forum_as(f->c, f->bob, ROLE_USER);
	assert_int_equal(like_set_comment(f->c, id, true, &likes, &post), OK);
	assert_int_equal(likes, 2);
	assert_int_equal(like_set_comment(f->c, id, false, &likes, &post), OK);
	assert_int_equal(like_set_comment(f->c, id, false, &likes, &post), OK);
	assert_int_equal(likes, 1);
	page = load(f->c, f->post, COMMENT_SORT_OLD, STR(""));
	assert_false(page.roots.items[0]->is_liked);
	assert_int_equal(like_set_comment(f->c, 12345, true, &likes, &post), ERR_NOT_FOUND);
}

static void likes_come_back_from_the_database(void **state)
{
	struct fixture *f = *state;
	struct comment_page page;
	int64_t id, likes, post;

	STORES_OR_SKIP();
	id = say(f, 0, "liked long ago");
	assert_int_equal(db_exec(f->c->db, NULL, &sql_liked, DB_ARGS(id, f->ann)), OK);
	assert_int_equal(db_exec(f->c->db, NULL, &sql_like, DB_ARGS(1, id)), OK);
	forum_empty_redis();
	page = load(f->c, f->post, COMMENT_SORT_OLD, STR(""));
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
	say(f, 0, "still here");
	stores_signal("redis", SIGSTOP);
	c = forum_open();
	assert_int_equal(load(c, f->post, COMMENT_SORT_BEST, STR("")).roots.count, 1);
	forum_close(c);
	stores_signal("redis", SIGCONT);
	stores_sleep_ms(600);
}

static void a_comment_is_found_on_the_page_that_holds_it(void **state)
{
	struct fixture *f = *state;
	struct comment_page page;
	struct str after;
	int64_t ids[25], reply, post;
	int i;

	STORES_OR_SKIP();
	for (i = 0; i < 25; i++)
		ids[i] = say(f, 0, "one of many");
	reply = say(f, ids[17], "reply");
	assert_int_equal(comment_locate(f->c, ids[9], &post, &after), OK);
	assert_int_equal(after.n, 0);
	assert_int_equal(comment_locate(f->c, reply, &post, &after), OK);
	assert_int_equal(post, f->post);
	page = load(f->c, f->post, COMMENT_SORT_OLD, after);
	assert_int_equal(page.roots.items[0]->id, ids[17]);
	assert_int_equal(comment_locate(f->c, 12345, &post, &after), ERR_NOT_FOUND);
}

#define forum_test(function) cmocka_unit_test_setup_teardown((function), set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		forum_test(replies_hang_below_what_they_answer),
		forum_test(deep_replies_are_drawn_at_the_deepest_level),
		forum_test(pages_hold_every_root_once),
		forum_test(wrong_cursors_are_not_found),
		forum_test(long_threads_continue_on_their_own_page),
		forum_test(comments_go_only_where_they_belong),
		forum_test(a_deleted_comment_with_replies_stays_as_a_stub),
		forum_test(an_edit_of_an_old_version_is_a_conflict),
		forum_test(replies_at_once_get_numbers_without_gaps),
		forum_test(ten_equal_forms_make_one_comment),
		forum_test(a_comment_is_seen_by_other_processes_at_once),
		forum_test(a_warm_article_needs_one_round_trip_and_no_sql),
		forum_test(likes_are_live_and_the_viewers),
		forum_test(likes_come_back_from_the_database),
		forum_test(comments_are_read_without_redis),
		forum_test(a_comment_is_found_on_the_page_that_holds_it),
	};

	return cmocka_run_group_tests(tests, forum_set_up, stores_tear_down);
}
