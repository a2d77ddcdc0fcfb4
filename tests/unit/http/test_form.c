/* Urlencoded forms and query strings. */
#include "unit/unit.h"

#include "http/form.h"

static struct form parsed(struct arena *a, struct str text)
{
	struct form f;

	assert_int_equal(form_parse_urlencoded(a, text, &f), OK);
	return f;
}

static void assert_refused(struct arena *a, struct str text)
{
	struct form f = { .count = 99 };

	assert_int_equal(form_parse_urlencoded(a, text, &f), ERR_INVALID);
	assert_int_equal(f.count, 0);
}

/* count times c. */
static struct str repeat(struct arena *a, char c, size_t count)
{
	char *p = arena_alloc(a, count + 1);

	memset(p, c, count);
	return (struct str){ p, count };
}

static void pairs_are_read(void **state)
{
	struct form f = parsed(*state, STR("title=Hello+World&body=a%26b%3Dc%2B&empty=&bare"));

	assert_int_equal(f.count, 4);
	assert_text(form_get(&f, "title"), "Hello World");
	assert_text(form_get(&f, "body"), "a&b=c+");
	assert_text(form_get(&f, "empty"), "");
	assert_text(form_get(&f, "bare"), "");
	assert_true(form_has(&f, "empty"));
	assert_true(form_has(&f, "bare"));
	assert_false(form_has(&f, "none"));
	assert_text(form_get(&f, "none"), "");
}

static void nothing_is_a_form(void **state)
{
	assert_int_equal(parsed(*state, STR("")).count, 0);
	assert_int_equal(parsed(*state, (struct str){ NULL, 0 }).count, 0);
	assert_int_equal(parsed(*state, STR("&&&")).count, 0);
	assert_int_equal(parsed(*state, STR("=")).count, 0);
	assert_int_equal(parsed(*state, STR("=x&=y")).count, 0);
}

static void names_are_decoded_too(void **state)
{
	struct form f = parsed(*state, STR("a%20b=1&%E4%B8%AD=2&a+c=3"));

	assert_text(form_get(&f, "a b"), "1");
	assert_text(form_get(&f, "\xE4\xB8\xAD"), "2");
	assert_text(form_get(&f, "a c"), "3");
}

static void the_first_of_a_name_counts(void **state)
{
	struct form f = parsed(*state, STR("a=1&a=2"));

	assert_int_equal(f.count, 2);
	assert_text(form_get(&f, "a"), "1");
}

static void an_equals_sign_in_a_value_is_kept(void **state)
{
	struct form f = parsed(*state, STR("a=b=c=&d=="));

	assert_text(form_get(&f, "a"), "b=c=");
	assert_text(form_get(&f, "d"), "=");
}

static void texts_are_kept_byte_for_byte(void **state)
{
	struct form f = parsed(*state, STR("a=++%09%20%C3%A9%65%CC%81%F0%9F%98%80%E2%80%8B%1B"));

	assert_text(form_get(&f, "a"), "  \t \xC3\xA9\x65\xCC\x81\xF0\x9F\x98\x80\xE2\x80\x8B\x1B");
}

static void line_ends_become_newlines(void **state)
{
	struct form f = parsed(*state, STR("a=1%0D%0A2%0D3%0A4%0D%0D%0A5%0D&b=%0D%0A&c=%0D&d=x"));

	assert_text(form_get(&f, "a"), "1\n2\n3\n4\n\n5\n");
	assert_text(form_get(&f, "b"), "\n");
	assert_text(form_get(&f, "c"), "\n");
	assert_text(form_get(&f, "d"), "x");
}

static void wrong_escapes_are_refused(void **state)
{
	static const struct str wrong[] = { STR_INIT("a=%"),    STR_INIT("a=%4"),
					    STR_INIT("a=%4&b"), STR_INIT("a=%zz"),
					    STR_INIT("a=%4g"),  STR_INIT("%=a"),
					    STR_INIT("a=%%41"), STR_INIT("a=% 41") };
	size_t i;

	for (i = 0; i < ARRAY_LEN(wrong); i++)
		assert_refused(*state, wrong[i]);
	assert_text(form_get(&(struct form){ 0 }, "a"), "");
}

static void text_that_is_not_utf8_is_refused(void **state)
{
	static const struct str wrong[] = { STR_INIT("a=%FF"),        STR_INIT("a=\xFF"),
					    STR_INIT("a=%C0%80"),     STR_INIT("a=%ED%A0%80"),
					    STR_INIT("a=%00"),        STR_INIT("a=x\0y"),
					    STR_INIT("%00=a"),        STR_INIT("%FF=a"),
					    STR_INIT("a=1&b=2%E4%B8") };
	size_t i;

	for (i = 0; i < ARRAY_LEN(wrong); i++)
		assert_refused(*state, wrong[i]);
}

