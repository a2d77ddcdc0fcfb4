/* Drafts and previews: nothing typed is lost, nothing half-done is published. */
#include "web/web.h"

#include "web/cookie.h"

static const struct db_sql sql_posts = SQL("SELECT COUNT(*) FROM post WHERE author_id = ?");
static const struct db_sql sql_drafts = SQL("SELECT COUNT(*) FROM post_draft WHERE author_id = ?");

static int64_t posts_of(struct browser *b)
{
	return visit_number(site, &sql_posts, DB_ARGS(visit_id(b)));
}

static int64_t drafts_of(struct browser *b)
{
	return visit_number(site, &sql_drafts, DB_ARGS(visit_id(b)));
}

static void assert_form(struct browser *b, struct reply r, const char *title, const char *body)
{
	assert_page(b, r, 200);
	assert_same(page_value(b->arena, r.body, "title"), str_from_c(title));
	assert_same(page_value(b->arena, r.body, "body"), str_from_c(body));
}

static void a_draft_waits_until_it_is_published(void **state)
{
	struct browser *ann = visit_member(site, ROLE_USER);
	struct browser *eve = visit_member(site, ROLE_USER);
	const char *body = "\n  two spaces\n\ttab </textarea><b> & \"q\" '";
	struct reply r;

	(void)state;
	assert_form(ann, get(ann, "/posts/new"), "", "");
	r = post_form(ann, "/posts/draft",
		      visit_fields(ann, "title", "Half a tit", "body", body, NULL).p);
	assert_redirect(ann, r, "/posts/new");
	assert_form(ann, get(ann, "/posts/new"), "Half a tit", body);
	assert_form(eve, get(eve, "/posts/new"), "", "");
	assert_int_equal(posts_of(ann), 0);
	/* Another session of the same person finds it too. */
	assert_form(ann, get(visit_again(site, visit_id(ann)), "/posts/new"), "Half a tit", body);
	visit_publish(ann, "The whole title", "done");
	assert_int_equal(drafts_of(ann), 0);
	assert_form(ann, get(ann, "/posts/new"), "", "");
}

static void a_draft_may_be_as_empty_as_its_writer_left_it(void **state)
{
	struct browser *ann = visit_member(site, ROLE_USER);
	struct reply r = post_form(ann, "/posts/draft", "title=&body=only+a+body");

	(void)state;
	assert_redirect(ann, r, "/posts/new");
	assert_form(ann, get(ann, "/posts/new"), "", "only a body");
	assert_int_equal(post_form(ann, "/posts/draft", "title=only+a+title&body=").status, 303);
	assert_form(ann, get(ann, "/posts/new"), "only a title", "");
	assert_int_equal(drafts_of(ann), 1);
}

/* Who gives a text up, or an edit of one, gets rid of the draft; the post is what it was. */
static void a_draft_can_be_deleted(void **state)
{
	struct browser *ann = visit_member(site, ROLE_USER);
	struct browser *eve = visit_member(site, ROLE_USER);
	int64_t id = visit_publish(ann, "Published", "text one");
	const char *edit = visit_path(ann, "/posts/%lld/edit", (long long)id);
	const char *drop = visit_path(ann, "/posts/%lld/draft/delete", (long long)id);
	struct reply r;

	(void)state;
	assert_status(get(ann, "/posts/draft/delete"), 404);
	assert_has_not(get(ann, "/posts/new"), "/posts/draft/delete");
	assert_status(post_form(ann, "/posts/draft", "title=&body=given+up"), 303);
	assert_status(post_form(ann, visit_path(ann, "/posts/%lld/preview", (long long)id),
				"title=Published&body=text+two&version=1"),
		      200);
	assert_has(get(ann, "/posts/new"), "href=\"/posts/draft/delete\"");
	r = get(ann, "/posts/draft/delete");
	assert_page(ann, r, 200);
	assert_shows(ann, r, "Delete this draft? given up");
	assert_status(get(eve, drop), 404);
	assert_redirect(eve, post_form(eve, drop, ""), edit);
	assert_int_equal(drafts_of(ann), 2);
	assert_redirect(ann, post_form(ann, "/posts/draft/delete", ""), "/posts/new");
	assert_form(ann, get(ann, "/posts/new"), "", "");
	assert_has(get(ann, edit), visit_path(ann, "href=\"%s\"", drop));
	assert_shows(ann, get(ann, drop), "Delete this draft? Published");
	assert_redirect(ann, post_form(ann, drop, ""), edit);
	assert_form(ann, get(ann, edit), "Published", "text one");
	assert_int_equal(drafts_of(ann), 0);
}

