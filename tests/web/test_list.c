/* Lists, feeds and the site map: complete while people write, well formed, in both languages. */
#include "web/web.h"

static struct str next_page(struct browser *b, struct reply r)
{
	struct str rest = r.body;
	struct page_tag tag;

	while (page_next_tag(&rest, &tag)) {
		if (str_is(page_attribute(&tag, "rel"), STR("next")))
			return page_unescape(b->arena, page_attribute(&tag, "href"));
	}
	return (struct str){ 0 };
}

/* Read a list to its end; after each page somebody publishes. Gives the text of all pages. */
static struct str read_through(struct browser *b, struct browser *writer, const char *path)
{
	struct str at = str_from_c(path);
	struct str seen = STR("");
	int pages = 0;

	while (at.n && pages++ < 300) {
		struct reply r = get(b, at.p);

		assert_page(b, r, 200);
		/* Pinned ones stand on the first page, above its ten. */
		assert_true(page_count(r.body, "<h2") <= 20);
		seen = str_format(b->arena, STR_FMT " " STR_FMT, STR_ARG(seen),
				  STR_ARG(page_text(b->arena, page_by_id(r.body, "main"))));
		at = next_page(b, r);
		if (writer && pages < 8)
			visit_publish(writer, "Somebody else writes", "meanwhile");
	}
	return seen;
}

static void nothing_is_shown_twice_or_left_out(void **state)
{
	struct browser *ann = visit_member(site, ROLE_USER);
	struct browser *other = visit_member(site, ROLE_USER);
	struct browser *guest = visit_guest(site);
	const char *lists[] = { "/", "/?sort=new",
				visit_path(guest, "/users/%lld", (long long)visit_id(ann)) };
	struct str seen;
	size_t i;
	int k;

	(void)state;
	for (k = 0; k < 17; k++)
		visit_publish(ann,
			      visit_path(ann, "Serial %lld no %d.", (long long)visit_id(ann), k),
			      "in parts");
	for (i = 0; i < ARRAY_LEN(lists); i++) {
		seen = read_through(guest, other, lists[i]);
		for (k = 0; k < 17; k++)
			assert_int_equal(page_count(seen, visit_path(guest, "Serial %lld no %d.",
								     (long long)visit_id(ann), k)),
					 1);
	}
}

static void a_page_past_the_end_says_so(void **state)
{
	struct browser *b = visit_guest(site);
	struct reply r;

	(void)state;
	r = get(b, "/?sort=new&after=1");
	assert_page(b, r, 200);
	assert_shows(b, r, "That was everything.");
	r = get(b, "/?sort=hot&after=0-1");
	assert_page(b, r, 200);
	assert_shows(b, r, "That was everything.");
}

static void what_is_no_list_is_not_found(void **state)
{
	static const char *const paths[] = {
		"/?sort=worst",        "/?sort=HOT",
		"/?sort=new&after=x",  "/?sort=hot&after=5",
		"/?after=-5-6",        "/?after=5-",
		"/?after=1-2-3",       "/?sort=new&after=0",
		"/?sort=new&after=-1", "/?sort=hot&after=9223372036854775808-1",
	};
	struct browser *b = visit_guest(site);
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(paths); i++)
		assert_page(b, get(b, paths[i]), 404);
	/* A size of a page cannot be asked for; of two words for one thing the first counts. */
	assert_page(b, get(b, "/?limit=100000&current=-1&page=2000000000"), 200);
	assert_page(b, get(b, "/?sort=new&sort=worst"), 200);
}

static void pages_speak_the_readers_language(void **state)
{
	struct browser *b = visit_guest(site);
	static const struct {
		const char *accepted, *word;
	} cases[] = {
		{ "en", "Log in" },
		{ "zh-CN,zh;q=0.9,en;q=0.8", "登录" },
		{ "fr;q=0.9,en;q=0.1", "Log in" },
		{ "", "登录" },
		{ "*", "登录" },
		{ "zh", "登录" },
	};
	struct reply r;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		b->language = cases[i].accepted;
		r = get(b, "/");
		assert_page(b, r, 200);
		assert_has(r, cases[i].word);
	}
	b->language = "en";
	r = browser_ask(b, &(struct ask){ .path = "/language",
					  .body = STR("language=zh&next=%2F%3Fsort%3Dnew") });
	assert_redirect(b, r, "/?sort=new");
	r = get(b, "/?sort=new");
	assert_has(r, "<html lang=\"zh-CN\">");
	/* From another site's page it does nothing. */
	r = browser_ask(b, &(struct ask){ .path = "/language",
					  .body = STR("language=en"),
					  .extra = (const char *const[]){ "HTTP_SEC_FETCH_SITE",
									  "cross-site", NULL },
					  .is_foreign = true });
	assert_page(b, r, 403);
	assert_has(get(b, "/"), "<html lang=\"zh-CN\">");
	assert_status(browser_ask(b, &(struct ask){ .path = "/language",
						    .body = STR("language=tlh") }),
		      422);
}

