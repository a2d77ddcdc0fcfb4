/* Markdown: what each construct becomes, links and images, and plain text. */
#include "unit/unit.h"

#include "html/markdown.h"
#include "support/markup_check.h"

#define LINK_END " rel=\"nofollow ugc noopener\">"
#define PRE "<pre tabindex=\"0\"><code"
#define TABLE "<div class=\"table\" tabindex=\"0\"><table>\n<thead>\n<tr>"

struct example {
	const char *source, *markup;
};

static struct str render(struct arena *a, struct str source)
{
	struct html out = { 0 };

	assert_int_equal(markdown_render(a, source, &out), OK);
	if (markup_fault(out.markup)) {
		print_error("%s in \"" STR_FMT "\"\n", markup_fault(out.markup),
			    STR_ARG(out.markup));
		fail();
	}
	return out.markup;
}

static void check(struct arena *a, const struct example *examples, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		assert_same(render(a, str_from_c(examples[i].source)),
			    str_from_c(examples[i].markup));
}

#define CHECK(state, examples) check(*(state), (examples), ARRAY_LEN(examples))

static void blocks(void **state)
{
	static const struct example examples[] = {
		{ "", "" },
		{ " \n\t\n", "" },
		{ "a", "<p>a</p>\n" },
		{ "a\nb\n\nc", "<p>a\nb</p>\n<p>c</p>\n" },
		{ "a\r\nb\rc", "<p>a\nb\nc</p>\n" },
		{ "a  \nb\\\nc", "<p>a<br>\nb<br>\nc</p>\n" },
		{ "---", "<hr>\n" },
		{ "# a", "<h3>a</h3>\n" },
		{ "## a ##", "<h3>a</h3>\n" },
		{ "# a\n## b\n### c\n#### d\n##### e\n###### f",
		  "<h3>a</h3>\n<h4>b</h4>\n<h5>c</h5>\n<h6>d</h6>\n<h6>e</h6>\n<h6>f</h6>\n" },
		{ "#### a\n###### b\n# c", "<h3>a</h3>\n<h4>b</h4>\n<h3>c</h3>\n" },
		{ "#a", "<p>#a</p>\n" },
		{ "a\n=\n\nb\n-", "<h3>a</h3>\n<h4>b</h4>\n" },
		{ "> a\n> > b", "<blockquote>\n<p>a</p>\n<blockquote>\n<p>b</p>\n"
				"</blockquote>\n</blockquote>\n" },
		{ "- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n" },
		{ "- a\n\n- b", "<ul>\n<li><p>a</p>\n</li>\n<li><p>b</p>\n</li>\n</ul>\n" },
		{ "- a\n  - b", "<ul>\n<li>a<ul>\n<li>b</li>\n</ul>\n</li>\n</ul>\n" },
		{ "1. a\n2. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n" },
		{ "7) a", "<ol start=\"7\">\n<li>a</li>\n</ol>\n" },
		{ "0. a", "<ol start=\"0\">\n<li>a</li>\n</ol>\n" },
	};

	CHECK(state, examples);
}

static void code(void **state)
{
	static const struct example examples[] = {
		{ "    a <b>\n\n    c", PRE ">a &lt;b&gt;\n\nc\n</code></pre>\n" },
		{ "```\n*a* &amp;\n```", PRE ">*a* &amp;amp;\n</code></pre>\n" },
		{ "```\n", PRE "></code></pre>\n" },
		{ "```c\nx", PRE " class=\"language-c\">x\n</code></pre>\n" },
		{ "~~~ c++ extra\n~~~", PRE " class=\"language-c++\"></code></pre>\n" },
		{ "``` objective-c_2.0#\n```",
		  PRE " class=\"language-objective-c_2.0#\"></code></pre>\n" },
		{ "```\" onclick=x\n```", PRE "></code></pre>\n" },
		{ "```a&quot;b\n```", PRE "></code></pre>\n" },
		{ "```&#99;\n```", PRE " class=\"language-c\"></code></pre>\n" },
		{ "```\xE4\xB8\xAD\n```", PRE "></code></pre>\n" },
		{ "```aaaaaaaaaabbbbbbbbbbccccccccccddd\n```", PRE "></code></pre>\n" },
		{ "`a <b>` ``c`d``", "<p><code>a &lt;b&gt;</code> <code>c`d</code></p>\n" },
		{ "`&lt;`", "<p><code>&amp;lt;</code></p>\n" },
	};

	CHECK(state, examples);
}