static void a_preview_shows_it_and_keeps_it(void **state)
{
	struct browser *ann = visit_member(site, ROLE_USER);
	struct reply r = post_form(
		ann, "/posts/preview",
		visit_fields(ann, "title", "A <b> title", "body", "some *bent* text", NULL).p);

	(void)state;
	assert_form(ann, r, "A <b> title", "some *bent* text");
	assert_has(r, "<em>bent</em>");
	assert_has(r, "A &lt;b&gt; title</h");
	assert_int_equal(posts_of(ann), 0);
	assert_form(ann, get(ann, "/posts/new"), "A <b> title", "some *bent* text");
}

static void a_draft_of_an_edit_remembers_what_it_was_based_on(void **state)
{
	struct browser *ann = visit_member(site, ROLE_USER);
	int64_t id = visit_publish(ann, "Published", "text one");
	const char *edit = visit_path(ann, "/posts/%lld/edit", (long long)id);
	struct reply r = post_form(ann, visit_path(ann, "/posts/%lld/draft", (long long)id),
				   "title=Published&body=text+two&version=1");

	(void)state;
	assert_redirect(ann, r, edit);
	assert_has(get(ann, visit_path(ann, "/posts/%lld", (long long)id)), "text one");
	r = get(ann, edit);
	assert_form(ann, r, "Published", "text two");
	assert_text(page_value(ann->arena, r.body, "version"), "1");
	/* The draft of a new post is another one. */
	assert_form(ann, get(ann, "/posts/new"), "", "");
	assert_int_equal(post_form(ann, edit, "title=Published&body=text+two&version=1").status,
			 303);
	assert_int_equal(drafts_of(ann), 0);
	assert_form(ann, get(ann, edit), "Published", "text two");
}

/* The form was filled for an hour; the session is gone; nothing that was typed may be. */
static void what_was_typed_outlives_the_session(void **state)
{
	struct browser *ann = visit_member(site, ROLE_USER);
	int64_t id = visit_id(ann);
	struct str cookie = browser_cookie(ann, COOKIE_SESSION_NAME);
	struct str body =
		str_format(ann->arena, STR_FMT "&title=Kept+title&body=Kept+%%3Cbody%%3E+text",
			   STR_ARG(browser_token(ann)));
	struct browser *again;
	struct reply r;
	struct str at;

	(void)state;
	assert_int_equal(post_form(ann, "/logout", "").status, 303);
	browser_set_cookie(ann, COOKIE_SESSION_NAME, cookie);
	r = browser_ask(ann, &(struct ask){ .path = "/posts",
					    .body = body,
					    .extra = (const char *const[]){
						    "HTTP_REFERER", "http://127.0.0.1/posts/new",
						    NULL } });
	assert_status(r, 303);
	at = reply_header(ann, &r, "Location");
	assert_true(str_starts(at, STR("/login?next=%2Fposts%2Fnew&held=")));
	r = get(ann, at.p);
	assert_page(ann, r, 200);
	assert_has(r, "What you wrote is kept.");
	again = visit_again(site, id);
	r = get(again, at.p);
	assert_status(r, 303);
	at = reply_header(again, &r, "Location");
	assert_true(str_starts(at, STR("/resume/")));
	/* Nobody else can be led to it, not even by its writer. */
	assert_redirect(again, get(again, at.p), "/posts/new");
	browser_set_cookie(again, COOKIE_GUEST_NAME, browser_cookie(ann, COOKIE_GUEST_NAME));
	r = get(again, at.p);
	assert_form(again, r, "Kept title", "Kept <body> text");
	assert_has(r, "action=\"/posts\"");
	assert_int_equal(posts_of(again), 0);
	/* The one button. */
	r = post_form(
		again, "/posts",
		visit_fields(again, "title", "Kept title", "body", "Kept <body> text", NULL).p);
	assert_status(r, 303);
	assert_int_equal(posts_of(again), 1);
}

