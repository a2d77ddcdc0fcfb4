/* Comments as people meet them: answering, trees, pages, changing and taking back. */
#include "web/web.h"

static const struct db_sql sql_likes = SQL("UPDATE comment SET likes = ? WHERE comment_id = ?");
static const struct db_sql sql_count = SQL("SELECT comments FROM post WHERE post_id = ?");
static const struct db_sql sql_rows = SQL("SELECT COUNT(*) FROM comment WHERE target_id = ?");

/* A hundred answers at once. */
static const struct db_sql sql_answer =
	SQL("INSERT INTO comment (comment_id, target_type, target_id, root_id, reply_no, parent_id,"
	    " to_user_id, author_id, body_md, body_html, created_at) SELECT ? + s.seq, 1, ?, ?,"
	    " s.seq, ?, 0, ?, 'x', '<p>answer number</p>', 1 FROM seq_1_to_100 s");
static const struct db_sql sql_answered =
	SQL("UPDATE comment SET replies = 100, last_reply_no = 100 WHERE comment_id = ?");

struct talk {
	struct browser *ann, *bob, *guest;
	int64_t post;
};

static int set_up(void **state)
{
	struct talk *t = calloc(1, sizeof(*t));

	t->ann = visit_member(site, ROLE_USER);
	t->bob = visit_member(site, ROLE_USER);
	t->guest = visit_guest(site);
	t->post = visit_publish(t->ann, "Something to talk about", "What do you think?");
	*state = t;
	return 0;
}

static int tear_down(void **state)
{
	struct talk *t = *state;

	free(t);
	return 0;
}

static const char *article(struct talk *t, const char *query)
{
	return visit_path(t->guest, "/posts/%lld%s", (long long)t->post, query);
}

static const char *comment_path(struct talk *t, int64_t id, const char *more)
{
	return visit_path(t->guest, "/comments/%lld%s", (long long)id, more);
}

/* The markup of one comment and what hangs below it. */
static struct str drawn(struct talk *t, struct reply r, int64_t id)
{
	return page_by_id(r.body, visit_path(t->guest, "c%lld", (long long)id));
}

static void an_answer_stands_below_what_it_answers(void **state)
{
	struct talk *t = *state;
	int64_t root = visit_comment(t->bob, t->post, 0, "I think **so**");
	int64_t reply = visit_comment(t->ann, t->post, root, "why?");
	int64_t deep = visit_comment(t->bob, t->post, reply, "because");
	struct reply r = get(t->guest, article(t, ""));
	struct str bob = visit_name(site, t->bob);
	struct str ann = visit_name(site, t->ann);
	struct str below = drawn(t, r, root);

	assert_page(t->guest, r, 200);
	assert_has(r, "3 comments");
	assert_has(r, "<strong>so</strong>");
	assert_true(str_find(below, STR("why?")) > 0);
	assert_true(str_find(drawn(t, r, reply), STR("because")) > 0);
	assert_true(str_find(below, bob) > 0);
	/* A reply to a reply names who is answered; one to the first level need not. */
	assert_true(str_find(drawn(t, r, deep),
			     str_format(t->guest->arena, "@" STR_FMT, STR_ARG(ann))) > 0);
	assert_true(str_find(below, str_format(t->guest->arena, "@" STR_FMT, STR_ARG(bob))) < 0);
	assert_int_equal(visit_number(site, &sql_count, DB_ARGS(t->post)), 3);
}

static void a_conversation_has_a_page(void **state)
{
	struct talk *t = *state;
	int64_t root = visit_comment(t->bob, t->post, 0, "the root of it");
	int64_t reply = visit_comment(t->ann, t->post, root, "the branch of it");
	int64_t other = visit_comment(t->ann, t->post, 0, "something else");
	struct reply r = get(t->guest, comment_path(t, root, ""));

	assert_page(t->guest, r, 200);
	assert_has(r, "the root of it");
	assert_has(r, "the branch of it");
	assert_has_not(r, "something else");
	assert_has(r, "Something to talk about");
	r = get(t->guest, comment_path(t, reply, ""));
	assert_page(t->guest, r, 200);
	assert_has_not(r, "the root of it");
	assert_has(r, comment_path(t, root, ""));
	assert_page(t->bob, get(t->bob, comment_path(t, other, "")), 200);
}

