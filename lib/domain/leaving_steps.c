/* The steps of deleting an account. */
#include "domain/leaving_steps.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "domain/export.h"
#include "domain/leaving_erase.h"
#include "domain/leaving_private.h"
#include "domain/picture.h"
#include "domain/post_rank.h"
#include "domain/reaction.h"
#include "domain/reaction_forget.h"
#include "domain/session.h"

#define BATCH 50
#define UNPAID_WAIT_MS (10 * CLOCK_MINUTE)
#define FAILED_WAIT_MS (10 * CLOCK_MINUTE)
#define NAME_TRIES 5

/* The first step's place, written together with the closing: from here on nobody can stay. */
#define CLOSED 1

static const struct db_sql sql_next =
	SQL("SELECT user_id FROM leaving WHERE due_at <= ? ORDER BY due_at LIMIT 1");

static const struct db_sql sql_find =
	SQL("SELECT choice, step, place FROM leaving WHERE user_id = ?");

/* The person before what they asked for, as leaving_ask locks them. */
static const struct db_sql sql_lock_user = SQL("SELECT 1 FROM user WHERE user_id = ? FOR UPDATE");

static const struct db_sql sql_lock = SQL("SELECT 1 FROM leaving WHERE user_id = ? FOR UPDATE");

static const struct db_sql sql_move =
	SQL("UPDATE leaving SET step = ?, place = ?, due_at = ? WHERE user_id = ?");

static const struct db_sql sql_unpaid =
	SQL("SELECT 1 FROM sale_order WHERE user_id = ? AND state = 0 LIMIT 1");

static const struct db_sql sql_close =
	SQL("UPDATE user SET state = 3, role = 0, email = NULL, email_folded = NULL, phone = NULL,"
	    " password_hash = '', bio = '', zone = '', language = '', last_seen_on = 0"
	    " WHERE user_id = ?");

static const struct db_sql sql_rename =
	SQL("UPDATE user SET username = ?, username_folded = ? WHERE user_id = ?");

static const struct db_sql sql_drop_user = SQL("DELETE FROM user WHERE user_id = ?");

static const struct db_sql sql_drop_leaving = SQL("DELETE FROM leaving WHERE user_id = ?");

static const struct db_sql sql_posts =
	SQL("SELECT post_id FROM post FORCE INDEX (author) WHERE author_id = ? AND deleted_at = 0"
	    " AND post_id > ? ORDER BY post_id LIMIT ?");

static const struct db_sql sql_comments = SQL(
	"SELECT comment_id, target_id FROM comment FORCE INDEX (author) WHERE author_id = ?"
	" AND comment_id > ? AND target_type = 1 AND deleted_at = 0 ORDER BY comment_id LIMIT ?");

/* An account on its way out. */
struct leaver {
	struct ctx *c;
	int64_t user_id;
	enum leaving_choice choice;
	int step;
	int64_t place;  /* how far the step is, in its own terms; 0 at its start */
	int64_t due_at; /* of what comes next */
	bool is_over;   /* the step is done */
};

/* ERR_NOT_FOUND when they stay after all, since a moment ago. */
static err close_work(void *context)
{
	struct leaver *l = context;
	struct ctx *c = l->c;
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_lock_user, DB_ARGS(l->user_id));

	if (!e)
		e = db_query(c->db, c->arena, &rows, &sql_lock, DB_ARGS(l->user_id));
	if (e)
		return e;
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	e = db_exec(c->db, NULL, &sql_close, DB_ARGS(l->user_id));
	return e ? e
		 : db_exec(c->db, NULL, &sql_move, DB_ARGS(l->step, CLOSED, c->now, l->user_id));
}

static err ask_unpaid(struct leaver *l, bool *is_unpaid)
{
	struct ctx *c = l->c;
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_unpaid, DB_ARGS(l->user_id));

	*is_unpaid = !e && db_next(rows);
	return e;
}

