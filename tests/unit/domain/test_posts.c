/* Posts against real stores: writing, changing, deleting. */
#include "unit/domain/people.h"

#include "domain/comment.h"
#include "domain/reaction.h"

static const struct db_sql sql_posts = SQL("SELECT COUNT(*) FROM post WHERE author_id = ?");
static const struct db_sql sql_user_posts = SQL("SELECT posts FROM user WHERE user_id = ?");
static const struct db_sql sql_logged =
	SQL("SELECT COUNT(*) FROM moderation_log WHERE target_id = ?");
static const struct db_sql sql_add_word = SQL("INSERT IGNORE INTO sensitive_word VALUES (?)");

static void a_post_is_stored_rendered_and_counted(void **state)
{
	struct fixture *f = *state;
	struct post p;
	int64_t id;

	STORES_OR_SKIP();
	id = forum_post(f->c, " A title ", "Some **bold** words\n\nand more");
	assert_int_equal(post_find(f->c, id, &p), OK);
	assert_text(p.title, "A title");
	assert_text(p.body_md, "Some **bold** words\n\nand more");
	assert_true(str_find(p.body.markup, STR("<strong>bold</strong>")) >= 0);
	assert_true(str_starts(p.excerpt, STR("Some bold words")));
	assert_int_equal(p.version, 1);
	assert_int_equal(p.author.id, f->ann);
	assert_true(post_is_own(f->c, &p));
	assert_int_equal(forum_number(f->c, &sql_user_posts, DB_ARGS(f->ann)), 1);
	assert_int_equal(post_find(f->c, id + 1, &p), ERR_NOT_FOUND);
}

static void check_refused(struct fixture *f, struct str title, struct str body)
{
	struct post_draft d = { title, body };
	const char *problem = NULL;
	int64_t id = 0;

	assert_int_equal(post_create(f->c, &d, forum_form(f->c), &id, &problem), ERR_INVALID);
	assert_non_null(problem);
}

static void text_that_shows_nothing_is_refused(void **state)
{
	struct fixture *f = *state;
	struct buf wide;

	STORES_OR_SKIP();
	check_refused(f, STR(""), STR("body"));
	check_refused(f, STR(" \xE3\x80\x80 "), STR("body"));
	check_refused(f, STR("\xE2\x80\x8B"), STR("body"));
	check_refused(f, STR("two\nlines"), STR("body"));
	check_refused(f, STR("\xE2\x80\xAE turned"), STR("body"));
	check_refused(f, STR("\xFF"), STR("body"));
	check_refused(f, STR("title"), STR(""));
	check_refused(f, STR("title"), STR(" \t\r\n "));
	check_refused(f, STR("title"), STR("\xE2\x80\x8D\xEF\xB8\x8F"));
	check_refused(f, STR("title"), STR("[a]: /only-a-definition"));
	check_refused(f, STR("title"), STR("\xFF"));
	buf_init(&wide, f->c->arena, 512);
	for (int i = 0; i < POST_TITLE_MAX; i++)
		buf_add(&wide, STR("\xE5\xB9\xBF"));
	assert_true(forum_post(f->c, buf_str(&wide).p, "fits") > 0);
	buf_add(&wide, STR("a"));
	check_refused(f, buf_str(&wide), STR("does not fit"));
	assert_int_equal(forum_number(f->c, &sql_posts, DB_ARGS(f->ann)), 1);
}

static void sensitive_words_are_masked(void **state)
{
	struct fixture *f = *state;
	struct ctx *fresh;
	struct post p;
	int64_t id;

	STORES_OR_SKIP();
	assert_int_equal(db_exec(f->c->db, NULL, &sql_add_word,
				 DB_ARGS(STR("\xE8\xB5\x8C\xE5\x8D\x9A"))),
			 OK);
	fresh = forum_open(); /* the list is read again once a minute, and by a new process */
	forum_as(fresh, f->ann, ROLE_USER);
	id = forum_post(fresh, "no \xE8\xB5\x8C\xE2\x98\x86\xE5\x8D\x9A here",
			"\xE8\xB5\x8C\xE5\x8D\x9A");
	assert_int_equal(post_find(fresh, id, &p), OK);
	assert_text(p.title, "no *** here");
	assert_true(str_find(p.body.markup, STR("\xE8\xB5\x8C")) < 0);
	assert_true(str_find(p.body.markup, STR("<strong>")) < 0);
	forum_close(fresh);
}

struct same_form {
	int64_t user;
	struct str form;
};

static int64_t send_form(struct ctx *c, int number, const void *context)
{
	const struct same_form *s = context;
	struct post_draft d = { STR("Once"), STR("only") };
	const char *problem = NULL;
	int64_t id = 0;

	(void)number;
	forum_as(c, s->user, ROLE_USER);
	/* Ids of one run differ in their low half. */
	return post_create(c, &d, s->form, &id, &problem) ? -2 : id & 0x7FFFFFFF;
}

static void ten_equal_forms_make_one_post(void **state)
{
	struct fixture *f = *state;
	int64_t results[10];

	STORES_OR_SKIP();
	forum_at_once(10, send_form, &(struct same_form){ f->bob, forum_form(f->c) }, results);
	for (int i = 0; i < 10; i++) {
		assert_true(results[i] >= 0);
		assert_int_equal(results[i], results[0]);
	}
	assert_int_equal(forum_number(f->c, &sql_posts, DB_ARGS(f->bob)), 1);
	assert_int_equal(forum_number(f->c, &sql_user_posts, DB_ARGS(f->bob)), 1);
}

