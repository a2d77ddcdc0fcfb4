/* Reading one page of a list of posts: from SQL, the hot one by the ranking in Redis. */
#include "domain/post_list_page.h"

#include "base/num.h"
#include "domain/post_row.h"

#define ROW_COLUMNS \
	"p.post_id, p.title, p.excerpt, p.pinned_at, p.featured_at, p.created_at, p.votes," \
	" p.likes, p.comments, p.score, " AUTHOR_COLUMNS
#define ROW_COLUMN_COUNT (10 + AUTHOR_COLUMN_COUNT)
/*
 * The index by name, or MariaDB takes its equal columns alone and reads all rows before the cursor,
 * one by one: a page far down would be as slow as with an offset. For the same reason ties are an
 * alternative of their own.
 */
#define FROM_POST " FROM post p FORCE INDEX "
#define AND_AUTHOR " STRAIGHT_JOIN user u ON u.user_id = p.author_id"

static const struct db_sql sql_hot = SQL("SELECT " ROW_COLUMNS FROM_POST "(hot)" AND_AUTHOR
					 " WHERE p.deleted_at = 0 AND p.pinned_at = 0"
					 " AND (p.score < ? OR (p.score = ? AND p.post_id < ?))"
					 " ORDER BY p.score DESC, p.post_id DESC LIMIT ?");

static const struct db_sql sql_new = SQL("SELECT " ROW_COLUMNS FROM_POST "(newest)" AND_AUTHOR
					 " WHERE p.deleted_at = 0 AND p.pinned_at = 0"
					 " AND p.post_id < ? ORDER BY p.post_id DESC LIMIT ?");

static const struct db_sql sql_featured =
	SQL("SELECT " ROW_COLUMNS FROM_POST "(featured)" AND_AUTHOR
	    " WHERE p.deleted_at = 0 AND p.featured_at > 0"
	    " AND (p.featured_at < ? OR (p.featured_at = ? AND p.post_id < ?))"
	    " ORDER BY p.featured_at DESC, p.post_id DESC LIMIT ?");

static const struct db_sql sql_author = SQL("SELECT " ROW_COLUMNS FROM_POST "(author)" AND_AUTHOR
					    " WHERE p.author_id = ? AND p.deleted_at = 0"
					    " AND p.post_id < ? ORDER BY p.post_id DESC LIMIT ?");

static const struct db_sql sql_pinned = SQL("SELECT " ROW_COLUMNS FROM_POST "(newest)" AND_AUTHOR
					    " WHERE p.deleted_at = 0 AND p.pinned_at > 0"
					    " ORDER BY p.pinned_at DESC, p.post_id DESC LIMIT ?");

static const struct db_sql sql_ranked =
	SQL("SELECT " ROW_COLUMNS ", j.place FROM JSON_TABLE(?, '$[*]'"
	    " COLUMNS (place FOR ORDINALITY, id BIGINT PATH '$')) j"
	    " STRAIGHT_JOIN post p ON p.post_id = j.id"
	    " STRAIGHT_JOIN user u ON u.user_id = p.author_id"
	    " WHERE p.deleted_at = 0 AND p.pinned_at = 0");

_Static_assert(POST_PINNED_MOST + POST_LIST_PAGE <= POST_LIST_ROWS_MAX, "both are in a page");

static bool has_score(enum post_sort sort)
{
	return sort == POST_SORT_HOT || sort == POST_SORT_FEATURED;
}

err post_list_cursor(enum post_sort sort, struct str after, struct post_place *out)
{
	struct str score, rest = after;
	struct post_place place = { 0, 0 };

	*out = place;
	if (!after.n)
		return OK;
	if (has_score(sort)) {
		if (!str_split(&rest, '-', &score) ||
		    !num_parse_i64(score, 0, INT64_MAX, &place.score))
			return ERR_NOT_FOUND;
	}
	if (!rest.p || !num_parse_id(rest, &place.id))
		return ERR_NOT_FOUND;
	*out = place;
	return OK;
}

static struct str cursor_text(struct arena *a, enum post_sort sort, struct post_place place)
{
	if (has_score(sort))
		return str_format(a, "%lld-%lld", (long long)place.score, (long long)place.id);
	return num_text(a, place.id);
}

/* Reads ROW_COLUMNS; *score_out is what the sort orders by. */
static struct post_row read_row(const struct db_rows *rows)
{
	return (struct post_row){
		.id = db_int(rows, 0),
		.title = db_str(rows, 1),
		.excerpt = db_str(rows, 2),
		.is_pinned = db_int(rows, 3) != 0,
		.is_featured = db_int(rows, 4) != 0,
		.created_at = db_int(rows, 5),
		.votes = db_int(rows, 6),
		.likes = db_int(rows, 7),
		.comments = db_int(rows, 8),
		.author = author_read(rows, 10),
	};
}

