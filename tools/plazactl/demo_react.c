/* Who votes for what and likes it, and when. */
#include "demo.h"

#include <math.h>

#include "base/clock.h"
#include "domain/reaction.h"

#define EARLY 2.6 /* the larger, the sooner after the post most come */

static double minimum(double a, double b)
{
	return a < b ? a : b;
}

static int oldest_first(const void *a, const void *b)
{
	const struct demo_reaction *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

/* Different people, each after they joined, between from and until. */
static struct demo_reactions choose(struct demo *d, size_t wanted, int not, int64_t from,
				    int64_t until)
{
	struct demo_reactions out = { ARENA_ARRAY(d->arena, struct demo_reaction, wanted + 1), 0 };
	size_t step = 1 + chance_below(&d->chance, DEMO_USERS - 1), i;
	size_t at = chance_below(&d->chance, DEMO_USERS);

	/* 260 has the factors 2, 5, 13: a step prime to them visits everybody once */
	while (step % 2 == 0 || step % 5 == 0 || step % 13 == 0)
		step++;
	for (i = 0; i < DEMO_USERS && out.count < wanted; i++, at = (at + step) % DEMO_USERS) {
		double when = pow(chance_unit(&d->chance), EARLY) * (double)(until - from);

		if ((int)at == not || d->users[at].created_at >= from)
			continue;
		out.items[out.count].user = (int)at;
		out.items[out.count++].at = from + (int64_t)when;
	}
	qsort(out.items, out.count, sizeof(out.items[0]), oldest_first);
	return out;
}

/* So many of the usual number as came by since: new posts were seen by few. */
static double seen(const struct demo *d, const struct demo_post *p)
{
	double hours = (double)(d->now - p->created_at) / (double)CLOCK_HOUR;

	return hours >= 24 ? 1 : pow(hours / 24, 0.4);
}

static void react_to_post(struct demo *d, struct demo_post *p)
{
	int64_t end = d->now - CLOCK_SECOND;
	int64_t closes = p->created_at + VOTE_DAYS * CLOCK_DAY - CLOCK_MINUTE;
	double expected = seen(d, p) * p->quality;
	double votes = minimum(expected * 7 * (0.5 + chance_unit(&d->chance)), DEMO_USERS * 0.85);
	double likes = minimum(expected * 5 * (0.3 + chance_unit(&d->chance)), DEMO_USERS * 0.7);

	p->votes = choose(d, (size_t)votes, p->author, p->created_at + CLOCK_MINUTE / 2,
			  closes < end ? closes : end);
	p->likes = choose(d, (size_t)likes, p->author, p->created_at + CLOCK_MINUTE / 2, end);
}

static void react_to_comment(struct demo *d, const struct demo_post *p, struct demo_comment *m)
{
	double base = 0.16 * sqrt(p->quality) * (m->depth ? 0.6 : 1.5);
	size_t wanted = (size_t)minimum(chance_tail(&d->chance, base, 1.15), 60);

	if (!m->deleted_at)
		m->likes = choose(d, wanted, m->author, m->created_at, d->now - CLOCK_SECOND);
}

void demo_make_reactions(struct demo *d)
{
	size_t i, k;

	for (i = 0; i < DEMO_POSTS; i++) {
		struct demo_post *p = &d->posts[i];

		react_to_post(d, p);
		for (k = 0; k < p->comments.count; k++)
			react_to_comment(d, p, &p->comments.items[k]);
	}
}
