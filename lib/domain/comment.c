/* Pages of comments: read with one statement, remembered for a moment, shown with live likes. */
#include "domain/comment.h"

#include "base/num.h"
#include "domain/comment_live.h"
#include "domain/comment_tree.h"
#include "domain/reaction_keys.h"

/* A page heavier than this is read each time, so that a few of them do not fill the memory. */
#define REMEMBERED_BYTES_MAX (256 * 1024)
#define ROOTS_ASKED (COMMENT_PAGE + 1)

/*
 * The roots of a page first, by an index; then what belongs to each, by the thread's own index. The
 * first by its name, and ties as an alternative of their own, or MariaDB would read all rows before
 * the cursor.
 */
#define FROM_ROOTS "SELECT " COMMENT_COLUMNS " FROM (SELECT comment_id FROM comment FORCE INDEX "
#define OF_POST \
	" WHERE target_type = 1 AND target_id = ? AND parent_id = 0 AND (deleted_at = 0 OR " \
	"replies > 0)"
#define AND_REPLIES \
	") r STRAIGHT_JOIN comment m ON m.root_id = r.comment_id AND m.reply_no <= ?" \
	" LEFT JOIN user u ON u.user_id = m.author_id" \
	" LEFT JOIN user t ON t.user_id = m.to_user_id"

static const struct db_sql sql_best =
	SQL(FROM_ROOTS "(best)" OF_POST " AND (likes < ? OR (likes = ? AND comment_id < ?))"
		       " ORDER BY likes DESC, comment_id DESC LIMIT ?" AND_REPLIES);

static const struct db_sql sql_new =
	SQL(FROM_ROOTS "(by_time)" OF_POST
		       " AND comment_id < ? ORDER BY comment_id DESC LIMIT ?" AND_REPLIES);

static const struct db_sql sql_old =
	SQL(FROM_ROOTS "(by_time)" OF_POST
		       " AND comment_id > ? ORDER BY comment_id LIMIT ?" AND_REPLIES);

/* A page as the process remembers it. */
struct kept {
	struct comment_forest forest;
	struct str next;
};

/* Where a page starts; id 0: at the beginning. */
struct place {
	int64_t likes, id;
};

static struct str memo_key(struct ctx *c, const struct comment_want *want)
{
	return str_format(c->arena, "%lld %d " STR_FMT, (long long)want->post_id, (int)want->sort,
			  STR_ARG(want->after));
}

static err parse_cursor(const struct comment_want *want, struct place *out)
{
	struct str likes, rest = want->after;

	*out = (struct place){ 0, 0 };
	if (!rest.n)
		return OK;
	if (want->sort == COMMENT_SORT_BEST &&
	    (!str_split(&rest, '-', &likes) || !num_parse_i64(likes, 0, INT64_MAX, &out->likes)))
		return ERR_NOT_FOUND;
	return rest.p && num_parse_id(rest, &out->id) ? OK : ERR_NOT_FOUND;
}

static struct str cursor_text(struct arena *a, enum comment_sort sort, const struct comment *last)
{
	if (sort == COMMENT_SORT_BEST)
		return str_format(a, "%lld-%lld", (long long)last->likes, (long long)last->id);
	return num_text(a, last->id);
}

static err query(struct ctx *c, const struct comment_want *want, struct db_rows **out)
{
	struct place p;
	err e = parse_cursor(want, &p);

	if (e)
		return e;
	if (p.id == 0 && want->sort != COMMENT_SORT_OLD)
		p = (struct place){ INT64_MAX, INT64_MAX };
	switch (want->sort) {
	case COMMENT_SORT_BEST:
		return db_query(c->db, c->arena, out, &sql_best,
				DB_ARGS(want->post_id, p.likes, p.likes, p.id, ROOTS_ASKED,
					COMMENT_REPLIES));
	case COMMENT_SORT_NEW:
		return db_query(c->db, c->arena, out, &sql_new,
				DB_ARGS(want->post_id, p.id, ROOTS_ASKED, COMMENT_REPLIES));
	case COMMENT_SORT_OLD:
		return db_query(c->db, c->arena, out, &sql_old,
				DB_ARGS(want->post_id, p.id, ROOTS_ASKED, COMMENT_REPLIES));
	}
	BUG("a page of comments of no sort");
}

static bool comes_before(enum comment_sort sort, const struct comment *a, const struct comment *b)
{
	if (sort == COMMENT_SORT_OLD)
		return a->id < b->id;
	if (sort == COMMENT_SORT_BEST && a->likes != b->likes)
		return a->likes > b->likes;
	return a->id > b->id;
}