static void feeds_are_well_formed(void **state)
{
	struct browser *ann = visit_member(site, ROLE_USER);
	struct browser *b = visit_guest(site);
	int64_t id = visit_publish(
		ann, "Feed <&> \"me\" ]]> 你好 😀",
		"`code <b>` & **bold**\n\n![x](/uploads/a.png) [l](https://e.org/?a=1&b=2)");
	const char *paths[] = { "/feed.atom",
				visit_path(b, "/posts/%lld/feed.atom", (long long)id) };
	struct reply r;
	size_t i;

	(void)state;
	visit_comment(ann, id, 0, "a *comment* & <i>more</i>");
	for (i = 0; i < ARRAY_LEN(paths); i++) {
		const char *fault;

		r = get(b, paths[i]);
		assert_status(r, 200);
		assert_text(reply_header(b, &r, "Content-Type"),
			    "application/atom+xml; charset=utf-8");
		assert_int_equal(reply_header(b, &r, "Set-Cookie").n, 0);
		fault = page_xml_fault(b->arena, r.body);
		if (fault)
			fail_msg("%s: %s", paths[i], fault);
		assert_has(r, "Feed &lt;&amp;&gt; &quot;me&quot; ]]&gt; 你好 😀");
		assert_has(r, "<updated>20");
		assert_has(r, "<id>tag:");
	}
	assert_has(r, "a &lt;em&gt;comment&lt;/em&gt;");
	assert_int_equal(get(b, "/posts/4611686018427387904/feed.atom").status, 404);
}

static void the_site_map_names_every_post(void **state)
{
	struct browser *ann = visit_member(site, ROLE_USER);
	struct browser *b = visit_guest(site);
	int64_t id = visit_publish(ann, "On the map", "found by machines");
	const char *page = visit_path(b, "/sitemap.xml?after=%lld", (long long)id - 1);
	struct reply r = get(b, "/sitemap.xml");
	const char *fault = page_xml_fault(b->arena, r.body);

	(void)state;
	assert_status(r, 200);
	assert_null(fault);
	assert_has(r, "/sitemap.xml?after=0</loc>");
	assert_null(page_xml_fault(b->arena, get(b, "/sitemap.xml?after=0").body));
	r = get(b, page);
	assert_status(r, 200);
	assert_null(page_xml_fault(b->arena, r.body));
	assert_has(r, visit_path(b, "/posts/%lld</loc>", (long long)id));
	post_form(ann, visit_path(ann, "/posts/%lld/delete", (long long)id), "");
	r = get(b, page);
	assert_has_not(r, visit_path(b, "/posts/%lld</loc>", (long long)id));
	assert_int_equal(get(b, "/sitemap.xml?after=-1").status, 404);
	assert_int_equal(get(b, "/sitemap.xml?after=x").status, 404);
}

static void a_list_shows_the_first_lines(void **state)
{
	struct browser *ann = visit_member(site, ROLE_USER);
	struct reply r;

	(void)state;
	visit_publish(ann, "Excerpted",
		      "# Heading 你好\n\nSecond *line* <b>here</b> 😀\n\nThird line unseen 8812");
	r = get(ann, "/?sort=new");
	assert_page(ann, r, 200);
	assert_shows(ann, r, "Heading 你好");
	assert_shows(ann, r, "Second line <b>here</b> 😀");
	assert_has_not(r, "8812");
}

static void a_person_has_a_page(void **state)
{
	struct browser *ann = visit_member(site, ROLE_USER);
	struct browser *mod = visit_member(site, ROLE_MODERATOR);
	struct browser *b = visit_guest(site);
	struct reply r = get(b, visit_path(b, "/users/%lld", (long long)visit_id(ann)));

	(void)state;
	assert_page(b, r, 200);
	assert_shows(b, r, visit_name(site, ann).p);
	assert_has_not(r, "example.org");
	r = get(b, visit_path(b, "/users/%lld", (long long)visit_id(mod)));
	assert_shows(b, r, "Moderator");
	assert_page(b, get(b, "/users/4611686018427387904"), 404);
	assert_page(b, get(b, visit_path(b, "/users/%lld?after=x", (long long)visit_id(ann))), 404);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(nothing_is_shown_twice_or_left_out),
	cmocka_unit_test(a_page_past_the_end_says_so),
	cmocka_unit_test(what_is_no_list_is_not_found),
	cmocka_unit_test(pages_speak_the_readers_language),
	cmocka_unit_test(feeds_are_well_formed),
	cmocka_unit_test(the_site_map_names_every_post),
	cmocka_unit_test(a_list_shows_the_first_lines),
	cmocka_unit_test(a_person_has_a_page),
};

WEB_TEST_MAIN("post", "site", "social")
