/* Arenas: a chain of blocks, the newest with room first, and a list of deferred functions. */
#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sanitizer/asan_interface.h>

#include "base/err.h"

#define ALIGNMENT _Alignof(max_align_t)
#define BLOCK_LEAST 256
#define BLOCK_MOST ((size_t)256 * 1024) /* larger ones are made for one large object only */

/* Under AddressSanitizer a gap is left after each object, so that running over its end is seen. */
#if defined(__SANITIZE_ADDRESS__)
#define GAP ALIGNMENT
#else
#define GAP 0
#endif

struct block {
	struct block *next;
	size_t size; /* of bytes */
	size_t used;
	_Alignas(max_align_t) unsigned char bytes[];
};

struct defer {
	struct defer *next;
	void (*release)(void *object);
	void *object;
};

struct arena {
	struct block *head;   /* where the next object is taken from */
	struct block *first;  /* kept by arena_reset */
	struct defer *defers; /* the newest first */
	size_t used;
};

static size_t rounded(size_t size)
{
	if (size > PTRDIFF_MAX - 4 * ALIGNMENT)
		BUG("an object of %zu bytes is too large", size);
	if (size == 0)
		size = 1;
	return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static struct block *block_new(size_t size)
{
	struct block *b = malloc(sizeof(*b) + size);

	if (!b)
		BUG("out of memory, wanted %zu bytes", size);
	b->next = NULL;
	b->size = size;
	b->used = 0;
	ASAN_POISON_MEMORY_REGION(b->bytes, b->size);
	return b;
}

static void block_free(struct block *b)
{
	ASAN_UNPOISON_MEMORY_REGION(b->bytes, b->size);
	free(b);
}

struct arena *arena_new(size_t first_block)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (!a)
		BUG("out of memory");
	a->first = block_new(rounded(first_block < BLOCK_LEAST ? BLOCK_LEAST : first_block));
	a->head = a->first;
	return a;
}

void arena_reset(struct arena *a)
{
	struct block *b;

	while (a->defers) {
		struct defer *d = a->defers;

		a->defers = d->next;
		d->release(d->object);
	}
	/* The first block may stand anywhere in the chain. */
	for (b = a->head; b;) {
		struct block *next = b->next;

		if (b != a->first)
			block_free(b);
		b = next;
	}
	a->first->next = NULL;
	a->first->used = 0;
	ASAN_POISON_MEMORY_REGION(a->first->bytes, a->first->size);
	a->head = a->first;
	a->used = 0;
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	arena_reset(a);
	block_free(a->first);
	free(a);
}

/* A block with room for need bytes, put in front of the chain if it has the most room to spare. */
static struct block *add_block(struct arena *a, size_t need)
{
	size_t size = a->head->size < BLOCK_MOST / 2 ? 2 * a->head->size : BLOCK_MOST;
	struct block *b = block_new(need > size ? need : size);

	if (b->size - need < a->head->size - a->head->used) {
		b->next = a->head->next;
		a->head->next = b;
	} else {
		b->next = a->head;
		a->head = b;
	}
	return b;
}

void *arena_bytes(struct arena *a, size_t size)
{
	size_t need = rounded(size);
	struct block *b = a->head;
	unsigned char *p;

	if (need + GAP > b->size - b->used)
		b = add_block(a, need + GAP);
	p = b->bytes + b->used;
	b->used += need + GAP;
	a->used += need;
	ASAN_UNPOISON_MEMORY_REGION(p, size);
	return p;
}

void *arena_alloc(struct arena *a, size_t size)
{
	return memset(arena_bytes(a, size), 0, size);
}

void *arena_calloc(struct arena *a, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		BUG("%zu objects of %zu bytes are too large", count, size);
	return arena_alloc(a, total);
}

/* True when the last object of the head block, at p, could be made new_size bytes long there. */
static bool grow_in_place(struct arena *a, const unsigned char *p, size_t old_size, size_t new_size)
{
	struct block *b = a->head;
	size_t old_need = rounded(old_size);
	size_t new_need = rounded(new_size);

	if (b->used < old_need + GAP || p != b->bytes + b->used - old_need - GAP)
		return false;
	if (new_need > b->size - b->used + old_need)
		return false;
	b->used += new_need - old_need;
	a->used += new_need - old_need;
	ASAN_POISON_MEMORY_REGION(p, new_need + GAP);
	ASAN_UNPOISON_MEMORY_REGION(p, new_size);
	return true;
}

void *arena_grow_bytes(struct arena *a, void *p, size_t old_size, size_t new_size)
{
	void *grown;

	if (p && grow_in_place(a, p, old_size, new_size))
		return p;
	if (p && new_size <= old_size)
		return p;
	grown = arena_bytes(a, new_size);
	if (p)
		memcpy(grown, p, old_size);
	return grown;
}

void *arena_grow(struct arena *a, void *p, size_t old_size, size_t new_size)
{
	unsigned char *grown = arena_grow_bytes(a, p, old_size, new_size);
	size_t kept = p ? old_size : 0;

	if (new_size > kept)
		memset(grown + kept, 0, new_size - kept);
	return grown;
}

void arena_defer(struct arena *a, void (*release)(void *object), void *object)
{
	struct defer *d = ARENA_NEW(a, struct defer);

	d->next = a->defers;
	d->release = release;
	d->object = object;
	a->defers = d;
}

size_t arena_used(const struct arena *a)
{
	return a->used;
}
