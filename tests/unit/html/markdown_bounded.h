/* Rendering Markdown that was made to do harm: clean, in time, in little memory. */
#ifndef UNIT_HTML_MARKDOWN_BOUNDED_H
#define UNIT_HTML_MARKDOWN_BOUNDED_H

#include "unit/unit.h"

#include "base/buf.h"
#include "html/markdown.h"
#include "support/markup_check.h"

#define MILLISECONDS_MAX 1500 /* twice what the slowest takes under a sanitizer */
#define MEMORY_MAX (16 * 1024 * 1024)

static inline struct buf empty_buf(struct arena *a)
{
	struct buf b;

	buf_init(&b, a, 1024);
	return b;
}

static inline void add_times(struct buf *b, const char *unit, size_t count)
{
	while (count-- > 0)
		buf_add(b, str_from_c(unit));
}

/* Processor time used: the machine may be busy with other things. */
static inline int64_t milliseconds(void)
{
	return (int64_t)clock() * 1000 / CLOCKS_PER_SEC;
}

/* Rendered or refused, what comes out is clean, it comes soon, and the excerpt too. */
static inline err render_bounded(struct arena *a, struct str source, struct str *out)
{
	int64_t start = milliseconds();
	size_t used = arena_used(a);
	struct html html = HTML_LITERAL("untouched");
	struct str excerpt;
	err e = markdown_render(a, source, &html);
	const char *fault = e ? NULL : markup_fault(html.markup);

	if (e)
		assert_text(html.markup, "untouched");
	if (fault)
		print_error("%s in \"" STR_FMT "\"\n", fault, STR_ARG(html.markup));
	assert_null(fault);
	if (source.n <= MARKDOWN_INPUT_MAX)
		assert_int_equal(markdown_excerpt(a, source, 2, 200, &excerpt), OK);
	if (milliseconds() - start > MILLISECONDS_MAX)
		print_error("\"" STR_FMT "\" took %d ms\n", STR_ARG(str_slice(source, 0, 60)),
			    (int)(milliseconds() - start));
	assert_true(milliseconds() - start <= MILLISECONDS_MAX);
	assert_true(arena_used(a) - used <= MEMORY_MAX);
	*out = html.markup;
	return e;
}

#endif
