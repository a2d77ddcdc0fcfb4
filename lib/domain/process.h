/*
 * What a process keeps from one request to the next: the worker number of its ids, the words to
 * mask, pages it remembers. Made once at start and handed to every ctx; nothing here is the truth.
 */
#ifndef DOMAIN_PROCESS_H
#define DOMAIN_PROCESS_H

#include "base/id.h"
#include "base/memo.h"
#include "base/str.h"

/* The worker number this process may use; domain/worker.c. */
struct id_lease {
	struct id_source source;
	char owner[64];
	int64_t renew_at; /* clock_ticks; 0 when no number is held */
	int64_t ends_at;  /* clock_ticks */
	int64_t last_ms;  /* Unix ms by this host's clock: no id of a later time may be made */
};

/* The list of sensitive words; domain/words_list.c. */
struct word_store {
	struct arena *arena; /* NULL before the first reading */
	struct words *words;
	int64_t read_at; /* clock_ticks */
};

/* A memo with a bound on the bytes its values hold together. */
struct remembered {
	struct memo *memo;
	size_t bytes, bytes_max;
};

/* What a process knows of sales people press for; domain/sale_gate.c. */
struct sale_memory {
	int64_t sale_id;
	int64_t sold_out_until; /* clock_ticks */
	int64_t base;           /* of the loading in which it was sold out */
	int64_t asked;          /* requests not counted in Redis yet */
	int64_t counted_at;     /* clock_ticks */
};

struct process {
	struct id_lease lease;
	struct word_store words;
	struct remembered lists, posts, comments;
	struct remembered sales;
	struct remembered comment_ids;        /* which comments a page showed; domain/comment.c */
	struct sale_memory sale_memories[16]; /* by the sale's id */
	uint32_t shared_seen[2048][4]; /* hashes of keys, the newest first; domain/shared_rows.c */
};

struct process *process_new(void);
void process_free(struct process *p);

/* A fresh entry as memo_put gives it; all others are forgotten first when the bytes ran out. */
struct memo_entry *remember_start(struct remembered *r, struct str key);
/* After the value was filled: count its bytes. */
void remember_end(struct remembered *r, const struct memo_entry *entry);

/* The entry under key when it is younger than a second, else NULL: a guess, the stamp may be old.
 */
const struct memo_entry *remember_guess(struct remembered *r, struct str key);

/* The same, when it has this stamp. */
const struct memo_entry *remember_find(struct remembered *r, struct str key, int64_t stamp);

#endif
