/*
 * Texts of people who mean harm, in every field and every place where it is shown: it stands there
 * letter by letter, and the page has no tag and no attribute more than with a harmless text.
 */
#include "web/web.h"

#include "support/markup_check.h"

static const struct db_sql sql_name = SQL("UPDATE user SET username = ? WHERE user_id = ?");

/* For places that show plain text. */
static const char *const texts[] = {
	"<script>alert(1)</script>",
	"\"><img src=x onerror=alert(1)>",
	"' onmouseover='alert(1)",
	"\" autofocus onfocus=alert(1) x=\"",
	"</title><script>alert(1)</script>",
	"</textarea><svg/onload=alert(1)>",
	"<!--<img src=\"--><img src=x onerror=alert(1)//\">",
	"]]><script>alert(1)</script>",
	"javascript:alert(1)",
	"&lt;b&gt; &amp;amp; &#60;i&#62; &#x3c;u&#x3e;",
	"<a href=\"javascript:alert(1)\">x</a>",
	"\xEF\xBC\x9Cscript\xEF\xBC\x9E",
	"`<b>${7*7}`",
	"{{7*7}} {{{x}}} {{#a}}{{/a}} {{>p}} {{=<% %>=}} {{csrf}} <%= 7*7 %>",
	"%n%s%x%d%1$s %p {0} {1} {} $1 \\1",
	"'; DROP TABLE post; -- \" OR 1=1",
	"\\\" \\' \\\\ \\u003cscript\\u003e",
	"<svg><style>*{x:expression(alert(1))}</style>",
	"<plaintext><xmp><noscript><p title=\"</noscript>\">",
	"line\xE2\x80\xA8separator",
};

/* For Markdown: links and images of every scheme, markup in odd places. */
static const char *const bodies[] = {
	"[x](javascript:alert(1))",
	"[x](JaVaScRiPt:alert(1))",
	"[x](java\tscript:alert(1))",
	"[x](&#106;avascript:alert(1))",
	"[x](javascript&colon;alert(1))",
	"[x](data:text/html;base64,PHNjcmlwdD4=)",
	"[x](vbscript:x)",
	"[x](//evil.example/x)",
	"[x](/\\evil.example)",
	"[x](https://e.org/\"onmouseover=\"alert(1))",
	"[x](https://e.org 'a\" onmouseover=\"alert(1)')",
	"![x](javascript:alert(1))",
	"![\" onerror=alert(1)](/uploads/x.png)",
	"![x](https://tracker.example/a.gif)",
	"![x](/uploads/../../secret)",
	"<https://e.org/\"><script>",
	"<javascript:alert(1)>",
	"[x]: javascript:alert(1)\n\n[x]",
	"```\"><script>alert(1)</script>\ncode\n```",
	"``` x\" onclick=\"alert(1)\ncode\n```",
	"| <script> | \"onx= |\n|---|---|\n| <img src=x onerror=1> | `</code><b>` |",
	"<div style=\"position:fixed\">\n\nover everything\n\n</div>",
	"<details open ontoggle=alert(1)>",
	"# <script>alert(1)</script>",
	"- [x] <input autofocus onfocus=alert(1)>",
	"<a href=\"javascript:alert(1)\">x</a> <iframe src=//evil.example></iframe>",
	"{{7*7}} {{{body}}} %n%s %1$s {0}",
	"https://e.org/?a=1&b=<2>\"'",
	"&lt;script&gt;alert(1)&lt;/script&gt;",
	"\\<script\\>alert(1)",
	"[a](<javascript:alert(1)>)",
	"[a](\x01javascript:alert(1))",
	"![a][b]\n\n[b]: data:image/svg+xml,<svg/onload=alert(1)>",
};

static struct browser *ann, *mod, *guest;

static struct str shape(struct reply r)
{
	return page_shape(guest->arena, r.body);
}

/* Pages that show a post's title, in the order of their visit. */
struct places {
	struct reply article, list, person, history, revision, edit, remove, conversation;
};

static void visit_places(int64_t id, int64_t comment, struct places *p)
{
	p->article = get(guest, visit_path(guest, "/posts/%lld", (long long)id));
	p->list = get(guest, visit_path(guest, "/?sort=new&after=%lld", (long long)id + 1));
	p->person = get(guest, visit_path(guest, "/users/%lld?after=%lld", (long long)visit_id(ann),
					  (long long)id + 1));
	p->history = get(guest, visit_path(guest, "/posts/%lld/history", (long long)id));
	p->revision = get(guest, visit_path(guest, "/posts/%lld/history/1", (long long)id));
	p->edit = get(ann, visit_path(ann, "/posts/%lld/edit", (long long)id));
	p->remove = get(ann, visit_path(ann, "/posts/%lld/delete", (long long)id));
	p->conversation = get(guest, visit_path(guest, "/comments/%lld", (long long)comment));
}

