/*
 * What was typed into a form that could not be worked on: to be kept, or offered once more.
 */
#ifndef WEB_FORM_AGAIN_H
#define WEB_FORM_AGAIN_H

#include "web/page.h"
#include "web/req.h"

struct form_again {
	struct error_field *items;
	size_t count;
};

/*
 * The fields of this POST, in the order of the form, without passwords and codes. False when they
 * must not or cannot be kept: they did not come from our own page, there are none, or a file is
 * among them.
 */
bool form_again_take(const struct req *r, struct form_again *out);

#endif
