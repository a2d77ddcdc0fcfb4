/*
 * Addresses in Markdown: which of them become links and images.
 */
#ifndef HTML_MARKDOWN_LINK_H
#define HTML_MARKDOWN_LINK_H

#include "html/url.h"

/*
 * A link from an address as it was typed, references decoded. What may not stand in
 * an address is percent-encoded, as CommonMark has it. ERR_INVALID when it may not
 * stand in a page.
 */
err markdown_link(struct arena *a, struct str typed, struct url *out) MUST_CHECK;

/* A file below /uploads/: nothing but a plain path, so that it leads nowhere else. */
bool markdown_is_upload(struct url link);

/*
 * Find the next http(s) address in a text that was typed without any marks: up to white space
 * or the first character no address has as it is, without the punctuation that ends a sentence.
 * False when there is none.
 */
bool markdown_find_address(struct str text, size_t *from, size_t *to) MUST_CHECK;

#endif
