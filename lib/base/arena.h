/*
 * An arena: memory that is given back all at once, at the end of a request or
 * of a unit of work. Nothing allocated here is freed by hand.
 *
 * Under AddressSanitizer the unused part of each block is poisoned, so that
 * using a string after arena_reset is reported.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena;

/* Make an arena whose first block (bytes) is kept across resets. Aborts when out of memory. */
struct arena *arena_new(size_t first_block);

/* Run the deferred functions, last in first out, and give back everything but the first block. */
void arena_reset(struct arena *a);

/* arena_reset, then the arena itself is gone. NULL is allowed. */
void arena_free(struct arena *a);

/* size bytes set to zero, aligned for any type. Never NULL: out of memory aborts. */
void *arena_alloc(struct arena *a, size_t size);

/* The same, but not set to anything: for texts, which are written at once. */
void *arena_bytes(struct arena *a, size_t size);

/* count * size bytes set to zero; a product that overflows aborts. */
void *arena_calloc(struct arena *a, size_t count, size_t size);

/*
 * Make the object p of old_size bytes new_size bytes long, in place when it was
 * the last one allocated, by a copy otherwise. The bytes added are zero.
 */
void *arena_grow(struct arena *a, void *p, size_t old_size, size_t new_size);
/* The same, but the bytes added are not set to anything. */
void *arena_grow_bytes(struct arena *a, void *p, size_t old_size, size_t new_size);

/* Call release(object) at the next reset: for objects of other libraries. */
void arena_defer(struct arena *a, void (*release)(void *object), void *object);

/* Bytes handed out since the last reset. */
size_t arena_used(const struct arena *a);

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, count) ((type *)arena_calloc((a), (count), sizeof(type)))

#endif
