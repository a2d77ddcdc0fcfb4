/* Markdown with scripts in every position. */
#include "unit/html/markdown_bounded.h"

#define HOLE '\1'

static const char *const payloads[] = {
	"<script>alert(1)</script>",
	"</p><script>alert(1)</script>",
	"<img src=x onerror=alert(1)>",
	"<svg/onload=alert(1)>",
	"<iframe src=\"javascript:alert(1)\">",
	"<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
	"<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
	"<!--><img src=x onerror=alert(1)>-->",
	"<![CDATA[<script>alert(1)</script>]]>",
	"<a href=javascript:alert(1)>x</a>",
	"<base href=//evil.example>",
	"<meta http-equiv=refresh content=0;url=//evil.example>",
	"</textarea><script>alert(1)</script>",
	"</title></style></script><script>alert(1)</script>",
	"\"><script>alert(1)</script>",
	"'><script>alert(1)</script>",
	"\" onmouseover=\"alert(1)",
	"' onmouseover='alert(1)",
	"x\" onerror=alert(1) y=\"",
	"` onmouseover=alert(1)",
	"javascript:alert(1)",
	"JaVaScRiPt:alert(1)",
	"  javascript:alert(1)",
	"javascript&colon;alert(1)",
	"javascript&#58;alert(1)",
	"javascript&#x3a;alert(1)",
	"javascript&#x0003A;alert(1)",
	"&#106;avascript:alert(1)",
	"&#x6A;&#x61;vascript:alert(1)",
	"java&Tab;script:alert(1)",
	"java&NewLine;script:alert(1)",
	"java&#10;script:alert(1)",
	"java&#x0D;script:alert(1)",
	"&#1;javascript:alert(1)",
	"&#32;javascript:alert(1)",
	"&nbsp;javascript:alert(1)",
	"\xE2\x80\x8Bjavascript:alert(1)",
	"java\\\tscript:alert(1)",
	"java\x01script:alert(1)",
	"javascript\\:alert(1)",
	"javascript://%0aalert(1)",
	"javascript://http://x.y/%0aalert(1)",
	"data:text/html,<script>alert(1)</script>",
	"data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
	"data:image/svg+xml,<svg onload=alert(1)>",
	"vbscript:msgbox(1)",
	"file:///etc/passwd",
	"blob:http://x/y",
	"view-source:javascript:alert(1)",
	"//evil.example/x",
	"/\\evil.example/x",
	"\\\\evil.example/x",
	"/&#92;evil.example",
	"/&#9;/evil.example",
	"&#47;&#47;evil.example",
	"http:javascript:alert(1)",
	"http:/evil.example",
	"http:///evil.example",
	"http://a@evil.example",
	"http://evil.example\\@good.example",
	"http://x/\" onmouseover=\"alert(1)",
	"http://x/' onmouseover='alert(1)",
	"http://x/&quot; onmouseover=&quot;alert(1)",
	"http://x/&#34;&#62;&#60;script&#62;alert(1)",
	"http://x/)<script>alert(1)</script>",
	"mailto:a@b.c?body=<script>alert(1)</script>",
	"mailto:\"<script>\"@x.y",
	"/uploads/x\" onerror=\"alert(1)",
	"/uploads/&quot; onerror=&quot;alert(1)",
	"/uploads/../posts/1/delete",
	"/uploads/x.svg?<script>",
	"&lt;script&gt;alert(1)&lt;/script&gt;",
	"&#60;script&#62;alert(1)",
	"&amp;lt;script&amp;gt;",
	"&lt",
	"{{constructor.constructor('alert(1)')()}}",
	"${alert(1)}",
	"expression(alert(1))",
	"+ADw-script+AD4-alert(1)",
	"\xEF\xBC\x9Cscript\xEF\xBC\x9E", /* full-width brackets */
	"\xC2\xBCscript\xC2\xBE",
	"\xE2\x80\xAEtpircs\xE2\x80\xAC",
	"`<script>alert(1)</script>`",
	"```\n<script>alert(1)</script>",
	"\n\n<script>alert(1)</script>\n\n",
	"\n    <script>alert(1)</script>",
	"](javascript:alert(1))",
	"![a](javascript:alert(1))",
	"[a](javascript:alert(1))",
	"[a]: javascript:alert(1)",
	"\n\n[x]: javascript:alert(1) \"><script>\"\n\n[x]",
	"<javascript:alert(1)>",
	"<http://x\" onclick=alert(1)>",
	"<http://x/'onclick=alert(1)//>",
	"**<b onclick=alert(1)>**",
	"|<script>|\n|---|\n|<img onerror=alert(1)>|",
};

