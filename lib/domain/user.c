/* Finding users, and what an administrator changes about them. */
#include "domain/user.h"

#include "base/utf8.h"
#include "domain/moderation.h"
#include "domain/session.h"
#include "domain/user_ban.h"
#include "domain/user_internal.h"

static const struct db_sql sql_find =
	SQL("SELECT " USER_COLUMNS " FROM user u WHERE u.user_id = ?");

static const struct db_sql sql_find_by_name =
	SQL("SELECT " USER_COLUMNS " FROM user u WHERE u.username_folded = ?");

static const struct db_sql sql_page =
	SQL("SELECT " USER_COLUMNS " FROM user u WHERE u.user_no > ? ORDER BY u.user_no LIMIT ?");

static const struct db_sql sql_insert = SQL(
	"INSERT INTO user (user_id, username, username_folded, email, email_folded, password_hash,"
	" role, state, created_at) VALUES (?, ?, ?, NULLIF(?, ''), NULLIF(?, ''), ?, ?, ?, ?)");

/* Who has left (USER_GONE) does not come back: nobody could log in to what was opened again. */
#define THERE " WHERE user_id = ? AND state <> 3"

static const struct db_sql sql_set_role = SQL("UPDATE user SET role = ?" THERE);

static const struct db_sql sql_set_state = SQL("UPDATE user SET state = ?" THERE);

void user_read_row(struct user *u, const struct db_rows *rows)
{
	u->id = db_int(rows, 0);
	u->user_no = db_int(rows, 1);
	u->name = db_str(rows, 2);
	u->avatar = db_str(rows, 3);
	u->bio = db_str(rows, 4);
	u->role = (enum role)db_int(rows, 5);
	u->state = (enum user_state)db_int(rows, 6);
	u->level = (int)db_int(rows, 7);
	u->posts = db_int(rows, 8);
	u->followers = db_int(rows, 9);
	u->following = db_int(rows, 10);
	u->created_at = db_int(rows, 11);
	u->email = db_str(rows, 12);
	u->zone = db_str(rows, 13);
	u->language = db_str(rows, 14);
}

static err find_one(struct db_rows *rows, struct user *out)
{
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	user_read_row(out, rows);
	return OK;
}

err user_find_any(struct ctx *c, int64_t id, struct user *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_find, DB_ARGS(id));

	return e ? e : find_one(rows, out);
}

err user_find(struct ctx *c, int64_t id, struct user *out)
{
	struct user found;
	err e = user_find_any(c, id, &found);

	if (e)
		return e;
	if (found.state == USER_PENDING)
		return ERR_NOT_FOUND;
	*out = found;
	return OK;
}

err user_find_by_name(struct ctx *c, struct str name, struct user *out)
{
	struct user found;
	struct db_rows *rows;
	struct str folded;
	err e = utf8_fold(c->arena, name, &folded);

	if (e)
		return ERR_NOT_FOUND;
	e = db_query(c->db, c->arena, &rows, &sql_find_by_name, DB_ARGS(folded));
	if (!e)
		e = find_one(rows, &found);
	if (e)
		return e;
	if (found.state == USER_PENDING)
		return ERR_NOT_FOUND;
	*out = found;
	return OK;
}

err user_list(struct ctx *c, int64_t after_user_no, int limit, struct users *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_page, DB_ARGS(after_user_no, limit));
	size_t i;

	if (e)
		return e;
	out->count = db_count(rows);
	out->items = ARENA_ARRAY(c->arena, struct user, out->count);
	for (i = 0; db_next(rows); i++)
		user_read_row(&out->items[i], rows);
	return OK;
}

/* An account that an administrator makes or changes from the server's shell. */
struct change {
	struct ctx *c;
	int64_t id;
	enum role role;
	enum user_state state;
	struct db_args made; /* of sql_insert */
};

/* That somebody is a member is nothing to write down. */
static err make(void *context)
{
	const struct change *w = context;
	err e = db_exec(w->c->db, NULL, &sql_insert, w->made);

	if (e || w->role == ROLE_USER)
		return e;
	return moderation_record_role(w->c, w->id, w->role, STR(""));
}

err user_create(struct ctx *c, const struct registration *r, enum role role, int64_t *id_out)
{
	struct str folded, hash, email_folded = user_email_fold(c->arena, r->email);
	struct change w = { .c = c, .role = role };
	err e = utf8_fold(c->arena, r->username, &folded);

	if (!e)
		e = user_password_hash(c->arena, user_first_pass(c->arena, r->password), &hash);
	if (!e)
		e = ctx_new_id(c, &w.id);
	if (e)
		return e;
	w.made = DB_ARGS(w.id, r->username, folded, r->email, email_folded, hash, (int)role,
			 (int)USER_ACTIVE, c->now);
	e = db_transaction(c->db, make, &w);
	if (e)
		return e;
	*id_out = w.id;
	return OK;
}

static err set_one(const struct change *w, const struct db_sql *sql, int value)
{
	int64_t changed;
	err e = db_exec(w->c->db, &changed, sql, DB_ARGS(value, w->id));

	return e ? e : changed ? OK : ERR_NOT_FOUND;
}

static err set_role(void *context)
{
	const struct change *w = context;
	err e = set_one(w, &sql_set_role, (int)w->role);

	return e ? e : moderation_record_role(w->c, w->id, w->role, STR(""));
}

/* What a moderator set, and when it was to end, is over with this. */
static err set_state(void *context)
{
	const struct change *w = context;
	bool is_open = w->state == USER_ACTIVE;
	err e = set_one(w, &sql_set_state, (int)w->state);

	if (!e)
		e = user_ban_clear(w->c, w->id);
	return e ? e
		 : moderation_record(w->c, is_open ? STR("user.open") : STR("user.close"),
				     TARGET_USER, w->id, STR(""));
}

/* The sessions are ended after the commit: one started in between is ended too. */
static err change(struct change *w, err (*work)(void *context))
{
	err e = db_transaction(w->c->db, work, w);

	return e ? e : session_end_all(w->c, w->id);
}

err user_set_role(struct ctx *c, int64_t id, enum role role)
{
	return change(&(struct change){ .c = c, .id = id, .role = role }, set_role);
}

err user_set_state(struct ctx *c, int64_t id, enum user_state state)
{
	return change(&(struct change){ .c = c, .id = id, .state = state }, set_state);
}
