/* Putting back what Redis should know of posts. */
#include "domain/reaction.h"

#include "domain/post_rank.h"
#include "domain/reaction_fill.h"

static const struct db_sql sql_step =
	SQL("SELECT post_id FROM post FORCE INDEX (PRIMARY) WHERE deleted_at = 0 AND post_id > ?"
	    " ORDER BY post_id LIMIT ?");

err reaction_rebuild(struct ctx *c, int64_t after_post_id, int limit, int64_t *last_out)
{
	struct db_rows *rows;
	int64_t last = 0;
	err e = OK;

	if (after_post_id == 0)
		e = post_rank_build(c, true);
	if (!e)
		e = db_query(c->db, c->arena, &rows, &sql_step, DB_ARGS(after_post_id, limit));
	while (!e && db_next(rows)) {
		last = db_int(rows, 0);
		e = reaction_mend(c, last);
		/* Deleted since the step was read. */
		if (e == ERR_NOT_FOUND)
			e = OK;
	}
	if (!e)
		*last_out = last;
	return e;
}
