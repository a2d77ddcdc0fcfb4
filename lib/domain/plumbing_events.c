/* Events of the outbox that were not sent. */
#include "domain/plumbing.h"

#include "base/log.h"
#include "domain/moderation.h"

/* In the order of the primary key, so that a page goes on where the last one stopped. */
static const struct db_sql sql_events =
	SQL("SELECT event_id, topic, payload, state, attempts, created_at, next_try_at FROM outbox"
	    " FORCE INDEX (PRIMARY) WHERE state = ? AND event_id > ? ORDER BY event_id LIMIT ?");

static const struct db_sql sql_retry_all =
	SQL("UPDATE outbox SET state = 0, attempts = 0, next_try_at = ? WHERE state IN (2, 3)");

static const struct db_sql sql_retry =
	SQL("UPDATE outbox SET state = 0, attempts = 0, next_try_at = ? WHERE event_id = ?"
	    " AND state IN (2, 3)");

static const struct db_sql sql_drop_all = SQL("DELETE FROM outbox WHERE state = 3");

static const struct db_sql sql_drop = SQL("DELETE FROM outbox WHERE event_id = ? AND state = 3");

err plumbing_events(struct ctx *c, enum outbox_state state, int64_t after_id, int limit,
		    struct plumbing_events *out)
{
	struct db_rows *rows;
	size_t n = 0;
	err e = db_query(c->db, c->arena, &rows, &sql_events, DB_ARGS((int)state, after_id, limit));

	if (e)
		return e;
	out->items = ARENA_ARRAY(c->arena, struct plumbing_event, db_count(rows) + 1);
	for (; db_next(rows); n++)
		out->items[n] = (struct plumbing_event){
			.id = db_int(rows, 0),
			.topic = db_str(rows, 1),
			.payload = db_str(rows, 2),
			.state = (enum outbox_state)db_int(rows, 3),
			.attempts = db_int(rows, 4),
			.created_at = db_int(rows, 5),
			.next_try_at = db_int(rows, 6),
		};
	out->count = n;
	return OK;
}

/* What is done to one event, or to all of them. */
struct change {
	struct ctx *c;
	int64_t id; /* 0: all */
	int64_t changed;
};

/* What is done, if there was anything to do, is in the log of who did it. */
static err record(const struct change *w, struct str action)
{
	return w->changed ? moderation_record(w->c, action, TARGET_EVENT, w->id, STR("")) : OK;
}

/*
 * All of them are found by the index on their state, one of them by its id, as the compensator does
 * it: who meets another one's work in the middle may have to begin again.
 */
static err retry(void *context)
{
	struct change *w = context;
	struct ctx *c = w->c;
	err e = w->id ? db_exec(c->db, &w->changed, &sql_retry, DB_ARGS(c->now, w->id))
		      : db_exec(c->db, &w->changed, &sql_retry_all, DB_ARGS(c->now));

	return e ? e : record(w, STR("event.retry"));
}

static err drop(void *context)
{
	struct change *w = context;
	struct ctx *c = w->c;
	err e = w->id ? db_exec(c->db, &w->changed, &sql_drop, DB_ARGS(w->id))
		      : db_exec(c->db, &w->changed, &sql_drop_all, DB_NO_ARGS);

	return e ? e : record(w, STR("event.drop"));
}

err plumbing_events_retry(struct ctx *c, int64_t id, int64_t *changed)
{
	struct change w = { .c = c, .id = id };
	err e = db_transaction(c->db, retry, &w);

	if (!e)
		*changed = w.changed;
	return e;
}

err plumbing_events_drop(struct ctx *c, int64_t id, int64_t *changed)
{
	struct change w = { .c = c, .id = id };
	err e = db_transaction(c->db, drop, &w);

	if (!e)
		*changed = w.changed;

	if (!e && *changed)
		log_warn("outbox: %lld dead events were dropped by hand", (long long)*changed);
	return e;
}