static void a_long_conversation_is_shortened(void **state)
{
	struct talk *t = *state;
	int64_t root = visit_comment(t->bob, t->post, 0, "many will answer");
	struct reply r;
	int i;

	for (i = 0; i < 25; i++)
		visit_comment(i % 2 ? t->ann : t->bob, t->post, root,
			      visit_path(t->ann, "answer number %d.", i));
	r = get(t->guest, article(t, ""));
	assert_page(t->guest, r, 200);
	assert_int_equal(page_count(drawn(t, r, root), "answer number"), 20);
	assert_has(r, "5 more replies");
	r = get(t->guest, comment_path(t, root, ""));
	assert_page(t->guest, r, 200);
	assert_int_equal(page_count(r.body, "answer number"), 25);
}

/* Where a hundred have answered, the next one is not on the first page. */
static void one_s_own_answer_is_on_the_page_one_is_led_to(void **state)
{
	struct talk *t = *state;
	int64_t root = visit_comment(t->bob, t->post, 0, "more than a page will answer");
	struct str at;
	struct reply r;

	visit_change(site, &sql_answer, DB_ARGS(root, t->post, root, root, visit_id(t->bob)));
	visit_change(site, &sql_answered, DB_ARGS(root));
	r = post_form(t->ann, visit_path(t->ann, "/posts/%lld/comments", (long long)t->post),
		      visit_path(t->ann, "body=the+last+word&parent=%lld", (long long)root));
	at = reply_header(t->ann, &r, "Location");
	r = get(t->ann, str_c(t->ann->arena, str_slice(at, 0, (size_t)str_find_byte(at, '#'))));
	assert_page(t->ann, r, 200);
	assert_has(r, "the last word");
	assert_int_equal(page_count(r.body, "answer number"), 99);
}

static void a_deep_tree_is_drawn_flat_at_its_end(void **state)
{
	struct talk *t = *state;
	int64_t parent = visit_comment(t->bob, t->post, 0, "depth 0.");
	int64_t root = parent;
	struct reply r;
	int i;

	for (i = 1; i < 12; i++)
		parent = visit_comment(i % 2 ? t->ann : t->bob, t->post, parent,
				       visit_path(t->ann, "depth %d.", i));
	r = get(t->guest, article(t, ""));
	assert_page(t->guest, r, 200);
	for (i = 0; i < 12; i++)
		assert_has(r, visit_path(t->guest, "depth %d.", i));
	/* The list of the page, and at most four more inside each other. */
	assert_true(page_count(drawn(t, r, root), "<ol>") <= 4);
}

static void what_is_deleted_leaves_a_stub_where_it_was_answered(void **state)
{
	struct talk *t = *state;
	int64_t root = visit_comment(t->bob, t->post, 0, "regretted words");
	int64_t reply = visit_comment(t->ann, t->post, root, "an answer to them");
	int64_t lonely = visit_comment(t->bob, t->post, 0, "nobody answered this");
	struct reply r = get(t->bob, comment_path(t, root, "/delete"));

	assert_page(t->bob, r, 200);
	assert_has(r, "regretted words");
	assert_int_equal(post_form(t->bob, comment_path(t, root, "/delete"), "").status, 303);
	assert_int_equal(post_form(t->bob, comment_path(t, lonely, "/delete"), "").status, 303);
	r = get(t->guest, article(t, ""));
	assert_page(t->guest, r, 200);
	assert_has_not(r, "regretted words");
	assert_has_not(r, "nobody answered this");
	assert_has(r, "an answer to them");
	assert_int_equal(page_count(r.body, "This comment was deleted."), 1);
	assert_shows(t->guest, r, "1 comment ");
	assert_int_equal(visit_number(site, &sql_count, DB_ARGS(t->post)), 1);
	assert_int_equal(get(t->guest, comment_path(t, lonely, "")).status, 404);
	assert_page(t->guest, get(t->guest, comment_path(t, root, "")), 200);
	/* Nothing can be done with the stub, nor does it tell whose it was. */
	r = get(t->ann, comment_path(t, root, ""));
	assert_page(t->ann, r, 200);
	assert_has_not(r, "<textarea");
	assert_int_equal(str_find(r.body, visit_name(site, t->bob)), -1);
	assert_int_equal(get(t->bob, comment_path(t, root, "/edit")).status, 404);
	assert_int_equal(post_form(t->ann,
				   visit_path(t->ann, "/posts/%lld/comments", (long long)t->post),
				   visit_path(t->ann, "body=x&parent=%lld", (long long)root))
				 .status,
			 404);
	assert_int_equal(post_form(t->ann, "/comments/like",
				   visit_path(t->ann, "like=%lld", (long long)root))
				 .status,
			 404);
	/* When the last answer goes, the stub goes with it. */
	assert_int_equal(post_form(t->ann, comment_path(t, reply, "/delete"), "").status, 303);
	r = get(t->guest, article(t, ""));
	assert_has_not(r, "This comment was deleted.");
	assert_has(r, "No comments yet.");
}