static err edit(struct ctx *c, int64_t id, const char *body, int64_t base)
{
	struct post_draft d = { STR("Title"), str_from_c(body) };
	const char *problem = NULL;

	return post_edit(c, id, &d, base, &problem);
}

static void an_edit_keeps_what_was_said(void **state)
{
	struct fixture *f = *state;
	struct post_revision_list list;
	struct post_revision old;
	struct post p;
	int64_t id;

	STORES_OR_SKIP();
	id = forum_post(f->c, "Title", "first");
	assert_int_equal(edit(f->c, id, "second", 1), OK);
	assert_int_equal(edit(f->c, id, "second", 1), OK); /* the same form again */
	assert_int_equal(edit(f->c, id, "third", 1), ERR_CONFLICT);
	forum_as(f->c, f->bob, ROLE_USER);
	assert_int_equal(edit(f->c, id, "not mine", 2), ERR_NOT_FOUND);
	forum_as(f->c, f->mod, ROLE_MODERATOR);
	assert_int_equal(edit(f->c, id, "moderated", 2), OK);
	assert_int_equal(forum_number(f->c, &sql_logged, DB_ARGS(id)), 1);
	assert_int_equal(post_find(f->c, id, &p), OK);
	assert_int_equal(p.version, 3);
	assert_int_not_equal(p.edited_at, 0);
	assert_int_equal(post_revisions(f->c, id, &list), OK);
	assert_int_equal(list.count, 3);
	assert_int_equal(list.items[0].version, 3);
	assert_int_equal(list.items[0].editor.id, f->mod);
	assert_int_equal(list.items[1].version, 2);
	assert_int_equal(list.items[1].editor.id, f->ann);
	assert_int_equal(post_revision_find(f->c, id, 1, &old), OK);
	assert_text(old.body_md, "first");
	assert_int_equal(post_revision_find(f->c, id, 3, &old), OK);
	assert_text(old.body_md, "moderated");
	assert_int_equal(post_revision_find(f->c, id, 4, &old), ERR_NOT_FOUND);
}

static int64_t edit_at_once(struct ctx *c, int number, const void *context)
{
	const int64_t *what = context;
	char body[32];

	snprintf(body, sizeof(body), "by process %d", number);
	forum_as(c, what[1], ROLE_USER);
	return (int64_t)edit(c, what[0], body, 1);
}

static void of_two_edits_of_one_version_one_wins(void **state)
{
	struct fixture *f = *state;
	int64_t results[6], what[2] = { 0, f->ann };
	int won = 0;

	STORES_OR_SKIP();
	what[0] = forum_post(f->c, "Title", "first");
	forum_at_once(6, edit_at_once, what, results);
	for (int i = 0; i < 6; i++) {
		assert_true(results[i] == OK || results[i] == ERR_CONFLICT);
		won += results[i] == OK;
	}
	assert_int_equal(won, 1);
}

static void a_deleted_post_is_gone(void **state)
{
	struct fixture *f = *state;
	enum vote_answer answer;
	int64_t id, votes, made;
	const char *problem;
	struct post p;

	STORES_OR_SKIP();
	id = forum_post(f->c, "To go", "away");
	forum_as(f->c, f->bob, ROLE_USER);
	assert_int_equal(post_delete(f->c, id, STR("")), ERR_NOT_FOUND);
	forum_as(f->c, f->mod, ROLE_MODERATOR);
	assert_int_equal(post_delete(f->c, id, STR("spam")), OK);
	assert_int_equal(post_delete(f->c, id, STR("spam")), OK);
	assert_int_equal(forum_number(f->c, &sql_logged, DB_ARGS(id)), 1);
	assert_int_equal(forum_number(f->c, &sql_user_posts, DB_ARGS(f->ann)), 0);
	assert_int_equal(post_find(f->c, id, &p), ERR_NOT_FOUND);
	assert_int_equal(edit(f->c, id, "again", 1), ERR_NOT_FOUND);
	assert_int_equal(vote_cast(f->c, id, &answer, &votes), ERR_NOT_FOUND);
	assert_int_equal(like_set_post(f->c, id, true, &votes), ERR_NOT_FOUND);
	assert_int_equal(comment_create(f->c, id, 0, STR("late"), forum_form(f->c), &made,
					&problem),
			 ERR_NOT_FOUND);
	forum_empty_redis();
	assert_int_equal(vote_cast(f->c, id, &answer, &votes), ERR_NOT_FOUND);
}

static void drafts_are_kept_until_the_post_is_written(void **state)
{
	struct fixture *f = *state;
	struct post_draft d = { STR("Half"), STR("a tho") };
	struct post_draft_saved saved;

	STORES_OR_SKIP();
	assert_int_equal(post_draft_find(f->c, 0, &saved), ERR_NOT_FOUND);
	assert_int_equal(post_draft_save(f->c, 0, &d, 0), OK);
	d.body = STR("a thought");
	assert_int_equal(post_draft_save(f->c, 0, &d, 0), OK);
	assert_int_equal(post_draft_find(f->c, 0, &saved), OK);
	assert_text(saved.draft.body, "a thought");
	forum_post(f->c, "Whole", "a thought");
	assert_int_equal(post_draft_find(f->c, 0, &saved), ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		people_test(a_post_is_stored_rendered_and_counted),
		people_test(text_that_shows_nothing_is_refused),
		people_test(sensitive_words_are_masked),
		people_test(ten_equal_forms_make_one_post),
		people_test(an_edit_keeps_what_was_said),
		people_test(of_two_edits_of_one_version_one_wins),
		people_test(a_deleted_post_is_gone),
		people_test(drafts_are_kept_until_the_post_is_written),
	};

	return cmocka_run_group_tests(tests, forum_set_up, stores_tear_down);
}
