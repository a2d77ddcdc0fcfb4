/* Comments against real stores: writing, changing, deleting. */
#include "unit/domain/article.h"

#include "domain/comment_by_author.h"

static const struct db_sql sql_post_comments = SQL("SELECT comments FROM post WHERE post_id = ?");
static const struct db_sql sql_numbers =
	SQL("SELECT COUNT(DISTINCT reply_no) * 1000 + MAX(reply_no) FROM comment"
	    " WHERE root_id = ? AND reply_no > 0");
static const struct db_sql sql_replies = SQL("SELECT replies FROM comment WHERE comment_id = ?");

static int64_t post_comments(struct fixture *f)
{
	return forum_number(f->c, &sql_post_comments, DB_ARGS(f->post));
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
	root = article_say(f, 0, "root");
	reply = article_say(f, root, "reply");
	leaf = article_say(f, reply, "leaf");
	article_say(f, 0, "other");
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
	page = article_load(f->c, f->post, COMMENT_SORT_OLD, STR(""));
	assert_int_equal(page.roots.count, 2);
	assert_true(page.roots.items[0]->is_deleted);
	assert_int_equal(page.roots.items[0]->body.markup.n, 0);
	assert_int_equal(page.roots.items[0]->children.count, 1);
	/* A moderator takes the middle away: its answer keeps it as a stub. */
	forum_as(f->c, f->mod, ROLE_MODERATOR);
	assert_int_equal(comment_delete(f->c, reply, STR("rude"), &post), OK);
	page = article_load(f->c, f->post, COMMENT_SORT_OLD, STR(""));
	assert_true(page.roots.items[0]->children.items[0]->is_deleted);
	assert_int_equal(page.roots.items[0]->children.items[0]->children.items[0]->id, leaf);
	/* The last living one goes: nothing of the thread is left. */
	assert_int_equal(comment_delete(f->c, leaf, STR(""), &post), OK);
	assert_int_equal(forum_number(f->c, &sql_replies, DB_ARGS(root)), 0);
	page = article_load(f->c, f->post, COMMENT_SORT_OLD, STR(""));
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
	id = article_say(f, 0, "first");
	assert_int_equal(comment_edit(f->c, id, STR("second"), 1, &problem), OK);
	assert_int_equal(comment_edit(f->c, id, STR("second"), 1, &problem), OK);
	assert_int_equal(comment_edit(f->c, id, STR("third"), 1, &problem), ERR_CONFLICT);
	assert_int_equal(comment_edit(f->c, id, STR("second"), 7, &problem), ERR_CONFLICT);
	/* Nothing changed: no version of its own. */
	assert_int_equal(comment_edit(f->c, id, STR("second"), 2, &problem), OK);
	assert_int_equal(comment_source(f->c, id, &source), OK);
	assert_text(source.body_md, "second");
	assert_int_equal(source.version, 2);
	assert_true(source.is_own);
	forum_as(f->c, f->bob, ROLE_USER);
	assert_int_equal(comment_source(f->c, id, &source), ERR_NOT_FOUND);
	assert_int_equal(comment_edit(f->c, id, STR("not mine"), 2, &problem), ERR_NOT_FOUND);
	assert_int_not_equal(
		article_load(f->c, f->post, COMMENT_SORT_OLD, STR("")).roots.items[0]->edited_at,
		0);
}

static int64_t acts_on(struct fixture *f, int64_t id)
{
	static const struct db_sql sql =
		SQL("SELECT COUNT(*) FROM moderation_log WHERE target_type = 2 AND target_id = ?");

	return forum_number(f->c, &sql, DB_ARGS(id));
}

/* What people do to their own words is nobody's business. */
static void what_moderators_change_is_in_the_log(void **state)
{
	struct fixture *f = *state;
	const char *problem = NULL;
	int64_t id, mine, post;

	STORES_OR_SKIP();
	id = article_say(f, 0, "first");
	mine = article_say(f, 0, "mine");
	assert_int_equal(comment_edit(f->c, id, STR("second"), 1, &problem), OK);
	assert_int_equal(comment_delete(f->c, mine, STR(""), &post), OK);
	forum_as(f->c, f->bob, ROLE_MODERATOR);
	assert_int_equal(comment_edit(f->c, id, STR("third"), 2, &problem), OK);
	assert_int_equal(acts_on(f, id), 1);
	assert_int_equal(comment_delete(f->c, id, STR("why"), &post), OK);
	assert_int_equal(comment_delete(f->c, id, STR("why"), &post), OK);
	assert_int_equal(acts_on(f, id), 2);
	assert_int_equal(acts_on(f, mine), 0);
}

static void what_is_gone_is_not_changed(void **state)
{
	struct fixture *f = *state;
	struct comment_source source;
	const char *problem = NULL;
	int64_t id, below, post;

	STORES_OR_SKIP();
	id = article_say(f, 0, "deleted itself");
	below = article_say(f, 0, "below what is deleted");
	assert_int_equal(comment_delete(f->c, id, STR(""), &post), OK);
	assert_int_equal(comment_source(f->c, id, &source), ERR_NOT_FOUND);
	assert_int_equal(comment_edit(f->c, id, STR("new"), 1, &problem), ERR_NOT_FOUND);
	forum_as(f->c, f->ann, ROLE_MODERATOR);
	assert_int_equal(post_delete(f->c, f->post, STR("")), OK);
	assert_int_equal(comment_source(f->c, below, &source), ERR_NOT_FOUND);
	assert_int_equal(comment_edit(f->c, below, STR("new"), 1, &problem), ERR_NOT_FOUND);
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
	r.parent = article_say(f, 0, "root");
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

/* What is counted on a person's page is what is listed there. */
static void comments_go_with_the_post_they_are_below(void **state)
{
	struct fixture *f = *state;
	int64_t count, likes, kept;
	struct said_list list;

	STORES_OR_SKIP();
	kept = forum_post(f->c, "Another", "post");
	forum_as(f->c, f->bob, ROLE_USER);
	forum_comment(f->c, f->post, 0, "below what goes");
	forum_comment(f->c, kept, 0, "below what stays");
	assert_int_equal(comment_count_by_author(f->c, f->bob, &count, &likes), OK);
	assert_int_equal(count, 2);
	forum_as(f->c, f->ann, ROLE_USER);
	assert_int_equal(post_delete(f->c, f->post, STR("")), OK);
	assert_int_equal(comment_list_by_author(f->c, f->bob, 0, 20, &list), OK);
	assert_int_equal(list.count, 1);
	assert_int_equal(comment_count_by_author(f->c, f->bob, &count, &likes), OK);
	assert_int_equal(count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		post_test(comments_go_only_where_they_belong),
		post_test(a_deleted_comment_with_replies_stays_as_a_stub),
		post_test(an_edit_of_an_old_version_is_a_conflict),
		post_test(what_moderators_change_is_in_the_log),
		post_test(what_is_gone_is_not_changed),
		post_test(replies_at_once_get_numbers_without_gaps),
		post_test(ten_equal_forms_make_one_comment),
		post_test(comments_go_with_the_post_they_are_below),
	};

	return cmocka_run_group_tests(tests, forum_set_up, stores_tear_down);
}
