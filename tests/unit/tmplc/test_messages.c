/* Each mistake, and the message that names it. Templates with V have a view. */
#include "unit/tmplc/compile.h"

#define V "{{view struct x from \"x.h\"}}\n"

#define CASE(text, message) \
	{ \
		STR_INIT(text), STR_INIT(message) \
	}

static const struct {
	struct str text;
	struct str message; /* one line, without "x.html:" */
} cases[] = {
	/* The shape of a template */
	CASE("<p>x</p>",
	     "1: a template begins with {{view struct NAME from \"HEADER\"}} or {{view none}}"),
	CASE("", "1: a template begins with {{view struct NAME from \"HEADER\"}} or {{view none}}"),
	CASE("{{view post from \"x.h\"}}",
	     "1: {{view}} reads {{view struct NAME from \"HEADER\"}} or {{view none}}"),
	CASE("{{view struct post}}",
	     "1: {{view}} reads {{view struct NAME from \"HEADER\"}} or {{view none}}"),
	CASE("{{view none}} {{view none}}", "1: {{view}} belongs at the top of the template"),
	CASE("{{view none}}\n{{name}}", "2: this template has no view, so there is no \"name\""),
	CASE(V "{{name", "2: this {{ has no }}"),
	CASE(V "{{! {{x}}", "2: this {{ has no }}"),
	CASE(V "{{t \"}}", "2: this {{ has no }}"),
	CASE(V "{{{name}}}", "2: {{{ is not in the language: finished markup is a struct html"),
	CASE(V "x }} y", "1: a }} without its {{"),
	CASE(V "{{}}", "2: {{}} is empty"),
	CASE(V "{{ }}", "2: {{}} is empty"),
	/* Values */
	CASE(V "{{Name}}", "2: {{Name}} is not a tag: a name like post.title was expected"),
	CASE(V "{{a.}}", "2: {{a.}} is not a tag: a name like post.title was expected"),
	CASE(V "{{a->b}}", "2: \"->b\" is not understood here: {{a->b}}"),
	CASE(V "{{a b}}", "2: \"b\" is not understood here: {{a b}}"),
	CASE(V "{{a(1)}}", "2: \"(1)\" is not understood here: {{a(1)}}"),
	CASE(V "{{a.default}}", "2: \"default\" is a word of C, not a field"),
	CASE(V "{{&a}}", "2: {{&a}} is not a tag: a name like post.title was expected"),
	CASE(V "{{=<% %>=}}", "2: {{=<% %>=}} is not a tag: a name like post.title was expected"),
	CASE(V "{{#with a}}", "2: {{#with a}} is not a tag: a name like post.title was expected"),
	/* Blocks */
	CASE(V "{{#if a}}", "2: this {{#if}} has no {{/if}}"),
	CASE(V "\n{{#each a as b}}\n", "3: this {{#each}} has no {{/each}}"),
	CASE(V "{{#unless a}}{{/if}}", "2: {{/if}} stands where {{/unless}} was expected"),
	CASE(V "{{/if}}", "2: {{/if}} closes nothing"),
	CASE(V "{{else}}", "2: {{else}} closes nothing"),
	CASE(V "{{#if a}}{{/each}}", "2: {{/each}} stands where {{/if}} was expected"),
	CASE(V "{{#if a}}{{else}}{{else}}{{/if}}", "2: a second {{else}}"),
	CASE(V "{{#if a}}{{else}}{{else if b}}{{/if}}", "2: a second {{else}}"),
	CASE(V "{{#if}}{{/if}}", "2: {{#if}} is not a tag: a name like post.title was expected"),
	CASE(V "{{#if a == b}}{{/if}}", "2: \"== b\" is not understood here: {{#if a == b}}"),
	CASE(V "{{#each a}}{{/each}}",
	     "2: {{#each}} needs a name for the item: {{#each comments as c}}"),
	CASE(V "{{#each a as t}}{{/each}}",
	     "2: \"t\" has a meaning of its own: name the item otherwise"),
	CASE(V "{{#each a as int}}{{/each}}",
	     "2: \"int\" has a meaning of its own: name the item otherwise"),
	CASE(V "{{#each a as b}}{{#each b.c as b}}{{/each}}{{/each}}",
	     "2: \"b\" is the item of a loop around this one already"),
	CASE(V "{{#each a as b}}{{else}}{{else}}{{/each}}",
	     "2: {{else}} stands where {{/each}} was expected"),
	/* Partials and assets */
	CASE(V "{{> a/b}}", "2: there is no templates/a/b.html"),
	CASE(V "{{> ../x}}", "2: {{> }} needs a template's name: {{> post/comment c}}"),
	CASE(V "{{>}}", "2: {{> }} needs a template's name: {{> post/comment c}}"),
	CASE(V "<p title=\"{{> x}}\"></p>", "2: {{> x}} must stand between tags"),
	CASE(V "<title>{{> x}}</title>", "2: {{> x}} must stand between tags"),
	CASE("{{view none}}{{#each}}",
	     "1: {{#each}} is not a tag: a name like post.title was expected"),
	CASE(V "<img src=\"{{asset \"y.png\"}}\">", "2: there is no templates/assets/y.png"),
	CASE(V "{{asset \"x.js\"}}", "2: {{asset}} belongs at the start of an address in quotes"),
	CASE(V "<a href=\"/{{asset \"x.js\"}}\"></a>",
	     "2: {{asset}} belongs at the start of an address in quotes"),
	CASE(V "<a href=\"{{asset}}\"></a>",
	     "2: {{asset}} needs a file's name in quotes: {{asset \"site.css\"}}"),
	/* Texts */
	CASE(V "{{t Log in}}", "2: {{t}} needs a text in double quotes: {{t \"Log in\"}}"),
	CASE(V "{{t \"\"}}", "2: {{t}} needs a text in double quotes: {{t \"Log in\"}}"),
	CASE(V "{{t \"{0}\"}}", "2: \"{0}\" does not use its 0 values as {0}, {1} and so on"),
	CASE(V "{{t \"{1}\" a}}", "2: \"{1}\" does not use its 1 values as {0}, {1} and so on"),
	CASE(V "{{t \"{0}\" a b}}", "2: \"{0}\" does not use its 2 values as {0}, {1} and so on"),
	CASE(V "{{t \"x\" a b c d e f g h i}}", "2: a text takes at most 8 values"),
	CASE(V "{{n \"{0} a\" b}}", "2: {{n}} needs two texts and a number: {{n \"{0} comment\" "
				    "\"{0} comments\" post.comments}}"),
	CASE(V "{{n \"{0} a\" \"{0} as\"}}", "2: {{n}} needs a number behind its two texts"),
	CASE(V "{{n \"a\" \"as\" b}}", "2: \"as\" does not use its 1 values as {0}, {1} and so on"),
	CASE(V "<a href=\"{{t \"x\"}}\"></a>", "2: no text may stand in href"),
	/* Where no value is safe */
	CASE(V "<script>{{a}}</script>", "2: an inline script may not be used: put it into a file, "
					 "<script src=\"{{asset \"x.js\"}}\" defer></script>"),
	CASE(V "<script src=\"/x.js\">{{a}}</script>", "2: no value may stand in a script"),
	CASE(V "<script src=\"/x.js\">alert(1)</script>",
	     "2: an inline script may not be used: put it into a file"),
	CASE(V "<script src=\"{{a}}\"></script>",
	     "2: src of <script> takes no value: use {{asset}}"),
	CASE(V "<style>p { color: {{a}} }</style>",
	     "2: <style> may not be used: the content policy forbids inline styles: use a style "
	     "sheet"),
	CASE(V "<!-- {{a}} -->", "2: an HTML comment would reach the reader: write {{! ... }}"),
	CASE(V "<!-- a -->", "2: an HTML comment would reach the reader: write {{! ... }}"),
	CASE(V "<p onclick=\"{{a}}\"></p>", "2: the attribute onclick may not be used"),
	CASE(V "<p ONCLICK=\"x()\"></p>", "2: the attribute ONCLICK may not be used"),
	CASE(V "<p style=\"color: {{a}}\"></p>", "2: the attribute style may not be used"),
	CASE(V "<p title={{a}}></p>", "2: the value of title needs quotes: title=\"{{...}}\""),
	CASE(V "<p title=a{{a}}></p>", "2: the value of title needs quotes"),
	CASE(V "<{{a}}>", "2: a tag is cut in two here: no value may stand in a tag's name"),
	CASE(V "<h{{a}}>", "2: the tag <h is cut in two here: no value may stand in a tag's name"),
	CASE(V "</{{a}}>", "2: a tag is cut in two here: no value may stand in a tag's name"),
	CASE(V "<p {{a}}></p>", "2: no value may stand in a tag outside an attribute's quotes"),
	CASE(V "<p {{a}}=\"x\"></p>",
	     "2: no value may stand in a tag outside an attribute's quotes"),
	CASE(V "<p data-{{a}}=\"x\"></p>",
	     "2: no value may stand in a tag outside an attribute's quotes"),
	CASE(V "<p {{t \"x\"}}></p>",
	     "2: no value may stand in a tag outside an attribute's quotes"),
	CASE(V "<iframe srcdoc=\"{{a}}\"></iframe>", "2: the attribute srcdoc may not be used"),
	CASE(V "<base href=\"/\">", "2: <base> may not be used: the content policy forbids it"),
	CASE(V "<xmp></xmp>", "2: <xmp> may not be used: it is not HTML any more"),
	CASE(V "<img srcset=\"{{a}} 2x\">", "2: srcset of <img> takes no value"),
	CASE(V "<meta http-equiv=\"refresh\" content=\"0; url={{a}}\">",
	     "2: the attribute http-equiv may not be used"),
	/* Addresses */
	CASE(V "<a href=\"javascript:{{a}}\"></a>",
	     "2: an address with a value in it begins with a struct url, \"/\", \"#\" or \"?\""),
	CASE(V "<a href=\"https://{{a}}\"></a>",
	     "2: an address with a value in it begins with a struct url, \"/\", \"#\" or \"?\""),
	CASE(V "<a href=\"//{{a}}\"></a>",
	     "2: an address with a value in it begins with a struct url, \"/\", \"#\" or \"?\""),
	CASE(V "<a href=\"/\\{{a}}\"></a>",
	     "2: an address with a value in it begins with a struct url, \"/\", \"#\" or \"?\""),
	CASE(V "<a href=\" {{a}}\"></a>",
	     "2: an address with a value in it begins with a struct url, \"/\", \"#\" or \"?\""),
	CASE(V "<a href=\"{{#if a}}{{b}}{{/if}}{{c}}\"></a>",
	     "2: an address with a value in it begins with a struct url, \"/\", \"#\" or \"?\""),
	CASE(V "<a href=\"{{#each a as b}}{{b}}{{/each}}\"></a>",
	     "2: no {{#each}} may stand here: in the attribute href of <a>"),
	CASE(V "<a href=\"javascript:alert(1)\"></a>",
	     "2: an address may not begin with javascript:"),
	CASE(V "<a href=\"JavaScript:alert(1)\"></a>",
	     "2: an address may not begin with JavaScript:"),
	/* Elements */
	CASE(V "<p>", "2: this <p> is not closed"),
	CASE(V "</p>", "2: </p> closes nothing that this block opened"),
	CASE(V "<p>\n<b>\n</p>", "4: </p> stands where </b> was expected, for the <b> of line 3"),
	CASE(V "<p><div></div></p>", "2: <div> cannot stand in the <p> of line 2: it would end it"),
	CASE(V "<br></br>", "2: </br> stands for no element: <br> has no end tag"),
	CASE(V "<div/>", "2: <div/> is not closed by its /: write </div>"),
	CASE(V "<p a=\"1\"b=\"2\"></p>", "2: white space is missing between two attributes of <p>"),
	CASE(V "<p a=\"1", "2: the template ends in the attribute a of <p>"),
	CASE(V "<p a", "2: the template ends in the tag <p> of line 2"),
	CASE(V "<p", "2: the tag <p is cut in two here: no value may stand in a tag's name"),
	CASE(V "<!doctype html", "2: <! has no > before the next value or block"),
	CASE(V "<p =\"1\"></p>", "2: \"=\" cannot stand in the tag <p>"),
	CASE(V "<p a==></p>", "2: a value in quotes was expected behind a="),
	CASE(V "<p></p a=\"1\">", "2: an end tag has no attributes"),
	CASE(V "1 < 2", "2: this < begins no tag: write &lt;"),
	CASE(V "<title>a<b</title>", "2: a < in <title> is text: write &lt;"),
	CASE(V "<textarea></b></textarea>", "2: a < in <textarea> is text: write &lt;"),
	/* Branches */
	CASE(V "{{#if a}}<p>{{/if}}", "2: the block of line 2 may end in two places: in the <p> of "
				      "line 2, or outside all elements"),
	CASE(V "<p>{{#if a}}</p>{{/if}}</p>", "2: the block of line 2 may end in two places: "
					      "outside all elements, or in the <p> of line 2"),
	CASE(V "{{#if a}}<p>{{else}}<b>{{/if}}", "2: the block of line 2 may end in two places: in "
						 "the <p> of line 2, or in the <b> of line 2"),
	CASE(V "<p title=\"{{#if a}}\">{{/if}}\"></p>",
	     "2: the block of line 2 may end in two places: in the <p> of line 2, or in the "
	     "attribute title of <p>"),
	CASE(V "<p {{#if a}}title=\"{{/if}}x\"></p>",
	     "2: the block of line 2 may end in two places: in the attribute title of <p>, or in "
	     "the tag <p> of line 2"),
	CASE(V "<p {{#if a}}class={{/if}}></p>",
	     "2: the block of line 2 may end in two places: in the tag <p> of line 2, or in the "
	     "tag <p> of line 2"),
	CASE(V "<p {{#each a as b}}hidden{{/each}}></p>",
	     "2: no {{#each}} may stand here: in the tag <p> of line 2"),
	CASE(V "{{#each a as b}}<p>{{/each}}", "2: the block of line 2 may end in two places: "
					       "outside all elements, or in the <p> of line 2"),
	CASE(V "{{#each a as b}}{{else}}<p>{{/each}}",
	     "2: the block of line 2 may end in two places: outside all elements, or in the <p> of "
	     "line 2"),
	CASE(V "<p title={{#if a}}b{{/if}}></p>",
	     "2: no block may stand here: in the tag <p> of line 2"),
	CASE(V "<script src=\"/x.js\">{{#if a}}{{/if}}</script>",
	     "2: no block may stand here: in a script"),
	CASE(V "<p {{#if a}}hidden{{/if}}class=\"b\"></p>",
	     "2: white space is missing between two attributes of <p>"),
	/* Forms */
	CASE(V "<form method=\"post\"></form>",
	     "2: the form of line 2 has method=\"post\" and no {{csrf}}"),
	CASE(V "<form METHOD=\"POST\"></form>",
	     "2: the form of line 2 has method=\"post\" and no {{csrf}}"),
	CASE(V "<form method=post></form>",
	     "2: the form of line 2 has method=\"post\" and no {{csrf}}"),
	CASE(V "<form method='post'></form>",
	     "2: the form of line 2 has method=\"post\" and no {{csrf}}"),
	CASE(V "<form method=\"{{a}}\"></form>", "2: method of <form> takes no value"),
	CASE(V "<form method=\"{{#if a}}post{{/if}}\"></form>",
	     "2: method must be written out in the template"),
	CASE(V "<form method=\"put\"></form>", "2: method is \"get\" or \"post\""),
	CASE(V "<form {{#if a}}method=\"post\"{{/if}}></form>",
	     "2: the block of line 2 may end in two places: in the tag <form> of line 2, or in the "
	     "tag <form> of line 2"),
	CASE(V "{{csrf}}", "2: {{csrf}} belongs in a form with method=\"post\" only: elsewhere it "
			   "would give the token away"),
	CASE(V "<form>{{csrf}}</form>", "2: {{csrf}} belongs in a form with method=\"post\" only: "
					"elsewhere it would give the token away"),
	CASE(V "<form method=\"get\">{{csrf}}</form>",
	     "2: {{csrf}} belongs in a form with method=\"post\" only: elsewhere it would give the "
	     "token away"),
	CASE(V "<form method=\"post\"></form>{{csrf}}",
	     "2: the form of line 2 has method=\"post\" and no {{csrf}}"),
	CASE(V "<form method=\"post\">{{csrf}}{{csrf}}</form>",
	     "2: a second {{csrf}} in the form of line 2"),
	CASE(V "<form method=\"post\">{{#if a}}{{csrf}}{{/if}}</form>",
	     "2: the block of line 2 may end in two places: in the <form> of line 2, behind "
	     "{{csrf}}, or in the <form> of line 2"),
	CASE(V "<form method=\"post\">{{#each a as b}}{{csrf}}{{/each}}</form>",
	     "2: the block of line 2 may end in two places: in the <form> of line 2, or in the "
	     "<form> of line 2, behind {{csrf}}"),
	CASE(V "<form method=\"post\"><p title=\"{{csrf}}\"></p></form>",
	     "2: {{csrf}} belongs between the tags of a form"),
	CASE(V "<form method=\"post\"><textarea>{{csrf}}</textarea></form>",
	     "2: {{csrf}} belongs between the tags of a form"),
	CASE(V "<form method=\"post\">{{csrf}}<button formmethod=\"get\"></button></form>",
	     "2: the attribute formmethod may not be used"),
	CASE(V "<form>\n<form></form></form>", "3: a form inside the form of line 2"),
	CASE(V "<form>{{> x}}</form>", "2: x holds a form, and stands inside a form here"),
};

