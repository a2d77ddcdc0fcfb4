/* Forms that work once: sent ten times at the same moment they have one effect and ten equal
 * answers. */
#include "web/web.h"

#include "web/cookie.h"

#define TIMES 10

static const struct db_sql sql_posts = SQL("SELECT COUNT(*) FROM post WHERE author_id = ?");
static const struct db_sql sql_user_posts = SQL("SELECT posts FROM user WHERE user_id = ?");
static const struct db_sql sql_comments = SQL("SELECT COUNT(*) FROM comment WHERE author_id = ?");
static const struct db_sql sql_post_comments = SQL("SELECT comments FROM post WHERE post_id = ?");
static const struct db_sql sql_numbers =
	SQL("SELECT COUNT(DISTINCT reply_no) * 100 + MAX(reply_no) FROM comment"
	    " WHERE root_id = ? AND reply_no > 0");
static const struct db_sql sql_replies = SQL("SELECT replies FROM comment WHERE comment_id = ?");
static const struct db_sql sql_names = SQL("SELECT COUNT(*) FROM user WHERE username_folded = ?");
static const struct db_sql sql_version = SQL("SELECT version FROM post WHERE post_id = ?");
static const struct db_sql sql_revisions =
	SQL("SELECT COUNT(*) FROM post_revision WHERE post_id = ?");
static const struct db_sql sql_drafts = SQL("SELECT COUNT(*) FROM post_draft WHERE author_id = ?");
static const struct db_sql sql_mails =
	SQL("SELECT COUNT(*) FROM outbox o JOIN user u ON u.username_folded = ?"
	    " WHERE o.payload LIKE CONCAT('%', u.user_id, '%')");
static const struct db_sql sql_modlog =
	SQL("SELECT COUNT(*) FROM moderation_log WHERE target_id = ?");

/* All answers are 303 to the same place. */
static void assert_equal_answers(const struct at_once *got, int count)
{
	int i;

	for (i = 0; i < count; i++) {
		if (got[i].status != 303)
			fail_msg("answer %d has the status %d", i, got[i].status);
		assert_string_equal(got[i].location, got[0].location);
		assert_in_range(got[i].ms, 0, 30000);
	}
}

static struct at_once *send_ten(struct browser *b, const char *path, const char *fields)
{
	struct at_once *got = arena_calloc(b->arena, TIMES, sizeof(*got));
	struct ask ask = { .path = path };

	ask.body = str_format(b->arena, STR_FMT "%s%s", STR_ARG(browser_token(b)),
			      *fields ? "&" : "", fields);
	visit_at_once(b, &ask, TIMES, got);
	return got;
}

static void a_post(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);

	(void)state;
	assert_equal_answers(send_ten(b, "/posts", "title=Ten+times&body=one+effect"), TIMES);
	assert_int_equal(visit_number(site, &sql_posts, DB_ARGS(visit_id(b))), 1);
	assert_int_equal(visit_number(site, &sql_user_posts, DB_ARGS(visit_id(b))), 1);
}

static void a_comment_and_a_reply(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	int64_t post = visit_publish(b, "Once", "commented");
	const char *path = visit_path(b, "/posts/%lld/comments", (long long)post);
	int64_t root;

	(void)state;
	assert_equal_answers(send_ten(b, path, "body=said+once"), TIMES);
	assert_int_equal(visit_number(site, &sql_comments, DB_ARGS(visit_id(b))), 1);
	assert_int_equal(visit_number(site, &sql_post_comments, DB_ARGS(post)), 1);
	root = visit_comment(b, post, 0, "a root");
	assert_equal_answers(send_ten(b, path,
				      visit_path(b, "body=a+reply&parent=%lld", (long long)root)),
			     TIMES);
	assert_int_equal(visit_number(site, &sql_replies, DB_ARGS(root)), 1);
	assert_int_equal(visit_number(site, &sql_post_comments, DB_ARGS(post)), 3);
}

/* Different forms are different comments: none is lost, no number is given twice. */
static void ten_people_reply_to_one(void **state)
{
	struct browser *people[TIMES];
	struct browser *ann = visit_member(site, ROLE_USER);
	int64_t post = visit_publish(ann, "Many", "replies");
	int64_t root = visit_comment(ann, post, 0, "everybody answers");
	struct ask asks[TIMES];
	struct at_once got[TIMES];
	int i;

	(void)state;
	for (i = 0; i < TIMES; i++) {
		people[i] = visit_member(site, ROLE_USER);
		asks[i].path = visit_path(ann, "/posts/%lld/comments", (long long)post);
		asks[i] = (struct ask){ .path = asks[i].path };
		asks[i].body = str_format(ann->arena, STR_FMT "&body=me+%d&parent=%lld",
					  STR_ARG(browser_token(people[i])), i, (long long)root);
	}
	visit_all_at_once(people, asks, TIMES, got);
	for (i = 0; i < TIMES; i++)
		assert_int_equal(got[i].status, 303);
	assert_int_equal(visit_number(site, &sql_numbers, DB_ARGS(root)), TIMES * 100 + TIMES);
	assert_int_equal(visit_number(site, &sql_replies, DB_ARGS(root)), TIMES);
	assert_int_equal(visit_number(site, &sql_post_comments, DB_ARGS(post)), TIMES + 1);
}