/* \1 is where the payload goes. */
static const char *const positions[] = {
	"\1",
	"a \1 b",
	"# \1",
	"> \1",
	"- \1",
	"- [x] \1",
	"|\1|\n|---|\n|\1|",
	"    \1",
	"```\n\1\n```",
	"```\1\n```",
	"~~~ \1\n~~~",
	"`\1`",
	"*\1*",
	"**~~\1~~**",
	"<\1>",
	"[a](\1)",
	"[a](<\1>)",
	"[a](http://x/\1)",
	"[a](/b \"\1\")",
	"[a](/b '\1')",
	"[\1](/b)",
	"![\1](/uploads/a.png)",
	"![a](\1)",
	"![a](</uploads/\1>)",
	"![a](/uploads/a.png \"\1\")",
	"![![\1](/uploads/b.png \"\1\")](/uploads/a.png)",
	"[![\1](http://x)](\1)",
	"[\1]\n\n[\1]: \1 \"\1\"",
	"[a]\n\n[a]: <\1> '\1'",
	"http://x.y/\1",
	"&\1;",
	"&#\1;",
	"\\\1",
	"1. > - \1",
};

static struct str fill(struct arena *a, const char *position, const char *payload)
{
	struct buf b = empty_buf(a);

	for (; *position; position++) {
		if (*position == HOLE)
			buf_add(&b, str_from_c(payload));
		else
			buf_add_char(&b, *position);
	}
	return buf_str(&b);
}

static void no_script_in_any_position(void **state)
{
	struct arena *a = *state;
	size_t i;
	size_t j;

	for (i = 0; i < ARRAY_LEN(payloads); i++) {
		for (j = 0; j < ARRAY_LEN(positions); j++) {
			struct str source = fill(a, positions[j], payloads[i]);
			struct str markup;

			assert_int_equal(render_bounded(a, source, &markup), OK);
		}
		arena_reset(a);
	}
}

/* The reader that judges the others must see what is wrong. */
static void the_check_sees_faults(void **state)
{
	static const char *const bad[] = {
		"<script>x</script>",
		"<p onclick=\"x\">a</p>",
		"<p>a",
		"a</p>",
		"<b>a</b>",
		"<a href=\"javascript:x\">a</a>",
		"<a href=\"//x\">a</a>",
		"<a href='/x'>a</a>",
		"<a href=\"/a\"><a href=\"/b\">c</a></a>",
		"<em>a</p>",
		"<p><p>a</p></p>",
		"a < b",
		"a > b",
		"\"",
		"&",
		"&copy;",
		"&amp",
		"<img src=\"http://x\" alt=\"\">",
		"<img src=\"/uploads/../x\" alt=\"\">",
		"<p",
		"<em><ul></ul></em>",
		"<!-- -->",
		"<P>a</P>",
		"<a href=\"/x\" rel=\"x\">a</a>",
		"<input type=\"text\">",
		"<td class=\"x\">a</td>",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(bad); i++)
		assert_non_null(markup_fault(str_from_c(bad[i])));
	assert_null(markup_fault(STR("<p><a href=\"/x\">a</a> &lt;</p>")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		arena_test(no_script_in_any_position),
		arena_test(the_check_sees_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
