/*
 * What the template compiler leaves to the C compiler: a field that does not
 * exist, or whose type does not fit its place, stops the build at the line of
 * the template.
 */
#include "unit/tmplc/compile.h"

/* All templates here have this view; their second line is the one in question. */
#define VIEW \
	"#include \"html/html.h\"\n" \
	"struct x { struct str text; struct html markup; struct url link; struct when when;" \
	" int64_t number; bool is_true; char *bare; double real; struct { int a; } other; };\n"

static const struct {
	struct str text;
	bool is_refused;
} cases[] = {
	{ STR_INIT("{{text}}{{markup}}{{link}}{{when}}{{number}}"), false },
	{ STR_INIT("<p title=\"{{text}}{{link}}{{number}}\"></p>"), false },
	{ STR_INIT("<a href=\"{{link}}#{{number}}\"></a>"), false },
	{ STR_INIT("{{#if text}}{{/if}}{{#if bare}}{{/if}}{{#if is_true}}{{/if}}"), false },
	{ STR_INIT("{{txet}}"), true },
	{ STR_INIT("{{text.x}}"), true },
	{ STR_INIT("{{bare}}"), true },
	{ STR_INIT("{{real}}"), true },
	{ STR_INIT("{{is_true}}"), true },
	{ STR_INIT("{{other}}"), true },
	{ STR_INIT("<p title=\"{{markup}}\"></p>"), true },
	{ STR_INIT("<p title=\"{{when}}\"></p>"), true },
	{ STR_INIT("<title>{{markup}}</title>"), true },
	{ STR_INIT("<textarea>{{markup}}</textarea>"), true },
	{ STR_INIT("<p title=\"{{t \"{0}\" markup}}\"></p>"), true },
	{ STR_INIT("<a href=\"{{text}}\"></a>"), true },
	{ STR_INIT("<a href=\"{{number}}\"></a>"), true },
	{ STR_INIT("<img src=\"{{text}}\">"), true },
	{ STR_INIT("<form action=\"{{text}}\"></form>"), true },
	{ STR_INIT("<button formaction=\"{{text}}\"></button>"), true },
	{ STR_INIT("<a href=\"/{{text}}\"></a>"), true },
	{ STR_INIT("<a href=\"/{{link}}\"></a>"), true },
	{ STR_INIT("{{#if other}}{{/if}}"), true },
	{ STR_INIT("{{#each text as c}}{{/each}}"), true },
};

/* What gcc says of the C of a template; empty when it is content. */
static struct str compile_c(struct arena *a, struct str text)
{
	struct template t;
	struct buf source;
	FILE *compiler;
	FILE *said;
	char path[] = "/tmp/test_types_XXXXXX";
	int fd = mkstemp(path);
	size_t n;

	assert_true(fd >= 0);
	text = str_format(a, "{{view struct x from \"x.h\"}}\n" STR_FMT, STR_ARG(text));
	assert_text(compile(a, text, &t), "");
	buf_init(&source, a, 4096);
	emit_source(&source, &t);
	compiler = popen(
		str_format(
			a,
			"exec gcc -std=c11 -D_GNU_SOURCE -Ilib -Werror -fsyntax-only -x c - 2>%s",
			path)
			.p,
		"w");
	assert_non_null(compiler);
	/* The view instead of the generated header. */
	n = (size_t)str_find(buf_str(&source), STR("#include \"tmpl/x.h\""));
	fputs(VIEW, compiler);
	fputs(source.p + n + sizeof("#include \"tmpl/x.h\"") - 1, compiler);
	pclose(compiler);
	said = fdopen(fd, "r");
	buf_clear(&source);
	source.n = fread(buf_reserve(&source, 4096), 1, 4096, said);
	fclose(said);
	unlink(path);
	return buf_str(&source);
}

static void types_decide(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(cases); i++) {
		struct str said = compile_c(*state, cases[i].text);

		if (!cases[i].is_refused && said.n)
			fail_msg(STR_FMT "\n" STR_FMT, STR_ARG(cases[i].text), STR_ARG(said));
		if (cases[i].is_refused && str_find(said, STR("x.html:2:")) < 0)
			fail_msg(STR_FMT " was not refused in line 2\n" STR_FMT,
				 STR_ARG(cases[i].text), STR_ARG(said));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		arena_test(types_decide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
