/*
 * Comments as they are written, changed and deleted.
 *
 * Rows are locked in one order everywhere: the root of the thread, the comment, the post.
 */
#include "domain/comment.h"

#include "domain/form_once.h"
#include "domain/moderation.h"
#include "domain/post_text.h"

#define HTML_MAX ((size_t)60000) /* bytes; the column holds 65,535 */

static const struct db_sql sql_find =
	SQL("SELECT root_id, target_id FROM comment WHERE comment_id = ? AND target_type = 1");

static const struct db_sql sql_lock =
	SQL("SELECT author_id, deleted_at, version, body_md, last_reply_no, replies FROM comment"
	    " WHERE comment_id = ? FOR UPDATE");

static const struct db_sql sql_insert =
	SQL("INSERT INTO comment (comment_id, target_type, target_id, root_id, reply_no, parent_id,"
	    " to_user_id, author_id, body_md, body_html, created_at)"
	    " VALUES (?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

static const struct db_sql sql_count_reply =
	SQL("UPDATE comment SET replies = replies + 1, last_reply_no = ? WHERE comment_id = ?");

static const struct db_sql sql_uncount_reply =
	SQL("UPDATE comment SET replies = GREATEST(replies - 1, 0) WHERE comment_id = ?");

/* Also tells whether the post is there, and holds it until the end of the transaction. */
static const struct db_sql sql_count_in_post =
	SQL("UPDATE post SET comments = GREATEST(comments + ?, 0)"
	    " WHERE post_id = ? AND deleted_at = 0");

static const struct db_sql sql_update =
	SQL("UPDATE comment SET body_md = ?, body_html = ?, version = version + 1, edited_at = ?"
	    " WHERE comment_id = ?");

static const struct db_sql sql_delete =
	SQL("UPDATE comment SET deleted_at = ?, deleted_by = ? WHERE comment_id = ?");

static const struct db_sql sql_source =
	SQL("SELECT m.comment_id, m.target_id, m.version, m.body_md, m.author_id FROM comment m"
	    " JOIN post p ON p.post_id = m.target_id AND p.deleted_at = 0"
	    " WHERE m.comment_id = ? AND m.target_type = 1 AND m.deleted_at = 0");

/* A comment being written: what the transaction needs. */
struct writing {
	struct ctx *c;
	int64_t id, post_id, parent_id, root_id, base_version;
	struct str form_id, reason;
	struct written body;
	bool is_changed;
};

/* What of a comment decides who may do what. */
struct locked {
	int64_t author_id, version, last_reply_no;
	bool is_deleted;
	struct str body_md;
};

/* Lock a comment for the rest of the transaction. ERR_NOT_FOUND. */
static err lock(struct ctx *c, int64_t id, struct locked *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_lock, DB_ARGS(id));

	if (e)
		return e;
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	*out = (struct locked){
		.author_id = db_int(rows, 0),
		.is_deleted = db_int(rows, 1) != 0,
		.version = db_int(rows, 2),
		.body_md = db_str(rows, 3),
		.last_reply_no = db_int(rows, 4),
	};
	return OK;
}

/* Where a comment is; that never changes, so it is asked before any lock. */
static err find_place(struct ctx *c, int64_t id, int64_t *root_id, int64_t *post_id)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_find, DB_ARGS(id));

	if (e)
		return e;
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	*root_id = db_int(rows, 0);
	*post_id = db_int(rows, 1);
	return OK;
}

/* The post's count, one more or less. ERR_NOT_FOUND when the post is deleted or was never there. */
static err count_in_post(struct ctx *c, int64_t post_id, int delta)
{
	int64_t changed;
	err e = db_exec(c->db, &changed, &sql_count_in_post, DB_ARGS(delta, post_id));

	if (e)
		return e;
	return changed == 1 ? OK : ERR_NOT_FOUND;
}

static err store(struct writing *w, int64_t reply_no, int64_t to_user_id)
{
	struct ctx *c = w->c;

	return db_exec(c->db, NULL, &sql_insert,
		       DB_ARGS(w->id, w->post_id, w->root_id, reply_no, w->parent_id, to_user_id,
			       c->viewer.id, w->body.md, w->body.html.markup, c->now));
}

/* The lock on the root makes the replies of a thread take their numbers one after the other. */
static err store_reply(struct writing *w)
{
	struct ctx *c = w->c;
	struct locked root, parent;
	err e = lock(c, w->root_id, &root);

	parent = root;
	if (!e && w->parent_id != w->root_id)
		e = lock(c, w->parent_id, &parent);
	if (e)
		return e;
	if (parent.is_deleted)
		return ERR_NOT_FOUND;
	e = store(w, root.last_reply_no + 1, parent.author_id);
	if (!e)
		e = db_exec(c->db, NULL, &sql_count_reply,
			    DB_ARGS(root.last_reply_no + 1, w->root_id));
	return e;
}

static err create(void *context)
{
	struct writing *w = context;
	err e = form_once_claim(w->c, w->form_id, w->id);

	if (!e)
		e = w->parent_id ? store_reply(w) : store(w, 0, 0);
	return e ? e : count_in_post(w->c, w->post_id, 1);
}

static err find_parent(struct ctx *c, struct writing *w)
{
	int64_t post_id;
	err e;

	if (w->parent_id == 0) {
		w->root_id = w->id;
		return OK;
	}
	e = find_place(c, w->parent_id, &w->root_id, &post_id);
	if (e)
		return e;
	return post_id == w->post_id ? OK : ERR_NOT_FOUND;
}

