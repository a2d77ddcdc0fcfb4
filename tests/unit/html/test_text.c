/* Texts looked up and filled in, and the choice of a language. */
#include "unit/unit.h"

#include "html/text.h"
#include "html/text_table.h"

/* A table of our own, in place of the site's. */
const struct text_entry text_table[] = {
	{ STR_INIT("Log in"), STR_INIT(""), STR_INIT("登录") },
	{ STR_INIT("Reply to {0} on {1}"), STR_INIT(""), STR_INIT("{1} 回复 {0}") },
	{ STR_INIT("{0} comment"), STR_INIT("{0} comments"), STR_INIT("{0} 条评论") },
};
const size_t text_table_count = ARRAY_LEN(text_table);

static void finds_each_text(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < text_table_count; i++) {
		assert_same(text_get(TEXT_EN, text_table[i].one.p), text_table[i].one);
		assert_same(text_get(TEXT_ZH, text_table[i].one.p), text_table[i].chinese);
		assert_same(text_at(TEXT_EN, (int)i), text_table[i].one);
		assert_same(text_at(TEXT_ZH, (int)i), text_table[i].chinese);
	}
}

static void get_unknown(void)
{
	text_get(TEXT_EN, "Log out");
}

static void get_behind_the_end(void)
{
	text_at(TEXT_EN, 3);
}

static void unknown_texts_are_bugs(void **state)
{
	(void)state;
	assert_aborts(get_unknown);
	assert_aborts(get_behind_the_end);
}

static void fills_in_values(void **state)
{
	struct arena *a = *state;
	const struct str values[] = { STR_INIT("<Ann {1}>"), STR_INIT("Monday") };

	assert_text(text_format(a, TEXT_EN, "Reply to {0} on {1}", values, 2),
		    "Reply to <Ann {1}> on Monday");
	assert_text(text_format(a, TEXT_ZH, "Reply to {0} on {1}", values, 2),
		    "Monday 回复 <Ann {1}>");
}

static void format_with_too_few(void)
{
	const struct str value = STR_INIT("Ann");

	text_format(arena_new(64), TEXT_EN, "Reply to {0} on {1}", &value, 1);
}

static void missing_values_are_bugs(void **state)
{
	(void)state;
	assert_aborts(format_with_too_few);
}

static struct str comments(struct arena *a, int language, int64_t n)
{
	return text_count(a, language, "{0} comment", "{0} comments", n);
}

static void counts(void **state)
{
	struct arena *a = *state;

	assert_text(comments(a, TEXT_EN, 0), "0 comments");
	assert_text(comments(a, TEXT_EN, 1), "1 comment");
	assert_text(comments(a, TEXT_EN, 2), "2 comments");
	assert_text(comments(a, TEXT_ZH, 1), "1 条评论");
	assert_text(comments(a, TEXT_ZH, 2), "2 条评论");
	assert_text(text_plural_at(TEXT_EN, 2, 1), "{0} comment");
	assert_text(text_plural_at(TEXT_EN, 2, -1), "{0} comments");
	assert_text(text_plural_at(TEXT_EN, 0, 5), "Log in");
}

static const struct {
	const char *cookie, *header;
	int wanted;
} choices[] = {
	{ "", "", TEXT_ZH },
	{ "en", "zh-CN", TEXT_EN },
	{ "zh", "en", TEXT_ZH },
	{ "EN", "en", TEXT_EN },
	{ "fr", "", TEXT_ZH },
	{ "", "en", TEXT_EN },
	{ "", "en-GB,en;q=0.9", TEXT_EN },
	{ "", "EN-us", TEXT_EN },
	{ "", "zh-CN,zh;q=0.9,en;q=0.8", TEXT_ZH },
	{ "", "en;q=0.8, zh-Hant-TW;q=0.9", TEXT_ZH },
	{ "", "zh;q=0.5,en;q=0.51", TEXT_EN },
	{ "", "zh;q=0.501,en;q=0.5", TEXT_ZH },
	{ "", "fr,en;q=0.1", TEXT_EN },
	{ "", "fr, de", TEXT_ZH },
	{ "", "*", TEXT_ZH },
	{ "", "en;q=0", TEXT_ZH },
	{ "", "en ; q=0.3 , fr", TEXT_EN },
	{ "", "en;q=1.5", TEXT_ZH },
	{ "", "en;q=0.1234", TEXT_ZH },
	{ "", "en;q=x", TEXT_ZH },
	{ "", "en;level=1", TEXT_ZH },
	{ "", "enx", TEXT_ZH },
	{ "", ",,;;,en", TEXT_EN },
};

static void chooses_a_language(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(choices); i++) {
		int got = text_choose(str_from_c(choices[i].cookie), str_from_c(choices[i].header));

		if (got != choices[i].wanted)
			fail_msg("\"%s\" \"%s\" gave %d", choices[i].cookie, choices[i].header,
				 got);
	}
	assert_text(text_language_tag(TEXT_ZH), "zh-CN");
	assert_text(text_language_tag(TEXT_EN), "en");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		arena_test(finds_each_text), arena_test(unknown_texts_are_bugs),
		arena_test(fills_in_values), arena_test(missing_values_are_bugs),
		arena_test(counts),          arena_test(chooses_a_language),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
