/* Trees of comments, built from rows. */
#include "domain/comment_tree.h"

static struct comment read_row(const struct db_rows *rows)
{
	return (struct comment){
		.id = db_int(rows, 0),
		.root_id = db_int(rows, 1),
		.reply_no = db_int(rows, 2),
		.parent_id = db_int(rows, 3),
		.target_id = db_int(rows, 4),
		.body = html_trusted_column(db_str(rows, 5)),
		.likes = db_int(rows, 6),
		.version = db_int(rows, 7),
		.created_at = db_int(rows, 8),
		.edited_at = db_int(rows, 9),
		.is_deleted = db_int(rows, 10) != 0,
		.replies = db_int(rows, 11),
		.author = author_read(rows, 12),
		.to = author_read(rows, 12 + AUTHOR_COLUMN_COUNT),
	};
}

void comment_read(struct arena *a, struct db_rows *rows, struct comment_rows *out)
{
	out->items = ARENA_ARRAY(a, struct comment, db_count(rows) + 1);
	out->count = 0;
	while (db_next(rows))
		out->items[out->count++] = read_row(rows);
}

size_t comment_weight(const struct comment_rows *rows)
{
	size_t i, bytes = 0;

	for (i = 0; i < rows->count; i++)
		bytes += sizeof(struct comment) + 64 + rows->items[i].body.markup.n;
	return bytes;
}

/* A comment on its way into the tree. */
struct leaf {
	const struct comment *from;
	struct comment *shown; /* where it goes; NULL: it is left out */
	size_t thread, number; /* its place: which thread, which number in it */
	ptrdiff_t parent;      /* index of the parent; -1: not on this page */
	ptrdiff_t above;       /* index of the comment it hangs below */
	size_t answers;        /* shown comments that name it as their parent */
	size_t children;       /* ... that hang below it */
};

static int compare(const void *left, const void *right)
{
	const struct leaf *a = left, *b = right;

	if (a->thread != b->thread)
		return a->thread < b->thread ? -1 : 1;
	return (a->number > b->number) - (a->number < b->number);
}

/* The top a comment belongs to, or the count when there is none. */
static size_t thread_of(const struct comment *m, const struct comment_rows *rows,
			const int64_t *tops, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (tops[i] == m->id || tops[i] == m->root_id)
			return i;
	}
	/* The top is no root: then it is the only one, and all rows are of its thread. */
	return count == 1 && rows->count ? 0 : count;
}

static struct leaf *order(struct arena *a, const struct comment_rows *rows, const int64_t *tops,
			  size_t count, size_t *leaves)
{
	struct leaf *leaf = ARENA_ARRAY(a, struct leaf, rows->count + 1);
	size_t i;

	*leaves = 0;
	for (i = 0; i < rows->count; i++) {
		struct comment *m = &rows->items[i];
		size_t thread = thread_of(m, rows, tops, count);

		if (thread == count)
			continue;
		leaf[(*leaves)++] = (struct leaf){
			.from = m,
			.thread = thread,
			.number = m->id == tops[thread] ? 0 : (size_t)m->reply_no,
			.parent = -1,
			.above = -1,
		};
	}
	qsort(leaf, *leaves, sizeof(*leaf), compare);
	return leaf;
}

/* Parents come before their children: look back, to the top of the thread at most. */
static ptrdiff_t find_parent(const struct leaf *leaf, size_t at)
{
	size_t i = at;

	while (i-- > 0 && leaf[i].thread == leaf[at].thread) {
		if (leaf[i].from->id == leaf[at].from->parent_id)
			return (ptrdiff_t)i;
	}
	return -1;
}

static ptrdiff_t find_top(const struct leaf *leaf, size_t at)
{
	while (at > 0 && leaf[at - 1].thread == leaf[at].thread)
		at--;
	return leaf[at].number == 0 ? (ptrdiff_t)at : -1;
}

/* From the last to the first, so that a comment's answers are known when its turn comes. Gives how
 * many are shown. */
static size_t choose(struct leaf *leaf, size_t leaves, struct comment *room)
{
	size_t i, count = 0;

	for (i = leaves; i-- > 0;) {
		if (leaf[i].from->is_deleted && leaf[i].answers == 0 && leaf[i].number > 0)
			continue;
		leaf[i].shown = room; /* where exactly is known when all are counted */
		count++;
		if (leaf[i].number == 0)
			continue;
		leaf[i].parent = find_parent(leaf, i);
		if (leaf[i].parent >= 0)
			leaf[leaf[i].parent].answers++;
	}
	return count;
}

static struct comment copy(struct arena *a, const struct comment *from)
{
	struct comment m = *from;

	m.author = author_copy(a, from->author);
	m.to = author_copy(a, from->to);
	m.body = html_trusted_column(str_copy(a, from->body.markup));
	return m;
}

/* Where a shown reply is drawn: below its parent, or beside it when that is as deep as we draw. */
static void place(struct leaf *leaf, size_t at)
{
	struct leaf *l = &leaf[at];

	l->above = l->parent >= 0 ? l->parent : find_top(leaf, at);
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): what stands above is drawn */
	if (l->above >= 0 && leaf[l->above].shown->depth >= COMMENT_DRAWN_DEPTH)
		l->above = leaf[l->above].above;
	if (l->above < 0)
		return;
	l->shown->depth = leaf[l->above].shown->depth + 1;
	leaf[l->above].children++;
}

static void add(struct comment_refs *refs, struct comment *m)
{
	refs->items[refs->count++] = m;
}

static void hang(struct arena *a, struct leaf *leaf, size_t leaves, struct comment_refs *roots)
{
	struct comment *top = NULL;
	size_t i;

	for (i = 0; i < leaves; i++) {
		struct leaf *l = &leaf[i];

		if (!l->shown)
			continue;
		l->shown->children.items = ARENA_ARRAY(a, struct comment *, l->children + 1);
		if (l->number == 0) {
			add(roots, l->shown);
			top = l->shown;
			top->hidden_replies = top->replies;
		} else if (l->above >= 0) {
			add(&leaf[l->above].shown->children, l->shown);
			if (!l->shown->is_deleted && top && top->hidden_replies > 0)
				top->hidden_replies--;
		}
	}
}

void comment_build(struct arena *a, const struct comment_rows *rows, const int64_t *tops,
		   size_t count, struct comment_forest *out)
{
	struct arena *scratch = arena_new(sizeof(struct leaf) * (rows->count + 2));
	size_t leaves, i, shown = 0;
	struct leaf *leaf = order(scratch, rows, tops, count, &leaves);
	int64_t *ids;

	out->items = ARENA_ARRAY(a, struct comment, rows->count + 1);
	out->count = choose(leaf, leaves, out->items);
	ids = ARENA_ARRAY(a, int64_t, out->count + 1);
	for (i = 0; i < leaves; i++) {
		if (!leaf[i].shown)
			continue;
		out->items[shown] = copy(a, leaf[i].from);
		leaf[i].shown = &out->items[shown];
		ids[shown++] = leaf[i].from->id;
		if (leaf[i].number > 0)
			place(leaf, i);
	}
	out->ids = ids;
	out->roots.items = ARENA_ARRAY(a, struct comment *, count + 1);
	out->roots.count = 0;
	hang(a, leaf, leaves, &out->roots);
	arena_free(scratch);
}
