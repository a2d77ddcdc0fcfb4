/*
 * Inside the parser only: its state, and the functions of parse_tags.c that
 * parse.c calls.
 */
#ifndef TMPLC_PARSER_H
#define TMPLC_PARSER_H

#include "report.h"
#include "scan.h"
#include "tree.h"

/* The loop variables in reach, innermost first. */
struct scope {
	const struct scope *outer;
	struct str variable;
};

struct parser {
	struct arena *arena;
	struct report *report;
	struct template *t;
	struct scanner scanner;
	struct token token; /* the one last read */
	const struct scope *scope;
	int depth;
	struct text_use **texts_end;
};

#define FAIL(p, ...) report_error((p)->report, (p)->t->path, (p)->token.line, __VA_ARGS__)

/* Nothing may follow in the tag. */
err parser_expect_end(struct parser *p, struct str rest) MUST_CHECK;

/* Take a dotted name; its first part may be a loop variable. */
err parser_take_path(struct parser *p, struct str *rest, struct path *out) MUST_CHECK;

bool parser_is_variable(const struct parser *p, struct str name);

/* A word of ours or of C, which cannot name the item of a loop. */
bool parser_is_reserved(struct str name);

/* What stands behind the first word of a tag, into its node. */
err parse_value(struct parser *p, struct str rest, struct node *n) MUST_CHECK;
err parse_translation(struct parser *p, struct str rest, struct node *n) MUST_CHECK;
err parse_plural(struct parser *p, struct str rest, struct node *n) MUST_CHECK;
err parse_asset(struct parser *p, struct str rest, struct node *n) MUST_CHECK;
err parse_csrf(struct parser *p, struct str rest, struct node *n) MUST_CHECK;
err parse_partial(struct parser *p, struct str rest, struct node *n) MUST_CHECK;

#endif
