/* What staff does to people: closing accounts, opening them, giving roles. */
#include "domain/staff.h"

#include "base/log.h"
#include "domain/target.h"
#include "domain/session.h"

/* Who is about to leave is nobody's successor. */
#define OTHER_ADMINS \
	"SELECT u.user_id FROM user u FORCE INDEX (by_role)" \
	" LEFT JOIN leaving l ON l.user_id = u.user_id" \
	" WHERE u.role = 2 AND u.state = 1 AND u.user_id <> ? AND l.user_id IS NULL" \
	" ORDER BY u.user_no"

/* For a page, which waits for nobody. */
static const struct db_sql sql_other_admins = SQL(OTHER_ADMINS " LIMIT 1");

/* Administrators first, always in the same order: two who take each other's role wait in turn. */
static const struct db_sql sql_lock_admins = SQL(OTHER_ADMINS " FOR UPDATE");

static const struct db_sql sql_lock =
	SQL("SELECT role, state FROM user WHERE user_id = ? FOR UPDATE");

static const struct db_sql sql_set_state = SQL("UPDATE user SET state = ? WHERE user_id = ?");

static const struct db_sql sql_set_role = SQL("UPDATE user SET role = ? WHERE user_id = ?");

struct change {
	struct ctx *c;
	int64_t id, until_at;
	struct str reason;
	enum role role; /* the new one */
	enum role old_role;
	enum user_state old_state;
};

static err find_other_admin(struct ctx *c, const struct db_sql *sql, int64_t id, bool *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, sql, DB_ARGS(id));

	if (!e)
		*out = db_next(rows);
	return e;
}

err staff_has_other_admin(struct ctx *c, int64_t id, bool *out)
{
	return find_other_admin(c, &sql_other_admins, id, out);
}

err staff_hold_other_admin(struct ctx *c, int64_t id, bool *out)
{
	return find_other_admin(c, &sql_lock_admins, id, out);
}

/* Lock the person; decide by what they are now, not by what the page showed. */
static err lock(struct change *w)
{
	struct ctx *c = w->c;
	struct db_rows *rows;
	bool has_other;
	err e = staff_hold_other_admin(c, w->id, &has_other);

	if (!e)
		e = db_query(c->db, c->arena, &rows, &sql_lock, DB_ARGS(w->id));
	if (e)
		return e;
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	w->old_role = (enum role)db_int(rows, 0);
	w->old_state = (enum user_state)db_int(rows, 1);
	if (w->old_role > ROLE_USER && c->viewer.role < ROLE_ADMIN)
		return ERR_FORBIDDEN;
	if (w->old_role == ROLE_ADMIN && !has_other)
		return ERR_CONFLICT;
	return OK;
}

/* The sessions end before the commit: nobody is closed out while they cannot be ended. */
static err close_work(void *context)
{
	struct change *w = context;
	struct ctx *c = w->c;
	err e = lock(w);

	if (!e && w->old_state != USER_ACTIVE && w->old_state != USER_DISABLED)
		e = ERR_CONFLICT;
	if (!e)
		e = db_exec(c->db, NULL, &sql_set_state, DB_ARGS((int)USER_DISABLED, w->id));
	if (!e)
		e = user_ban_set(c, w->id, w->reason, w->until_at);
	if (!e)
		e = moderation_record_until(c, STR("user.close"), TARGET_USER, w->id, w->reason,
					    w->until_at);
	return e ? e : session_end_all(c, w->id);
}

static err open_work(void *context)
{
	struct change *w = context;
	struct ctx *c = w->c;
	err e = lock(w);

	if (!e && w->old_state == USER_ACTIVE)
		return OK;
	if (!e && w->old_state != USER_DISABLED)
		e = ERR_CONFLICT;
	if (!e)
		e = db_exec(c->db, NULL, &sql_set_state, DB_ARGS((int)USER_ACTIVE, w->id));
	if (!e)
		e = user_ban_clear(c, w->id);
	return e ? e : moderation_record(c, STR("user.open"), TARGET_USER, w->id, w->reason);
}

static err role_work(void *context)
{
	struct change *w = context;
	struct ctx *c = w->c;
	err e = lock(w);

	if (e || w->old_role == w->role)
		return e;
	if (w->old_state != USER_ACTIVE)
		return ERR_CONFLICT;
	e = db_exec(c->db, NULL, &sql_set_role, DB_ARGS((int)w->role, w->id));
	if (!e)
		e = moderation_record_role(c, w->id, w->role, w->reason);
	return e ? e : session_end_all(c, w->id);
}

static err run(struct change *w, err (*work)(void *context), enum role least)
{
	struct ctx *c = w->c;
	err e;

	if (c->viewer.id == 0 || c->viewer.role < least)
		return ERR_FORBIDDEN;
	if (w->id == c->viewer.id && work != role_work)
		return ERR_CONFLICT;
	e = db_transaction(c->db, work, w);
	if (e)
		return e;
	/* One that was started between the first ending and the commit. */
	if (work != open_work && session_end_all(c, w->id))
		log_warn("staff: sessions of user=%lld could not be ended again", (long long)w->id);
	return OK;
}

err staff_close(struct ctx *c, int64_t id, struct str reason, int64_t until_at)
{
	struct change w = { .c = c, .id = id, .reason = reason, .until_at = until_at };

	return run(&w, close_work, ROLE_MODERATOR);
}

err staff_open(struct ctx *c, int64_t id, struct str reason)
{
	struct change w = { .c = c, .id = id, .reason = reason };

	return run(&w, open_work, ROLE_MODERATOR);
}

err staff_set_role(struct ctx *c, int64_t id, enum role role, struct str reason)
{
	struct change w = { .c = c, .id = id, .role = role, .reason = reason };

	return run(&w, role_work, ROLE_ADMIN);
}
