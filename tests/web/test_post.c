/* Writing, changing, looking back at and deleting posts, as their writers and readers see it. */
#include "web/web.h"

static const struct db_sql sql_posts = SQL("SELECT COUNT(*) FROM post WHERE author_id = ?");
static const struct db_sql sql_version = SQL("SELECT version FROM post WHERE post_id = ?");
static const struct db_sql sql_count = SQL("SELECT posts FROM user WHERE user_id = ?");
static const struct db_sql sql_log =
	SQL("SELECT COUNT(*) FROM moderation_log WHERE target_type = 1 AND target_id = ?"
	    " AND actor_id = ? AND action = ? AND reason = ?");

static const char *post_path(struct browser *b, int64_t id, const char *more)
{
	return visit_path(b, "/posts/%lld%s", (long long)id, more);
}

static struct reply edit(struct browser *b, int64_t id, const char *title, const char *body,
			 const char *version)
{
	return post_form(b, post_path(b, id, "/edit"),
			 visit_fields(b, "title", title, "body", body, "version", version, NULL).p);
}

static void a_published_post_is_found_everywhere(void **state)
{
	struct browser *ann = visit_member(site, ROLE_USER);
	struct browser *guest = visit_guest(site);
	int64_t id = visit_publish(ann, "On <i>trees</i> & \"leaves\"",
				   "# Trees\n\nThey *grow* slowly.\n\n- oak\n- elm\n");
	const char *shown = "On &lt;i&gt;trees&lt;/i&gt; &amp; &quot;leaves&quot;";
	struct reply r;

	(void)state;
	r = get(guest, post_path(guest, id, ""));
	assert_page(guest, r, 200);
	assert_has(r, visit_path(guest, "<h1>%s</h1>", shown));
	assert_has(r, "<em>grow</em>");
	assert_has(r, "<li>oak</li>");
	assert_has(r, "<time datetime=\"20");
	assert_has(r, visit_name(site, ann).p);
	r = get(guest, "/?sort=new");
	assert_page(guest, r, 200);
	assert_has(r, visit_path(guest, "<a href=\"/posts/%lld\">%s</a>", (long long)id, shown));
	assert_has(r, "They grow slowly.");
	r = get(guest, visit_path(guest, "/users/%lld", (long long)visit_id(ann)));
	assert_page(guest, r, 200);
	assert_has(r, shown);
}

static void the_writer_is_told_once_that_it_worked(void **state)
{
	struct browser *ann = visit_member(site, ROLE_USER);
	struct reply r = post_form(ann, "/posts", "title=Told&body=once");
	struct str at = reply_header(ann, &r, "Location");

	(void)state;
	assert_status(r, 303);
	r = get(ann, at.p);
	assert_page(ann, r, 200);
	assert_text(page_text(ann->arena, page_by_class(r.body, "flash")), "Published.");
	r = get(ann, at.p);
	assert_int_equal(page_count(r.body, "class=\"flash\""), 0);
}

static void an_edit_keeps_what_was_there_before(void **state)
{
	struct browser *ann = visit_member(site, ROLE_USER);
	struct browser *guest = visit_guest(site);
	int64_t id = visit_publish(ann, "First title", "first body");
	struct reply r = get(ann, post_path(ann, id, "/edit"));

	(void)state;
	assert_page(ann, r, 200);
	assert_text(page_value(ann->arena, r.body, "title"), "First title");
	assert_text(page_value(ann->arena, r.body, "body"), "first body");
	assert_text(page_value(ann->arena, r.body, "version"), "1");
	r = edit(ann, id, "Second title", "second body", "1");
	assert_redirect(ann, r, post_path(ann, id, ""));
	r = get(guest, post_path(guest, id, ""));
	assert_page(guest, r, 200);
	assert_has(r, "Second title");
	assert_has_not(r, "first body");
	assert_has(r, post_path(guest, id, "/history"));
	r = get(guest, post_path(guest, id, "/history"));
	assert_page(guest, r, 200);
	assert_has(r, "First title");
	assert_has(r, "Second title");
	r = get(guest, post_path(guest, id, "/history/1"));
	assert_page(guest, r, 200);
	assert_has(r, "first body");
	assert_int_equal(get(guest, post_path(guest, id, "/history/9")).status, 404);
}

