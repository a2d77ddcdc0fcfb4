/* What only moderators do to posts: pinning and featuring. */
#include "domain/post.h"

#include "base/log.h"
#include "domain/moderation.h"
#include "domain/post_rank.h"
#include "domain/reaction.h"

static const struct db_sql sql_lock = SQL("SELECT pinned_at, featured_at, score FROM post"
					  " WHERE post_id = ? AND deleted_at = 0 FOR UPDATE");

/* Locked: of two who pin at once the second counts the first one's. */
static const struct db_sql sql_pinned =
	SQL("SELECT post_id FROM post FORCE INDEX (newest) WHERE deleted_at = 0 AND pinned_at > 0"
	    " FOR UPDATE");

static const struct db_sql sql_pin = SQL("UPDATE post SET pinned_at = ? WHERE post_id = ?");

static const struct db_sql sql_feature = SQL("UPDATE post SET featured_at = ? WHERE post_id = ?");

/* One mark being set or taken away. */
struct mark {
	struct ctx *c;
	int64_t id, score;
	bool is_pin, is_on, is_changed;
};

static struct str action(const struct mark *m)
{
	if (m->is_pin)
		return m->is_on ? STR("post.pin") : STR("post.unpin");
	return m->is_on ? STR("post.feature") : STR("post.unfeature");
}

static err check_room(struct ctx *c)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_pinned, DB_NO_ARGS);

	return !e && db_count(rows) >= POST_PINNED_MOST ? ERR_CONFLICT : e;
}

static err set_mark(void *context)
{
	struct mark *m = context;
	struct ctx *c = m->c;
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_lock, DB_ARGS(m->id));

	if (e)
		return e;
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	m->score = db_int(rows, 2);
	m->is_changed = (db_int(rows, m->is_pin ? 0 : 1) != 0) != m->is_on;
	if (!m->is_changed)
		return OK;
	if (m->is_pin && m->is_on)
		e = check_room(c);
	if (e)
		return e;
	e = db_exec(c->db, NULL, m->is_pin ? &sql_pin : &sql_feature,
		    DB_ARGS(m->is_on ? c->now : (int64_t)0, m->id));
	return e ? e : moderation_record(c, action(m), TARGET_POST, m->id, STR(""));
}

static err change(struct mark *m)
{
	struct ctx *c = m->c;
	err e;

	if (!post_may_moderate(c))
		return ERR_FORBIDDEN;
	e = db_transaction(c->db, set_mark, m);
	if (e || !m->is_changed)
		return e;
	if (m->is_pin && m->is_on)
		post_rank_remove(c, m->id);
	else if (m->is_pin)
		post_rank_add(c, m->id, m->score);
	post_version_bump(c);
	reaction_bump(c, m->id, 0);
	return OK;
}

err post_set_pinned(struct ctx *c, int64_t id, bool is_pinned)
{
	struct mark m = { .c = c, .id = id, .is_pin = true, .is_on = is_pinned };

	return change(&m);
}

err post_set_featured(struct ctx *c, int64_t id, bool is_featured)
{
	struct mark m = { .c = c, .id = id, .is_pin = false, .is_on = is_featured };

	return change(&m);
}