static void an_edit_shows_and_an_old_one_is_a_conflict(void **state)
{
	struct talk *t = *state;
	int64_t id = visit_comment(t->bob, t->post, 0, "first wording");
	struct reply r = get(t->bob, comment_path(t, id, "/edit"));

	assert_page(t->bob, r, 200);
	assert_text(page_value(t->bob->arena, r.body, "body"), "first wording");
	r = post_form(t->bob, comment_path(t, id, "/edit"), "body=second+wording&version=1");
	assert_redirect(t->bob, r, comment_path(t, id, ""));
	r = get(t->guest, article(t, ""));
	assert_has(r, "second wording");
	assert_has(r, "changed later");
	r = post_form(t->bob, comment_path(t, id, "/edit"), "body=third+wording&version=1");
	assert_page(t->bob, r, 409);
	assert_text(page_value(t->bob->arena, r.body, "body"), "third wording");
	assert_text(page_value(t->bob->arena, r.body, "version"), "2");
	assert_has(r, "<del>second wording</del><ins>third wording</ins>");
	assert_has_not(get(t->guest, article(t, "")), "third wording");
	assert_int_equal(
		post_form(t->bob, comment_path(t, id, "/edit"), "body=third&version=2").status,
		303);
}

static void others_comments_are_theirs(void **state)
{
	struct talk *t = *state;
	struct browser *mod = visit_member(site, ROLE_MODERATOR);
	int64_t id = visit_comment(t->bob, t->post, 0, "his own words");
	struct str before = visit_sum(site, t->ann->arena);

	assert_int_equal(get(t->ann, comment_path(t, id, "/edit")).status, 404);
	assert_int_equal(get(t->ann, comment_path(t, id, "/delete")).status, 404);
	assert_int_equal(
		post_form(t->ann, comment_path(t, id, "/edit"), "body=hers&version=1").status, 404);
	assert_int_equal(post_form(t->ann, comment_path(t, id, "/delete"), "").status, 404);
	assert_same(visit_sum(site, t->ann->arena), before);
	assert_page(mod, get(mod, comment_path(t, id, "/edit")), 200);
	assert_int_equal(post_form(mod, comment_path(t, id, "/delete"), "reason=spam").status, 303);
	assert_has_not(get(t->guest, article(t, "")), "his own words");
}

static void an_answer_belongs_to_its_post(void **state)
{
	struct talk *t = *state;
	int64_t here = visit_comment(t->bob, t->post, 0, "here");
	int64_t elsewhere = visit_publish(t->ann, "Elsewhere", "another post");
	static const char *const parents[] = { "4611686018427387904", "1" };
	struct str fields = str_format(t->bob->arena, "body=lost&parent=%lld", (long long)here);
	const char *path = visit_path(t->bob, "/posts/%lld/comments", (long long)elsewhere);
	size_t i;

	assert_int_equal(post_form(t->bob, path, fields.p).status, 404);
	for (i = 0; i < ARRAY_LEN(parents); i++)
		assert_int_equal(post_form(t->bob, path,
					   visit_path(t->bob, "body=lost&parent=%s", parents[i]))
					 .status,
				 404);
	assert_int_equal(post_form(t->bob, "/posts/4611686018427387904/comments", "body=x").status,
			 404);
	assert_int_equal(visit_number(site, &sql_rows, DB_ARGS(elsewhere)), 0);
	assert_int_equal(visit_number(site, &sql_count, DB_ARGS(elsewhere)), 0);
}

static void comments_come_in_three_orders(void **state)
{
	struct talk *t = *state;
	int64_t first = visit_comment(t->bob, t->post, 0, "first one");
	int64_t liked = visit_comment(t->bob, t->post, 0, "liked one");
	int64_t last = visit_comment(t->bob, t->post, 0, "last one");
	struct {
		const char *query;
		int64_t order[3];
	} sorts[] = {
		{ "", { liked, last, first } },
		{ "?comments=best", { liked, last, first } },
		{ "?comments=new", { last, liked, first } },
		{ "?comments=old", { first, liked, last } },
	};
	size_t i, k;

	visit_change(site, &sql_likes, DB_ARGS(7, liked));
	/* The page knows of a change of the rows when the article's version moves. */
	visit_comment(t->ann, t->post, first, "and so on");
	for (i = 0; i < ARRAY_LEN(sorts); i++) {
		struct reply r = get(t->guest, article(t, sorts[i].query));
		ptrdiff_t before = -1;

		assert_page(t->guest, r, 200);
		for (k = 0; k < 3; k++) {
			struct str at = str_format(t->guest->arena, "<li id=\"c%lld\"",
						   (long long)sorts[i].order[k]);

			assert_true(str_find(r.body, at) > before);
			before = str_find(r.body, at);
		}
	}
}

