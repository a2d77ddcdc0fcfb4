/* Where a POST came from: each header, each order of them, each trick with a name that looks alike.
 */
#include "unit/unit.h"

#include "web/origin.h"

#define SITE STR("https://plaza.example")

struct row {
	const char *fetch_site, *origin, *referer;
	enum origin wanted;
};

static const struct row rows[] = {
	/* Sec-Fetch-Site decides, whatever the others say */
	{ "same-origin", NULL, NULL, ORIGIN_OWN },
	{ "none", NULL, NULL, ORIGIN_OWN },
	{ "same-origin", "https://evil.example", NULL, ORIGIN_OWN },
	{ "same-site", NULL, NULL, ORIGIN_FOREIGN },
	{ "cross-site", NULL, NULL, ORIGIN_FOREIGN },
	{ "cross-site", "https://plaza.example", "https://plaza.example/", ORIGIN_FOREIGN },
	{ "Same-Origin", NULL, NULL, ORIGIN_FOREIGN },
	{ "x", NULL, NULL, ORIGIN_FOREIGN },
	/* then Origin */
	{ NULL, "https://plaza.example", NULL, ORIGIN_OWN },
	{ NULL, "https://PLAZA.example", NULL, ORIGIN_OWN },
	{ NULL, "https://plaza.example", "https://evil.example/", ORIGIN_OWN },
	{ NULL, "https://evil.example", "https://plaza.example/", ORIGIN_FOREIGN },
	{ NULL, "null", NULL, ORIGIN_FOREIGN },
	{ NULL, "http://plaza.example", NULL, ORIGIN_FOREIGN },
	{ NULL, "https://plaza.example:8443", NULL, ORIGIN_FOREIGN },
	{ NULL, "https://plaza.example.evil.example", NULL, ORIGIN_FOREIGN },
	{ NULL, "https://plaza.example@evil.example", NULL, ORIGIN_FOREIGN },
	{ NULL, "https://evilplaza.example", NULL, ORIGIN_FOREIGN },
	{ NULL, "https://plaza.exampl", NULL, ORIGIN_FOREIGN },
	/* then Referer */
	{ NULL, NULL, "https://plaza.example/posts/7", ORIGIN_OWN },
	{ NULL, NULL, "https://plaza.example", ORIGIN_OWN },
	{ NULL, NULL, "https://plaza.example.evil.example/", ORIGIN_FOREIGN },
	{ NULL, NULL, "https://evil.example/https://plaza.example/", ORIGIN_FOREIGN },
	{ NULL, NULL, "x", ORIGIN_FOREIGN },
	{ NULL, NULL, NULL, ORIGIN_UNSAID },
};

static void each_header_is_judged(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		struct http_request in = { .fetch_site = str_from_c(rows[i].fetch_site),
					   .origin = str_from_c(rows[i].origin),
					   .referer = str_from_c(rows[i].referer),
					   .host = STR("evil.example") };

		if (origin_of(&in, SITE, false) != rows[i].wanted)
			fail_msg("row %zu", i);
	}
}

/* A development site may be opened under any name it is reached by. */
static void development_takes_the_host(void **state)
{
	struct http_request in = { .origin = STR("http://192.168.1.5:8080"),
				   .host = STR("192.168.1.5:8080") };

	(void)state;
	assert_int_equal(origin_of(&in, SITE, true), ORIGIN_OWN);
	assert_int_equal(origin_of(&in, SITE, false), ORIGIN_FOREIGN);
	in.origin = STR("http://192.168.1.5:80801");
	assert_int_equal(origin_of(&in, SITE, true), ORIGIN_FOREIGN);
	in.origin = STR("ftps://192.168.1.5:8080");
	assert_int_equal(origin_of(&in, SITE, true), ORIGIN_FOREIGN);
	in.host = STR("");
	in.origin = STR("http://");
	assert_int_equal(origin_of(&in, SITE, true), ORIGIN_FOREIGN);
}

static void the_path_of_a_referer(void **state)
{
	struct http_request in = { .referer = STR("https://plaza.example/posts/7?x=1") };

	(void)state;
	assert_text(origin_referer_path(&in, SITE, false), "/posts/7?x=1");
	in.referer = STR("https://evil.example/posts/7");
	assert_int_equal(origin_referer_path(&in, SITE, false).n, 0);
	in.referer = STR("");
	assert_int_equal(origin_referer_path(&in, SITE, false).n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_header_is_judged),
		cmocka_unit_test(development_takes_the_host),
		cmocka_unit_test(the_path_of_a_referer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