static void check_place(struct reply r, struct reply harmless, const char *text, const char *where)
{
	const char *fault;

	assert_status(r, 200);
	fault = page_fault(guest->arena, r.body);
	if (fault)
		fail_msg("%s with %s: %s", where, text, fault);
	if (!str_is(shape(r), shape(harmless)))
		fail_msg("%s with %s has another shape:\n%s", where, text, shape(r).p);
	if (str_find(page_text(guest->arena, r.body), str_trim(str_from_c(text))) < 0 &&
	    str_find(page_value(guest->arena, r.body, "title"), str_from_c(text)) < 0)
		fail_msg("%s does not show %s", where, text);
}

static int64_t written(const char *title, int64_t *comment)
{
	int64_t id;

	visit_forgive(site, ann);
	id = visit_publish(ann, title, "body");
	*comment = visit_comment(ann, id, 0, "a comment");
	/* An edit, so that there is a version to look back at. */
	assert_status(post_form(ann, visit_path(ann, "/posts/%lld/edit", (long long)id),
				visit_fields(ann, "title", title, "body", "body two", "version",
					     "1", NULL)
					.p),
		      303);
	return id;
}

static void titles_are_text(void **state)
{
	struct places harmless, p;
	int64_t comment;
	int64_t id = written("Nothing wrong with this one", &comment);
	size_t i;

	(void)state;
	visit_places(id, comment, &harmless);
	for (i = 0; i < ARRAY_LEN(texts); i++) {
		/* A title has no separators of lines. */
		if (str_find(str_from_c(texts[i]), STR("\xE2\x80\xA8")) >= 0)
			continue;
		id = written(texts[i], &comment);
		visit_places(id, comment, &p);
		check_place(p.article, harmless.article, texts[i], "the article");
		check_place(p.history, harmless.history, texts[i], "the history");
		check_place(p.revision, harmless.revision, texts[i], "the old version");
		check_place(p.edit, harmless.edit, texts[i], "the form");
		check_place(p.remove, harmless.remove, texts[i], "the question");
		check_place(p.conversation, harmless.conversation, texts[i], "the conversation");
		assert_null(page_fault(guest->arena, p.list.body));
		assert_null(page_fault(guest->arena, p.person.body));
		assert_int_equal(page_count(p.list.body, "<script"),
				 page_count(harmless.list.body, "<script"));
		assert_null(page_xml_fault(guest->arena, get(guest, "/feed.atom").body));
	}
}

/* What the renderer made of it, and nothing else of the page, may have markup. */
static void check_markdown(struct reply r, const char *body, const char *where)
{
	struct str md = page_by_class(r.body, "md");
	const char *fault;

	assert_status(r, 200);
	fault = md.p ? markup_fault(md) : "no text";
	if (!fault)
		fault = page_fault(guest->arena, r.body);
	if (fault)
		fail_msg("%s with %s: %s\n" STR_FMT, where, body, fault, STR_ARG(md));
	if (str_find(md, STR("evil.example")) >= 0 && str_find(md, STR("href=\"//")) >= 0)
		fail_msg("%s leads away: %s", where, body);
}

static void bodies_are_what_the_renderer_allows(void **state)
{
	const char *const *lists[] = { texts, bodies };
	const size_t counts[] = { ARRAY_LEN(texts), ARRAY_LEN(bodies) };
	size_t i, k;

	(void)state;
	for (i = 0; i < 2; i++) {
		for (k = 0; k < counts[i]; k++) {
			const char *body =
				str_format(ann->arena, "start\n\n%s\n\nend", lists[i][k]).p;
			struct reply r =
				post_form(ann, "/posts/preview",
					  visit_fields(ann, "title", "t", "body", body, NULL).p);
			int64_t id;

			visit_forgive(site, ann);
			if (r.status == 422) /* a control character */
				continue;
			check_markdown(r, body, "the preview");
			assert_same(page_value(ann->arena, r.body, "body"), str_from_c(body));
			id = visit_publish(ann, "Markdown", body);
			r = get(guest, visit_path(guest, "/posts/%lld", (long long)id));
			check_markdown(r, body, "the article");
			visit_comment(ann, id, 0, body);
			r = get(guest, visit_path(guest, "/posts/%lld", (long long)id));
			r.body = page_by_id(r.body, "comments");
			assert_null(markup_fault(page_by_class(r.body, "md")));
			assert_null(page_fault(guest->arena, get(guest, "/?sort=new").body));
			assert_null(page_xml_fault(guest->arena, get(guest, "/feed.atom").body));
		}
	}
}

static void templates_and_formats_are_only_text(void **state)
{
	static const char *const literal[] = { "{{7*7}} {{{x}}} {{#a}}{{/a}} {{>p}}",
					       "%n%s%x%d%1$s %p {0} {1}" };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(literal); i++) {
		int64_t id = visit_publish(ann, literal[i], literal[i]);
		struct reply r;

		visit_comment(ann, id, 0, literal[i]);
		r = get(guest, visit_path(guest, "/posts/%lld", (long long)id));
		assert_page(guest, r, 200);
		assert_true(page_count(page_text(guest->arena, r.body), literal[i]) >= 4);
	}
}

