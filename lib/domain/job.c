/* Programs that cron starts. */
#include "domain/job.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "domain/job_lease.h"
#include "domain/outbox.h"

#define LAST_STEP_MS (20 * CLOCK_SECOND)
#define MOST 64

static const struct db_sql sql_began =
	SQL("INSERT INTO job_run (name, began_at) VALUES (?, ?)"
	    " ON DUPLICATE KEY UPDATE began_at = VALUES(began_at), ended_at = 0");

static const struct db_sql sql_ended =
	SQL("UPDATE job_run SET ended_at = ?, is_well = ? WHERE name = ?");

static const struct db_sql sql_runs = SQL("SELECT name, began_at, ended_at, is_well FROM job_run "
					  "FORCE INDEX (PRIMARY) ORDER BY name LIMIT ?");

bool job_has_time(const struct job *j)
{
	return !program_is_stopping() && clock_ticks() < j->ends_at;
}

err job_repeat(struct job *j, err (*batch)(struct ctx *c, int limit, int64_t *done), int limit,
	       int64_t *total)
{
	int64_t done = 1;
	err e = OK;

	*total = 0;
	while (!e && done && job_has_time(j)) {
		program_next(&j->p);
		e = batch(&j->p.ctx, limit, &done);
		if (!e)
			*total += done;
		outbox_publish_own(&j->p.ctx);
	}
	return e;
}

/* A note that cannot be written is no reason to leave the work undone. */
static void note_begin(struct job *j)
{
	if (db_exec(j->p.ctx.db, NULL, &sql_began, DB_ARGS(j->name, j->p.ctx.now)))
		log_warn("that it began is noted nowhere");
}

static void note_end(struct job *j, bool is_well)
{
	program_next(&j->p);
	if (db_exec(j->p.ctx.db, NULL, &sql_ended, DB_ARGS(j->p.ctx.now, is_well, j->name)))
		log_warn("that it ended is noted nowhere");
}

static err work_noted(struct job *j, err (*work)(struct job *j))
{
	err e;

	note_begin(j);
	e = work(j);
	note_end(j, !e);
	return e;
}

int job_main(const char *name, int64_t work_ms, err (*work)(struct job *j))
{
	struct job j = { .name = str_from_c(name), .ends_at = clock_ticks() + work_ms };
	struct str owner;
	err e, released;

	if (program_open(&j.p, name))
		return 1;
	/* Unlike any other's: a process, and when it began. */
	owner = str_format(j.p.lasting, "%ld:%lld", (long)getpid(), (long long)clock_now());
	e = job_lease_take(&j.p.ctx, j.name, owner, work_ms + LAST_STEP_MS);
	if (!e) {
		e = work_noted(&j, work);
		released = job_lease_release(&j.p.ctx, j.name, owner);
		e = e ? e : released;
	} else if (e == ERR_CONFLICT) {
		log_info("another one is at work");
		e = OK;
	}
	program_close(&j.p);
	return e ? 1 : 0;
}

err job_runs(struct ctx *c, struct job_runs *out)
{
	struct db_rows *rows;
	size_t n = 0;
	err e = db_query(c->db, c->arena, &rows, &sql_runs, DB_ARGS(MOST));

	if (e)
		return e;
	out->items = ARENA_ARRAY(c->arena, struct job_run, db_count(rows));
	for (; db_next(rows); n++)
		out->items[n] = (struct job_run){ db_str(rows, 0), db_int(rows, 1), db_int(rows, 2),
						  db_int(rows, 3) != 0 };
	out->count = n;
	return OK;
}
