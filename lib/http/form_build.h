/*
 * How a form is put together by its parsers: every field passes here, so the
 * limits of form.h are kept in one place. Used inside lib/http only.
 */
#ifndef HTTP_FORM_BUILD_H
#define HTTP_FORM_BUILD_H

#include "http/form.h"

/*
 * Add a field: count, length of the name and UTF-8 are checked (a file's bytes are not), line ends
 * of a text become "\n". A field without a name is dropped. ERR_INVALID past a limit.
 */
err form_add(struct arena *a, struct form *form, struct form_field field) MUST_CHECK;

/*
 * The parameter of a header value such as `form-data; name="a"`, quotes taken off. Found says
 * whether it is there, once; ERR_INVALID when the header cannot be read or names it twice.
 */
err form_header_parameter(struct arena *a, struct str header, struct str name, struct str *out,
			  bool *found) MUST_CHECK;

/* The part of a header value before the first ';', trimmed. */
struct str form_header_main(struct str header);

#endif
