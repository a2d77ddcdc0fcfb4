/* A small cache: a table of chains, and all entries in a ring by the time of their last use. */
#include "base/memo.h"

#include "base/clock.h"

#define ENTRY_BLOCK 256 /* a thousand entries may hold no more than some ids each */

struct slot {
	struct memo_entry entry; /* first, so that the pointers convert */
	struct str key;          /* in entry.arena; p is NULL while the slot is free */
	uint64_t hash;
	struct slot *chain;         /* the next one of the same bucket */
	struct slot *newer, *older; /* in the ring; memo.ring stands between oldest and newest */
};

struct memo {
	struct slot ring; /* no entry: ring.older is the newest, ring.newer the oldest */
	struct slot **buckets;
	size_t mask; /* buckets - 1, of a power of two */
	struct slot *slots;
	size_t capacity;
};

static void *must_calloc(size_t count, size_t size)
{
	void *p = calloc(count, size);

	if (!p)
		BUG("out of memory");
	return p;
}

static void ring_remove(struct slot *s)
{
	s->newer->older = s->older;
	s->older->newer = s->newer;
}

static void ring_add_newest(struct memo *m, struct slot *s)
{
	s->newer = &m->ring;
	s->older = m->ring.older;
	s->older->newer = s;
	m->ring.older = s;
}

static void ring_add_oldest(struct memo *m, struct slot *s)
{
	s->older = &m->ring;
	s->newer = m->ring.newer;
	s->newer->older = s;
	m->ring.newer = s;
}

struct memo *memo_new(size_t capacity)
{
	struct memo *m = must_calloc(1, sizeof(*m));
	size_t buckets = 8;
	size_t i;

	if (capacity == 0)
		BUG("a memo needs room for one entry");
	while (buckets < capacity)
		buckets *= 2;
	m->mask = buckets - 1;
	m->buckets = must_calloc(buckets, sizeof(struct slot *));
	m->capacity = capacity;
	m->slots = must_calloc(capacity, sizeof(struct slot));
	m->ring.newer = &m->ring;
	m->ring.older = &m->ring;
	for (i = 0; i < capacity; i++)
		ring_add_oldest(m, &m->slots[i]);
	return m;
}

static struct slot *find(struct memo *m, struct str key, uint64_t hash)
{
	struct slot *s = m->buckets[hash & m->mask];

	while (s && !(s->hash == hash && str_is(s->key, key)))
		s = s->chain;
	return s;
}

/* Make the slot free, and the next one to be used. */
static void slot_empty(struct memo *m, struct slot *s)
{
	struct slot **link = &m->buckets[s->hash & m->mask];

	if (!s->key.p)
		return;
	while (*link != s)
		link = &(*link)->chain;
	*link = s->chain;
	arena_reset(s->entry.arena);
	s->entry.value = NULL;
	s->entry.stamp = 0;
	s->key = (struct str){ NULL, 0 };
	ring_remove(s);
	ring_add_oldest(m, s);
}

struct memo_entry *memo_get(struct memo *m, struct str key)
{
	struct slot *s = find(m, key, str_hash(key));

	if (!s)
		return NULL;
	ring_remove(s);
	ring_add_newest(m, s);
	return &s->entry;
}

struct memo_entry *memo_put(struct memo *m, struct str key)
{
	uint64_t hash = str_hash(key);
	struct slot *s = find(m, key, hash);

	if (!s)
		s = m->ring.newer;
	slot_empty(m, s);
	if (!s->entry.arena)
		s->entry.arena = arena_new(ENTRY_BLOCK);
	s->key = str_copy(s->entry.arena, key);
	s->hash = hash;
	s->chain = m->buckets[hash & m->mask];
	m->buckets[hash & m->mask] = s;
	s->entry.filled_at = clock_ticks();
	ring_remove(s);
	ring_add_newest(m, s);
	return &s->entry;
}

void memo_drop(struct memo *m, struct str key)
{
	struct slot *s = find(m, key, str_hash(key));

	if (s)
		slot_empty(m, s);
}

void memo_clear(struct memo *m)
{
	size_t i;

	for (i = 0; i < m->capacity; i++)
		slot_empty(m, &m->slots[i]);
}

void memo_free(struct memo *m)
{
	size_t i;

	if (!m)
		return;
	for (i = 0; i < m->capacity; i++)
		arena_free(m->slots[i].entry.arena);
	free(m->slots);
	free(m->buckets);
	free(m);
}
