/* Checking, masking and rendering what people typed. */
#include "domain/post_text.h"

#include "base/utf8.h"
#include "domain/post.h"
#include "domain/words_list.h"
#include "html/markdown.h"
#include "html/text.h"

/* In Markdown plain asterisks would make text bold or draw a line; full-width ones are only shown.
 */
#define BODY_MASK STR("＊＊＊")

/* Joiners and variation selectors show nothing by themselves. */
static bool is_blank(uint32_t code_point)
{
	return utf8_is_invisible(code_point) || code_point == 0x200C || code_point == 0x200D ||
	       (code_point >= 0xFE00 && code_point <= 0xFE0F);
}

static bool has_visible(struct str text)
{
	struct str rest = utf8_trim(text), one;
	uint32_t code_point;

	/* White space is what utf8_trim takes away; asking it for each character says so once. */
	for (one = rest; utf8_next(&rest, &code_point); one = rest) {
		one.n -= rest.n;
		if (!is_blank(code_point) && utf8_trim(one).n)
			return true;
	}
	return false;
}

static bool has_invisible(struct str text)
{
	uint32_t code_point;

	while (utf8_next(&text, &code_point)) {
		if (utf8_is_invisible(code_point) || code_point == '\t' || code_point == '\n')
			return true;
	}
	return false;
}

static err invalid(const char **problem, const char *text)
{
	*problem = text;
	return ERR_INVALID;
}

err post_text_title(struct ctx *c, struct str typed, struct str *out, const char **problem)
{
	struct str title;
	const struct words *words;
	err e;

	if (!utf8_is_valid(typed))
		return invalid(problem, N_("This is not readable text."));
	title = utf8_trim(typed);
	if (!has_visible(title))
		return invalid(problem, N_("Write a title."));
	if (utf8_count(title) > POST_TITLE_MAX)
		return invalid(problem, N_("The title is too long."));
	if (has_invisible(title))
		return invalid(problem, N_("The title has line breaks or invisible characters."));
	e = words_list_find(c, &words);
	if (e)
		return e;
	*out = words_mask(c->arena, words, title);
	return OK;
}

err post_text_body(struct ctx *c, struct str typed, size_t most, size_t html_most,
		   struct written *out, const char **problem)
{
	const struct words *words;
	struct written w;
	err e;

	if (!utf8_is_valid(typed))
		return invalid(problem, N_("This is not readable text."));
	if (!has_visible(typed))
		return invalid(problem, N_("Write something first."));
	if (utf8_count(typed) > most)
		return invalid(problem, N_("The text is too long."));
	e = words_list_find(c, &words);
	if (e)
		return e;
	w.md = words_mask_as(c->arena, words, typed, BODY_MASK);
	e = markdown_render(c->arena, w.md, &w.html);
	if (e == ERR_INVALID || (!e && w.html.markup.n > html_most))
		return invalid(problem, N_("The text is too intricate to be shown."));
	if (e)
		return e;
	if (!utf8_trim(w.html.markup).n)
		return invalid(problem, N_("Nothing of this text would be seen."));
	*out = w;
	return OK;
}
