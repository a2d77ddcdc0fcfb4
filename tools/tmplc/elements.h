/*
 * What the compiler knows about the names of HTML: which elements have no end
 * tag, which may not be used, which attributes hold addresses.
 */
#ifndef TMPLC_ELEMENTS_H
#define TMPLC_ELEMENTS_H

#include "base/str.h"

enum attribute_kind {
	ATTRIBUTE_PLAIN,
	ATTRIBUTE_ADDRESS, /* href, src, action ...: the start must be a checked link */
	ATTRIBUTE_LITERAL, /* srcset, method ...: written out in the template, no values */
	ATTRIBUTE_REFUSED  /* style, on..., srcdoc ...: never */
};

enum attribute_kind attribute_kind(struct str name);

/* No end tag: <br>, <img>. */
bool element_is_void(struct str name);

/* White space next to its tags does not show. */
bool element_is_block(struct str name);

/* Opening one ends a <p>, whether the template closes it or not. */
bool element_ends_paragraph(struct str name);

/* Holds text only, in which nothing but the end tag is markup: <title>, <textarea>. */
bool element_holds_text(struct str name);

/* White space inside shows as it is: <pre>, <textarea>. */
bool element_keeps_space(struct str name);

/* Why an element may not be used, as a clause; NULL when it may. */
const char *element_refusal(struct str name);

#endif