static void only_our_own_forms_are_kept(void **state)
{
	struct browser *bob = visit_member(site, ROLE_USER);
	struct browser *guest = visit_guest(site);
	static const char *const foreign[] = { "HTTP_ORIGIN", "https://evil.example",
					       "HTTP_SEC_FETCH_SITE", "cross-site", NULL };
	struct reply r = browser_ask(guest, &(struct ask){ .path = "/posts",
							   .body = STR("title=evil&body=words"),
							   .extra = foreign,
							   .is_foreign = true });

	(void)state;
	assert_redirect(guest, r, "/login?next=%2F");
	assert_int_equal(get(guest, "/resume/AAAAAAAAAAAAAAAAAAAAAA").status, 303);
	/* An hour after it was kept it is gone, or Redis lost it: who has just logged in is told.
	 */
	r = get(bob, "/resume/AAAAAAAAAAAAAAAAAAAAAA?next=%2Fabout%3Fx%3D1");
	assert_redirect(bob, r, "/about?x=1");
	assert_shows(bob, get(bob, "/posts/new"), "What you had typed is not kept any more.");
	assert_redirect(bob, get(bob, "/resume/AAAAAAAAAAAAAAAAAAAAAA?next=//evil.example"), "/");
	assert_redirect(bob, get(bob, "/resume/x"), "/");
}

static void assert_typed(struct browser *b, struct reply r, const char *text)
{
	assert_page(b, r, 404);
	assert_shows(b, r, text);
	assert_has_not(r, "Send it again");
}

/* Deleted while somebody wrote: there is nowhere to send it to, but it can be copied. */
static void what_was_typed_for_what_is_gone_is_shown(void **state)
{
	struct browser *ann = visit_member(site, ROLE_USER);
	struct browser *bob = visit_member(site, ROLE_USER);
	int64_t id = visit_publish(ann, "Soon gone", "text");
	int64_t gone = visit_comment(bob, id, 0, "gone first");
	const char *post = visit_path(ann, "/posts/%lld", (long long)id);
	const char *comment = visit_path(ann, "/comments/%lld", (long long)gone);
	const char *reply = visit_path(ann, "parent=%lld&body=My+%%3Cb%%3Ereply", (long long)gone);
	struct ask foreign = { .is_foreign = true };

	(void)state;
	assert_status(post_form(bob, visit_path(ann, "%s/delete", comment), ""), 303);
	assert_typed(ann, post_form(ann, visit_path(ann, "%s/comments", post), reply),
		     "My <b>reply");
	assert_typed(bob,
		     post_form(bob, visit_path(ann, "%s/edit", comment),
			       "version=1&body=said+better"),
		     "said better");
	assert_status(post_form(ann, visit_path(ann, "%s/delete", post), ""), 303);
	assert_typed(bob, post_form(bob, visit_path(ann, "%s/comments/preview", post), "body=late"),
		     "late");
	assert_typed(ann,
		     post_form(ann, visit_path(ann, "%s/edit", post),
			       "version=1&title=Another+title&body=A+long+text"),
		     "A long text");
	/* Numbers and switches are nobody's words; nor are those of another site shown here. */
	assert_has_not(post_form(ann, visit_path(ann, "%s/like", post), "on=1"), "What you typed");
	foreign.path = visit_path(ann, "%s/edit", post);
	foreign.body = STR("version=1&title=evil&body=words");
	assert_has_not(browser_ask(ann, &foreign), "words");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_draft_waits_until_it_is_published),
	cmocka_unit_test(a_draft_may_be_as_empty_as_its_writer_left_it),
	cmocka_unit_test(a_draft_can_be_deleted),
	cmocka_unit_test(a_preview_shows_it_and_keeps_it),
	cmocka_unit_test(a_draft_of_an_edit_remembers_what_it_was_based_on),
	cmocka_unit_test(what_was_typed_outlives_the_session),
	cmocka_unit_test(only_our_own_forms_are_kept),
	cmocka_unit_test(what_was_typed_for_what_is_gone_is_shown),
};

WEB_TEST_MAIN("post", "account")