static void spans(void **state)
{
	static const struct example examples[] = {
		{ "*a* _b_ **c** __d__",
		  "<p><em>a</em> <em>b</em> <strong>c</strong> <strong>d</strong></p>\n" },
		{ "***a***", "<p><em><strong>a</strong></em></p>\n" },
		{ "~~a~~ ~b~", "<p><del>a</del> <del>b</del></p>\n" },
		{ "snake_case_name 2*3*4", "<p>snake_case_name 2<em>3</em>4</p>\n" },
		{ "\\*a\\* \\<b\\>", "<p>*a* &lt;b&gt;</p>\n" },
		{ "**中文**字", "<p><strong>中文</strong>字</p>\n" },
		{ "<b>a</b> & \"q\" 'r'",
		  "<p>&lt;b&gt;a&lt;/b&gt; &amp; &quot;q&quot; &#39;r&#39;</p>\n" },
		{ "<div>\n*a*\n</div>", "<p>&lt;div&gt;\n<em>a</em>\n&lt;/div&gt;</p>\n" },
		{ "<!-- a --> <?b?> <![CDATA[c]]>",
		  "<p>&lt;!-- a --&gt; &lt;?b?&gt; &lt;![CDATA[c]]&gt;</p>\n" },
	};

	CHECK(state, examples);
}

static void entities(void **state)
{
	static const struct example examples[] = {
		{ "&copy; &eacute; &hellip;", "<p>© é …</p>\n" },
		{ "&lt;b&gt; &amp; &quot; &apos;", "<p>&lt;b&gt; &amp; &quot; &#39;</p>\n" },
		{ "&AElig;&zwnj;&ngE;&fjlig;", "<p>Æ\xE2\x80\x8C≧̸fj</p>\n" },
		{ "&ClockwiseContourIntegral; &Tab;", "<p>∲ \t</p>\n" },
		{ "&#65;&#x42;&#X1F600;", "<p>AB😀</p>\n" },
		{ "&#0; &#1; &#xD800; &#x110000; &#xFFFE; &#x80;", "<p>� � � � � �</p>\n" },
		{ "&nosuch; &Copy; &copy &#; &#x; &#12345678;",
		  "<p>&amp;nosuch; &amp;Copy; &amp;copy &amp;#; &amp;#x; &amp;#12345678;</p>\n" },
		{ "a\x01"
		  "b\x7F\xEF\xBF\xBE",
		  "<p>a�b��</p>\n" },
		{ "&#42;a&#42; &#35; b", "<p>*a* # b</p>\n" },
	};

	CHECK(state, examples);
}

static void links(void **state)
{
	static const struct example examples[] = {
		{ "[a](http://x.y)", "<p><a href=\"http://x.y\"" LINK_END "a</a></p>\n" },
		{ "[*a*](/b 'c \"d\"')",
		  "<p><a href=\"/b\" title=\"c &quot;d&quot;\"" LINK_END "<em>a</em></a></p>\n" },
		{ "[a](</b c>)", "<p><a href=\"/b%20c\"" LINK_END "a</a></p>\n" },
		{ "[a](/中?q=1&b[]=%20#c)",
		  "<p><a href=\"/%E4%B8%AD?q=1&amp;b%5B%5D=%20#c\"" LINK_END "a</a></p>\n" },
		{ "[a](http://例子.测试/路)",
		  "<p><a href=\"http://例子.测试/%E8%B7%AF\"" LINK_END "a</a></p>\n" },
		{ "[a](http://[::1]:80/x)",
		  "<p><a href=\"http://[::1]:80/x\"" LINK_END "a</a></p>\n" },
		{ "[a](/&quot;&#x3c;)", "<p><a href=\"/%22%3C\"" LINK_END "a</a></p>\n" },
		{ "[a][b]\n\n[B]: /c (d)", "<p><a href=\"/c\" title=\"d\"" LINK_END "a</a></p>\n" },
		{ "[a]\n\n[a]: <http://x/>", "<p><a href=\"http://x/\"" LINK_END "a</a></p>\n" },
		{ "<https://x.y/z> <me@x.org>",
		  "<p><a href=\"https://x.y/z\"" LINK_END "https://x.y/z</a> "
		  "<a href=\"mailto:me@x.org\"" LINK_END "me@x.org</a></p>\n" },
		{ "[](http://x)", "<p><a href=\"http://x\"" LINK_END "http://x</a></p>\n" },
		{ "[a [b](/b) c](/d)", "<p>[a <a href=\"/b\"" LINK_END "b</a> c](/d)</p>\n" },
		{ "[a http://x.y](/b)", "<p><a href=\"/b\"" LINK_END "a http://x.y</a></p>\n" },
	};

	CHECK(state, examples);
}

