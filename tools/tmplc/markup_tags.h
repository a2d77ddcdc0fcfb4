/*
 * Inside markup.c's reach only: what happens when a tag or an attribute has
 * been read to its end.
 */
#ifndef TMPLC_MARKUP_TAGS_H
#define TMPLC_MARKUP_TAGS_H

#include "markup.h"

/* The name of an attribute is complete: classify it, or refuse it. */
err markup_end_name(struct markup *m, struct markup_input *in) MUST_CHECK;

/* An attribute is complete; value is its text when it is literal throughout. */
err markup_end_attribute(struct markup *m, struct markup_input *in, struct str value) MUST_CHECK;

/* The > of a tag was read: open or close the element. */
err markup_end_tag(struct markup *m, struct markup_input *in) MUST_CHECK;

#endif
