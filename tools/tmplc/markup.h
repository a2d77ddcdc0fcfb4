/*
 * Where in HTML a template stands: a small tokenizer of our own that follows
 * the markup of a template and knows, at each value, what the browser would
 * take it for. It is stricter than browsers: elements are closed where they
 * were opened, attributes are quoted where they hold values.
 *
 * A struct markup is a value: copy it to try a branch. Open elements are a
 * list that branches share, so that two states are in the same element when
 * their `open` is the same pointer.
 */
#ifndef TMPLC_MARKUP_H
#define TMPLC_MARKUP_H

#include "base/buf.h"
#include "elements.h"
#include "report.h"

enum markup_state {
	MARKUP_TEXT,        /* between tags */
	MARKUP_SCRIPT,      /* between <script> and </script> */
	MARKUP_DECLARATION, /* in <!doctype ...> */
	MARKUP_TAG_NAME,    /* behind < or </ */
	MARKUP_IN_TAG,      /* behind white space in a tag */
	MARKUP_AFTER_VALUE, /* behind an attribute: white space or the tag's end follows */
	MARKUP_ATTRIBUTE_NAME,
	MARKUP_BEFORE_VALUE, /* behind = */
	MARKUP_QUOTED,
	MARKUP_UNQUOTED
};

/* What an address begins with: it decides which values may follow. */
enum address_start {
	ADDRESS_EMPTY,  /* nothing yet: a checked link */
	ADDRESS_LOCAL,  /* "/", "#", "?" or a checked link: numbers */
	ADDRESS_UNKNOWN /* anything else: no value */
};

struct element {
	const struct element *parent;
	struct str name;
	int line;
	bool is_form;
	bool is_post; /* a form that must hold {{csrf}} */
};

struct markup {
	enum markup_state state;
	const struct element *open; /* the innermost open element; NULL outside all */
	bool has_csrf;              /* the open form has its {{csrf}} */
	bool has_met_form;          /* a <form> was opened somewhere */
	bool is_space_idle;         /* white space here would not show */
	/* The tag being read. */
	struct str tag;
	int tag_line;
	bool is_end_tag;
	bool is_self_closed; /* ends in "/>" */
	bool is_post;        /* <form method="post"> */
	bool has_source;     /* <script src> */
	/* The attribute being read. */
	struct str attribute;
	enum attribute_kind kind;
	enum address_start start;
	bool is_mixed; /* more than one literal piece: a block or a value stands in it */
	char quote;
};

/* One piece of a template's markup on its way through. */
struct markup_input {
	struct arena *arena;
	struct report *report;
	struct str path; /* the template's, for messages */
	struct str rest; /* not yet read */
	int line;        /* of rest */
	struct buf *out; /* the same markup without needless white space */
};

/* Follow in->rest to its end. ERR_INVALID after a message. */
err markup_feed(struct markup *m, struct markup_input *in) MUST_CHECK;

/* Where m is, for messages: "between tags in <p>". */
struct str markup_describe(struct arena *a, const struct markup *m);

/*
 * Join the ends of two branches in *m. False when what follows would mean
 * different things behind the one and the other.
 */
bool markup_join(struct markup *m, const struct markup *other);

/* Inside <title> or <textarea>. */
bool markup_is_plain_text(const struct markup *m);

/* The innermost open form, or NULL. */
const struct element *markup_form(const struct markup *m);

#endif
