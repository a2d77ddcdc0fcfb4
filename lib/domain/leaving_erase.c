/*
 * Erasing texts. Each goes in two transactions with Redis between them: deleted, so that nobody
 * reads it and Redis may be cleaned; then blank and nobody's, so that it is not found again here.
 */
#include "domain/leaving_erase.h"

#include "domain/post_rank.h"
#include "domain/reaction.h"
#include "domain/reaction_fill.h"

#define BATCH 20

static const struct db_sql sql_comments =
	SQL("SELECT comment_id, root_id, target_type, target_id FROM comment FORCE INDEX (author)"
	    " WHERE author_id = ? ORDER BY comment_id LIMIT ?");

static const struct db_sql sql_lock_comment =
	SQL("SELECT deleted_at FROM comment WHERE comment_id = ? FOR UPDATE");

static const struct db_sql sql_delete_comment =
	SQL("UPDATE comment SET deleted_at = ? WHERE comment_id = ?");

static const struct db_sql sql_uncount_reply =
	SQL("UPDATE comment SET replies = GREATEST(replies - 1, 0) WHERE comment_id = ?");

static const struct db_sql sql_uncount_in_post =
	SQL("UPDATE post SET comments = GREATEST(comments - 1, 0) WHERE post_id = ?");

static const struct db_sql sql_unanswer = SQL("UPDATE comment FORCE INDEX (thread) SET to_user_id "
					      "= 0 WHERE root_id = ? AND to_user_id = ?");

static const struct db_sql sql_blank_comment =
	SQL("UPDATE comment SET author_id = 0, deleted_by = 0, body_md = '', body_html = ''"
	    " WHERE comment_id = ?");

static const struct db_sql sql_posts = SQL("SELECT post_id FROM post FORCE INDEX (written) WHERE "
					   "author_id = ? ORDER BY post_id LIMIT ?");

static const struct db_sql sql_delete_post =
	SQL("UPDATE post SET deleted_at = ? WHERE post_id = ? AND deleted_at = 0");

static const struct db_sql sql_drop_revisions = SQL("DELETE FROM post_revision WHERE post_id = ?");

static const struct db_sql sql_drop_drafts = SQL("DELETE FROM post_draft WHERE post_id = ?");

static const struct db_sql sql_blank_post =
	SQL("UPDATE post SET author_id = 0, deleted_by = 0, edited_by = 0, pinned_at = 0,"
	    " featured_at = 0, title = '', body_md = '', body_html = '', excerpt = ''"
	    " WHERE post_id = ?");

/* A moderator may have quoted what was erased. */
static const struct db_sql sql_blank_reasons =
	SQL("UPDATE moderation_log SET reason = '' WHERE target_type = ? AND target_id = ?");

static const struct db_sql sql_acts =
	SQL("SELECT log_id, target_type, target_id FROM moderation_log FORCE INDEX (actor)"
	    " WHERE actor_id = ? ORDER BY log_id LIMIT ?");

/* -1: not its author, for whom 0 stands there. */
static const struct db_sql sql_unname_post =
	SQL("UPDATE post SET deleted_by = IF(deleted_by = ?, 0, deleted_by),"
	    " edited_by = IF(edited_by = ?, -1, edited_by) WHERE post_id = ?");

static const struct db_sql sql_unname_revisions =
	SQL("UPDATE post_revision SET editor_id = 0 WHERE post_id = ? AND editor_id = ?");

static const struct db_sql sql_unname_comment =
	SQL("UPDATE comment SET deleted_by = 0 WHERE comment_id = ? AND deleted_by = ?");

static const struct db_sql sql_unname_act =
	SQL("UPDATE moderation_log SET actor_id = 0 WHERE log_id = ?");

static const struct db_sql sql_drop_acts =
	SQL("DELETE FROM moderation_log WHERE target_type = 3 AND target_id = ?");

static const struct db_sql sql_unname_bans = SQL("UPDATE user_ban SET by_id = 0 WHERE by_id = ?");

static const struct db_sql sql_unname_pictures =
	SQL("UPDATE picture SET uploader_id = 0 WHERE uploader_id = ?");

static const struct db_sql sql_unname_sales =
	SQL("UPDATE sale SET created_by = 0 WHERE created_by = ?");

struct erasing {
	struct ctx *c;
	int64_t user_id, id, root_id;
	int64_t post_id; /* of a comment; 0 when it is below something else */
	bool is_shown;   /* until now */
};

