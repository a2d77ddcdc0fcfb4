/*
 * What is in a copy: one section for each kind of thing, read by a statement in steps. A table that
 * gets a row of somebody's own has its section here, and its statement in domain/leaving_private.c.
 */
#ifndef DOMAIN_EXPORT_SECTIONS_H
#define DOMAIN_EXPORT_SECTIONS_H

#include "domain/ctx.h"

enum export_kind {
	EXPORT_ID,      /* a text in JSON: scripts cannot hold it as a number */
	EXPORT_NUMBER,  /* left out of Markdown where it is 0 */
	EXPORT_TIME,    /* Unix ms; null when 0 */
	EXPORT_TIME_US, /* Unix microseconds */
	EXPORT_DAY,     /* 20260131 */
	EXPORT_FLAG,
	EXPORT_LINE, /* a text of one line */
	EXPORT_TEXT, /* Markdown of several lines; the last column */
};

enum export_form {
	EXPORT_AS_LIST,  /* Markdown: a line for each row */
	EXPORT_AS_TEXTS, /* one below the other, each with a heading */
	EXPORT_AS_FILES, /* a file for each */
};

struct export_column {
	const char *name; /* NULL ends the list */
	enum export_kind kind;
	const char *label; /* English, for the catalogue; NULL: not in Markdown */
};

/*
 * A statement's first two columns are its place (two numbers that grow, the second 0 where one is
 * enough); its values are the user, the last place (twice the first number) and the most rows:
 * WHERE user_id = ? AND x >= ? AND (x > ? OR y > ?) ORDER BY x, y LIMIT ?
 */
struct export_section {
	const char *name; /* of its files */
	const char *title;
	enum export_form form;
	const struct db_sql *sql;
	const struct export_column *columns; /* from the third on */
};

extern const struct export_section export_sections[];
extern const size_t export_section_count;

#endif
