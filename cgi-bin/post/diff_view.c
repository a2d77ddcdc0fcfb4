/* Two texts to choose between: what differs, with a little of what stands around it. */
#include "post/post_pages.h"

#include "base/diff.h"

#define AROUND 2 /* equal lines shown beside a change */

static struct diff_run_view *add(struct diff_view *v)
{
	return &v->runs.items[v->runs.count++];
}

/* The first n lines, and what is left of the text. */
static struct str take_lines(struct str *rest, size_t n)
{
	struct str line, taken = { rest->p, 0 };

	while (n-- && str_split(rest, '\n', &line))
		taken.n = (size_t)(line.p + line.n - taken.p);
	return taken;
}

/* At the beginning and the end of the text there is a change on one side only. */
static void add_same(struct diff_view *v, const struct diff_run *run, bool is_first, bool is_last)
{
	size_t before = is_first ? 0 : AROUND, after = is_last ? 0 : AROUND;
	struct str rest = run->lines;

	/* One line is as short as the words that it was left out. */
	if (run->count <= before + after + 1) {
		add(v)->lines = rest;
		return;
	}
	if (before)
		add(v)->lines = take_lines(&rest, before);
	add(v)->skipped = (int64_t)(run->count - before - after);
	take_lines(&rest, run->count - before - after);
	if (after)
		add(v)->lines = rest;
}

/* Each line is marked as what it is, but for whole texts that have too little in common. */
static void add_changed(struct diff_view *v, const struct diff_run *run)
{
	size_t at_once = v->is_rough ? run->count : 1;
	struct str rest = run->lines;
	size_t i;

	for (i = 0; i < run->count; i += at_once)
		*add(v) = (struct diff_run_view){ .lines = take_lines(&rest, at_once),
						  .is_removed = run->kind == DIFF_REMOVED,
						  .is_added = run->kind == DIFF_ADDED };
}

struct diff_view diff_view_from(struct req *r, struct str from, struct str to)
{
	struct diff_view view = { 0 };
	struct diff d;
	size_t most = 0;

	diff_lines(r->ctx.arena, from, to, &d);
	if (d.count < 2 && (!d.count || d.runs[0].kind == DIFF_SAME))
		return view;
	view.is_rough = d.is_rough;
	for (size_t i = 0; i < d.count; i++)
		most += d.runs[i].kind == DIFF_SAME ? 3 : d.runs[i].count;
	view.runs.items = ARENA_ARRAY(r->ctx.arena, struct diff_run_view, most);
	for (size_t i = 0; i < d.count; i++) {
		const struct diff_run *run = &d.runs[i];

		if (run->kind == DIFF_SAME)
			add_same(&view, run, i == 0, i + 1 == d.count);
		else
			add_changed(&view, run);
	}
	return view;
}
