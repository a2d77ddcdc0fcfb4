/*
 * What the C of a compiled template calls. Written by hand code only uses
 * html/html.h; this is between tools/tmplc and the library.
 */
#ifndef HTML_TEMPLATE_H
#define HTML_TEMPLATE_H

#include "html/html.h"
#include "html/text.h"

/*
 * A pointer to x: x itself when it is a pointer (which the compiler classifies
 * as 5), its address otherwise. So a view may hold structs or pointers to them,
 * and a list items or pointers to items, and templates say {{author.name}} for both.
 */
#define HTML_REF(x) __builtin_choose_expr(__builtin_classify_type(x) == 5, (x), &(x))

/* {{csrf}}: the hidden field, from the web layer. */
static inline void html_put_csrf(struct page_out *out)
{
	if (out->put_csrf)
		out->put_csrf(out);
}

/*
 * Write *text, escaped, up to its next {0} to {9}; *text becomes what stands
 * behind that, and its number is returned. -1 when the whole text was written.
 */
int html_put_until_slot(struct page_out *out, struct str *text);

#endif