/* Locks as comment_delete does it: the root of the thread, the comment, the post. */
static err delete_comment(void *context)
{
	struct erasing *w = context;
	struct ctx *c = w->c;
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_lock_comment, DB_ARGS(w->root_id));

	if (!e)
		e = db_query(c->db, c->arena, &rows, &sql_lock_comment, DB_ARGS(w->id));
	w->is_shown = !e && db_next(rows) && !db_int(rows, 0);
	if (!w->is_shown)
		return e;
	e = db_exec(c->db, NULL, &sql_delete_comment, DB_ARGS(c->now, w->id));
	if (!e && w->root_id != w->id)
		e = db_exec(c->db, NULL, &sql_uncount_reply, DB_ARGS(w->root_id));
	if (!e && w->post_id)
		e = db_exec(c->db, NULL, &sql_uncount_in_post, DB_ARGS(w->post_id));
	return e;
}

static err blank_comment(void *context)
{
	struct erasing *w = context;
	struct ctx *c = w->c;
	err e = db_exec(c->db, NULL, &sql_unanswer, DB_ARGS(w->root_id, w->user_id));

	if (!e)
		e = db_exec(c->db, NULL, &sql_blank_reasons, DB_ARGS(TARGET_COMMENT, w->id));
	return e ? e : db_exec(c->db, NULL, &sql_blank_comment, DB_ARGS(w->id));
}

/* Where this is cut short the live count follows SQL's when the article is next read. */
static err erase_comment(struct erasing *w)
{
	struct ctx *c = w->c;
	err e = db_transaction(c->db, delete_comment, w);

	if (e)
		return e;
	if (w->post_id)
		reaction_bump(c, w->post_id, w->is_shown ? -1 : 0);
	return db_transaction(c->db, blank_comment, w);
}

err leaving_erase_comments(struct ctx *c, int64_t user_id, int64_t *count)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_comments, DB_ARGS(user_id, BATCH));

	*count = e ? 0 : (int64_t)db_count(rows);
	while (!e && db_next(rows)) {
		struct erasing w = { .c = c, .user_id = user_id, .id = db_int(rows, 0) };

		w.root_id = db_int(rows, 1);
		w.post_id = db_int(rows, 2) == TARGET_POST ? db_int(rows, 3) : 0;
		e = erase_comment(&w);
	}
	return e;
}

static err blank_post(void *context)
{
	struct erasing *w = context;
	struct ctx *c = w->c;
	err e = db_exec(c->db, NULL, &sql_drop_revisions, DB_ARGS(w->id));

	if (!e)
		e = db_exec(c->db, NULL, &sql_drop_drafts, DB_ARGS(w->id));
	if (!e)
		e = db_exec(c->db, NULL, &sql_blank_reasons, DB_ARGS(TARGET_POST, w->id));
	return e ? e : db_exec(c->db, NULL, &sql_blank_post, DB_ARGS(w->id));
}

static err erase_post(struct erasing *w)
{
	struct ctx *c = w->c;
	err e = db_exec(c->db, NULL, &sql_delete_post, DB_ARGS(c->now, w->id));

	if (e)
		return e;
	post_rank_remove(c, w->id);
	reaction_end(c, w->id);
	post_version_bump(c);
	e = cache_flush(c->cache);
	return e ? e : db_transaction(c->db, blank_post, w);
}

err leaving_erase_posts(struct ctx *c, int64_t user_id, int64_t *count)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_posts, DB_ARGS(user_id, BATCH));

	*count = e ? 0 : (int64_t)db_count(rows);
	while (!e && db_next(rows)) {
		struct erasing w = { .c = c, .user_id = user_id, .id = db_int(rows, 0) };

		e = erase_post(&w);
	}
	return e;
}

static err unname_act(struct ctx *c, int64_t user_id, const struct db_rows *rows)
{
	int64_t type = db_int(rows, 1), target = db_int(rows, 2);
	err e = OK;

	if (type == TARGET_POST) {
		e = db_exec(c->db, NULL, &sql_unname_post, DB_ARGS(user_id, user_id, target));
		if (!e)
			e = db_exec(c->db, NULL, &sql_unname_revisions, DB_ARGS(target, user_id));
	}
	if (type == TARGET_COMMENT)
		e = db_exec(c->db, NULL, &sql_unname_comment, DB_ARGS(target, user_id));
	return e ? e : db_exec(c->db, NULL, &sql_unname_act, DB_ARGS(db_int(rows, 0)));
}

err leaving_erase_traces(struct ctx *c, int64_t user_id, int64_t *count)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_acts, DB_ARGS(user_id, BATCH));

	*count = e ? 0 : (int64_t)db_count(rows);
	while (!e && db_next(rows))
		e = unname_act(c, user_id, rows);
	if (e || *count)
		return e;
	e = db_exec(c->db, NULL, &sql_drop_acts, DB_ARGS(user_id));
	if (!e)
		e = db_exec(c->db, NULL, &sql_unname_bans, DB_ARGS(user_id));
	if (!e)
		e = db_exec(c->db, NULL, &sql_unname_pictures, DB_ARGS(user_id));
	return e ? e : db_exec(c->db, NULL, &sql_unname_sales, DB_ARGS(user_id));
}