static void an_edit(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	int64_t post = visit_publish(b, "Before", "the edit");
	const char *path = visit_path(b, "/posts/%lld/edit", (long long)post);

	(void)state;
	assert_equal_answers(send_ten(b, path, "title=After&body=the+edit&version=1"), TIMES);
	assert_int_equal(visit_number(site, &sql_version, DB_ARGS(post)), 2);
	assert_int_equal(visit_number(site, &sql_revisions, DB_ARGS(post)), 1);
}

static void a_draft(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);

	(void)state;
	assert_equal_answers(send_ten(b, "/posts/draft", "title=d&body=d"), TIMES);
	assert_int_equal(visit_number(site, &sql_drafts, DB_ARGS(visit_id(b))), 1);
}

static void a_deletion(void **state)
{
	struct browser *ann = visit_member(site, ROLE_USER);
	struct browser *mod = visit_member(site, ROLE_MODERATOR);
	int64_t post = visit_publish(ann, "Deleted", "ten times");
	int64_t kept = visit_publish(ann, "Kept", "this one");
	int64_t comment = visit_comment(ann, kept, 0, "also deleted");

	(void)state;
	visit_comment(ann, kept, 0, "stays");
	assert_equal_answers(send_ten(mod, visit_path(mod, "/posts/%lld/delete", (long long)post),
				      "reason=x"),
			     TIMES);
	assert_int_equal(visit_number(site, &sql_user_posts, DB_ARGS(visit_id(ann))), 1);
	assert_int_equal(visit_number(site, &sql_modlog, DB_ARGS(post)), 1);
	assert_equal_answers(send_ten(mod,
				      visit_path(mod, "/comments/%lld/delete", (long long)comment),
				      "reason=x"),
			     TIMES);
	assert_int_equal(visit_number(site, &sql_post_comments, DB_ARGS(kept)), 1);
	assert_int_equal(visit_number(site, &sql_modlog, DB_ARGS(comment)), 1);
}

static const char *new_name(struct browser *b)
{
	return visit_path(b, "o%s",
			  str_slice(secret_hash(b->arena, secret_token(b->arena, 16)), 0, 15).p);
}

static void a_registration(void **state)
{
	struct browser *b = visit_guest(site);
	struct str name = str_format(b->arena, "o%.12s", new_name(b));
	struct str fields = visit_fields(b, "username", name.p, "email",
					 visit_path(b, "%s@example.org", name.p), "password",
					 SITE_PASSWORD, NULL);

	(void)state;
	assert_equal_answers(send_ten(b, "/register", fields.p), TIMES);
	assert_int_equal(visit_number(site, &sql_names, DB_ARGS(name)), 1);
	assert_int_equal(visit_number(site, &sql_mails, DB_ARGS(name)), 1);
}

/* Ten strangers want one name: one gets it, nine are told so at the field. */
static void one_name_wanted_by_ten(void **state)
{
	struct browser *people[TIMES];
	struct ask asks[TIMES];
	struct at_once got[TIMES];
	struct str name = { 0 };
	int i, taken = 0, refused = 0;

	(void)state;
	for (i = 0; i < TIMES; i++) {
		struct browser *b = people[i] = visit_guest(site);
		struct str token = browser_token(b);

		if (!i)
			name = str_format(b->arena, "w%.12s", new_name(b));
		asks[i] = (struct ask){ .path = "/register" };
		asks[i].body =
			str_format(b->arena,
				   STR_FMT "&username=" STR_FMT
					   "&email=w%d%%40example.org&password=zqxj+kvbn+wpty",
				   STR_ARG(token), STR_ARG(name), i);
	}
	visit_all_at_once(people, asks, TIMES, got);
	for (i = 0; i < TIMES; i++) {
		taken += got[i].status == 303;
		refused += got[i].status == 422;
	}
	assert_int_equal(taken, 1);
	assert_int_equal(refused, TIMES - 1);
	assert_int_equal(visit_number(site, &sql_names, DB_ARGS(name)), 1);
}

static void a_form_id_is_its_owners(void **state)
{
	struct browser *ann = visit_member(site, ROLE_USER);
	struct browser *bob = visit_member(site, ROLE_USER);
	struct str body = str_format(ann->arena, STR_FMT "&title=Mine&body=hers",
				     STR_ARG(browser_token(ann)));
	struct ask ask = { .path = "/posts", .body = body };

	(void)state;
	assert_status(browser_ask(ann, &ask), 303);
	assert_status(browser_ask(bob, &ask), 403);
	assert_int_equal(visit_number(site, &sql_posts, DB_ARGS(visit_id(bob))), 0);
	/* A form of one kind makes nothing of another kind. */
	ask.path = visit_path(ann, "/posts/%lld/comments",
			      (long long)visit_publish(ann, "Other", "post"));
	assert_true(browser_ask(ann, &ask).status >= 303);
	assert_int_equal(visit_number(site, &sql_comments, DB_ARGS(visit_id(ann))), 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_post),
	cmocka_unit_test(a_comment_and_a_reply),
	cmocka_unit_test(an_edit),
	cmocka_unit_test(ten_people_reply_to_one),
	cmocka_unit_test(a_draft),
	cmocka_unit_test(a_deletion),
	cmocka_unit_test(a_registration),
	cmocka_unit_test(one_name_wanted_by_ten),
	cmocka_unit_test(a_form_id_is_its_owners),
};

WEB_TEST_MAIN("post", "post", "post", "account", "account", "account")