static void each_mistake_has_its_message(void **state)
{
	size_t failed = 0;
	size_t i;

	for (i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *a = *state;
		struct template t;
		struct str got = compile(a, cases[i].text, &t);
		struct str wanted =
			str_format(a, "x.html:" STR_FMT "\n", STR_ARG(cases[i].message));

		if (str_is(got, wanted))
			continue;
		failed++;
		print_error(STR_FMT "\ngot  " STR_FMT "not  " STR_FMT "\n", STR_ARG(cases[i].text),
			    STR_ARG(got), STR_ARG(wanted));
	}
	assert_int_equal(failed, 0);
}

/* Blocks 25 deep, where 24 are allowed. */
static void nesting_is_bounded(void **state)
{
	struct arena *a = *state;
	struct template t;
	struct buf text;
	int i;

	buf_init(&text, a, 1024);
	BUF_LIT(&text, V);
	for (i = 0; i < TREE_NESTING_MAX + 1; i++)
		BUF_LIT(&text, "{{#if a}}");
	assert_text(compile(a, buf_str(&text), &t),
		    "x.html:2: blocks are nested more than 24 deep\n");
}

/* What may look like a mistake and is none. */
static void good_templates_pass(void **state)
{
	static const struct str good[] = {
		STR_INIT(V),
		STR_INIT("{{! first {{a}} }}\n" V "{{! a }}"),
		STR_INIT(V
			 "{{#if !a}}{{else if !b}}{{else}}{{/if}}{{#unless a}}{{else}}{{/unless}}"),
		STR_INIT(V "<svg><path d=\"M0 0\"/></svg><br/><input disabled>"),
		STR_INIT(V "<input type=text value=\"{{a}}\"{{#if b}} checked{{/if}}>"),
		STR_INIT(V "<option {{#if a}}selected {{/if}}value=\"1\"></option>"),
		STR_INIT(V "<a href=\"{{a}}?b={{c}}#d{{e}}\"></a><a href=\"/{{a}}/{{b}}\"></a>"),
		STR_INIT(V "<a href=\"{{#if a}}{{b}}{{else}}{{c}}{{/if}}\"></a>"),
		STR_INIT(V "<a href=\"https://example.org/\" rel=\"{{#if a}}next{{/if}}\"></a>"),
		STR_INIT(V "<p class=\"a{{#each b as c}} {{c}}{{/each}}\"></p>"),
		STR_INIT(V
			 "<form action=\"/search\"><button formaction=\"{{a}}\"></button></form>"),
		STR_INIT(V "<form method=\"post\">{{#if a}}<p>b</p>{{/if}}{{csrf}}</form>"),
		STR_INIT(V "<script src=\"{{asset \"x.js\"}}\" defer> </script>"),
		STR_INIT(V "<p title='\"{{a}}\"'>&amp; > \"</p>"),
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(good); i++) {
		struct template t;
		struct str got = compile(*state, good[i], &t);

		if (got.n)
			fail_msg(STR_FMT "\n" STR_FMT, STR_ARG(good[i]), STR_ARG(got));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		arena_test(each_mistake_has_its_message),
		arena_test(nesting_is_bounded),
		arena_test(good_templates_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