/* The roots among the rows in the order of the page: a join keeps no order. */
static size_t find_roots(const struct comment_rows *rows, enum comment_sort sort,
			 const struct comment **roots)
{
	size_t i, at, count = 0;

	for (i = 0; i < rows->count; i++) {
		const struct comment *m = &rows->items[i];

		if (m->reply_no != 0 || count == ROOTS_ASKED)
			continue;
		for (at = count++; at > 0 && comes_before(sort, m, roots[at - 1]); at--)
			roots[at] = roots[at - 1];
		roots[at] = m;
	}
	return count;
}

static void build(struct arena *a, enum comment_sort sort, const struct comment_rows *rows,
		  struct kept *out)
{
	const struct comment *roots[ROOTS_ASKED];
	int64_t tops[COMMENT_PAGE];
	size_t i, count = find_roots(rows, sort, roots);

	out->next = (struct str){ 0 };
	if (count > COMMENT_PAGE) {
		count = COMMENT_PAGE;
		out->next = cursor_text(a, sort, roots[count - 1]);
	}
	for (i = 0; i < count; i++)
		tops[i] = roots[i]->id;
	comment_build(a, rows, tops, count, &out->forest);
}

static bool is_shared(const struct comment_want *want)
{
	return want->sort == COMMENT_SORT_BEST && want->after.n == 0;
}

/* The version was asked before the rows are read, so that a change in between makes them stale at
 * once. */
static err read_rows(struct ctx *c, const struct comment_want *want, int64_t version,
		     struct comment_rows *out)
{
	struct db_rows *rows = shared_rows_find(c, &want->shared, version);
	err e;

	if (!rows) {
		e = query(c, want, &rows);
		if (e)
			return e;
		shared_rows_keep(c, &want->shared, version, rows);
	}
	comment_read(c->arena, rows, out);
	return OK;
}

static err find_page(struct ctx *c, const struct comment_want *want, int64_t version,
		     struct kept **out)
{
	struct str key = memo_key(c, want);
	const struct memo_entry *known = remember_find(&c->process->comments, key, version);
	struct memo_entry *entry;
	struct comment_rows comments;
	err e;

	if (known) {
		*out = known->value;
		return OK;
	}
	e = read_rows(c, want, version, &comments);
	if (e)
		return e;
	if (comment_weight(&comments) > REMEMBERED_BYTES_MAX) {
		*out = ARENA_NEW(c->arena, struct kept);
		build(c->arena, want->sort, &comments, *out);
		return OK;
	}
	entry = remember_start(&c->process->comments, key);
	*out = ARENA_NEW(entry->arena, struct kept);
	build(entry->arena, want->sort, &comments, *out);
	entry->value = *out;
	entry->stamp = version;
	remember_end(&c->process->comments, entry);
	return OK;
}

/* Pages come and go in the process's memory; which comments they showed is kept for longer, as the
 * likes of those can then be asked together with all else. */
static void remember_ids(struct ctx *c, const struct comment_want *want,
			 const struct comment_forest *shown)
{
	struct str key = memo_key(c, want);
	const struct memo_entry *known = memo_get(c->process->comment_ids.memo, key);
	const struct comment_forest *old = known ? known->value : NULL;
	const size_t size = shown->count * sizeof(*shown->ids);
	struct comment_forest *ids;
	struct memo_entry *entry;

	if (old && old->count == shown->count && memcmp(old->ids, shown->ids, size) == 0)
		return;
	entry = remember_start(&c->process->comment_ids, key);
	ids = ARENA_NEW(entry->arena, struct comment_forest);
	ids->ids = memcpy(arena_alloc(entry->arena, size), shown->ids, size);
	ids->count = shown->count;
	entry->value = ids;
	remember_end(&c->process->comment_ids, entry);
}

void comment_page_prepare(struct ctx *c, struct comment_want *want)
{
	struct str key = memo_key(c, want);
	const struct memo_entry *known = memo_get(c->process->comment_ids.memo, key);

	want->asked = (struct comment_asked){ 0 };
	want->shared = (struct shared_rows){ 0 };
	if (known)
		comment_live_ask(c, &want->asked, want->post_id, want->viewer_hint, known->value);
	if (is_shared(want) && !remember_guess(&c->process->comments, key))
		shared_rows_ask(c, &want->shared, &sql_best,
				reaction_comment_rows_key(c->arena, want->post_id), want->post_id);
}

err comment_page_load(struct ctx *c, struct comment_want *want, int64_t version,
		      struct comment_page *out)
{
	struct kept *page;
	err e = find_page(c, want, version, &page);

	if (e)
		return e;
	remember_ids(c, want, &page->forest);
	comment_live_show(c, &want->asked, want->post_id, want->viewer_hint, &page->forest);
	out->roots = page->forest.roots;
	out->next = page->next;
	return OK;
}
