/* Likes by who gave them, and by whose they are. */
#include "domain/reaction_given.h"

/* In the order of the index, which ends with the primary key. */
static const struct db_sql sql_given =
	SQL("SELECT l.target_type, l.target_id, q.post_id, q.title, u.user_id, u.username,"
	    " l.changed_us FROM liked l FORCE INDEX (user)"
	    " LEFT JOIN comment m ON l.target_type = 2 AND m.comment_id = l.target_id"
	    " JOIN post q ON q.post_id = IF(l.target_type = 1, l.target_id, m.target_id)"
	    " JOIN user u ON u.user_id = IF(l.target_type = 1, q.author_id, m.author_id)"
	    " WHERE l.user_id = ? AND l.changed_us <= ? AND (l.changed_us < ?"
	    " OR l.target_type < ? OR (l.target_type = ? AND l.target_id < ?))"
	    " AND l.is_on = 1 AND q.deleted_at = 0 AND COALESCE(m.deleted_at, 0) = 0"
	    " ORDER BY l.changed_us DESC, l.target_type DESC, l.target_id DESC LIMIT ?");

static const struct db_sql sql_received =
	SQL("SELECT COALESCE(SUM(likes), 0) FROM post WHERE author_id = ? AND deleted_at = 0");

err reaction_list_given(struct ctx *c, int64_t user_id, struct given_cursor before, int limit,
			struct given_likes *out)
{
	int64_t us = before.us ? before.us : INT64_MAX;
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_given,
			 DB_ARGS(user_id, us, us, before.type, before.type, before.target_id,
				 limit + 1));

	if (e)
		return e;
	*out = (struct given_likes){ ARENA_ARRAY(c->arena, struct given_like, (size_t)limit), 0,
				     db_count(rows) > (size_t)limit };
	while (out->count < (size_t)limit && db_next(rows))
		out->items[out->count++] = (struct given_like){
			.is_comment = db_int(rows, 0) == 2,
			.target_id = db_int(rows, 1),
			.post_id = db_int(rows, 2),
			.title = db_str(rows, 3),
			.author_id = db_int(rows, 4),
			.author_name = db_str(rows, 5),
			.given_us = db_int(rows, 6),
		};
	return OK;
}

err reaction_count_received(struct ctx *c, int64_t user_id, int64_t *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_received, DB_ARGS(user_id));

	if (e)
		return e;
	*out = db_next(rows) ? db_int(rows, 0) : 0;
	return OK;
}
