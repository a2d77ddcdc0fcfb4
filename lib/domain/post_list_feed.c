/* Posts for the feed and the sitemap: newest with their texts, and all with their times. */
#include "domain/post_list.h"

#include "domain/post_row.h"

static const struct db_sql sql_feed =
	SQL("SELECT " POST_COLUMNS " FROM post p FORCE INDEX (PRIMARY)"
	    " STRAIGHT_JOIN user u ON u.user_id = p.author_id"
	    " WHERE p.deleted_at = 0 ORDER BY p.post_id DESC LIMIT ?");

static const struct db_sql sql_stamps =
	SQL("SELECT post_id, GREATEST(created_at, edited_at) FROM post FORCE INDEX (PRIMARY)"
	    " WHERE deleted_at = 0 AND post_id > ? ORDER BY post_id LIMIT ?");

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

err post_list_stamps(struct ctx *c, int64_t after, int limit, struct post_stamps *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_stamps, DB_ARGS(after, limit));

	if (e)
		return e;
	out->items = ARENA_ARRAY(c->arena, struct post_stamp, db_count(rows) + 1);
	out->count = 0;
	while (db_next(rows))
		out->items[out->count++] = (struct post_stamp){ db_int(rows, 0), db_int(rows, 1) };
	return OK;
}