/* The author sees what is wrong, and the reader a text. */
static void refused_links_are_shown_as_typed(void **state)
{
	static const struct example examples[] = {
		{ "[a](javascript:b)", "<p>[a](javascript:b)</p>\n" },
		{ "[*a*](//x.y)", "<p>[<em>a</em>](//x.y)</p>\n" },
		{ "[a](page.html)", "<p>[a](page.html)</p>\n" },
		{ "[a](#top)", "<p>[a](#top)</p>\n" },
		{ "[a]()", "<p>[a]()</p>\n" },
		{ "[a](http://u:p@x.y)", "<p>[a](http://u:p@x.y)</p>\n" },
		{ "<javascript:a>", "<p>javascript:a</p>\n" },
		{ "<ftp://x.y/&z>", "<p>ftp://x.y/&amp;z</p>\n" },
		{ "![a](data:b)", "<p>![a](data:b)</p>\n" },
		{ "[a][b]\n\n[b]: vbscript:c", "<p>[a](vbscript:c)</p>\n" },
	};

	CHECK(state, examples);
}

static void images(void **state)
{
	static const struct example examples[] = {
		{ "![a *b* [c](/d) `e`](/uploads/1/f.png)",
		  "<p><img src=\"/uploads/1/f.png\" loading=\"lazy\" alt=\"a b c e\"></p>\n" },
		{ "![a\n&quot;\\\nb](/uploads/f.png \"t\")",
		  "<p><img src=\"/uploads/f.png\" title=\"t\" loading=\"lazy\" alt=\"a\n&quot; "
		  "b\"></p>\n" },
		{ "![](/uploads/f.png)",
		  "<p><img src=\"/uploads/f.png\" loading=\"lazy\" alt=\"\"></p>\n" },
		{ "[![a](/uploads/f.png)](/b)",
		  "<p><a href=\"/b\"" LINK_END
		  "<img src=\"/uploads/f.png\" loading=\"lazy\" alt=\"a\"></a></p>\n" },
		{ "![*a*](http://x/f.png)",
		  "<p><a href=\"http://x/f.png\"" LINK_END "<em>a</em></a></p>\n" },
		{ "![](http://x/f.png)",
		  "<p><a href=\"http://x/f.png\"" LINK_END "http://x/f.png</a></p>\n" },
		{ "[![a](http://x/f.png)](http://y)",
		  "<p><a href=\"http://y\"" LINK_END "a</a></p>\n" },
		{ "![a](/logout)", "<p><a href=\"/logout\"" LINK_END "a</a></p>\n" },
		{ "![a](/uploads/../logout)",
		  "<p><a href=\"/uploads/../logout\"" LINK_END "a</a></p>\n" },
		{ "![a](/uploads/%2e%2e/x)",
		  "<p><a href=\"/uploads/%2e%2e/x\"" LINK_END "a</a></p>\n" },
		{ "![a](/uploads/x?y)", "<p><a href=\"/uploads/x?y\"" LINK_END "a</a></p>\n" },
		{ "![a ![b](/uploads/b.png) http://x](/uploads/a.png)",
		  "<p><img src=\"/uploads/a.png\" loading=\"lazy\" alt=\"a b http://x\"></p>\n" },
	};

	CHECK(state, examples);
}

static void addresses_become_links(void **state)
{
	static const struct example examples[] = {
		{ "看http://a.b/c。后面",
		  "<p>看<a href=\"http://a.b/c\"" LINK_END "http://a.b/c</a>。后面</p>\n" },
		{ "(HTTPS://a.b/c_(d)).",
		  "<p>(<a href=\"HTTPS://a.b/c_(d)\"" LINK_END "HTTPS://a.b/c_(d)</a>).</p>\n" },
		{ "**http://a.b/?c=d&e**!", "<p><strong><a href=\"http://a.b/?c=d&amp;e\"" LINK_END
					    "http://a.b/?c=d&amp;e</a></strong>!</p>\n" },
		{ "http:// https://? xhttp://a http://a:b@c",
		  "<p>http:// https://? xhttp://a http://a:b@c</p>\n" },
		{ "`http://a.b`", "<p><code>http://a.b</code></p>\n" },
		{ "www.a.b a@b.c ftp://a.b", "<p>www.a.b a@b.c ftp://a.b</p>\n" },
		{ "http://a.b'\"<x",
		  "<p><a href=\"http://a.b\"" LINK_END "http://a.b</a>&#39;&quot;&lt;x</p>\n" },
	};

	CHECK(state, examples);
}

