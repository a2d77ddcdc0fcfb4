/*
 * The pages of the little site in site/, as the C that the compiler makes of
 * them writes them. The C is included here, so it is built with all warnings
 * and under the sanitizers.
 */
#include "unit/unit.h"

#include "base/clock.h"
#include "views.h"

#include "text_table.c"
#include "tmpl/blocks.c"
#include "tmpl/part_footer.c"
#include "tmpl/part_person.c"
#include "tmpl/part_reply.c"
#include "tmpl/spaces.c"
#include "tmpl/texts.c"
#include "tmpl/values.c"

struct page {
	struct buf buf;
	struct page_out out;
};

static void put_token(struct page_out *out)
{
	BUF_LIT(out->buf, "<token>");
}

static struct page_out *new_page(struct page *p, struct arena *a, int language)
{
	buf_init(&p->buf, a, 1024);
	p->out = (struct page_out){
		.buf = &p->buf, .language = language, .now = INT64_MAX / 2, .put_csrf = put_token
	};
	return &p->out;
}

static const struct values_view values = {
	.text = STR_INIT("\n<a> & 'b'"),
	.markup = { STR_INIT("<em>m</em>") },
	.link = { STR_INIT("/l?a&b") },
	.when = { 0 },
	.number = -5,
	.small = 6,
	.size = 7,
	.person = { .name = STR_INIT("Ann"), .link = { STR_INIT("/ann") } },
};

static void values_are_written_by_place(void **state)
{
	struct values_view view = values;
	const struct person friend = { .name = STR("<Bob>") };
	struct page p;

	view.friend = &friend;
	tmpl_values(new_page(&p, *state, TEXT_EN), &view);
	assert_text(buf_str(&p.buf), "<p title=\"\n&lt;a&gt; &amp; &#39;b&#39; /l?a&amp;b -5\">"
				     "\n&lt;a&gt; &amp; &#39;b&#39; <em>m</em> -5 6 7</p>"
				     "<a href=\"/l?a&amp;b?a=-5#b6\">/l?a&amp;b</a>\n"
				     "<a href=\"/x/-5/7\">Ann</a>\n"
				     "<a href=\"#c-5\"><time datetime=\"1970-01-01T00:00:00Z\">"
				     "1970-01-01 00:00</time></a>\n"
				     "<b>&lt;Bob&gt;</b>\n"
				     "<textarea>\n\n&lt;a&gt; &amp; &#39;b&#39;</textarea>\n"
				     "<input type=text value='\n&lt;a&gt; &amp; &#39;b&#39;'>");
}

static void a_missing_pointer_is_false(void **state)
{
	struct page p;

	tmpl_values(new_page(&p, *state, TEXT_EN), &values);
	assert_true(str_find(buf_str(&p.buf), STR("<b>")) < 0);
}

#define FOOTER \
	"<footer><script src=\"/assets/x.js?v=" ASSET "\" defer></script>" \
	"<form method=\"post\" action=\"/language\"><token><button>Change</button></form>" \
	"</footer>"
#define ASSET "c7ab5f9092abf9c3"

static void branches_and_empty_lists(void **state)
{
	static const struct tag_list none = { 0 };
	struct blocks_view view = { .is_first = true, .tags = &none };
	struct page p;

	tmpl_blocks(new_page(&p, *state, TEXT_EN), &view);
	assert_text(buf_str(&p.buf), "<p>1</p><b>not second</b>\n"
				     "<select><option value=\"a\" selected>A</option><option "
				     "value=\"b\">B</option></select>"
				     "<p class=\"x first\"></p><ol><li>none: </li></ol>" FOOTER);
	view = (struct blocks_view){ .is_second = true, .tags = &none };
	tmpl_blocks(new_page(&p, *state, TEXT_EN), &view);
	assert_text(str_slice(buf_str(&p.buf), 0, 22), "<p>2</p><b>second</b>\n");
	view.text = STR("<");
	tmpl_blocks(new_page(&p, *state, TEXT_EN), &view);
	assert_text(buf_str(&p.buf), "<p>3</p><b>second</b>\n"
				     "<select><option value=\"a\" >A</option><option value=\"b\" "
				     "selected>B</option></select>"
				     "<p class=\"x\"></p><ol><li>none: &lt;</li></ol>" FOOTER);
}

