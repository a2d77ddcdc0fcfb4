/* Comments by their author. */
#include "domain/comment_by_author.h"

#include "domain/target.h"

static const struct db_sql sql_list =
	SQL("SELECT m.comment_id, m.target_id, p.title, m.body_html, m.likes, m.created_at"
	    " FROM comment m FORCE INDEX (author) JOIN post p ON p.post_id = m.target_id"
	    " WHERE m.author_id = ? AND m.comment_id < ? AND m.deleted_at = 0"
	    " AND m.target_type = 1 AND p.deleted_at = 0 ORDER BY m.comment_id DESC LIMIT ?");

/* Those of the list. */
static const struct db_sql sql_count =
	SQL("SELECT COUNT(*), COALESCE(SUM(m.likes), 0) FROM comment m FORCE INDEX (author)"
	    " STRAIGHT_JOIN post p ON p.post_id = m.target_id WHERE m.author_id = ?"
	    " AND m.deleted_at = 0 AND m.target_type = 1 AND p.deleted_at = 0");

_Static_assert(TARGET_POST == 1, "both ask for comments below posts");

err comment_list_by_author(struct ctx *c, int64_t author_id, int64_t before_id, int limit,
			   struct said_list *out)
{
	struct db_rows *rows;
	/* one more than is shown tells whether there is another page */
	err e = db_query(c->db, c->arena, &rows, &sql_list,
			 DB_ARGS(author_id, before_id ? before_id : INT64_MAX, limit + 1));

	if (e)
		return e;
	*out = (struct said_list){ ARENA_ARRAY(c->arena, struct said, (size_t)limit), 0, 0 };
	while (db_next(rows)) {
		if (out->count == (size_t)limit) {
			out->next = out->items[limit - 1].comment_id;
			break;
		}
		out->items[out->count++] = (struct said){
			.comment_id = db_int(rows, 0),
			.post_id = db_int(rows, 1),
			.title = db_str(rows, 2),
			.body = html_trusted_column(db_str(rows, 3)),
			.likes = db_int(rows, 4),
			.created_at = db_int(rows, 5),
		};
	}
	return OK;
}

err comment_count_by_author(struct ctx *c, int64_t author_id, int64_t *count, int64_t *likes)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_count, DB_ARGS(author_id));

	if (e)
		return e;
	if (!db_next(rows))
		return ERR_INTERNAL;
	*count = db_int(rows, 0);
	*likes = db_int(rows, 1);
	return OK;
}
