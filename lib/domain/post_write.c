/* Posts as they are written, changed and deleted. */
#include "domain/post.h"

#include "base/log.h"
#include "domain/form_once.h"
#include "domain/moderation.h"
#include "domain/points.h"
#include "domain/post_rank.h"
#include "domain/post_text.h"
#include "domain/reaction.h"
#include "domain/reaction_fill.h"
#include "html/markdown.h"

#define HTML_MAX MARKDOWN_OUTPUT_MAX
#define EXCERPT_LINES 2
#define EXCERPT_CODE_POINTS 160

static const struct db_sql sql_insert =
	SQL("INSERT INTO post (post_id, author_id, title, body_md, body_html, excerpt, score,"
	    " created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");

static const struct db_sql sql_count =
	SQL("UPDATE user SET posts = GREATEST(posts + ?, 0) WHERE user_id = ?");

static const struct db_sql sql_lock =
	SQL("SELECT author_id, version, title, body_md, edited_by, deleted_at FROM post"
	    " WHERE post_id = ? FOR UPDATE");

static const struct db_sql sql_keep_revision =
	SQL("INSERT INTO post_revision (post_id, version, editor_id, title, body_md, written_at)"
	    " SELECT post_id, version, IF(edited_by = 0, author_id, GREATEST(edited_by, 0)), title,"
	    " body_md,"
	    " IF(edited_at = 0, created_at, edited_at) FROM post WHERE post_id = ?");

static const struct db_sql sql_update =
	SQL("UPDATE post SET title = ?, body_md = ?, body_html = ?, excerpt = ?,"
	    " version = version + 1, edited_at = ?, edited_by = ? WHERE post_id = ?");

static const struct db_sql sql_delete =
	SQL("UPDATE post SET deleted_at = ?, deleted_by = ? WHERE post_id = ?");

/* A post being written: what the transaction needs. */
struct writing {
	struct ctx *c;
	int64_t id, base_version;
	struct str form_id, reason;
	struct str title, excerpt;
	struct written body;
	bool is_changed;
};

static err make_ready(struct ctx *c, const struct post_draft *d, struct writing *w,
		      const char **problem)
{
	err e = post_text_title(c, d->title, &w->title, problem);

	if (!e)
		e = post_text_body(c, d->body, POST_BODY_MAX, HTML_MAX, &w->body, problem);
	if (!e)
		e = markdown_excerpt(c->arena, w->body.md, EXCERPT_LINES, EXCERPT_CODE_POINTS,
				     &w->excerpt);
	w->c = c;
	return e;
}

/* Others' remembered pages follow the change; without Redis they are at most a second old. */
static void announce(struct ctx *c)
{
	post_version_bump(c);
	if (cache_flush(c->cache))
		log_debug("nobody was told that a post changed");
}

static err insert(void *context)
{
	struct writing *w = context;
	struct ctx *c = w->c;
	err e = form_once_claim(c, w->form_id, w->id);

	if (!e)
		e = db_exec(c->db, NULL, &sql_insert,
			    DB_ARGS(w->id, c->viewer.id, w->title, w->body.md, w->body.html.markup,
				    w->excerpt, post_score(c->now, 0), c->now));
	if (!e)
		e = db_exec(c->db, NULL, &sql_count, DB_ARGS(1, c->viewer.id));
	if (!e)
		e = post_draft_delete(c, 0);
	return e;
}

err post_create(struct ctx *c, const struct post_draft *d, struct str form_id, int64_t *id_out,
		const char **problem)
{
	struct writing w = { .form_id = form_id };
	err e;

	if (ctx_is_guest(c))
		return ERR_AUTH;
	e = make_ready(c, d, &w, problem);
	if (!e)
		e = ctx_new_id(c, &w.id);
	if (!e)
		e = db_transaction(c->db, insert, &w);
	if (e == ERR_CONFLICT)
		return form_once_find(c, form_id, id_out);
	if (e)
		return e;
	post_rank_add(c, w.id, post_score(c->now, 0));
	reaction_start(c, w.id, c->viewer.id, c->now);
	announce(c);
	points_mark_user(c, c->viewer.id);
	*id_out = w.id;
	return OK;
}