static void an_edit_of_an_old_version_is_a_conflict(void **state)
{
	struct browser *ann = visit_member(site, ROLE_USER);
	int64_t id = visit_publish(ann, "Version one", "one");
	struct reply r;

	(void)state;
	assert_int_equal(edit(ann, id, "Version two", "two", "1").status, 303);
	r = edit(ann, id, "Mine", "my own text", "1");
	assert_page(ann, r, 409);
	assert_text(page_value(ann->arena, r.body, "title"), "Mine");
	assert_text(page_value(ann->arena, r.body, "body"), "my own text");
	assert_text(page_value(ann->arena, r.body, "version"), "2");
	assert_has(r, "<del>Version two</del> <ins>Mine</ins>");
	assert_has(r, "<del>two</del><ins>my own text</ins>");
	/* The words above it say that each line has its mark. */
	assert_has(edit(ann, id, "Mine", "one\r\n\r\nmore", "1"),
		   "<del>two</del><ins>one</ins><ins></ins><ins>more</ins>");
	assert_int_equal(visit_number(site, &sql_version, DB_ARGS(id)), 2);
	assert_int_equal(edit(ann, id, "Mine", "my own text", "2").status, 303);
	assert_int_equal(visit_number(site, &sql_version, DB_ARGS(id)), 3);
	/* The same once more is no fourth version. */
	assert_int_equal(edit(ann, id, "Mine", "my own text", "2").status, 303);
	assert_int_equal(visit_number(site, &sql_version, DB_ARGS(id)), 3);
}

static const char *numbered(struct browser *b, int most, int but, const char *other)
{
	struct buf text;

	buf_init(&text, b->arena, 1024);
	for (int i = 1; i <= most; i++) {
		if (i == but)
			buf_addf(&text, "%s\r\n", other);
		else
			buf_addf(&text, "line %d\r\n", i);
	}
	return text.p;
}

/* What differs is shown between the lines around it, and only that. */
static void a_conflict_shows_what_differs(void **state)
{
	struct browser *ann = visit_member(site, ROLE_USER);
	int64_t id = visit_publish(ann, "The title", numbered(ann, 30, 0, ""));
	struct reply r;

	(void)state;
	edit(ann, id, "The title", numbered(ann, 30, 10, "<b>theirs</b>"), "1");
	r = edit(ann, id, "The title", numbered(ann, 30, 20, "mine"), "1");
	assert_page(ann, r, 409);
	assert_has(r, "<p>7 equal lines</p><span>line 8\nline 9</span>"
		      "<del>&lt;b&gt;theirs&lt;/b&gt;</del><ins>line 10</ins>"
		      "<span>line 11\nline 12</span><p>5 equal lines</p>"
		      "<span>line 18\nline 19</span><del>line 20</del><ins>mine</ins>"
		      "<span>line 21\nline 22</span><p>8 equal lines</p></div>");
	assert_has_not(r, "<del>The title");
	/* The whole of it is there as well. */
	assert_has(r, "line 1\nline 2\nline 3");
	r = edit(ann, id, "Another title", numbered(ann, 30, 10, "<b>theirs</b>"), "1");
	assert_page(ann, r, 409);
	assert_has(r, "<del>The title</del> <ins>Another title</ins>");
	assert_has_not(r, "class=\"diff\"");
}

/* However much was written, both texts come back and the page is sound. */
static void texts_with_nothing_in_common_are_shown_whole(void **state)
{
	struct browser *ann = visit_member(site, ROLE_USER);
	struct buf many, other;
	struct reply r;
	int64_t id;

	(void)state;
	buf_init(&many, ann->arena, 20000);
	buf_init(&other, ann->arena, 20000);
	for (int i = 0; i < 4900; i++) {
		buf_addf(&many, "%c\r\n", 'a' + i % 9);
		buf_addf(&other, "%c\r\n", 'k' + i % 9);
	}
	id = visit_publish(ann, "Long", "short");
	assert_int_equal(edit(ann, id, "Long", many.p, "1").status, 303);
	r = edit(ann, id, "Long", other.p, "1");
	assert_page(ann, r, 409);
	assert_has(r, "too little in common");
	assert_int_equal(page_value(ann->arena, r.body, "body").n, 2 * 4900);
}

