/* Posts for the feed and the sitemap: newest with their texts, and all with their times. */
#include "domain/post_list.h"

#include "domain/post_row.h"

static const struct db_sql sql_feed =
	SQL("SELECT " POST_COLUMNS " FROM post p FORCE INDEX (PRIMARY)"
	    " STRAIGHT_JOIN user u ON u.user_id = p.author_id"
	    " WHERE p.deleted_at = 0 ORDER BY p.post_id DESC LIMIT ?");

static const struct db_sql sql_stamps =
	SQL("SELECT post_id, GREATEST(created_at, edited_at) FROM post FORCE INDEX (PRIMARY)"
	    " WHERE deleted_at = 0 AND post_id > ? AND post_id <= ? ORDER BY post_id LIMIT ?");

static const struct db_sql sql_step =
	SQL("SELECT post_id FROM post FORCE INDEX (newest) WHERE deleted_at = 0 AND pinned_at = 0"
	    " AND post_id > ? ORDER BY post_id LIMIT 2 OFFSET ?");

err post_list_feed(struct ctx *c, int limit, struct post_bodies *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_feed, DB_ARGS(limit));

	if (e)
		return e;
	out->items = ARENA_ARRAY(c->arena, struct post, db_count(rows) + 1);
	out->count = 0;
	while (db_next(rows))
		post_read(&out->items[out->count++], rows);
	return OK;
}

err post_list_step(struct ctx *c, int64_t after, int step, int64_t *id_out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_step, DB_ARGS(after, step - 1));

	if (e)
		return e;
	*id_out = db_count(rows) == 2 && db_next(rows) ? db_int(rows, 0) : 0;
	return OK;
}

err post_list_stamps(struct ctx *c, int64_t after, int64_t last, int limit, struct post_stamps *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_stamps, DB_ARGS(after, last, limit));

	if (e)
		return e;
	out->items = ARENA_ARRAY(c->arena, struct post_stamp, db_count(rows) + 1);
	out->count = 0;
	while (db_next(rows))
		out->items[out->count++] = (struct post_stamp){ db_int(rows, 0), db_int(rows, 1) };
	return OK;
}
