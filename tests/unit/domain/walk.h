/*
 * A sale on its way through a random history, one for each seed: its people and what they were
 * told, and the queue, in which messages lie until they are delivered.
 */
#ifndef UNIT_DOMAIN_WALK_H
#define UNIT_DOMAIN_WALK_H

#include "unit/domain/market.h"

#include <stdarg.h>

#include "support/chance.h"

#define PEOPLE 14
#define QUEUE_MOST 1024
#define TRAIL_BYTES 65536

struct person {
	int64_t id, told; /* the order, or less than 0 for a refusal that is final */
	bool is_accepted; /* was told to wait */
};

struct walk {
	struct ctx *c;
	int64_t sale;
	uint64_t seed, chance;
	bool loses;   /* keys are lost: then who waits may be refused */
	bool shrinks; /* units are taken away: then, too */
	bool dies;    /* `orders`, between commit and tickets */
	struct person people[PEOPLE];
	struct arena *arena;
	struct str queue[QUEUE_MOST]; /* what the broker has */
	size_t queued;
	char trail[TRAIL_BYTES]; /* what happened, for who has to understand it */
	size_t trail_n;
};

static inline uint32_t walk_below(struct walk *w, uint32_t limit)
{
	return chance_draw(&w->chance, limit);
}

static inline void walk_note(struct walk *w, const char *format, ...)
{
	size_t room = sizeof(w->trail) - w->trail_n;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(w->trail + w->trail_n, room, format, args);
	va_end(args);
	w->trail_n += n > 0 && (size_t)n < room ? (size_t)n : 0;
}

static inline void walk_must(struct walk *w, bool is_so, const char *what)
{
	if (is_so)
		return;
	fprintf(stderr, "# SALE_WALK_SEED=%llu: not so: %s; after %s\n",
		(unsigned long long)w->seed, what, w->trail);
	fail();
}

static inline void walk_queue(struct walk *w, struct str message)
{
	walk_must(w, w->queued < QUEUE_MOST, "the queue has room");
	w->queue[w->queued++] = str_copy(w->arena, message);
}

static inline void walk_unqueue(struct walk *w, size_t at, size_t count)
{
	w->queued -= count;
	memmove(w->queue + at, w->queue + at + count, (w->queued - at) * sizeof(*w->queue));
}

static inline struct person *walk_anybody(struct walk *w)
{
	struct person *p = &w->people[walk_below(w, PEOPLE)];

	forum_as(w->c, p->id, ROLE_USER);
	return p;
}

/* What one was told once is true for ever, but for who waited when keys were lost. */
static inline void walk_hear(struct walk *w, struct person *p, struct sale_answer answer)
{
	int64_t code = answer.order_id ? answer.order_id : -(int64_t)answer.refusal;
	bool is_away = w->loses && answer.refusal == SALE_REFUSED_AWAY;

	walk_note(w, "%d:%lld ", (int)(p - w->people), (long long)code);
	walk_must(w, p->told <= 0 || code == p->told || is_away, "an order stays");
	walk_must(w, p->told >= 0 || code == p->told || w->loses, "a refusal stays");
	p->is_accepted = p->is_accepted || code == 0;
	walk_must(w, !p->is_accepted || code >= 0 || w->loses || w->shrinks,
		  "who was accepted gets one");
	if (code > 0 || (p->is_accepted && code < 0))
		p->told = code;
}

#endif