static err query(struct ctx *c, const struct post_list_want *want, struct post_place p,
		 struct db_rows **out)
{
	const int most = POST_LIST_PAGE + 1;

	if (p.id == 0)
		p = (struct post_place){ INT64_MAX, INT64_MAX };
	switch (want->sort) {
	case POST_SORT_HOT:
		return db_query(c->db, c->arena, out, &sql_hot,
				DB_ARGS(p.score, p.score, p.id, most));
	case POST_SORT_NEW:
		return db_query(c->db, c->arena, out, &sql_new, DB_ARGS(p.id, most));
	case POST_SORT_FEATURED:
		return db_query(c->db, c->arena, out, &sql_featured,
				DB_ARGS(p.score, p.score, p.id, most));
	case POST_SORT_AUTHOR:
		return db_query(c->db, c->arena, out, &sql_author,
				DB_ARGS(want->author_id, p.id, most));
	}
	BUG("a list of posts of no sort");
}

static err read_from_sql(struct ctx *c, const struct post_list_want *want, struct post_place place,
			 struct post_list_page *out)
{
	const unsigned score_column = want->sort == POST_SORT_FEATURED ? 4 : 9;
	struct post_place last = place;
	struct db_rows *rows;
	size_t taken = 0;
	err e = query(c, want, place, &rows);

	if (e)
		return e;
	while (taken < POST_LIST_PAGE && db_next(rows)) {
		out->rows[out->count++] = read_row(rows);
		last = (struct post_place){ db_int(rows, score_column), db_int(rows, 0) };
		taken++;
	}
	if (db_count(rows) > POST_LIST_PAGE)
		out->next = cursor_text(c->arena, want->sort, last);
	return OK;
}

static struct str ids_json(struct arena *a, const struct post_places *places, size_t count)
{
	struct buf b;
	size_t i;

	buf_init(&b, a, 24 * POST_LIST_PAGE);
	for (i = 0; i < count; i++) {
		buf_add_char(&b, i ? ',' : '[');
		buf_add_i64(&b, places->items[i].id);
	}
	BUF_LIT(&b, "]");
	return buf_str(&b);
}

/* The rows of ranked posts, in the ranking's order; one that was just deleted or pinned is left
 * out. */
static err read_ranked_rows(struct ctx *c, const struct post_places *places, size_t count,
			    struct post_list_page *out)
{
	struct post_row found[POST_LIST_PAGE] = { { 0 } };
	struct db_rows *rows;
	size_t i;
	err e = db_query(c->db, c->arena, &rows, &sql_ranked,
			 DB_ARGS(ids_json(c->arena, places, count)));

	if (e)
		return e;
	while (db_next(rows)) {
		i = (size_t)db_int(rows, ROW_COLUMN_COUNT) - 1;
		if (i < count)
			found[i] = read_row(rows);
	}
	for (i = 0; i < count; i++) {
		if (found[i].id)
			out->rows[out->count++] = found[i];
	}
	return OK;
}

static err read_ranked(struct ctx *c, struct post_place place, struct post_list_page *out)
{
	struct post_places places;
	size_t count;
	err e = post_rank_page(c, place, POST_LIST_PAGE + 1, &places);

	/* Nobody has it: build it, for everybody; whoever else asks meanwhile asks SQL. */
	if (e == ERR_NOT_FOUND && !post_rank_build(c, false))
		e = post_rank_page(c, place, POST_LIST_PAGE + 1, &places);
	if (e)
		return e;
	count = places.count < POST_LIST_PAGE ? places.count : POST_LIST_PAGE;
	if (count == 0)
		return OK;
	e = read_ranked_rows(c, &places, count, out);
	if (!e && places.count > count)
		out->next = cursor_text(c->arena, POST_SORT_HOT, places.items[count - 1]);
	return e;
}

static err read_pinned(struct ctx *c, struct post_list_page *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_pinned, DB_ARGS(POST_PINNED_MOST));

	if (e)
		return e;
	while (db_next(rows))
		out->rows[out->count++] = read_row(rows);
	return OK;
}

err post_list_read(struct ctx *c, const struct post_list_want *want, struct post_place place,
		   struct post_list_page *out)
{
	bool has_pinned = want->sort == POST_SORT_HOT || want->sort == POST_SORT_NEW;
	size_t pinned;
	err e = OK;

	out->count = 0;
	out->next = STR("");
	if (has_pinned && place.id == 0)
		e = read_pinned(c, out);
	pinned = out->count;
	if (!e && want->sort == POST_SORT_HOT) {
		e = read_ranked(c, place, out);
		if (!e)
			return OK;
		out->count = pinned;
		e = OK;
	}
	return e ? e : read_from_sql(c, want, place, out);
}
