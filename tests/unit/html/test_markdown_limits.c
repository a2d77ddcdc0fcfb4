/* Markdown that passes limits, grows, or takes long. */
#include "unit/html/markdown_bounded.h"

static void bad_texts_are_refused(void **state)
{
	static const struct str bad[] = {
		STR_INIT("a\0b"),      STR_INIT("\0"),           STR_INIT("\xFF"),
		STR_INIT("a\xC0\x80"), STR_INIT("\xED\xA0\x80"), STR_INIT("a\xE4\xB8"),
	};
	struct str text = STR("untouched");
	struct html html = HTML_LITERAL("untouched");
	size_t i;

	for (i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(markdown_render(*state, bad[i], &html), ERR_INVALID);
		assert_int_equal(markdown_excerpt(*state, bad[i], 1, 10, &text), ERR_INVALID);
	}
	assert_text(html.markup, "untouched");
	assert_text(text, "untouched");
}

static void the_input_is_limited(void **state)
{
	struct buf b = empty_buf(*state);
	struct str markup;

	add_times(&b, "a", MARKDOWN_INPUT_MAX);
	assert_int_equal(render_bounded(*state, buf_str(&b), &markup), OK);
	add_times(&b, "a", 1);
	assert_int_equal(render_bounded(*state, buf_str(&b), &markup), ERR_INVALID);
	/* The longest that cleaning makes of a text: each control three bytes. */
	buf_clear(&b);
	add_times(&b, "\x01", MARKDOWN_INPUT_MAX);
	assert_int_equal(render_bounded(*state, buf_str(&b), &markup), OK);
}

static err render_repeated(struct arena *a, const char *unit, size_t count)
{
	struct buf b = empty_buf(a);
	struct str markup;

	add_times(&b, unit, count);
	add_times(&b, "a", 1);
	return render_bounded(a, buf_str(&b), &markup);
}

static void nesting_is_limited(void **state)
{
	const size_t most = MARKDOWN_NESTING_MAX;

	assert_int_equal(render_repeated(*state, "> ", most), OK);
	assert_int_equal(render_repeated(*state, "> ", most + 1), ERR_INVALID);
	assert_int_equal(render_repeated(*state, "- ", most), OK);
	assert_int_equal(render_repeated(*state, "- ", most + 1), ERR_INVALID);
	assert_int_equal(render_repeated(*state, "1. > ", most / 2), OK);
	assert_int_equal(render_repeated(*state, "1. > ", most / 2 + 1), ERR_INVALID);
	/* One after the other is no nesting. */
	assert_int_equal(render_repeated(*state, "> a\n\n- b\n\n", 200), OK);
}

/* Deep emphasis keeps its text, and the page stays shallow: the check ends at a depth of 256. */
static void deep_spans_are_flattened(void **state)
{
	struct buf b = empty_buf(*state);
	struct str markup;

	add_times(&b, "**a *b ", 2000);
	add_times(&b, "c* d** ", 2000);
	assert_int_equal(render_bounded(*state, buf_str(&b), &markup), OK);
	assert_true(str_find(markup, STR("<strong>")) >= 0);
	assert_true(str_find(markup, STR("c d c d c d")) >= 0);
}

static err render_table(struct arena *a, size_t columns, size_t rows, const char *row)
{
	struct buf b = empty_buf(a);
	struct str markup;

	add_times(&b, "|x", columns);
	add_times(&b, "|\n", 1);
	add_times(&b, "|---", columns);
	add_times(&b, "|\n", 1);
	add_times(&b, row, rows);
	return render_bounded(a, buf_str(&b), &markup);
}

static void tables_are_limited(void **state)
{
	const size_t most = MARKDOWN_COLUMNS_MAX;

	assert_int_equal(render_table(*state, most, 500, "|y\n"), OK);
	assert_int_equal(render_table(*state, most + 1, 1, "|y\n"), ERR_INVALID);
	assert_int_equal(render_table(*state, 1500, 3000, "|\n"), ERR_INVALID);
	assert_int_equal(render_table(*state, 10000, 1, "|\n"), ERR_INVALID);
	assert_int_equal(render_table(*state, most, 30000, "|\n"), ERR_INVALID);
	assert_int_equal(render_table(*state, 2, 10000, "a|b\n"), OK);
}

/* A definition, and as many uses of it as are asked for. */
struct reference {
	const char *address; /* repeated */
	size_t length;
	const char *title;
	const char *use; /* repeated */
	size_t uses;
	err result;
};

