/* One comment with what hangs below it, and where a reply is to be found there. */
#include "domain/comment.h"

#include "domain/comment_live.h"
#include "domain/comment_tree.h"

#define REPLIES_ASKED (COMMENT_THREAD_PAGE + 1)
/* Of a reply's thread this many later replies are looked through for its own ones. */
#define LOOKED_THROUGH 5000

#define WITH_PEOPLE \
	" LEFT JOIN user u ON u.user_id = m.author_id" \
	" LEFT JOIN user t ON t.user_id = m.to_user_id"
/* By its name, or MariaDB would read all rows before the number that is asked for. */
#define BY_NUMBER " FORCE INDEX (thread)"

static const struct db_sql sql_find =
	SQL("SELECT " COMMENT_COLUMNS " FROM comment m" WITH_PEOPLE
	    " JOIN post p ON p.post_id = m.target_id AND p.deleted_at = 0"
	    " WHERE m.comment_id = ? AND m.target_type = 1");

static const struct db_sql sql_replies =
	SQL("SELECT " COMMENT_COLUMNS " FROM comment m" BY_NUMBER WITH_PEOPLE
	    " WHERE m.root_id = ? AND m.reply_no > ? ORDER BY m.reply_no LIMIT ?");

static const struct db_sql sql_outline =
	SQL("SELECT comment_id, parent_id, reply_no FROM comment" BY_NUMBER
	    " WHERE root_id = ? AND reply_no > ? ORDER BY reply_no LIMIT ?");

static const struct db_sql sql_some =
	SQL("SELECT " COMMENT_COLUMNS " FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$')) j"
	    " STRAIGHT_JOIN comment m ON m.comment_id = j.id" WITH_PEOPLE);

static const struct db_sql sql_number = SQL("SELECT reply_no FROM comment WHERE comment_id = ?");

static bool is_member(const int64_t *ids, size_t count, int64_t id)
{
	/* From the end: replies come soon after what they answer. */
	while (count-- > 0) {
		if (ids[count] == id)
			return true;
	}
	return false;
}

/* The ids below `top` among later replies of its thread, those after `after` as a JSON array. */
static err find_below(struct ctx *c, const struct comment *top, int64_t after, struct str *out)
{
	struct db_rows *rows;
	struct buf json;
	int64_t *below;
	size_t count = 0, chosen = 0;
	err e = db_query(c->db, c->arena, &rows, &sql_outline,
			 DB_ARGS(top->root_id, top->reply_no, LOOKED_THROUGH));

	if (e)
		return e;
	below = ARENA_ARRAY(c->arena, int64_t, db_count(rows) + 1);
	below[count++] = top->id;
	buf_init(&json, c->arena, 1024);
	while (db_next(rows) && chosen < REPLIES_ASKED) {
		if (!is_member(below, count, db_int(rows, 1)))
			continue;
		below[count++] = db_int(rows, 0);
		if (db_int(rows, 2) <= after)
			continue;
		buf_add_char(&json, chosen++ ? ',' : '[');
		buf_add_i64(&json, db_int(rows, 0));
	}
	buf_add(&json, chosen ? STR("]") : STR("[]"));
	*out = buf_str(&json);
	return OK;
}

static err find_replies(struct ctx *c, const struct comment *top, int64_t after,
			struct comment_rows *out)
{
	struct db_rows *rows;
	struct str ids;
	err e;

	if (top->parent_id == 0) {
		e = db_query(c->db, c->arena, &rows, &sql_replies,
			     DB_ARGS(top->id, after, REPLIES_ASKED));
	} else {
		e = find_below(c, top, after, &ids);
		if (!e)
			e = db_query(c->db, c->arena, &rows, &sql_some, DB_ARGS(ids));
	}
	if (!e)
		comment_read(c->arena, rows, out);
	return e;
}

static int by_number(const void *left, const void *right)
{
	const struct comment *a = left, *b = right;

	return (a->reply_no > b->reply_no) - (a->reply_no < b->reply_no);
}

/* Cut to one page; the number of its last reply when there are more, else 0. */
static int64_t cut(struct comment_rows *replies)
{
	qsort(replies->items, replies->count, sizeof(*replies->items), by_number);
	if (replies->count <= COMMENT_THREAD_PAGE)
		return 0;
	replies->count = COMMENT_THREAD_PAGE;
	return replies->items[COMMENT_THREAD_PAGE - 1].reply_no;
}

static struct comment_rows with_top(struct arena *a, const struct comment *top,
				    const struct comment_rows *replies)
{
	struct comment_rows all = { ARENA_ARRAY(a, struct comment, replies->count + 1), 0 };

	all.items[all.count++] = *top;
	if (replies->count)
		memcpy(all.items + 1, replies->items, replies->count * sizeof(*all.items));
	all.count += replies->count;
	return all;
}

static err find_top(struct ctx *c, int64_t id, struct comment *out)
{
	struct comment_rows found = { 0 };
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_find, DB_ARGS(id));

	if (e)
		return e;
	comment_read(c->arena, rows, &found);
	if (found.count == 0)
		return ERR_NOT_FOUND;
	*out = found.items[0];
	return OK;
}

err comment_thread(struct ctx *c, int64_t comment_id, int64_t after, struct comment *out,
		   int64_t *next_after)
{
	struct comment_rows replies, all;
	struct comment_asked asked = { 0 };
	struct comment_forest forest;
	struct comment top;
	int64_t next;
	err e = find_top(c, comment_id, &top);

	if (!e)
		e = find_replies(c, &top, after, &replies);
	if (e)
		return e;
	next = cut(&replies);
	all = with_top(c->arena, &top, &replies);
	comment_build(c->arena, &all, &top.id, 1, &forest);
	/* Deleted, and nobody answered it: it is as if it had never been. */
	if (top.is_deleted && forest.count == 1 && after == 0)
		return ERR_NOT_FOUND;
	comment_live_show(c, &asked, top.target_id, c->viewer.id, &forest);
	*out = *forest.roots.items[0];
	*next_after = next;
	return OK;
}

/* A reply stands on the first page as long as all before it do. */
err comment_place(struct ctx *c, int64_t top_id, int64_t id, int64_t *after)
{
	struct comment_rows replies;
	struct db_rows *rows;
	struct comment top;
	int64_t number, last;
	err e = db_query(c->db, c->arena, &rows, &sql_number, DB_ARGS(id));

	if (e)
		return e;
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	*after = 0;
	number = db_int(rows, 0);
	if (number <= COMMENT_THREAD_PAGE)
		return OK;
	e = find_top(c, top_id, &top);
	if (!e)
		e = find_replies(c, &top, 0, &replies);
	if (e)
		return e;
	last = cut(&replies);
	if (last && number > last)
		*after = number - COMMENT_THREAD_PAGE;
	return OK;
}
