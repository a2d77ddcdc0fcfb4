/* What becomes of texts on their way: kept byte for byte, and never a line of the log. */
#include "web/web.h"

/* What can be stored comes back byte for byte. */
static void texts_come_back_as_they_were_typed(void **state)
{
	static const char *const bodies[] = {
		"\n\nleading lines",
		"trailing lines\n\n\n",
		"  indented\n\ttabbed",
		"a\u200Db \u200Ejoiner \uFEFFbom",
		"\U0001F468\u200D\U0001F469\u200D\U0001F467 family",
		"e\u0301 and \u00E9 are two",
		"\u202Eoverride\u202C in a body",
		"\u0627\u0644\u0639\u0631\u0628\u064A\u0629 \u05E2\u05D1\u05E8\u05D9\u05EA",
		"&amp; &lt; &#39; %41 +plus+ %s %n \\ \" '",
		"\uFFFD \uE000 private",
		"Z\u0351\u036B\u0343\u036A\u0302\u036B\u033D\u034F\u0334\u0319\u0324 zalgo",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(bodies); i++) {
		struct browser *b = visit_member(site, ROLE_USER);
		int64_t id = visit_publish(b, "Round trip", bodies[i]);
		struct reply r = get(b, visit_path(b, "/posts/%lld/edit", (long long)id));

		assert_page(b, r, 200);
		assert_same(page_value(b->arena, r.body, "body"), str_from_c(bodies[i]));
	}
}

static void line_ends_become_one_kind(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct reply r = post_form(b, "/posts", "title=t&body=one%0D%0Atwo%0Dthree%0Afour");

	(void)state;
	assert_status(r, 303);
	r = get(b, visit_path(b, "/posts/%lld/edit", (long long)visit_location_id(b, &r)));
	assert_text(page_value(b->arena, r.body, "body"), "one\ntwo\nthree\nfour");
}

/* "2026-11-22T17:55:44.123Z info post[123] ...", without a control character. */
static bool is_log_line(struct str line)
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd.dddZ ";
	size_t i;

	for (i = 0; form[i]; i++) {
		char c = i < line.n ? line.p[i] : '\0';

		if (form[i] == 'd' ? c < '0' || c > '9' : c != form[i])
			return false;
	}
	for (; i < line.n; i++) {
		if ((unsigned char)line.p[i] < ' ' || line.p[i] == 0x7F)
			return false;
	}
	return true;
}

/* Line breaks and terminal codes wherever a request carries text: each request is one line still.
 */
static void nobody_writes_lines_into_the_log(void **state)
{
	static const char *const evil = "x\r\n2026-01-01T00:00:00.000Z info forged[1] \x1B[2J\n";
	static const char *const extra[] = {
		"HTTP_USER_AGENT",      evil, "REQUEST_ID", evil, "HTTP_REFERER", evil,
		"HTTP_X_FORWARDED_FOR", evil, NULL
	};
	static const char *const programs[] = { "post", "account", "site" };
	struct browser *b = visit_guest(site);
	struct browser *ann = visit_member(site, ROLE_USER);
	struct str rest, line = { 0 };
	size_t i;

	(void)state;
	browser_ask(b, &(struct ask){ .path = "/posts/1%0D%0Aforged%1B", .extra = extra });
	browser_ask(b, &(struct ask){ .path = "/?sort=%0D%0Aforged&x\r\nforged", .extra = extra });
	browser_ask(b,
		    &(struct ask){ .path = "/about", .method = "GET\r\nforged", .extra = extra });
	browser_ask(b, &(struct ask){ .path = "/activate/x%0Aforged", .extra = extra });
	post_form(b, "/login", "login=x%0D%0Aforged%1B%5B2J&password=y%0D%0Aforged");
	b->address = "10.0.0.1\r\nforged";
	post_form(b, "/login", "login=x&password=yyyyyyyyyyyyy");
	browser_ask(ann, &(struct ask){ .path = "/posts",
					.body = STR("csrf=x%0D%0Aforged"),
					.extra = extra });
	for (i = 0; i < ARRAY_LEN(programs); i++) {
		rest = str_trim(site_log_whole(site, b->arena, programs[i]));
		while (str_split(&rest, '\n', &line)) {
			if (!is_log_line(line) || str_starts(line, STR("2026-01-01")))
				fail_msg("a line of %s: " STR_FMT, programs[i], STR_ARG(line));
		}
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(texts_come_back_as_they_were_typed),
	cmocka_unit_test(line_ends_become_one_kind),
	cmocka_unit_test(nobody_writes_lines_into_the_log),
};

WEB_TEST_MAIN("post", "account", "site")