/* All pages of an order, one after the other; after each of them somebody writes. */
static struct str read_through(struct talk *t, const char *sort, int *pages)
{
	struct str path = str_copy(t->guest->arena, str_from_c(article(t, sort)));
	struct str seen = STR("");

	for (*pages = 0; path.n && *pages < 10; (*pages)++) {
		struct reply r = get(t->guest, path.p);
		struct str rest = r.body;
		struct page_tag tag;

		assert_page(t->guest, r, 200);
		assert_true(page_count(r.body, "numbered comment") <= 10);
		seen = str_format(t->guest->arena, STR_FMT STR_FMT, STR_ARG(seen),
				  STR_ARG(page_text(t->guest->arena, r.body)));
		path = (struct str){ 0 };
		while (page_next_tag(&rest, &tag)) {
			if (str_is(page_attribute(&tag, "rel"), STR("next")))
				path = page_unescape(t->guest->arena, page_attribute(&tag, "href"));
		}
		visit_comment(t->bob, t->post, 0, "somebody new");
	}
	return seen;
}

static void pages_show_everything_once_while_others_write(void **state)
{
	struct talk *t = *state;
	static const char *const sorts[] = { "?comments=best", "?comments=new", "?comments=old" };
	size_t i;
	int k, pages;

	for (k = 0; k < 23; k++)
		visit_comment(t->bob, t->post, 0, visit_path(t->bob, "numbered comment %d.", k));
	for (i = 0; i < ARRAY_LEN(sorts); i++) {
		struct str seen = read_through(t, sorts[i], &pages);

		assert_true(pages >= 3 && pages < 10);
		for (k = 0; k < 23; k++)
			assert_int_equal(page_count(seen,
						    visit_path(t->bob, "numbered comment %d.", k)),
					 1);
	}
}

static void a_cursor_of_ones_own_making_leads_nowhere(void **state)
{
	struct talk *t = *state;
	static const char *const queries[] = {
		"?after=x",
		"?after=1-",
		"?after=-1-5",
		"?comments=new&after=1e3",
		"?comments=old&after=0",
		"?comments=new&after=%2e%2e",
		"?after=5",
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(queries); i++)
		assert_int_equal(get(t->guest, article(t, queries[i])).status, 404);
	assert_int_equal(get(t->guest, article(t, "?comments=worst")).status, 200);
}

static void a_preview_stores_nothing(void **state)
{
	struct talk *t = *state;
	int64_t root = visit_comment(t->ann, t->post, 0, "say something");
	struct str before = visit_sum(site, t->bob->arena);
	const char *path = visit_path(t->bob, "/posts/%lld/comments/preview", (long long)t->post);
	struct reply r = post_form(t->bob, path, "body=a+%2Abent%2A+word");

	assert_page(t->bob, r, 200);
	assert_has(r, "<em>bent</em>");
	assert_text(page_value(t->bob->arena, r.body, "body"), "a *bent* word");
	r = post_form(t->bob, path, visit_path(t->bob, "body=x&parent=%lld", (long long)root));
	assert_page(t->bob, r, 200);
	assert_has(r, "say something");
	assert_same(visit_sum(site, t->bob->arena), before);
}

#define talk_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

static const struct CMUnitTest tests[] = {
	talk_test(an_answer_stands_below_what_it_answers),
	talk_test(a_conversation_has_a_page),
	talk_test(a_long_conversation_is_shortened),
	talk_test(one_s_own_answer_is_on_the_page_one_is_led_to),
	talk_test(a_deep_tree_is_drawn_flat_at_its_end),
	talk_test(what_is_deleted_leaves_a_stub_where_it_was_answered),
	talk_test(an_edit_shows_and_an_old_one_is_a_conflict),
	talk_test(others_comments_are_theirs),
	talk_test(an_answer_belongs_to_its_post),
	talk_test(comments_come_in_three_orders),
	talk_test(pages_show_everything_once_while_others_write),
	talk_test(a_cursor_of_ones_own_making_leads_nowhere),
	talk_test(a_preview_stores_nothing),
};

WEB_TEST_MAIN("post")
