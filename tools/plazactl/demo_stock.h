/*
 * The stock of the demo texts: files of sections, see sql/README.md. A line may hold slots:
 * {dish} is one line of the section [dish], the same one wherever it stands in one post and the
 * comments below it; {dish~} is any; {3-9} is a number.
 */
#ifndef DEMO_STOCK_H
#define DEMO_STOCK_H

#include "base/buf.h"
#include "demo_random.h"

struct stock_section {
	struct str name;
	struct str *items;
	size_t count;
};

struct stock {
	struct str name; /* of the file: "cooking.zh" */
	struct stock_section *sections;
	size_t count;
	const struct stock *general; /* of the same language: where a section is looked for next;
					NULL in itself */
};

/* Parse a file. ERR_INVALID after a message about the line. text must live as long as the stock. */
err stock_read(struct arena *a, struct str name, struct str text, struct stock *out) MUST_CHECK;

/* NULL when neither the stock nor its general one has it. */
const struct stock_section *stock_find(const struct stock *s, struct str section);

#define STORY_SLOTS 24
#define STORY_USED 64

/* What one post and its comments have in common: the values of their slots, and the lines already
 * used. */
struct story {
	const struct stock *stock;
	struct {
		struct str slot, value;
	} bound[STORY_SLOTS];
	size_t bound_count;
	const char *used[STORY_USED]; /* items, by their address */
	size_t used_count;
};

/* A line of a section that this story does not have yet, when there is one. Aborts when there is no
 * section. */
struct str story_pick(struct story *t, struct chance *r, struct str section);

/* Append a picked line, its slots filled. */
void story_tell(struct story *t, struct chance *r, struct buf *b, struct str section);

#endif