static void references_do_not_multiply(void **state)
{
	static const struct reference examples[] = {
		{ "u", 10, "", "[a]", 2000, OK },
		{ "u", 1900, "", "[a]", 20000, ERR_INVALID },
		{ "u", 32000, "", "[a]", 10000, ERR_INVALID },
		{ "u", 32000, "", "![][a]", 5000, ERR_INVALID },
		{ "&", 32000, "", "[a]", 10000, ERR_INVALID },
		{ "&amp;", 6000, "", "![a]", 8000, ERR_INVALID },
		{ "u", 1, " \"&quot;&quot;&quot;&quot;&quot;&quot;&quot;&quot;\"", "[a]", 20000,
		  ERR_INVALID },
		{ "u", 30000, "", "[a [a [a] a] a]", 2000, ERR_INVALID },
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(examples); i++) {
		const struct reference *r = &examples[i];
		struct buf b = empty_buf(*state);
		struct str markup;

		add_times(&b, "[a]: /&amp;", 1);
		add_times(&b, r->address, r->length);
		add_times(&b, r->title, 1);
		add_times(&b, "\n\n", 1);
		add_times(&b, r->use, r->uses);
		assert_int_equal(render_bounded(*state, buf_str(&b), &markup), r->result);
		arena_reset(*state);
	}
}

/* What the site shows as it was typed is not refused for growing: six bytes for one. */
static void escaping_alone_stays_below_the_limit(void **state)
{
	struct buf b = empty_buf(*state);
	struct str markup;

	add_times(&b, "\"", MARKDOWN_INPUT_MAX);
	assert_int_equal(render_bounded(*state, buf_str(&b), &markup), OK);
	assert_true(markup.n > 6 * MARKDOWN_INPUT_MAX);
}

/* Texts that made Markdown parsers take a time that grows with the square of their length. */
static void time_is_bounded(void **state)
{
	/* clang-format off */
	static const char *const units[] = {
		"[", "]", "[a](", "![[]()", "a <![CDATA[", "*a ", "**a *b ", "*a_ ", "_a*b ", "~a ",
		"~~a~ ", ">", "> - ", "- ", "* > ", "`a``b", "<", "<a ", "<!-- ", "<?", "<!A ",
		"http://a", "http://a.b/(", "http://a.b/)", "://", "a http://a.b/,,,,", "[a]: u\n",
		"[a\n", "[a]:\n", "[a]: x \"\n", "[a]: <\n", "[\\[", "a\n", "> a\na\n", "- a\n",
		"- a\n\n", "1. b\n 1. c\n", "a\n=\n", "[a]: u\n=\n", "|x", "\\|x", "|\n", "&a;", "&#",
		"&a", "```\n", "~~~ a\n", "    a\n\n", " \n", "\t", "\n", "\\", "\\*", "[a](b \"",
		"[a](<b", "[](", "[a][b]", "[a][", "![a](b)", "[![", "](", "[a](b\n", "[a\n](", "a**b",
		"*a**b**c*", "**a*", "<x:", "<a@", "a  \n", "a\\\n", "# a #\n", "#", "* ", "*\t*\n",
		"- - -\n", "1) ", "- [ ] a\n", "|a|\n|---|\n", "a|b\n---|---\n", "|`",
		"\xE1\xBA\x9E", "[\xE1\xBA\x9E]", "()", "(\\", "![a](/uploads/b)", "http://a.b ",
		"<http://a.b>", "&CounterClockwiseContourIntegral;", "[a](http://a.b) ", "`\\|`|",
	};
	/* clang-format on */
	size_t i;

	for (i = 0; i < ARRAY_LEN(units); i++) {
		struct buf b = empty_buf(*state);
		struct str markup;
		err e;

		add_times(&b, units[i], MARKDOWN_INPUT_MAX / strlen(units[i]));
		e = render_bounded(*state, buf_str(&b), &markup);
		assert_true(e == OK || e == ERR_INVALID);
		arena_reset(*state);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		arena_test(bad_texts_are_refused),
		arena_test(the_input_is_limited),
		arena_test(nesting_is_limited),
		arena_test(deep_spans_are_flattened),
		arena_test(tables_are_limited),
		arena_test(references_do_not_multiply),
		arena_test(escaping_alone_stays_below_the_limit),
		arena_test(time_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
