/* The greedy algorithm of Myers over lines, with a bound. */
#include "base/diff.h"

#include "base/arena.h"

struct lines {
	struct str *items;
	bool *is_own; /* of each: the other text does not have it here */
	int count;
};

/* What lies between the equal beginnings and ends: from[start, start + n) and to[start, start + m).
 */
struct middle {
	const struct lines *from, *to;
	int start, n, m;
};

static void split(struct arena *a, struct str text, struct lines *out)
{
	struct str rest = text, line;
	size_t most = 1;

	for (size_t i = 0; i < text.n; i++)
		most += text.p[i] == '\n';
	out->items = ARENA_ARRAY(a, struct str, most);
	out->is_own = ARENA_ARRAY(a, bool, most);
	out->count = 0;
	while (rest.n && str_split(&rest, '\n', &line))
		out->items[out->count++] = line;
}

static bool is_same(const struct middle *w, int x, int y)
{
	return str_is(w->from->items[w->start + x], w->to->items[w->start + y]);
}

static struct middle find_middle(const struct lines *from, const struct lines *to)
{
	struct middle w = { from, to, 0, from->count, to->count };

	while (w.n && w.m && is_same(&w, 0, 0)) {
		w.start++;
		w.n--;
		w.m--;
	}
	while (w.n && w.m && is_same(&w, w.n - 1, w.m - 1)) {
		w.n--;
		w.m--;
	}
	return w;
}

/* On diagonal k, is the furthest point after d changes one below that of k + 1, not right of k - 1?
 */
static bool comes_from_above(const int *reach, int k, int d)
{
	return k == -d || (k != d && reach[k - 1] < reach[k + 1]);
}

/* Back from the end: which change led to each point. reach[d] are the furthest points after d
 * changes. */
static void mark(const struct middle *w, int *const *reach, int d)
{
	int x = w->n, y = w->m;

	for (; d > 0; d--) {
		const int *before = reach[d - 1];
		int k = x - y;
		bool is_added = comes_from_above(before, k, d);

		k += is_added ? 1 : -1;
		x = before[k];
		y = x - k;
		if (is_added)
			w->to->is_own[w->start + y] = true;
		else
			w->from->is_own[w->start + x] = true;
	}
}

/* The furthest points after d changes; true when one of them is the end. */
static bool advance(const struct middle *w, const int *before, int *now, int d)
{
	for (int k = -d; k <= d; k += 2) {
		int x = 0;

		if (d)
			x = comes_from_above(before, k, d) ? before[k + 1] : before[k - 1] + 1;
		while (x < w->n && x - k < w->m && is_same(w, x, x - k))
			x++;
		now[k] = x;
		if (x == w->n && x - k == w->m)
			return true;
	}
	return false;
}

/* False when it takes more than DIFF_MOST changes. */
static bool compare(struct arena *a, const struct middle *w)
{
	int *reach[DIFF_MOST + 1];

	for (int d = 0; d <= DIFF_MOST; d++) {
		/* of the diagonals from -d to d, each under its own number */
		reach[d] = ARENA_ARRAY(a, int, 2 * (size_t)d + 1) + d;
		if (advance(w, d ? reach[d - 1] : NULL, reach[d], d)) {
			mark(w, reach, d);
			return true;
		}
	}
	return false;
}

static void replace_all(const struct middle *w)
{
	for (int i = 0; i < w->n; i++)
		w->from->is_own[w->start + i] = true;
	for (int i = 0; i < w->m; i++)
		w->to->is_own[w->start + i] = true;
}

/* Lines of one kind follow each other in their text, so a run is a piece of it. */
static void add(struct diff *out, enum diff_kind kind, struct str line)
{
	struct diff_run *last = out->count ? &out->runs[out->count - 1] : NULL;

	if (last && last->kind == kind) {
		last->lines.n = (size_t)(line.p + line.n - last->lines.p);
		last->count++;
		return;
	}
	out->runs[out->count++] = (struct diff_run){ kind, line, 1 };
}

static void collect(const struct lines *from, const struct lines *to, struct diff *out)
{
	int x = 0, y = 0;

	while (x < from->count || y < to->count) {
		if (x < from->count && from->is_own[x]) {
			add(out, DIFF_REMOVED, from->items[x++]);
		} else if (y < to->count && to->is_own[y]) {
			add(out, DIFF_ADDED, to->items[y++]);
		} else {
			add(out, DIFF_SAME, from->items[x++]);
			y++;
		}
	}
}

void diff_lines(struct arena *a, struct str from, struct str to, struct diff *out)
{
	struct lines old, new;
	struct middle w;

	split(a, from, &old);
	split(a, to, &new);
	w = find_middle(&old, &new);
	*out = (struct diff){ .is_rough = !compare(a, &w) };
	if (out->is_rough)
		replace_all(&w);
	/* Between two changes there is one run of equal lines at most. */
	out->runs = ARENA_ARRAY(a, struct diff_run, 2 * DIFF_MOST + 2);
	collect(&old, &new, out);
}