static void tables(void **state)
{
	static const struct example examples[] = {
		{ "a|b\n---|---\n1|*2*",
		  TABLE "<th scope=\"col\">a</th><th scope=\"col\">b</th></tr>\n</thead>\n<tbody>\n"
			"<tr><td>1</td><td><em>2</em></td></tr>\n</tbody>\n</table></div>\n" },
		{ "|a|b|c|\n|:--|:-:|--:|\n|1|", TABLE
		  "<th scope=\"col\" class=\"left\">a</th><th scope=\"col\" class=\"center\">b</th>"
		  "<th scope=\"col\" class=\"right\">c</th></tr>\n</thead>\n<tbody>\n"
		  "<tr><td class=\"left\">1</td><td class=\"center\"></td><td "
		  "class=\"right\"></td></tr>\n"
		  "</tbody>\n</table></div>\n" },
		{ "|a|\n|---|", TABLE "<th scope=\"col\">a</th></tr>\n</thead>\n</table></div>\n" },
		{ "|`a\\|b`|\n|---|", TABLE
		  "<th scope=\"col\"><code>a|b</code></th></tr>\n</thead>\n</table></div>\n" },
	};

	CHECK(state, examples);
}

/* The text of the item is the label of its box; a box without text is named as it was typed. */
static void tasks(void **state)
{
#define BOX "<li class=\"task\"><label><input type=\"checkbox\" disabled> "
#define CHECKED "<li class=\"task\"><label><input type=\"checkbox\" disabled checked> "
	static const struct example examples[] = {
		{ "- [ ] a\n- [x] *b*\n- [X] c\n- d",
		  "<ul>\n" BOX "a</label></li>\n" CHECKED "<em>b</em></label></li>\n" CHECKED
		  "c</label></li>\n<li>d</li>\n</ul>\n" },
		{ "- [ ] a\n\n  b",
		  "<ul>\n<li class=\"task\"><p><label><input type=\"checkbox\" disabled> "
		  "a</label></p>\n<p>b</p>\n</li>\n</ul>\n" },
		{ "- [ ] a\n  - [x] b",
		  "<ul>\n" BOX "a</label><ul>\n" CHECKED "b</label></li>\n</ul>\n</li>\n</ul>\n" },
		{ "- [x]\n- [ ]",
		  "<ul>\n" CHECKED "[x]</label></li>\n" BOX "[ ]</label></li>\n</ul>\n" },
		{ "[ ] a", "<p>[ ] a</p>\n" },
	};

	CHECK(state, examples);
}

struct excerpt {
	const char *source;
	size_t lines, code_points;
	const char *text;
};

static void excerpts(void **state)
{
	static const struct excerpt examples[] = {
		{ "", 2, 10, "" },
		{ "# a\n\nb *c* `d`", 2, 20, "a\nb c d" },
		{ "a\nb  c", 2, 20, "a b c" },
		{ "a  \nb\n\nc", 2, 20, "a\nb…" },
		{ "a\n\nb\n\n---\n\n![](x)", 2, 20, "a\nb" },
		{ "- a\n- b\n  - c", 3, 20, "a\nb\nc" },
		{ "```\na\n\n  b\n```\nc", 2, 20, "a\nb…" },
		{ "|a|b|\n|---|---|\n|1|2|", 2, 20, "a b\n1 2" },
		{ "[a](http://x) ![b](/uploads/c.png) <http://y>", 1, 20, "a b http://y" },
		{ "&lt;b&gt; <i> &amp; &nosuch;", 1, 40, "<b> <i> & &nosuch;" },
		{ "- [x] a", 1, 10, "a" },
		{ "1234567890", 1, 10, "1234567890" },
		{ "12345678901", 1, 10, "123456789…" },
		{ "1234567 890", 1, 9, "1234567…" },
		{ "12345678 90", 1, 9, "12345678…" },
		{ "中文中文中文", 1, 4, "中文中…" },
		{ "ab", 1, 1, "…" },
		{ "ab", 1, 0, "" },
		{ "ab", 0, 10, "" },
		{ "a\n\n\n\n", 1, 10, "a" },
		{ "\xF0\x9F\x98\x80\xF0\x9F\x98\x80", 1, 2, "\xF0\x9F\x98\x80\xF0\x9F\x98\x80" },
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(examples); i++) {
		struct str text = STR("untouched");

		assert_int_equal(markdown_excerpt(*state, str_from_c(examples[i].source),
						  examples[i].lines, examples[i].code_points,
						  &text),
				 OK);
		assert_same(text, str_from_c(examples[i].text));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		arena_test(blocks),   arena_test(code),
		arena_test(spans),    arena_test(entities),
		arena_test(links),    arena_test(refused_links_are_shown_as_typed),
		arena_test(images),   arena_test(addresses_become_links),
		arena_test(tables),   arena_test(tasks),
		arena_test(excerpts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
