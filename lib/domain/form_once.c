/* One-time forms: the primary key of form_used is what makes a form work once. */
#include "domain/form_once.h"

#include "base/clock.h"
#include "base/secret.h"

#define FORM_ID_LENGTH 22
#define KEEP_MS CLOCK_DAY

static const struct db_sql sql_claim =
	SQL("INSERT INTO form_used (user_id, form_id, made, created_at) VALUES (?, ?, ?, ?)");

static const struct db_sql sql_find =
	SQL("SELECT made FROM form_used WHERE user_id = ? AND form_id = ?");

static const struct db_sql sql_sweep =
	SQL("DELETE FROM form_used WHERE created_at < ? ORDER BY created_at LIMIT ?");

err form_once_claim(struct ctx *c, struct str form_id, int64_t made)
{
	if (!secret_is_token(form_id, FORM_ID_LENGTH))
		return ERR_INVALID;
	return db_exec(c->db, NULL, &sql_claim, DB_ARGS(c->viewer.id, form_id, made, c->now));
}

err form_once_find(struct ctx *c, struct str form_id, int64_t *made)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_find, DB_ARGS(c->viewer.id, form_id));

	if (e)
		return e;
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	*made = db_int(rows, 0);
	return OK;
}

err form_once_sweep(struct ctx *c, int limit, int64_t *swept)
{
	return db_exec(c->db, swept, &sql_sweep, DB_ARGS(c->now - KEEP_MS, limit));
}
