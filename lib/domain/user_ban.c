/* Closed accounts: their reasons and their ends. */
#include "domain/user_ban.h"

#include "base/log.h"
#include "base/utf8.h"
#include "domain/moderation.h"

static const struct db_sql sql_set =
	SQL("REPLACE INTO user_ban (user_id, by_id, reason, until_at, created_at)"
	    " VALUES (?, ?, ?, ?, ?)");

static const struct db_sql sql_clear = SQL("DELETE FROM user_ban WHERE user_id = ?");

static const struct db_sql sql_find =
	SQL("SELECT reason, until_at, by_id FROM user_ban WHERE user_id = ?");

static const struct db_sql sql_over = SQL("SELECT user_id FROM user_ban WHERE until_at > 0 AND "
					  "until_at <= ? ORDER BY until_at LIMIT ?");

static const struct db_sql sql_lock = SQL(
	"SELECT 1 FROM user_ban WHERE user_id = ? AND until_at > 0 AND until_at <= ? FOR UPDATE");

static const struct db_sql sql_open =
	SQL("UPDATE user SET state = 1 WHERE user_id = ? AND state = 2");

err user_ban_set(struct ctx *c, int64_t user_id, struct str reason, int64_t until_at)
{
	return db_exec(c->db, NULL, &sql_set,
		       DB_ARGS(user_id, c->viewer.id, utf8_cut(reason, MODERATION_REASON_MAX),
			       until_at, c->now));
}

err user_ban_clear(struct ctx *c, int64_t user_id)
{
	return db_exec(c->db, NULL, &sql_clear, DB_ARGS(user_id));
}

err user_ban_find(struct ctx *c, int64_t user_id, struct user_ban *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_find, DB_ARGS(user_id));

	if (e)
		return e;
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	*out = (struct user_ban){
		.reason = db_str(rows, 0),
		.until_at = db_int(rows, 1),
		.by_id = db_int(rows, 2),
	};
	return OK;
}

struct ending {
	struct ctx *c;
	int64_t user_id;
	bool is_over;
};

/* Asked again under a lock: a moderator may have closed it for longer meanwhile. */
static err end_one(void *context)
{
	struct ending *w = context;
	struct ctx *c = w->c;
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_lock, DB_ARGS(w->user_id, c->now));

	if (e)
		return e;
	w->is_over = db_next(rows);
	if (!w->is_over)
		return OK;
	e = db_exec(c->db, NULL, &sql_open, DB_ARGS(w->user_id));
	return e ? e : user_ban_clear(c, w->user_id);
}

static err end_ban(struct ctx *c, int64_t user_id, bool *is_over)
{
	struct ending w = { .c = c, .user_id = user_id };
	err e = db_transaction(c->db, end_one, &w);

	if (e)
		return e;
	*is_over = w.is_over;
	if (w.is_over)
		log_info("account %lld is open again: its time is over", (long long)user_id);
	return OK;
}

err user_ban_end_if_over(struct ctx *c, struct user *u)
{
	struct user_ban ban;
	bool is_over = false;
	err e;

	if (u->state != USER_DISABLED)
		return OK;
	e = user_ban_find(c, u->id, &ban);
	if (e == ERR_NOT_FOUND || (!e && (!ban.until_at || ban.until_at > c->now)))
		return OK;
	if (!e)
		e = end_ban(c, u->id, &is_over);
	if (!e && is_over)
		u->state = USER_ACTIVE;
	return e;
}

err user_ban_end_all(struct ctx *c, int limit, int64_t *opened)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_over, DB_ARGS(c->now, limit));

	*opened = 0;
	while (!e && db_next(rows)) {
		bool is_over;

		e = end_ban(c, db_int(rows, 0), &is_over);
		if (!e)
			*opened += is_over;
	}
	return e;
}