static void a_deleted_post_is_gone_everywhere(void **state)
{
	struct browser *ann = visit_member(site, ROLE_USER);
	struct browser *bob = visit_member(site, ROLE_USER);
	int64_t id = visit_publish(ann, "Soon gone 7316", "gone");
	int64_t comment = visit_comment(bob, id, 0, "a word on it");
	static const char *const addresses[] = { "",      "/history", "/likers",
						 "/edit", "/delete",  "/feed.atom" };
	struct reply r = get(ann, post_path(ann, id, "/delete"));
	size_t i;

	(void)state;
	assert_page(ann, r, 200);
	assert_has(r, "Soon gone 7316");
	r = post_form(ann, post_path(ann, id, "/delete"), "");
	assert_redirect(ann, r, "/?sort=new");
	for (i = 0; i < ARRAY_LEN(addresses); i++)
		assert_int_equal(get(ann, post_path(ann, id, addresses[i])).status, 404);
	assert_int_equal(get(ann, visit_path(ann, "/comments/%lld", (long long)comment)).status,
			 404);
	assert_has_not(get(ann, "/?sort=new"), "Soon gone 7316");
	assert_has_not(get(ann, "/"), "Soon gone 7316");
	assert_has_not(get(ann, "/feed.atom"), "Soon gone 7316");
	assert_int_equal(visit_number(site, &sql_count, DB_ARGS(visit_id(ann))), 0);
	/* What is gone cannot be worked on; only deleting it again is no mistake. */
	assert_int_equal(post_form(bob, post_path(bob, id, "/vote"), "").status, 404);
	assert_int_equal(post_form(bob, post_path(bob, id, "/like"), "on=1").status, 404);
	assert_int_equal(post_form(bob, post_path(bob, id, "/comments"), "body=late").status, 404);
	assert_int_equal(edit(ann, id, "a", "b", "1").status, 404);
	assert_int_equal(post_form(ann, post_path(ann, id, "/delete"), "").status, 303);
	assert_int_equal(visit_number(site, &sql_count, DB_ARGS(visit_id(ann))), 0);
}

static void others_cannot_touch_it(void **state)
{
	struct browser *ann = visit_member(site, ROLE_USER);
	struct browser *eve = visit_member(site, ROLE_USER);
	int64_t id = visit_publish(ann, "Hers", "her own");
	struct str before = visit_sum(site, ann->arena);

	(void)state;
	assert_int_equal(get(eve, post_path(eve, id, "/edit")).status, 404);
	assert_int_equal(get(eve, post_path(eve, id, "/delete")).status, 404);
	assert_int_equal(edit(eve, id, "Mine now", "x", "1").status, 404);
	assert_int_equal(post_form(eve, post_path(eve, id, "/delete"), "").status, 404);
	assert_int_equal(post_form(eve, post_path(eve, id, "/draft"), "title=a&body=b").status,
			 404);
	assert_int_equal(post_form(eve, post_path(eve, id, "/preview"), "title=a&body=b").status,
			 404);
	assert_int_equal(post_form(eve, post_path(eve, id, "/pin"), "on=1").status, 403);
	assert_int_equal(post_form(eve, post_path(eve, id, "/feature"), "on=1").status, 403);
	assert_same(visit_sum(site, ann->arena), before);
	assert_has_not(get(eve, post_path(eve, id, "")), "/edit\"");
}