/* No name like this can be chosen; should one ever get into the table, it is still only text. */
static void names_are_text(void **state)
{
	struct browser *bob = visit_member(site, ROLE_USER);
	int64_t id = visit_publish(bob, "By a name", "text");
	int64_t root = visit_comment(bob, id, 0, "by a name");
	int64_t reply = visit_comment(bob, id, root, "to it");
	const char *paths[] = { visit_path(guest, "/posts/%lld", (long long)id),
				visit_path(guest, "/users/%lld", (long long)visit_id(bob)),
				visit_path(guest, "/posts/%lld/history", (long long)id),
				visit_path(guest, "/comments/%lld", (long long)root),
				"/?sort=new" };
	struct str harmless[ARRAY_LEN(paths)];
	size_t i, k;

	(void)state;
	visit_comment(bob, id, reply, "and again");
	for (i = 0; i < ARRAY_LEN(paths); i++)
		harmless[i] = shape(get(guest, paths[i]));
	for (k = 0; k < ARRAY_LEN(texts); k++) {
		struct str name = str_slice(str_from_c(texts[k]), 0, 24);
		struct browser *again;

		if (texts[k][0] & 0x80)
			continue;
		visit_change(site, &sql_name, DB_ARGS(name, visit_id(bob)));
		/* So that no process goes on with what it remembers of these pages. */
		visit_comment(mod, id, 0, "something new");
		again = visit_again(site, visit_id(bob));
		assert_null(page_fault(guest->arena, get(again, "/about").body));
		for (i = 0; i < ARRAY_LEN(paths); i++) {
			struct reply r = get(guest, paths[i]);
			const char *fault = page_fault(guest->arena, r.body);

			if (fault)
				fail_msg("%s with the name %s: %s", paths[i], texts[k], fault);
		}
		assert_same(shape(get(guest, paths[1])), harmless[1]);
		assert_null(page_xml_fault(guest->arena, get(guest, "/feed.atom").body));
	}
}

/* Pages that show again what came with the request. */
static void what_is_sent_is_shown_as_text(void **state)
{
	struct browser *b = visit_guest(site);
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(texts); i++) {
		struct str t = visit_encode(b->arena, str_from_c(texts[i]));
		const char *paths[] = {
			visit_path(b, "/login?next=" STR_FMT "&held=" STR_FMT, STR_ARG(t),
				   STR_ARG(t)),
			visit_path(b, "/" STR_FMT, STR_ARG(t)),
			visit_path(b, "/?sort=" STR_FMT, STR_ARG(t)),
			visit_path(b, "/about?x=" STR_FMT "&" STR_FMT "=1", STR_ARG(t), STR_ARG(t)),
			visit_path(b, "/posts/new?x=" STR_FMT, STR_ARG(t)),
		};
		struct reply r;
		size_t k;

		for (k = 0; k < ARRAY_LEN(paths); k++) {
			const char *fault;

			r = get(b, paths[k]);
			fault = r.body.n ? page_fault(b->arena, r.body) : NULL;
			if (fault)
				fail_msg("%s: %s", paths[k], fault);
			assert_true(r.status == 200 || r.status == 404 || r.status == 303 ||
				    r.status == 400);
		}
		visit_forgive(site, b);
		visit_forgive(site, ann);
		r = post_form(b, "/login",
			      visit_fields(b, "login", texts[i], "password", "x", "next", texts[i],
					   NULL)
				      .p);
		assert_true(r.status == 422);
		assert_null(page_fault(b->arena, r.body));
		r = post_form(b, "/register",
			      visit_fields(b, "username", texts[i], "email", texts[i], "password",
					   texts[i], NULL)
				      .p);
		assert_page(b, r, 422);
		assert_same(page_value(b->arena, r.body, "username"), str_from_c(texts[i]));
		assert_same(page_value(b->arena, r.body, "email"), str_from_c(texts[i]));
		/* A token that is out of date: the fields, whatever their names, are offered again.
		 */
		r = browser_ask(ann,
				&(struct ask){ .path = "/posts",
					       .body = str_format(b->arena,
								  "title=" STR_FMT "&body=" STR_FMT
								  "&" STR_FMT "=1",
								  STR_ARG(t), STR_ARG(t),
								  STR_ARG(t)) });
		if (r.status == 400)
			continue; /* a name of more than 64 bytes */
		assert_page(ann, r, 403);
		assert_same(page_value(ann->arena, r.body, "title"), str_from_c(texts[i]));
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(titles_are_text),
	cmocka_unit_test(bodies_are_what_the_renderer_allows),
	cmocka_unit_test(templates_and_formats_are_only_text),
	cmocka_unit_test(names_are_text),
	cmocka_unit_test(what_is_sent_is_shown_as_text),
};

struct site *site;

static int start(void **state)
{
	(void)state;
	site = site_start((const char *const[]){ "post", "account", "site", "social", "admin",
						 "sale", NULL });
	ann = visit_member(site, ROLE_USER);
	mod = visit_member(site, ROLE_MODERATOR);
	guest = visit_guest(site);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	visit_end();
	site_stop(site);
	return 0;
}

int main(void)
{
	return cmocka_run_group_tests(tests, start, stop);
}
