/* Who likes a post. */
#include "domain/reaction.h"

static const struct db_sql sql_likers = SQL("SELECT u.user_id, u.username, u.avatar, u.level FROM "
					    "liked l JOIN user u ON u.user_id = l.user_id"
					    " WHERE l.target_type = 1 AND l.target_id = ? AND "
					    "l.is_on = 1 ORDER BY l.changed_us LIMIT ?");

err like_people(struct ctx *c, int64_t post_id, int limit, struct people *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_likers, DB_ARGS(post_id, limit));

	if (e)
		return e;
	out->items = ARENA_ARRAY(c->arena, struct author, db_count(rows));
	for (out->count = 0; db_next(rows); out->count++)
		out->items[out->count] = (struct author){
			.id = db_int(rows, 0),
			.name = db_str(rows, 1),
			.avatar = db_str(rows, 2),
			.level = (int)db_int(rows, 3),
		};
	return OK;
}
