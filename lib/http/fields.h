/*
 * Declared form fields: a table says what a form may hold, and the values land
 * checked in a struct. What the table does not name is dropped.
 *
 *   static const struct field draft_fields[] = {
 *           FIELD_TEXT(struct post_draft, title, 1, POST_TITLE_MAX, FIELD_ONE_LINE),
 *           FIELD_TEXT(struct post_draft, body, 1, POST_BODY_MAX, 0),
 *           FIELD_ID(struct post_draft, version, FIELD_OPTIONAL),
 *   };
 */
#ifndef HTTP_FIELDS_H
#define HTTP_FIELDS_H

#include "http/form.h"

enum field_kind { FIELD_KIND_TEXT, FIELD_KIND_INT };

enum {
	/* No line breaks and no invisible characters (base/utf8.h); white space trimmed. */
	FIELD_ONE_LINE = 1,
	FIELD_KEEP_SPACE =
		2,          /* with the above: not trimmed; alone: nothing is refused: passwords */
	FIELD_OPTIONAL = 4, /* may be missing or empty: then "" or 0 */
};

struct field {
	const char *name;
	enum field_kind kind;
	int flags;
	int64_t min, max; /* characters (code points) of a text, or the number's range */
	size_t offset;    /* of a struct str or an int64_t */
};

#define FIELD_TEXT(type, member, min, max, flags) \
	{ \
#member, FIELD_KIND_TEXT, (flags), (min), (max), offsetof(type, member) \
	}
#define FIELD_INT(type, member, min, max, flags) \
	{ \
#member, FIELD_KIND_INT, (flags), (min), (max), offsetof(type, member) \
	}
#define FIELD_ID(type, member, flags) FIELD_INT(type, member, 1, INT64_MAX, flags)

#define FIELD_ERRORS_MAX 16

/* What is wrong, and where; shown at the field. */
struct field_error {
	const char *name;    /* the field's */
	const char *message; /* English, for the text catalogue; {0} is the number */
	int64_t number;      /* the limit that was passed; 0 when the message has none */
};

struct field_errors {
	struct field_error items[FIELD_ERRORS_MAX];
	size_t count;
};

/*
 * Read every field of the table into the struct at out. True when all are right. When not,
 * errors says which and the struct holds what was typed wherever it fits
 * (texts as typed, numbers 0), so that the form can be shown again.
 *
 * Texts without flags are kept byte for byte; control characters but tab and newline are refused.
 * A text that shows nothing (white space, joiners) counts as empty, but for FIELD_KEEP_SPACE.
 */
bool fields_read(struct arena *a, const struct form *form, const struct field *table, size_t count,
		 void *out, struct field_errors *errors) MUST_CHECK;

/* Add an error found elsewhere (a name that is taken). Past FIELD_ERRORS_MAX it is dropped. */
void field_errors_add(struct field_errors *errors, const char *name, const char *message,
		      int64_t number);

/* The first error of a field, or NULL. */
const struct field_error *field_errors_find(const struct field_errors *errors, const char *name);

#endif
