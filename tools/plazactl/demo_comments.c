/* The comments below a demo post: who answers whom, when, and what. */
#include "demo.h"

#include <math.h>

#include "base/clock.h"

#define REPLY_PERCENT 58
#define LATE 3.2     /* the larger, the sooner after the post most are written */
#define TALK_DAYS 12 /* nobody comments much later than this */
#define FIRST_MS (40 * CLOCK_SECOND)
#define BACK_PERCENT 22 /* replies written by the author of the post */
#define NEAR 7          /* most replies go to one of the last so many comments */
#define BLOCK_PERCENT 5
#define DELETED_PERCENT 2
#define EDITED_PERCENT 2

static int oldest_first(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int64_t *choose_times(struct demo *d, const struct demo_post *p)
{
	int64_t *times = ARENA_ARRAY(d->arena, int64_t, p->wanted + 1);
	int64_t first = p->created_at + FIRST_MS, last = d->now - CLOCK_SECOND * 5;
	size_t i;

	if (last > p->created_at + TALK_DAYS * CLOCK_DAY)
		last = p->created_at + TALK_DAYS * CLOCK_DAY;
	for (i = 0; i < p->wanted; i++)
		times[i] = first +
			   (int64_t)(pow(chance_unit(&d->chance), LATE) * (double)(last - first));
	qsort(times, p->wanted, sizeof(*times), oldest_first);
	/* each its own millisecond, so that ids go up */
	for (i = 1; i < p->wanted; i++)
		if (times[i] <= times[i - 1])
			times[i] = times[i - 1] + 1;
	return times;
}

/* An earlier comment to answer, or -1. */
static int choose_parent(struct demo *d, const struct demo_post *p, int count)
{
	int parent;

	if (!count || !chance_percent(&d->chance, REPLY_PERCENT))
		return -1;
	parent = chance_percent(&d->chance, 65) && count > NEAR
			 ? count - 1 - (int)chance_below(&d->chance, NEAR)
			 : (int)chance_below(&d->chance, (size_t)count);
	return p->comments.items[parent].depth < DEMO_TREE_DEPTH ? parent : -1;
}

static void place(struct demo_post *p, int i, int parent)
{
	struct demo_comment *m = &p->comments.items[i], *root;

	m->parent = parent;
	m->root = i;
	m->root_id = m->id;
	m->to = -1;
	if (parent < 0)
		return;
	m->root = p->comments.items[parent].root;
	root = &p->comments.items[m->root];
	m->root_id = root->id;
	m->parent_id = p->comments.items[parent].id;
	m->to = p->comments.items[parent].author;
	m->depth = p->comments.items[parent].depth + 1;
	m->reply_no = ++root->replies;
}

static void choose_author(struct demo *d, const struct demo_post *p, struct demo_comment *m)
{
	int tries = 0;

	if (m->to >= 0 && m->to != p->author && chance_percent(&d->chance, BACK_PERCENT)) {
		m->author = p->author;
		return;
	}
	do
		m->author = demo_choose_author(d, m->created_at, demo_language_of(p->story.stock));
	while (++tries < 8 && (m->author == m->to || (m->to < 0 && m->author == p->author)));
}

static struct str choose_section(struct demo *d, const struct demo_post *p,
				 const struct demo_comment *m)
{
	if (m->to >= 0 && m->author == p->author)
		return STR("thanks");
	if (m->to >= 0)
		return chance_percent(&d->chance, 35) ? STR("remark") : STR("reply");
	if (p->is_question && !p->pinned_at)
		return chance_percent(&d->chance, 75) ? STR("answer") : STR("remark");
	return chance_percent(&d->chance, 45) ? STR("comment") : STR("remark");
}

static void write_comment(struct demo *d, struct demo_post *p, struct demo_comment *m)
{
	struct str section = p->pinned_at ? STR("reply") : choose_section(d, p, m);
	bool has_spaces = demo_language_of(p->story.stock) == DEMO_EN;
	struct buf b;

	buf_init(&b, d->arena, 128);
	story_tell(&p->story, &d->chance, &b, section);
	if (chance_percent(&d->chance, 30)) {
		if (has_spaces)
			buf_add_char(&b, ' ');
		story_tell(&p->story, &d->chance, &b,
			   p->pinned_at ? section : choose_section(d, p, m));
	}
	if (chance_percent(&d->chance, BLOCK_PERCENT)) {
		BUF_LIT(&b, "\n\n");
		story_tell(&p->story, &d->chance, &b, STR("commentblock"));
	}
	if (b.p[0] >= 'a' && b.p[0] <= 'z')
		b.p[0] = (char)(b.p[0] - ('a' - 'A'));
	m->md = buf_str(&b);
}

/* Afterwards, when it is known who was answered: a deleted one without replies would not be seen.
 */
static void change_some(struct demo *d, struct demo_post *p)
{
	size_t i;

	for (i = 0; i < p->comments.count; i++) {
		struct demo_comment *m = &p->comments.items[i];
		int64_t later = m->created_at + chance_between(&d->chance, 1, 90) * CLOCK_MINUTE;

		if (later > d->now - CLOCK_MINUTE)
			continue;
		if (!p->is_counted && m->depth == 0 && m->replies > 1 &&
		    chance_percent(&d->chance, DELETED_PERCENT))
			m->deleted_at = later;
		else if (chance_percent(&d->chance, EDITED_PERCENT))
			m->edited_at = later;
	}
}

void demo_write_comments(struct demo *d, struct demo_post *p)
{
	int64_t *times = choose_times(d, p);
	size_t i;

	p->comments.items = ARENA_ARRAY(d->arena, struct demo_comment, p->wanted);
	for (i = 0; i < p->wanted; i++) {
		struct demo_comment *m = &p->comments.items[i];

		m->created_at = times[i];
		m->id = demo_id(d, times[i]);
		place(p, (int)i, choose_parent(d, p, (int)i));
		choose_author(d, p, m);
		write_comment(d, p, m);
		d->users[m->author].comments++;
		p->comments.count++;
	}
	change_some(d, p);
}
