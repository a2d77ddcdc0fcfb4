/*
 * A small cache inside one process: values that may be a moment old. Each value
 * lives in an arena of its own. Bounded by the number of entries; the entry that
 * was used longest ago goes first.
 */
#ifndef BASE_MEMO_H
#define BASE_MEMO_H

#include "base/str.h"

struct memo;

struct memo_entry {
	struct arena *arena; /* where value lives */
	void *value;         /* NULL until the filler set it */
	int64_t stamp;     /* the filler's: a version, or whatever tells that the value is stale */
	int64_t filled_at; /* clock_ticks ms; set by memo_put */
};

/* capacity: entries, at least 1. */
struct memo *memo_new(size_t capacity);

/* With all that it holds. NULL is allowed. */
void memo_free(struct memo *m);

/*
 * The entry under key, or NULL. It stays valid until memo_put or memo_drop is called for this memo,
 * so use it within one request only.
 */
struct memo_entry *memo_get(struct memo *m, struct str key);

/* A fresh entry under key (an old one is dropped first): fill entry->value from entry->arena. */
struct memo_entry *memo_put(struct memo *m, struct str key);

void memo_drop(struct memo *m, struct str key);
void memo_clear(struct memo *m);

#endif
