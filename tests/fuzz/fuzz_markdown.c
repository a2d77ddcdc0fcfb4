/* Markdown: any input gives markup of the few elements allowed, or is refused; the excerpt keeps
 * its limits. */
#include "base/utf8.h"
#include "html/markdown.h"
#include "../support/markup_check.h"

#define EXCERPT_LINES 2
#define EXCERPT_CODE_POINTS 40

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_excerpt(struct arena *a, struct str source)
{
	size_t lines = 1;
	struct str text;
	size_t i;

	if (markdown_excerpt(a, source, EXCERPT_LINES, EXCERPT_CODE_POINTS, &text))
		return;
	for (i = 0; i < text.n; i++)
		lines += text.p[i] == '\n';
	if (lines > EXCERPT_LINES || utf8_count(text) > EXCERPT_CODE_POINTS)
		BUG("the excerpt is too long");
	if (text.n > 0 && !utf8_is_valid(text))
		BUG("the excerpt is not valid UTF-8");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(64 * 1024);
	struct str source = str_copy(a, (struct str){ (const char *)data, size });
	struct html markup;

	if (markdown_render(a, source, &markup) == OK) {
		const char *fault = markup_fault(markup.markup);

		if (fault)
			BUG("%s in " STR_FMT, fault, STR_ARG(markup.markup));
		if (markup.markup.n > 0 && !utf8_is_valid(markup.markup))
			BUG("the markup is not valid UTF-8");
	}
	check_excerpt(a, source);
	arena_free(a);
	return 0;
}
