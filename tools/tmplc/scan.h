/*
 * The scanner: cuts a template into markup and tags, and tags into words.
 */
#ifndef TMPLC_SCAN_H
#define TMPLC_SCAN_H

#include "base/buf.h"
#include "report.h"

enum token_kind {
	TOKEN_TEXT, /* markup up to the next {{ or the end */
	TOKEN_TAG,  /* what stands between {{ and }}, trimmed; comments are skipped */
	TOKEN_END
};

struct token {
	enum token_kind kind;
	struct str text;
	int line;
};

struct scanner {
	struct report *report;
	struct str path; /* for messages */
	struct str rest;
	int line; /* of the first byte of rest */
};

/* The next token. ERR_INVALID after a message when a tag is not closed or is no tag of ours. */
err scan_next(struct scanner *s, struct token *out) MUST_CHECK;

/*
 * Words of a tag. Each function skips white space, takes one word off the front
 * of *rest and says whether it was there.
 */
bool word_take(struct str *rest, struct str keyword);
/* [a-z_][a-z0-9_]* joined by sep ('.' for values, '/' for template names). */
bool word_take_name(struct str *rest, char separator, struct str *out);
/* A literal in double quotes, with \" and \\ decoded into the arena. */
bool word_take_string(struct arena *a, struct str *rest, struct str *out);
/* Nothing but white space is left. */
bool word_is_end(struct str rest);

/* Newlines in s. */
int scan_count_lines(struct str s);

#endif