static void fields_have_a_limit(void **state)
{
	struct arena *a = *state;
	struct str text = STR("");
	int i;

	for (i = 0; i < FORM_FIELDS_MAX; i++)
		text = str_format(a, STR_FMT "&f%d=%d", STR_ARG(text), i, i);
	assert_int_equal(parsed(a, text).count, FORM_FIELDS_MAX);
	assert_int_equal(parsed(a, str_format(a, STR_FMT "&&=x&", STR_ARG(text))).count,
			 FORM_FIELDS_MAX);
	assert_refused(a, str_format(a, STR_FMT "&one", STR_ARG(text)));
}

static void names_have_a_limit(void **state)
{
	struct str name = repeat(*state, 'n', FORM_NAME_MAX + 1);
	struct str fits = str_slice(name, 0, FORM_NAME_MAX);

	assert_int_equal(parsed(*state, str_format(*state, STR_FMT "=1", STR_ARG(fits))).count, 1);
	assert_refused(*state, str_format(*state, STR_FMT "=1", STR_ARG(name)));
	assert_refused(*state, name);
}

static void values_are_as_long_as_the_text(void **state)
{
	struct str value = repeat(*state, 'v', 500000);
	struct form f = parsed(*state, str_format(*state, "a=" STR_FMT, STR_ARG(value)));

	assert_same(form_get(&f, "a"), value);
}

/* Pairs of every shape next to each other: the decoded texts share one piece of memory. */
static void short_pairs_do_not_overlap(void **state)
{
	struct form f = parsed(*state, STR("a&b&c=&d=1&e&f=2&g"));

	assert_int_equal(f.count, 7);
	assert_text(f.items[0].name, "a");
	assert_text(f.items[1].name, "b");
	assert_text(f.items[2].name, "c");
	assert_text(f.items[3].value, "1");
	assert_text(f.items[4].name, "e");
	assert_text(f.items[5].value, "2");
	assert_text(f.items[6].name, "g");
}

static void queries_have_a_limit(void **state)
{
	struct str query = repeat(*state, 'q', FORM_QUERY_MAX + 1);
	struct form f;

	memcpy((char *)(uintptr_t)query.p, "a=", 2);
	assert_int_equal(form_parse_query(*state, str_slice(query, 0, FORM_QUERY_MAX), &f), OK);
	assert_int_equal(form_get(&f, "a").n, FORM_QUERY_MAX - 2);
	assert_int_equal(form_parse_query(*state, query, &f), ERR_INVALID);
	assert_int_equal(f.count, 0);
	assert_int_equal(form_parse_query(*state, STR("a=%zz"), &f), ERR_INVALID);
	assert_int_equal(form_parse_query(*state, STR(""), &f), OK);
}

static void the_type_says_which_parser(void **state)
{
	struct arena *a = *state;
	struct str text = STR("a=1");
	struct form f;

	assert_int_equal(form_parse_body(a, STR("application/x-www-form-urlencoded"), text, &f),
			 OK);
	assert_text(form_get(&f, "a"), "1");
	assert_int_equal(form_parse_body(a,
					 STR("Application/X-WWW-Form-Urlencoded ; charset=UTF-8"),
					 text, &f),
			 OK);
	assert_text(form_get(&f, "a"), "1");
	assert_int_equal(form_parse_body(a, STR("multipart/form-data; boundary=x"), STR("--x--"),
					 &f),
			 OK);
	assert_int_equal(f.count, 0);
	assert_int_equal(form_parse_body(a, STR("text/plain"), text, &f), ERR_INVALID);
	assert_int_equal(form_parse_body(a, STR("application/json"), text, &f), ERR_INVALID);
	assert_int_equal(form_parse_body(a, STR("application/x-www-form-urlencodedx"), text, &f),
			 ERR_INVALID);
	assert_int_equal(form_parse_body(a, STR(""), text, &f), ERR_INVALID);
	assert_int_equal(form_parse_body(a, (struct str){ NULL, 0 }, text, &f), ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		arena_test(pairs_are_read),
		arena_test(nothing_is_a_form),
		arena_test(names_are_decoded_too),
		arena_test(the_first_of_a_name_counts),
		arena_test(an_equals_sign_in_a_value_is_kept),
		arena_test(texts_are_kept_byte_for_byte),
		arena_test(line_ends_become_newlines),
		arena_test(wrong_escapes_are_refused),
		arena_test(text_that_is_not_utf8_is_refused),
		arena_test(fields_have_a_limit),
		arena_test(names_have_a_limit),
		arena_test(values_are_as_long_as_the_text),
		arena_test(short_pairs_do_not_overlap),
		arena_test(queries_have_a_limit),
		arena_test(the_type_says_which_parser),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