static void a_moderator_may_and_it_is_written_down(void **state)
{
	struct browser *ann = visit_member(site, ROLE_USER);
	struct browser *mod = visit_member(site, ROLE_MODERATOR);
	int64_t id = visit_publish(ann, "Moderated", "text");
	struct reply r;

	(void)state;
	assert_int_equal(edit(mod, id, "Moderated", "milder text", "1").status, 303);
	r = get(mod, post_path(mod, id, "/delete"));
	assert_page(mod, r, 200);
	assert_has(r, "name=\"reason\"");
	r = post_form(mod, post_path(mod, id, "/delete"), "reason=%E5%B9%BF%E5%91%8A");
	assert_int_equal(r.status, 303);
	assert_int_equal(visit_number(site, &sql_log,
				      DB_ARGS(id, visit_id(mod), STR("post.delete"), STR("广告"))),
			 1);
	assert_int_equal(visit_number(site, &sql_log,
				      DB_ARGS(id, visit_id(mod), STR("post.edit"), STR(""))),
			 1);
}

static void pinned_and_featured_posts_stand_out(void **state)
{
	struct browser *ann = visit_member(site, ROLE_USER);
	struct browser *mod = visit_member(site, ROLE_MODERATOR);
	const char *rules = visit_path(ann, "Rules of the house %s", secret_token(ann->arena, 6).p);
	const char *talk = visit_path(ann, "Small talk %s", secret_token(ann->arena, 6).p);
	int64_t old = visit_publish(ann, rules, "be kind");
	int64_t newer = visit_publish(ann, talk, "hello");
	struct reply r;
	ptrdiff_t pinned;
	ptrdiff_t other;

	(void)state;
	r = post_form(mod, post_path(mod, old, "/pin"), "on=1");
	assert_redirect(mod, r, post_path(mod, old, ""));
	r = get(ann, "/?sort=new");
	pinned = str_find(r.body, str_from_c(rules));
	other = str_find(r.body, str_from_c(talk));
	assert_true(pinned >= 0 && other > pinned);
	assert_int_equal(page_count(r.body, rules), 1);
	assert_int_equal(post_form(mod, post_path(mod, newer, "/feature"), "on=1").status, 303);
	r = get(ann, "/?sort=featured");
	assert_page(ann, r, 200);
	assert_has(r, talk);
	assert_has_not(r, rules);
	/* Anything but 0 and 1 is refused. */
	assert_int_equal(post_form(mod, post_path(mod, old, "/pin"), "on=2").status, 422);
	assert_int_equal(post_form(mod, post_path(mod, old, "/pin"), "").status, 422);
	assert_int_equal(post_form(mod, post_path(mod, old, "/pin"), "on=0").status, 303);
	assert_int_equal(post_form(mod, post_path(mod, newer, "/feature"), "on=0").status, 303);
	assert_has_not(get(ann, "/?sort=featured"), talk);
}

static void two_posts_of_one_form_are_one(void **state)
{
	struct browser *ann = visit_member(site, ROLE_USER);
	struct str token = browser_token(ann);
	struct ask ask = { .path = "/posts",
			   .body = str_format(ann->arena, STR_FMT "&title=Once&body=only",
					      STR_ARG(token)) };
	struct reply first = browser_ask(ann, &ask);
	struct reply second = browser_ask(ann, &ask);

	(void)state;
	assert_status(first, 303);
	assert_status(second, 303);
	assert_same(reply_header(ann, &second, "Location"), reply_header(ann, &first, "Location"));
	assert_int_equal(visit_number(site, &sql_posts, DB_ARGS(visit_id(ann))), 1);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_published_post_is_found_everywhere),
	cmocka_unit_test(the_writer_is_told_once_that_it_worked),
	cmocka_unit_test(an_edit_keeps_what_was_there_before),
	cmocka_unit_test(an_edit_of_an_old_version_is_a_conflict),
	cmocka_unit_test(a_conflict_shows_what_differs),
	cmocka_unit_test(texts_with_nothing_in_common_are_shown_whole),
	cmocka_unit_test(a_deleted_post_is_gone_everywhere),
	cmocka_unit_test(others_cannot_touch_it),
	cmocka_unit_test(a_moderator_may_and_it_is_written_down),
	cmocka_unit_test(pinned_and_featured_posts_stand_out),
	cmocka_unit_test(two_posts_of_one_form_are_one),
};

WEB_TEST_MAIN("post", "site", "social")
