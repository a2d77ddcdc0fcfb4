/* What a process keeps between requests, with a bound on its size. */
#include "domain/process.h"

#include "base/clock.h"

#define MEMO_ENTRIES 64
#define MEMO_BYTES (512 * 1024)
#define COMMENT_BYTES (512 * 1024)
#define SALE_ENTRIES 32
#define SALE_BYTES (256 * 1024)
#define COMMENT_ID_ENTRIES 1024
#define COMMENT_ID_BYTES (1024 * 1024)

static struct remembered remembered_new(size_t entries, size_t bytes)
{
	return (struct remembered){ .memo = memo_new(entries), .bytes_max = bytes };
}

struct process *process_new(void)
{
	struct process *p = calloc(1, sizeof(*p));

	if (!p)
		BUG("out of memory");
	p->lists = remembered_new(MEMO_ENTRIES, MEMO_BYTES);
	p->posts = remembered_new(MEMO_ENTRIES, MEMO_BYTES);
	p->comments = remembered_new(MEMO_ENTRIES, COMMENT_BYTES);
	p->sales = remembered_new(SALE_ENTRIES, SALE_BYTES);
	p->comment_ids = remembered_new(COMMENT_ID_ENTRIES, COMMENT_ID_BYTES);
	return p;
}

void process_free(struct process *p)
{
	if (!p)
		return;
	memo_free(p->lists.memo);
	memo_free(p->posts.memo);
	memo_free(p->comments.memo);
	memo_free(p->sales.memo);
	memo_free(p->comment_ids.memo);
	arena_free(p->words.arena);
	free(p);
}

struct memo_entry *remember_start(struct remembered *r, struct str key)
{
	if (r->bytes > r->bytes_max) {
		memo_clear(r->memo);
		r->bytes = 0;
	}
	return memo_put(r->memo, key);
}

/*
 * What the memo itself pushed out is still counted, so that the bound is reached early rather
 * than passed: forgetting everything now and then costs a few statements.
 */
void remember_end(struct remembered *r, const struct memo_entry *entry)
{
	r->bytes += arena_used(entry->arena);
}

const struct memo_entry *remember_guess(struct remembered *r, struct str key)
{
	const struct memo_entry *entry = memo_get(r->memo, key);

	if (!entry || !entry->value)
		return NULL;
	return clock_ticks() - entry->filled_at < CLOCK_SECOND ? entry : NULL;
}

const struct memo_entry *remember_find(struct remembered *r, struct str key, int64_t stamp)
{
	const struct memo_entry *entry = remember_guess(r, key);

	return entry && entry->stamp == stamp ? entry : NULL;
}
