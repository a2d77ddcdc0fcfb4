/*
 * What a client sent as name=value pairs: query strings, urlencoded bodies,
 * multipart bodies and cookies. Parsed once, bounded, strict.
 *
 * Values are valid UTF-8 without NUL and otherwise byte for byte what was typed, but
 * that line ends in form bodies become "\n". Where a name stands twice the first
 * one counts, for checks and for use alike.
 */
#ifndef HTTP_FORM_H
#define HTTP_FORM_H

#include "base/str.h"

#define FORM_FIELDS_MAX 64
#define FORM_NAME_MAX 64    /* bytes */
#define FORM_QUERY_MAX 8192 /* bytes of a query string: a path to come back to is encoded twice */
#define FORM_COOKIES_MAX 64
#define FORM_FILE_NAME_MAX 255 /* bytes; longer is cut from the front */

struct form_field {
	struct str name;
	struct str value;
	/* Set for a file of a multipart body; value is then raw bytes. */
	bool is_file;
	struct str file_name; /* without any folder; for display only */
};

struct form {
	struct form_field *items;
	size_t count;
};

/*
 * application/x-www-form-urlencoded. ERR_INVALID past a limit, at a '%' without two hex digits, or
 * when not UTF-8. Pairs without a name are dropped.
 */
err form_parse_urlencoded(struct arena *a, struct str text, struct form *out) MUST_CHECK;

/* The same of at most FORM_QUERY_MAX bytes. */
err form_parse_query(struct arena *a, struct str text, struct form *out) MUST_CHECK;

/*
 * multipart/form-data; content_type is the header's whole value, for the boundary. Nothing may
 * stand before the first and after the last boundary. Values without line breaks point into body.
 */
err form_parse_multipart(struct arena *a, struct str content_type, struct str body,
			 struct form *out) MUST_CHECK;

/* By Content-Type: one of the two above; any other type is ERR_INVALID. */
err form_parse_body(struct arena *a, struct str content_type, struct str body,
		    struct form *out) MUST_CHECK;

/*
 * A Cookie header (RFC 6265). Malformed pairs and those past FORM_COOKIES_MAX are skipped, never an
 * error. Values are not decoded; they point into header.
 */
void form_parse_cookies(struct arena *a, struct str header, struct form *out);

/* The first value under name; empty when there is none. Files are not looked at. */
struct str form_get(const struct form *f, const char *name);
bool form_has(const struct form *f, const char *name);

/* The first file under name, or NULL. A file input left empty gives one without a name and bytes.
 */
const struct form_field *form_get_file(const struct form *f, const char *name);

#endif