/* Items are structs at the top, pointers further down, and plain texts in the class. */
static void lists_and_trees(void **state)
{
	static const struct str tags[] = { STR_INIT("a\""), STR_INIT("b") };
	static const struct tag_list list = { tags, 2 };
	static const struct reply leaf = { .id = 3,
					   .author = { STR_INIT("C"), { STR_INIT("/c") } },
					   .body = { STR_INIT("<i>3</i>") } };
	static const struct reply *const leaves[] = { &leaf, &leaf };
	const struct reply replies[] = {
		{ .id = 1,
		  .author = { STR("A"), { STR("/a") } },
		  .body = HTML_LITERAL("1"),
		  .children = { leaves, 2 } },
		{ .id = 2, .author = { STR("B"), { STR("/b") } }, .body = HTML_LITERAL("2") },
	};
	struct blocks_view view = { .tags = &list, .replies = { replies, 2 } };
	struct page p;

	tmpl_blocks(new_page(&p, *state, TEXT_EN), &view);
	assert_text(str_slice(buf_str(&p.buf), (size_t)str_find(buf_str(&p.buf), STR("<p class")),
			      p.buf.n),
		    "<p class=\"x a&quot; b\"></p><ol>\n"
		    "<li id=\"r1\"><a href=\"/a\">A</a> 1\n<ol>"
		    "<li id=\"r3\"><a href=\"/c\">C</a> <i>3</i>\n</li>"
		    "<li id=\"r3\"><a href=\"/c\">C</a> <i>3</i>\n</li></ol></li>\n\n"
		    "<li id=\"r2\"><a href=\"/b\">B</a> 2\n</li>\n"
		    "</ol>" FOOTER);
}

static void texts_in_two_languages(void **state)
{
	struct values_view view = values;
	struct page p;

	view.text = STR("<x>");
	view.number = 1;
	tmpl_texts(new_page(&p, *state, TEXT_EN), &view);
	assert_text(buf_str(&p.buf),
		    "<h1 title=\"Say &quot;&lt;x&gt;&quot; &amp; go\">Say &quot;&lt;x&gt;&quot; "
		    "&amp; go</h1>"
		    "<p>Ann wrote to <em>m</em></p>"
		    "<p>7 replies, One reply by &lt;x&gt;</p><p>Not translated Log ?\?= in</p>");
	tmpl_texts(new_page(&p, *state, TEXT_ZH), &view);
	assert_text(buf_str(&p.buf),
		    "<h1 title=\"说“&lt;x&gt;”再走\">说“&lt;x&gt;”再走</h1>"
		    "<p><em>m</em> 收到 Ann 的信</p>"
		    "<p>7 条回复, &lt;x&gt; 的 1 条回复</p><p>Not translated 登录</p>");
}

static void white_space_is_kept_where_it_shows(void **state)
{
	struct values_view view = values;
	struct page p;

	view.text = STR("t");
	tmpl_spaces(new_page(&p, *state, TEXT_EN), &view);
	assert_text(buf_str(&p.buf), "<div><ul><li>one</li><li>two</li></ul>"
				     "some  <b>inline</b>\n<i>words</i> t\n-5"
				     "<pre>\n  kept\n    as it is</pre><pre>\nt</pre>"
				     "<textarea name=\"a\" class=\"b\">\n  x\n  </textarea></div>");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		arena_test(values_are_written_by_place),
		arena_test(a_missing_pointer_is_false),
		arena_test(branches_and_empty_lists),
		arena_test(lists_and_trees),
		arena_test(texts_in_two_languages),
		arena_test(white_space_is_kept_where_it_shows),
	};

	if (clock_set_zone(STR("UTC")))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
