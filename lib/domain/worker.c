/*
 * The worker number of this process's ids: a row of id_worker, held for ten minutes at a time.
 *
 * last_ms of the row is never less than the time in any id made under the number: it is set to the
 * end of the lease when the lease begins. A successor takes only a number whose last_ms has passed.
 */
#include "domain/ctx.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"

#define LEASE_MS (10 * CLOCK_MINUTE)
#define RENEW_MS (LEASE_MS * 2 / 3)
/* The lease ends this much earlier for its holder than for the others. */
#define MARGIN_MS (5 * CLOCK_SECOND)
#define TRIES 8

#define DATABASE_MS "CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)"

static const struct db_sql sql_free =
	SQL("SELECT worker, last_ms FROM id_worker"
	    " WHERE worker >= ? AND until_at < " DATABASE_MS " AND last_ms < ?"
	    " ORDER BY worker LIMIT 1");

static const struct db_sql sql_take =
	SQL("UPDATE id_worker SET owner = ?, until_at = " DATABASE_MS " + ?, last_ms = ?"
	    " WHERE worker = ? AND until_at < " DATABASE_MS " AND last_ms < ?");

static const struct db_sql sql_renew =
	SQL("UPDATE id_worker SET until_at = " DATABASE_MS " + ?, last_ms = GREATEST(last_ms, ?)"
	    " WHERE worker = ? AND owner = ?");

static const struct db_sql sql_release = SQL("UPDATE id_worker SET owner = '', until_at = 0, "
					     "last_ms = ? WHERE worker = ? AND owner = ?");

static void hold(struct id_lease *l, int64_t started, int64_t last_ms)
{
	l->renew_at = started + RENEW_MS;
	l->ends_at = started + LEASE_MS - MARGIN_MS;
	l->last_ms = last_ms;
}

/* host:pid:random, so that a lease is never taken for another one's. */
static void name_owner(struct id_lease *l, struct arena *a)
{
	char host[32] = "";

	if (gethostname(host, sizeof(host) - 1))
		host[0] = '\0';
	(void)snprintf(l->owner, sizeof(l->owner), "%s:%ld:%s", host, (long)getpid(),
		       secret_token(a, 9).p);
}

/* The first free number from `from` on. ERR_NOT_FOUND: none there. ERR_CONFLICT: someone was
 * faster. */
static err take_from(struct id_lease *l, struct db *db, struct arena *a, int64_t from)
{
	int64_t now = clock_now(), started = clock_ticks(), changed, worker;
	struct db_rows *rows;
	err e = db_query(db, a, &rows, &sql_free, DB_ARGS(from, now));

	if (e)
		return e;
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	worker = db_int(rows, 0);
	e = db_exec(db, &changed, &sql_take,
		    DB_ARGS(str_from_c(l->owner), LEASE_MS, now + LEASE_MS, worker, now));
	if (e)
		return e;
	if (changed != 1)
		return ERR_CONFLICT;
	id_source_init(&l->source, (int)worker, db_int(rows, 1));
	hold(l, started, now + LEASE_MS);
	return OK;
}

/* From a random place, so that processes that start together do not ask for the same one. */
static err take(struct id_lease *l, struct db *db, struct arena *a)
{
	err e = ERR_CONFLICT;
	int i;

	name_owner(l, a);
	for (i = 0; i < TRIES && e == ERR_CONFLICT; i++) {
		e = take_from(l, db, a, secret_random_below(ID_WORKERS));
		if (e == ERR_NOT_FOUND)
			e = take_from(l, db, a, 0);
	}
	if (e == ERR_NOT_FOUND || e == ERR_CONFLICT)
		log_error("no worker number for ids is free");
	return e;
}

/* ERR_NOT_FOUND when the number went to somebody else. */
static err renew(struct id_lease *l, struct db *db)
{
	int64_t now = clock_now(), started = clock_ticks(), changed;
	err e = db_exec(db, &changed, &sql_renew,
			DB_ARGS(LEASE_MS, now + LEASE_MS, (int64_t)l->source.worker,
				str_from_c(l->owner)));

	if (e)
		return e;
	if (changed != 1)
		return ERR_NOT_FOUND;
	hold(l, started, now + LEASE_MS);
	return OK;
}

/*
 * On a connection of its own: a lease taken inside the caller's transaction would be undone with
 * it, and ids made under it would be made again by another process.
 */
static err lease(struct ctx *c, struct id_lease *l)
{
	struct db *db = db_new(c->config);
	err e = ERR_NOT_FOUND;

	if (l->renew_at && clock_ticks() < l->ends_at)
		e = renew(l, db);
	if (e == ERR_NOT_FOUND)
		e = take(l, db, c->arena);
	db_free(db);
	return e == OK ? OK : ERR_UNAVAILABLE;
}

err ctx_new_id(struct ctx *c, int64_t *out)
{
	struct id_lease *l = &c->process->lease;
	int64_t id;
	err e = OK;

	if (!l->renew_at || clock_ticks() >= l->renew_at)
		e = lease(c, l);
	/* A lease that could not be renewed just now is still good until it ends. */
	if (e && (!l->renew_at || clock_ticks() >= l->ends_at))
		return e;
	e = id_next(&l->source, &id);
	if (e)
		return e;
	if (l->source.last_ms > l->last_ms) {
		log_error("the clock ran ahead of the lease of worker number %d", l->source.worker);
		l->renew_at = 1;
		return ERR_UNAVAILABLE;
	}
	*out = id;
	return OK;
}

void ctx_release_ids(struct ctx *c)
{
	struct id_lease *l = &c->process->lease;
	struct db *db;

	if (!l->renew_at || clock_ticks() >= l->ends_at)
		return;
	db = db_new(c->config);
	if (db_exec(db, NULL, &sql_release,
		    DB_ARGS(l->source.last_ms, (int64_t)l->source.worker, str_from_c(l->owner))))
		log_info("worker number %d stays leased until it runs out", l->source.worker);
	db_free(db);
	l->renew_at = 0;
}
