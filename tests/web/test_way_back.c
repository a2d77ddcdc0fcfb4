/* Pages that answer a form stand at addresses that only take forms: what leads back to them leads
 * to a page. */
#include "web/web.h"

/* Where the page's first form that comes back here comes back to. */
static const char *way_back(struct browser *b, struct reply r)
{
	struct str next = page_unescape(b->arena, reply_field(b, &r, "next"));

	assert_true(next.n > 0);
	return str_c(b->arena, next);
}

static void assert_leads_to_page(struct browser *b, struct reply r, int status, const char *to)
{
	const char *next;

	assert_page(b, r, status);
	next = way_back(b, r);
	assert_string_equal(next, to);
	assert_page(b, get(b, next), 200);
}

/* The button at the foot of every page. */
static void another_language_is_chosen_on_a_page_that_answers_a_form(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	int64_t post = visit_publish(b, "Way back", "text");
	const char *article = visit_path(b, "/posts/%lld", (long long)post);
	const char *edit = visit_path(b, "%s/edit", article);

	(void)state;
	assert_leads_to_page(b, post_form(b, "/posts/preview", "title=t&body=b"), 200, "/");
	assert_leads_to_page(b, post_form(b, "/posts", "title=&body=b"), 422, "/");
	assert_leads_to_page(b, post_form(b, edit, "title=&body=b&version=1"), 422, edit);
	assert_leads_to_page(b,
			     post_form(b, visit_path(b, "%s/preview", article),
				       "title=t&body=b&version=1"),
			     200, article);
	assert_leads_to_page(b, post_form(b, visit_path(b, "%s/comments", article), "body="), 422,
			     article);
	assert_leads_to_page(b, post_form(b, "/settings/password", "password=x"), 422, "/settings");
	assert_redirect(b,
			post_form(b, "/language",
				  visit_fields(b, "language", "zh", "next",
					       way_back(b, post_form(b, "/posts", "title=")), NULL)
					  .p),
			"/");
}

/* A reply that is shown again has the conversation above it, with its buttons. */
static void a_comment_is_liked_beside_a_reply_being_written(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	int64_t post = visit_publish(b, "Talk", "text");
	int64_t comment = visit_comment(b, post, 0, "hello");
	const char *article = visit_path(b, "/posts/%lld", (long long)post);
	const char *like = visit_path(b, "like=%lld&next=", (long long)comment);
	const char *reply = visit_path(b, "parent=%lld&body=", (long long)comment);
	struct reply r = post_form(b, visit_path(b, "%s/comments", article), reply);

	(void)state;
	assert_page(b, r, 422);
	r = post_form(b, "/comments/like", visit_path(b, "%s%s", like, way_back(b, r)));
	assert_redirect(b, r, article);
	r = post_form(b, visit_path(b, "%s/comments/preview", article),
		      visit_path(b, "%smore", reply));
	assert_page(b, r, 200);
	r = post_form(b, "/comments/like", visit_path(b, "%s%s", like, way_back(b, r)));
	assert_redirect(b, r, article);
	assert_page(b, get(b, article), 200);
}

static struct reply send_from(struct browser *b, const char *path, const char *body,
			      const char *referer)
{
	const char *const extra[] = { "HTTP_REFERER", visit_path(b, "%s%s", b->origin, referer),
				      NULL };
	struct ask form = { .path = path, .body = str_from_c(body), .extra = extra };

	return browser_ask(b, &form);
}

/* The session ended while a form that had come back was filled in once more. */
static void a_login_leads_from_such_a_page_to_one(void **state)
{
	static const struct {
		const char *path, *referer, *to;
	} sent[] = {
		{ "/settings/password", "/settings/password", "/settings" },
		{ "/settings/password", "/settings?a=1", "/settings?a=1" },
		{ "/settings/password", "/check-in", "/check-in" },
		{ "/settings/avatar/remove", "/settings/avatar", "/settings" },
		{ "/settings/two-step/off", "", "/" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(sent); i++) {
		struct browser *b = visit_guest(site);
		const char *body = browser_token(b).p;
		struct reply r = send_from(b, sent[i].path, body, sent[i].referer);
		struct str to = visit_encode(b->arena, str_from_c(sent[i].to));

		assert_redirect(b, r, visit_path(b, "/login?next=" STR_FMT, STR_ARG(to)));
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(another_language_is_chosen_on_a_page_that_answers_a_form),
	cmocka_unit_test(a_comment_is_liked_beside_a_reply_being_written),
	cmocka_unit_test(a_login_leads_from_such_a_page_to_one),
};

WEB_TEST_MAIN("account", "post", "site")
