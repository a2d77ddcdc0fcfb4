/* Drafts: one unsent text per person and post. */
#include "domain/post.h"

#include "base/clock.h"
#include "base/utf8.h"

#define DRAFT_TITLE_MOST (2 * POST_TITLE_MAX) /* code points kept; a draft may be too long */
#define DRAFT_BODY_MOST ((size_t)(2 * POST_BODY_MAX))
#define KEEP_MS (180 * CLOCK_DAY)

static const struct db_sql sql_find =
	SQL("SELECT title, body_md, base_version, saved_at FROM post_draft"
	    " WHERE author_id = ? AND post_id = ?");

static const struct db_sql sql_save =
	SQL("INSERT INTO post_draft (author_id, post_id, title, body_md, base_version, saved_at)"
	    " VALUES (?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE title = VALUES(title),"
	    " body_md = VALUES(body_md), base_version = VALUES(base_version),"
	    " saved_at = VALUES(saved_at)");

static const struct db_sql sql_delete =
	SQL("DELETE FROM post_draft WHERE author_id = ? AND post_id = ?");

static const struct db_sql sql_sweep =
	SQL("DELETE FROM post_draft WHERE saved_at < ? ORDER BY saved_at LIMIT ?");

err post_draft_find(struct ctx *c, int64_t post_id, struct post_draft_saved *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_find, DB_ARGS(c->viewer.id, post_id));

	if (e)
		return e;
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	out->draft.title = db_str(rows, 0);
	out->draft.body = db_str(rows, 1);
	out->base_version = db_int(rows, 2);
	out->saved_at = db_int(rows, 3);
	return OK;
}

err post_draft_save(struct ctx *c, int64_t post_id, const struct post_draft *d,
		    int64_t base_version)
{
	if (ctx_is_guest(c))
		return ERR_AUTH;
	if (!utf8_is_valid(d->title) || !utf8_is_valid(d->body))
		return ERR_INVALID;
	return db_exec(c->db, NULL, &sql_save,
		       DB_ARGS(c->viewer.id, post_id, utf8_cut(d->title, DRAFT_TITLE_MOST),
			       utf8_cut(d->body, DRAFT_BODY_MOST), base_version, c->now));
}

err post_draft_delete(struct ctx *c, int64_t post_id)
{
	if (ctx_is_guest(c))
		return ERR_AUTH;
	return db_exec(c->db, NULL, &sql_delete, DB_ARGS(c->viewer.id, post_id));
}

err post_draft_sweep(struct ctx *c, int limit, int64_t *swept)
{
	return db_exec(c->db, swept, &sql_sweep, DB_ARGS(c->now - KEEP_MS, limit));
}