err comment_create(struct ctx *c, int64_t post_id, int64_t parent_id, struct str body,
		   struct str form_id, int64_t *id_out, const char **problem)
{
	struct writing w = {
		.c = c, .post_id = post_id, .parent_id = parent_id, .form_id = form_id
	};
	err e;

	if (ctx_is_guest(c))
		return ERR_AUTH;
	e = post_text_body(c, body, COMMENT_BODY_MAX, HTML_MAX, &w.body, problem);
	if (!e)
		e = ctx_new_id(c, &w.id);
	if (!e)
		e = find_parent(c, &w);
	if (!e)
		e = db_transaction(c->db, create, &w);
	if (e == ERR_CONFLICT)
		return form_once_find(c, form_id, id_out);
	if (e)
		return e;
	reaction_bump(c, post_id, 1);
	*id_out = w.id;
	return OK;
}

/* The same edit sent twice is one edit. */
static bool is_repeated(const struct writing *w, const struct locked *now)
{
	return now->version == w->base_version + 1 && str_is(now->body_md, w->body.md);
}

static bool may_change(const struct ctx *c, const struct locked *m)
{
	return m->author_id == c->viewer.id || post_may_moderate(c);
}

static err edit(void *context)
{
	struct writing *w = context;
	struct ctx *c = w->c;
	struct locked now;
	err e = lock(c, w->id, &now);

	w->is_changed = false;
	if (!e && (now.is_deleted || !may_change(c, &now)))
		e = ERR_NOT_FOUND;
	if (!e)
		e = count_in_post(c, w->post_id, 0);
	if (e || is_repeated(w, &now))
		return e;
	if (now.version != w->base_version)
		return ERR_CONFLICT;
	w->is_changed = !str_is(now.body_md, w->body.md);
	if (!w->is_changed)
		return OK;
	e = db_exec(c->db, NULL, &sql_update,
		    DB_ARGS(w->body.md, w->body.html.markup, c->now, w->id));
	if (!e && now.author_id != c->viewer.id)
		e = moderation_record(c, STR("comment.edit"), TARGET_COMMENT, w->id, STR(""));
	return e;
}

err comment_edit(struct ctx *c, int64_t id, struct str body, int64_t base_version,
		 const char **problem)
{
	struct writing w = { .c = c, .id = id, .base_version = base_version };
	err e;

	if (ctx_is_guest(c))
		return ERR_AUTH;
	e = post_text_body(c, body, COMMENT_BODY_MAX, HTML_MAX, &w.body, problem);
	if (!e)
		e = find_place(c, id, &w.root_id, &w.post_id);
	if (!e)
		e = db_transaction(c->db, edit, &w);
	if (!e && w.is_changed)
		reaction_bump(c, w.post_id, 0);
	return e;
}

static err store_deletion(struct writing *w, int64_t author_id)
{
	struct ctx *c = w->c;
	err e = db_exec(c->db, NULL, &sql_delete, DB_ARGS(c->now, c->viewer.id, w->id));

	if (!e && w->id != w->root_id)
		e = db_exec(c->db, NULL, &sql_uncount_reply, DB_ARGS(w->root_id));
	if (!e)
		e = count_in_post(c, w->post_id, -1);
	if (!e && author_id != c->viewer.id)
		e = moderation_record(c, STR("comment.delete"), TARGET_COMMENT, w->id, w->reason);
	return e;
}

static err delete (void *context)
{
	struct writing *w = context;
	struct ctx *c = w->c;
	struct locked root, now;
	err e = lock(c, w->root_id, &root);

	now = root;
	if (!e && w->id != w->root_id)
		e = lock(c, w->id, &now);
	if (!e && !may_change(c, &now))
		e = ERR_NOT_FOUND;
	w->is_changed = !e && !now.is_deleted;
	return w->is_changed ? store_deletion(w, now.author_id) : e;
}

err comment_delete(struct ctx *c, int64_t id, struct str reason, int64_t *post_id_out)
{
	struct writing w = { .c = c, .id = id, .reason = reason };
	err e;

	if (ctx_is_guest(c))
		return ERR_AUTH;
	e = find_place(c, id, &w.root_id, &w.post_id);
	if (!e)
		e = db_transaction(c->db, delete, &w);
	if (e)
		return e;
	if (w.is_changed)
		reaction_bump(c, w.post_id, -1);
	*post_id_out = w.post_id;
	return OK;
}

err comment_source(struct ctx *c, int64_t id, struct comment_source *out)
{
	struct db_rows *rows;
	bool is_own;
	err e;

	if (ctx_is_guest(c))
		return ERR_AUTH;
	e = db_query(c->db, c->arena, &rows, &sql_source, DB_ARGS(id));
	if (e)
		return e;
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	is_own = db_int(rows, 4) == c->viewer.id;
	if (!is_own && !post_may_moderate(c))
		return ERR_NOT_FOUND;
	*out = (struct comment_source){
		.id = db_int(rows, 0),
		.post_id = db_int(rows, 1),
		.version = db_int(rows, 2),
		.body_md = db_str(rows, 3),
		.is_own = is_own,
	};
	return OK;
}

err comment_preview(struct ctx *c, struct str body, struct html *out, const char **problem)
{
	struct written w;
	err e = post_text_body(c, body, COMMENT_BODY_MAX, HTML_MAX, &w, problem);

	if (!e)
		*out = w.html;
	return e;
}
