/*
 * Character references of HTML, "&amp;", "&#233;", "&#xE9;", as text.
 */
#ifndef HTML_MARKDOWN_ENTITY_H
#define HTML_MARKDOWN_ENTITY_H

#include "base/buf.h"

/*
 * Append what the reference stands for, as plain text: it is not escaped. A name
 * HTML does not have is appended as it was typed; a number that is no character,
 * or one that no page may hold, as U+FFFD.
 */
void markdown_entity_add(struct buf *b, struct str reference);

/* What the name between "&" and ";" stands for; empty when HTML does not have it. */
struct str markdown_entity_named(struct str name);

/* Whether a page, and a feed made from it, may hold the code point: no controls but tab and line
 * ends. */
bool markdown_is_allowed(uint32_t code_point);

#endif
