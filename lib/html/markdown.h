/*
 * Markdown to markup: md4c's parser with our own writer. CommonMark with
 * tables, strikethrough and task lists; http(s) addresses become links as they
 * stand; no raw HTML. Rendered once, when saved.
 *
 * Links go through url_check and get rel="nofollow ugc noopener"; what fails is
 * shown as the text that was typed. An image of this site (a path below
 * /uploads/) becomes <img>, an image elsewhere becomes a link to it, so that
 * reading a page tells no third party. Headings start at <h3>: h1 and h2 are
 * the page's; none leaves out a level, whatever the writer did.
 *
 * For the style sheet: div.table around each table and pre scroll, cells may be
 * .left, .center or .right, items of a task list are li.task, code may be
 * .language-NAME.
 */
#ifndef HTML_MARKDOWN_H
#define HTML_MARKDOWN_H

#include "html/html.h"

#define MARKDOWN_INPUT_MAX (64 * 1024)    /* bytes */
#define MARKDOWN_OUTPUT_MAX (1024 * 1024) /* bytes */
#define MARKDOWN_NESTING_MAX 32           /* quotes and lists inside each other */
#define MARKDOWN_COLUMNS_MAX 64           /* of a table */

/*
 * ERR_INVALID when a limit above is passed (MARKDOWN_OUTPUT_MAX also by the addresses
 * alone, counted each time one is referred to) or the text is not valid UTF-8 or has a
 * NUL; *out is untouched then.
 */
err markdown_render(struct arena *a, struct str source, struct html *out) MUST_CHECK;

/*
 * What a reader sees, as plain text without markup, in at most `lines` lines
 * and `code_points` characters; cut at a code point, "…" at the end, counted too,
 * when something was left out. For lists, feeds and descriptions.
 * ERR_INVALID when the text is too long or not valid UTF-8.
 */
err markdown_excerpt(struct arena *a, struct str source, size_t lines, size_t code_points,
		     struct str *out) MUST_CHECK;

#endif