/*
 * The same edit sent twice is one edit: the second finds the text it brings already there, written
 * by the same person from the same version.
 */
static bool is_repeated(const struct writing *w, const struct db_rows *rows)
{
	return db_int(rows, 1) == w->base_version + 1 && db_int(rows, 4) == w->c->viewer.id &&
	       str_is(db_str(rows, 2), w->title) && str_is(db_str(rows, 3), w->body.md);
}

static err store_edit(struct writing *w, bool is_own)
{
	struct ctx *c = w->c;
	err e = db_exec(c->db, NULL, &sql_keep_revision, DB_ARGS(w->id));

	if (!e)
		e = db_exec(c->db, NULL, &sql_update,
			    DB_ARGS(w->title, w->body.md, w->body.html.markup, w->excerpt, c->now,
				    c->viewer.id, w->id));
	if (!e && !is_own)
		e = moderation_record(c, STR("post.edit"), TARGET_POST, w->id, STR(""));
	return e;
}

static err edit(void *context)
{
	struct writing *w = context;
	struct ctx *c = w->c;
	struct db_rows *rows;
	bool is_own;
	err e = db_query(c->db, c->arena, &rows, &sql_lock, DB_ARGS(w->id));

	w->is_changed = false; /* this may be the second try */
	if (e)
		return e;
	if (!db_next(rows) || db_int(rows, 5))
		return ERR_NOT_FOUND;
	is_own = db_int(rows, 0) == c->viewer.id;
	if (!is_own && !post_may_moderate(c))
		return ERR_NOT_FOUND;
	e = post_draft_delete(c, w->id);
	if (e || is_repeated(w, rows))
		return e;
	if (db_int(rows, 1) != w->base_version)
		return ERR_CONFLICT;
	w->is_changed = !str_is(db_str(rows, 2), w->title) || !str_is(db_str(rows, 3), w->body.md);
	return w->is_changed ? store_edit(w, is_own) : OK;
}

err post_edit(struct ctx *c, int64_t id, const struct post_draft *d, int64_t base_version,
	      const char **problem)
{
	struct writing w = { .id = id, .base_version = base_version };
	err e;

	if (ctx_is_guest(c))
		return ERR_AUTH;
	e = make_ready(c, d, &w, problem);
	if (!e)
		e = db_transaction(c->db, edit, &w);
	if (e || !w.is_changed)
		return e;
	reaction_bump(c, id, 0);
	announce(c);
	return OK;
}

static err delete (void *context)
{
	struct writing *w = context;
	struct ctx *c = w->c;
	struct db_rows *rows;
	int64_t author;
	err e = db_query(c->db, c->arena, &rows, &sql_lock, DB_ARGS(w->id));

	w->is_changed = false; /* this may be the second try */
	if (e)
		return e;
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	author = db_int(rows, 0);
	if (author != c->viewer.id && !post_may_moderate(c))
		return ERR_NOT_FOUND;
	if (db_int(rows, 5))
		return OK;
	w->is_changed = true;
	e = db_exec(c->db, NULL, &sql_delete, DB_ARGS(c->now, c->viewer.id, w->id));
	if (!e)
		e = db_exec(c->db, NULL, &sql_count, DB_ARGS(-1, author));
	if (!e && author != c->viewer.id)
		e = moderation_record(c, STR("post.delete"), TARGET_POST, w->id, w->reason);
	return e;
}

err post_delete(struct ctx *c, int64_t id, struct str reason)
{
	struct writing w = { .c = c, .id = id, .reason = reason };
	err e;

	if (ctx_is_guest(c))
		return ERR_AUTH;
	e = db_transaction(c->db, delete, &w);
	if (e || !w.is_changed)
		return e;
	post_rank_remove(c, id);
	reaction_end(c, id);
	announce(c);
	points_mark_post(c, id);
	return OK;
}

err post_preview(struct ctx *c, const struct post_draft *d, struct html *out, const char **problem)
{
	struct written body;
	err e = post_text_body(c, d->body, POST_BODY_MAX, HTML_MAX, &body, problem);

	if (!e)
		*out = body.html;
	return e;
}
