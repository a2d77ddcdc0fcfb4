/* Asking to leave, and staying after all. */
#include "domain/leaving.h"

#include "base/clock.h"
#include "base/log.h"
#include "domain/mail.h"
#include "domain/session.h"
#include "domain/staff.h"

static const struct db_sql sql_counts =
	SQL("SELECT (SELECT COUNT(*) FROM post WHERE author_id = ? AND deleted_at = 0),"
	    " (SELECT COALESCE(SUM(comments), 0) FROM post WHERE author_id = ? AND deleted_at = 0),"
	    " (SELECT COUNT(*) FROM post_vote WHERE user_id = ?),"
	    " (SELECT COUNT(*) FROM liked WHERE user_id = ? AND is_on = 1),"
	    " (SELECT COUNT(*) FROM post_draft WHERE author_id = ?),"
	    " (SELECT COUNT(*) FROM sale_order WHERE user_id = ?),"
	    " (SELECT COUNT(*) FROM sale_order WHERE user_id = ? AND state = 0)");

static const struct db_sql sql_comments =
	SQL("SELECT COUNT(*), COALESCE(SUM(EXISTS(SELECT 1 FROM comment r WHERE"
	    " r.root_id = m.root_id AND r.parent_id = m.comment_id AND r.deleted_at = 0)), 0)"
	    " FROM comment m FORCE INDEX (author) WHERE m.author_id = ? AND m.deleted_at = 0");

static const struct db_sql sql_find =
	SQL("SELECT user_id, choice, asked_at, due_at, step + place <> 0 FROM leaving"
	    " WHERE user_id = ?");

static const struct db_sql sql_lock =
	SQL("SELECT user_id, choice, asked_at, due_at, step + place <> 0 FROM leaving"
	    " WHERE user_id = ? FOR UPDATE");

static const struct db_sql sql_role = SQL("SELECT role FROM user WHERE user_id = ?");

static const struct db_sql sql_lock_role =
	SQL("SELECT role FROM user WHERE user_id = ? AND state = 1 FOR UPDATE");

static const struct db_sql sql_ask =
	SQL("INSERT INTO leaving (user_id, choice, asked_at, due_at) VALUES (?, ?, ?, ?)");

static const struct db_sql sql_choose = SQL("UPDATE leaving SET choice = ? WHERE user_id = ?");

static const struct db_sql sql_cancel = SQL("DELETE FROM leaving WHERE user_id = ?");

/* Of this role in the tables: a session may have been given less. */
static err is_last_admin(struct ctx *c,
			 err (*has_other_admin)(struct ctx *c, int64_t id, bool *out),
			 enum role *role, bool *out)
{
	bool has_other = false;
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_role, DB_ARGS(c->viewer.id));

	if (e)
		return e;
	*role = db_next(rows) ? (enum role)db_int(rows, 0) : ROLE_USER;
	if (*role == ROLE_ADMIN)
		e = has_other_admin(c, c->viewer.id, &has_other);
	*out = *role == ROLE_ADMIN && !has_other;
	return e;
}

err leaving_preview(struct ctx *c, struct leaving_preview *out)
{
	int64_t me = c->viewer.id;
	struct db_rows *counts, *comments;
	enum role role;
	err e = db_query(c->db, c->arena, &counts, &sql_counts,
			 DB_ARGS(me, me, me, me, me, me, me));

	if (!e)
		e = db_query(c->db, c->arena, &comments, &sql_comments, DB_ARGS(me));
	if (e)
		return e;
	if (!db_next(counts) || !db_next(comments))
		return ERR_INTERNAL;
	*out = (struct leaving_preview){
		.posts = db_int(counts, 0),
		.others = db_int(counts, 1),
		.votes = db_int(counts, 2),
		.likes = db_int(counts, 3),
		.drafts = db_int(counts, 4),
		.orders = db_int(counts, 5),
		.has_unpaid = db_int(counts, 6) > 0,
		.comments = db_int(comments, 0),
		.answered = db_int(comments, 1),
	};
	return is_last_admin(c, staff_has_other_admin, &role, &out->is_last_admin);
}

static err find(struct ctx *c, const struct db_sql *sql, int64_t user_id, struct leaving *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, sql, DB_ARGS(user_id));

	if (e)
		return e;
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	*out = (struct leaving){
		.user_id = db_int(rows, 0),
		.choice = (enum leaving_choice)db_int(rows, 1),
		.asked_at = db_int(rows, 2),
		.due_at = db_int(rows, 3),
		.has_begun = db_int(rows, 4) != 0,
	};
	return OK;
}

err leaving_find(struct ctx *c, int64_t user_id, struct leaving *out)
{
	return find(c, &sql_find, user_id, out);
}

struct asking {
	struct ctx *c;
	enum leaving_choice choice;
	int language;
};

/* The person is locked after the administrators, as in domain/staff.h. */
static err check_person(struct ctx *c)
{
	struct db_rows *rows;
	enum role role;
	bool is_last;
	err e = is_last_admin(c, staff_hold_other_admin, &role, &is_last);

	if (!e)
		e = db_query(c->db, c->arena, &rows, &sql_lock_role, DB_ARGS(c->viewer.id));
	if (e)
		return e;
	/* A change of either ends the session; this was under way. */
	if (!db_next(rows) || (enum role)db_int(rows, 0) != role)
		return ERR_AUTH;
	return is_last ? ERR_CONFLICT : OK;
}

static err ask(void *context)
{
	struct asking *w = context;
	struct ctx *c = w->c;
	struct leaving known;
	err e = check_person(c);

	if (e)
		return e;
	e = find(c, &sql_lock, c->viewer.id, &known);
	if (!e && known.has_begun)
		return ERR_CONFLICT;
	if (e == ERR_NOT_FOUND)
		e = db_exec(c->db, NULL, &sql_ask,
			    DB_ARGS(c->viewer.id, (int)w->choice, c->now,
				    c->now + LEAVING_DAYS * CLOCK_DAY));
	else if (!e)
		e = db_exec(c->db, NULL, &sql_choose, DB_ARGS((int)w->choice, c->viewer.id));
	if (!e)
		e = mail_request(c, MAIL_LEAVING, c->viewer.id, w->language);
	return e ? e : session_end_all(c, c->viewer.id);
}

err leaving_ask(struct ctx *c, enum leaving_choice choice, int language)
{
	struct asking w = { .c = c, .choice = choice, .language = language };
	err e = ctx_is_guest(c) ? ERR_AUTH : db_transaction(c->db, ask, &w);

	if (!e)
		log_info("leaving: user=%lld asked, choice %d", (long long)c->viewer.id,
			 (int)choice);
	return e;
}

static err cancel(void *context)
{
	struct asking *w = context;
	struct ctx *c = w->c;
	struct leaving known;
	err e = find(c, &sql_lock, c->viewer.id, &known);

	if (e)
		return e == ERR_NOT_FOUND ? OK : e;
	if (known.has_begun)
		return ERR_CONFLICT;
	return db_exec(c->db, NULL, &sql_cancel, DB_ARGS(c->viewer.id));
}

err leaving_cancel(struct ctx *c)
{
	struct asking w = { .c = c };

	return ctx_is_guest(c) ? ERR_AUTH : db_transaction(c->db, cancel, &w);
}