/* Whoever buys just before the day pays or loses the order first. */
static err close_account(struct leaver *l)
{
	struct ctx *c = l->c;
	bool is_unpaid;
	err e = ask_unpaid(l, &is_unpaid);

	l->due_at = c->now + UNPAID_WAIT_MS;
	if (e || is_unpaid)
		return e;
	e = db_transaction(c->db, close_work, l);
	if (e == ERR_NOT_FOUND)
		return OK;
	l->place = CLOSED;
	if (!e)
		e = picture_remove(c, PICTURE_AVATAR, l->user_id);
	if (!e)
		e = session_end_all(c, l->user_id);
	l->due_at = c->now + LEAVING_SETTLE_MS;
	l->is_over = true;
	return e;
}

static err forget_private(struct leaver *l)
{
	return leaving_forget_private(l->c, l->user_id, &l->is_over);
}

static err remove_export(struct leaver *l)
{
	l->is_over = true;
	return export_forget(l->c, l->user_id);
}

/* Also what was in the queue when the account was closed: the closer tells its buyer by number. */
static err blank_orders(struct leaver *l)
{
	bool is_erased = l->choice == LEAVING_ERASE, is_waiting = false, is_unpaid = false;
	err e = is_erased ? leaving_forget_tickets(l->c, l->user_id, &is_waiting) : OK;

	if (!e)
		e = ask_unpaid(l, &is_unpaid);
	if (e)
		return e;
	if (!is_waiting && !is_unpaid)
		return leaving_blank_orders(l->c, l->user_id, is_erased, &l->is_over);
	l->due_at = l->c->now + UNPAID_WAIT_MS;
	return OK;
}

/* A step that works until it finds nothing more. */
static err until_none(struct leaver *l, err e, int64_t count)
{
	l->is_over = !e && count == 0;
	return e;
}

static err take_back_votes(struct leaver *l)
{
	int64_t count = 0;
	err e = reaction_forget_votes(l->c, l->user_id, BATCH, &count);

	return until_none(l, e, count);
}

static err take_back_likes(struct leaver *l)
{
	int64_t count = 0;
	err e = reaction_forget_likes(l->c, l->user_id, BATCH, &count);

	return until_none(l, e, count);
}

static err erase_comments(struct leaver *l)
{
	int64_t count = 0;
	err e = leaving_erase_comments(l->c, l->user_id, &count);

	return until_none(l, e, count);
}

static err erase_posts(struct leaver *l)
{
	int64_t count = 0;
	err e = leaving_erase_posts(l->c, l->user_id, &count);

	return until_none(l, e, count);
}

static err erase_traces(struct leaver *l)
{
	int64_t count = 0;
	err e = leaving_erase_traces(l->c, l->user_id, &count);

	return until_none(l, e, count);
}

static err forget_events(struct leaver *l)
{
	return leaving_forget_events(l->c, l->user_id, &l->place, &l->is_over);
}

static err rename_work(void *context)
{
	struct leaver *l = context;
	struct ctx *c = l->c;
	struct str hash = secret_hash(c->arena, secret_token(c->arena, 16));
	struct str name = str_format(c->arena, "deleted-%.10s", hash.p);
	err e = user_name_retire(l->c, l->user_id);

	return e ? e : db_exec(c->db, NULL, &sql_rename, DB_ARGS(name, name, l->user_id));
}

static err rename_user(struct leaver *l)
{
	err e = ERR_CONFLICT;
	int i;

	for (i = 0; i < NAME_TRIES && e == ERR_CONFLICT; i++)
		e = db_transaction(l->c->db, rename_work, l);
	l->is_over = true;
	return e;
}

/* Pages that processes remember by their version name the author: they are read anew. */
static err announce(struct leaver *l, const struct db_sql *sql, unsigned post_column)
{
	struct ctx *c = l->c;
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, sql, DB_ARGS(l->user_id, l->place, BATCH));

	if (e)
		return e;
	l->is_over = db_count(rows) < BATCH;
	while (db_next(rows)) {
		reaction_bump(c, db_int(rows, post_column), 0);
		l->place = db_int(rows, 0);
	}
	post_version_bump(c);
	return cache_flush(c->cache);
}

static err announce_posts(struct leaver *l)
{
	return announce(l, &sql_posts, 0);
}

