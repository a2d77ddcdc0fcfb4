/* Events that were handled. */
#include "domain/consumed.h"

#include "base/clock.h"

#define KEEP_MS (30 * CLOCK_DAY)

static const struct db_sql sql_find =
	SQL("SELECT 1 FROM consumed WHERE consumer = ? AND event_id = ?");

static const struct db_sql sql_mark =
	SQL("INSERT INTO consumed (consumer, event_id, created_at) VALUES (?, ?, ?)");

static const struct db_sql sql_sweep =
	SQL("DELETE FROM consumed WHERE created_at < ? ORDER BY created_at LIMIT ?");

err consumed_find(struct ctx *c, struct str consumer, struct str event_id, bool *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_find, DB_ARGS(consumer, event_id));

	if (e)
		return e;
	*out = db_next(rows);
	return OK;
}

err consumed_mark(struct ctx *c, struct str consumer, struct str event_id)
{
	err e = db_exec(c->db, NULL, &sql_mark, DB_ARGS(consumer, event_id, c->now));

	return e == ERR_CONFLICT ? OK : e;
}

err consumed_sweep(struct ctx *c, int limit, int64_t *swept)
{
	return db_exec(c->db, swept, &sql_sweep, DB_ARGS(c->now - KEEP_MS, limit));
}
