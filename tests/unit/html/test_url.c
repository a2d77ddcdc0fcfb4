/* Links that people type, and links that the site builds. */
#include "unit/unit.h"

#include "html/url.h"

static const struct str good[] = {
	STR_INIT("http://example.org"),
	STR_INIT("https://example.org/a/b?c=d&e#f"),
	STR_INIT("HTTPS://EXAMPLE.ORG/"),
	STR_INIT("https://example.org:8443/x"),
	STR_INIT("https://中文.example/路径?问=答"),
	STR_INIT("https://xn--fiq228c.example"),
	STR_INIT("http://192.0.2.1/"),
	STR_INIT("http://[2001:db8::1]:80/"),
	STR_INIT("https://example.org/@user/a:b"),
	STR_INIT("https://example.org?to=//elsewhere"),
	STR_INIT("mailto:someone@example.org"),
	STR_INIT("mailto:someone@example.org?subject=Hi"),
	STR_INIT("/"),
	STR_INIT("/posts/7?after=3#c9"),
	STR_INIT("/a//b"),
};

static const struct str bad[] = {
	STR_INIT(""),
	STR_INIT("   "),
	STR_INIT("javascript:alert(1)"),
	STR_INIT("JaVaScRiPt:alert(1)"),
	STR_INIT("java\tscript:alert(1)"),
	STR_INIT("\x01javascript:alert(1)"),
	STR_INIT("data:text/html,<script>"),
	STR_INIT("vbscript:x"),
	STR_INIT("file:///etc/passwd"),
	STR_INIT("ftp://example.org"),
	STR_INIT("example.org"),
	STR_INIT("posts/7"),
	STR_INIT("#top"),
	STR_INIT("?a=b"),
	STR_INIT("//example.org"),
	STR_INIT("///example.org"),
	STR_INIT("/\\example.org"),
	STR_INIT("\\\\example.org"),
	STR_INIT("/\t/example.org"),
	STR_INIT("/a\nb"),
	STR_INIT("/a b"),
	STR_INIT("/a\x7f"),
	STR_INIT("/a\0b"),
	STR_INIT("/\xff"),
	STR_INIT("/\u202e"),
	STR_INIT("http:example.org"),
	STR_INIT("http:/example.org"),
	STR_INIT("http://"),
	STR_INIT("http:///x"),
	STR_INIT("http://?x"),
	STR_INIT("http://.example.org"),
	STR_INIT("http://-x"),
	STR_INIT("http://a..b"),
	STR_INIT("http://a<b"),
	STR_INIT("http://a\"b"),
	STR_INIT("http://a%2eb"),
	STR_INIT("http://user@example.org"),
	STR_INIT("http://user:pass@example.org"),
	STR_INIT("http://good.example\\@evil.example"),
	STR_INIT("http://example.org:"),
	STR_INIT("http://example.org:0"),
	STR_INIT("http://example.org:65536"),
	STR_INIT("http://example.org:8o"),
	STR_INIT("http://[::1"),
	STR_INIT("http://[]/"),
	STR_INIT("http://[x]/"),
	STR_INIT("http://[::1]x/"),
	STR_INIT("mailto:"),
	STR_INIT("mailto:x"),
	STR_INIT("mailto:@example.org"),
	STR_INIT("mailto:a@"),
	STR_INIT("mailto:a@b@c"),
};

static void links_people_may_type(void **state)
{
	struct url url;
	size_t i;

	for (i = 0; i < ARRAY_LEN(good); i++) {
		if (url_check(*state, good[i], &url))
			fail_msg("refused: " STR_FMT, STR_ARG(good[i]));
		assert_same(url.href, good[i]);
	}
}

static void links_that_are_refused(void **state)
{
	struct url url = { STR("untouched") };
	size_t i;

	for (i = 0; i < ARRAY_LEN(bad); i++)
		if (url_check(*state, bad[i], &url) != ERR_INVALID)
			fail_msg("accepted: " STR_FMT, STR_ARG(bad[i]));
	assert_text(url.href, "untouched");
}

static void only_paths_are_local(void **state)
{
	struct url url;
	size_t i;

	for (i = 0; i < ARRAY_LEN(good); i++) {
		bool is_path = good[i].p[0] == '/';

		assert_int_equal(url_check_local(*state, good[i], &url),
				 is_path ? OK : ERR_INVALID);
	}
	for (i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(url_check_local(*state, bad[i], &url), ERR_INVALID);
}

static void white_space_around_is_dropped(void **state)
{
	struct url url;

	assert_int_equal(url_check(*state, STR("  https://example.org/x \r\n"), &url), OK);
	assert_text(url.href, "https://example.org/x");
}

static void long_links_are_refused(void **state)
{
	char text[2001];
	struct url url;

	memset(text, 'a', sizeof(text));
	text[0] = '/';
	assert_int_equal(url_check(*state, (struct str){ text, 2000 }, &url), OK);
	assert_int_equal(url_check(*state, (struct str){ text, 2001 }, &url), ERR_INVALID);
}

static void hosts(void **state)
{
	(void)state;
	assert_text(url_host(URL_LITERAL("https://example.org:80/x")), "example.org");
	assert_text(url_host(URL_LITERAL("HTTP://example.org?x")), "example.org");
	assert_text(url_host(URL_LITERAL("http://[::1]:80/x")), "[::1]");
	assert_text(url_host(URL_LITERAL("mailto:a@example.org")), "");
	assert_text(url_host(URL_LITERAL("/posts")), "");
}

static void builds_paths(void **state)
{
	struct arena *a = *state;
	const int64_t id = INT64_MAX;

	assert_text(url_format(a, "/posts/{}", id).href, "/posts/9223372036854775807");
	assert_text(url_format(a, "/a/{}/b?after={}", 7, STR("x y/&\"中")).href,
		    "/a/7/b?after=x%20y%2F%26%22%E4%B8%AD");
	assert_text(url_format(a, "/{}/{}/{}/{}", 1, 2, 3, -4).href, "/1/2/3/-4");
	assert_text(url_format(a, "/{}{}", STR(""), STR("{}")).href, "/%7B%7D");
}

static void build_with_too_few(void)
{
	url_format(arena_new(64), "/{}/{}", 1);
}

static void build_with_too_many(void)
{
	url_format(arena_new(64), "/{}", 1, 2);
}

static void wrong_counts_are_bugs(void **state)
{
	(void)state;
	assert_aborts(build_with_too_few);
	assert_aborts(build_with_too_many);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		arena_test(links_people_may_type),  arena_test(links_that_are_refused),
		arena_test(only_paths_are_local),   arena_test(white_space_around_is_dropped),
		arena_test(long_links_are_refused), arena_test(hosts),
		arena_test(builds_paths),           arena_test(wrong_counts_are_bugs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