static err announce_comments(struct leaver *l)
{
	return announce(l, &sql_comments, 1);
}

static err forget_keys(struct leaver *l)
{
	return leaving_forget_keys(l->c, l->user_id, &l->place, &l->is_over);
}

static err finish_work(void *context)
{
	struct leaver *l = context;
	struct ctx *c = l->c;
	err e = OK;

	if (l->choice == LEAVING_ERASE)
		e = user_name_retire(l->c, l->user_id);
	if (!e && l->choice == LEAVING_ERASE)
		e = db_exec(c->db, NULL, &sql_drop_user, DB_ARGS(l->user_id));
	return e ? e : db_exec(c->db, NULL, &sql_drop_leaving, DB_ARGS(l->user_id));
}

static err finish(struct leaver *l)
{
	err e = db_transaction(l->c->db, finish_work, l);

	if (!e)
		log_info("leaving: an account is deleted, choice %d", (int)l->choice);
	return e;
}

#define KEEP (1U << LEAVING_KEEP)
#define ANONYMISE (1U << LEAVING_ANONYMISE)
#define ERASE (1U << LEAVING_ERASE)
#define ALL (KEEP | ANONYMISE | ERASE)

/* A step's number stands in the table: a new one goes where no account can be yet. */
static const struct {
	err (*work)(struct leaver *l);
	unsigned choices;
} steps[] = {
	{ close_account, ALL },
	{ forget_private, ALL },
	{ remove_export, ALL },
	{ blank_orders, ALL },
	{ take_back_votes, ERASE },
	{ take_back_likes, ERASE },
	{ erase_comments, ERASE },
	{ erase_posts, ERASE },
	{ erase_traces, ERASE },
	{ forget_events, ERASE },
	{ rename_user, ANONYMISE },
	{ announce_posts, KEEP | ANONYMISE },
	{ announce_comments, KEEP | ANONYMISE },
	{ forget_keys, ALL },
	{ finish, ALL },
};

err leaving_next(struct ctx *c, int64_t *user_id)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_next, DB_ARGS(c->now));

	if (e)
		return e;
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	*user_id = db_int(rows, 0);
	return OK;
}

static err find(struct ctx *c, int64_t user_id, struct leaver *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_find, DB_ARGS(user_id));

	if (e)
		return e;
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	*out = (struct leaver){
		.c = c,
		.user_id = user_id,
		.choice = (enum leaving_choice)db_int(rows, 0),
		.step = (int)db_int(rows, 1),
		.place = db_int(rows, 2),
		.due_at = c->now,
	};
	return OK;
}

static void go_on(struct leaver *l)
{
	if (!l->is_over)
		return;
	l->place = 0;
	do
		l->step++;
	while (!(steps[l->step].choices & (1U << l->choice)));
}

/* What goes wrong with one must not stop the others. */
static err put_off(struct leaver *l, err why)
{
	struct ctx *c = l->c;

	log_error("leaving: step %d of user=%lld: %s", l->step, (long long)l->user_id,
		  err_name(why));
	return db_exec(c->db, NULL, &sql_move,
		       DB_ARGS(l->step, l->place, c->now + FAILED_WAIT_MS, l->user_id));
}

/* Redis first: what is erased in SQL must go there too, so without it nothing is begun. */
err leaving_step(struct ctx *c, int64_t user_id)
{
	struct cache_reply *reply;
	struct leaver l;
	err e = cache_run(c->cache, &reply, CACHE_ARGS(STR("PING")));

	if (!e)
		e = find(c, user_id, &l);
	if (e)
		return e == ERR_NOT_FOUND ? OK : e;
	if (l.step < 0 || (size_t)l.step >= ARRAY_LEN(steps)) {
		log_error("leaving: there is no step %d", l.step);
		return ERR_INTERNAL;
	}
	e = steps[l.step].work(&l);
	if (e)
		return e == ERR_UNAVAILABLE ? e : put_off(&l, e);
	if (steps[l.step].work == finish)
		return OK;
	go_on(&l);
	return db_exec(c->db, NULL, &sql_move, DB_ARGS(l.step, l.place, l.due_at, user_id));
}
