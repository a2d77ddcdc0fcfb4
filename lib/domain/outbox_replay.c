/*
 * Replaying the outbox. Rows are claimed in one short transaction and published after it, so that
 * no lock is held while the broker is waited for.
 */
#include "domain/outbox_replay.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"
#include "base/secret.h"

#define FIRST_WAIT_MS (30 * CLOCK_SECOND)
#define LONGEST_WAIT_MS CLOCK_HOUR

/* One state at a time: the index then gives the rows in their order. */
static const struct db_sql sql_due =
	SQL("SELECT event_id, topic, payload, attempts FROM outbox"
	    " WHERE state = ? AND next_try_at <= ? ORDER BY next_try_at LIMIT ?"
	    " FOR UPDATE SKIP LOCKED");

/* Without being told the server may read all of a small outbox, and wait for rows others hold. */
#define CLAIMED_ROWS \
	"JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$')) j STRAIGHT_JOIN" \
	" outbox o FORCE INDEX (PRIMARY) ON o.event_id = j.id"

static const struct db_sql sql_claim = SQL("UPDATE " CLAIMED_ROWS " SET o.next_try_at = ?");

static const struct db_sql sql_sent =
	SQL("UPDATE " CLAIMED_ROWS " SET o.state = 1, o.attempts = o.attempts + 1");

static const struct db_sql sql_failed =
	SQL("UPDATE outbox SET state = ?, attempts = ?, next_try_at = ?"
	    " WHERE event_id = ? AND state IN (0, 2)");

/* An event may be meant for much later, so it is late when it was due, or refused, long ago. */
static const struct db_sql sql_late =
	SQL("SELECT COUNT(*), MIN(created_at) FROM outbox"
	    " WHERE (state = 0 AND next_try_at < ?) OR (state = 2 AND created_at < ?)");

struct batch {
	struct ctx *c;
	struct mq_message messages[OUTBOX_BATCH];
	int64_t ids[OUTBOX_BATCH], attempts[OUTBOX_BATCH];
	bool done[OUTBOX_BATCH];
	size_t count;
};

static err read_due(struct batch *b, enum outbox_state state)
{
	struct ctx *c = b->c;
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_due,
			 DB_ARGS((int)state, c->now, (int64_t)(OUTBOX_BATCH - b->count)));

	if (e)
		return e;
	while (db_next(rows)) {
		b->ids[b->count] = db_int(rows, 0);
		b->attempts[b->count] = db_int(rows, 3);
		b->messages[b->count] = (struct mq_message){
			.id = num_text(c->arena, db_int(rows, 0)),
			.key = db_str(rows, 1),
			.body = db_str(rows, 2),
		};
		b->count++;
	}
	return OK;
}

/* The ids of the batch that are done, or of all of it, as a JSON array. Empty when there are none.
 */
static struct str list_ids(const struct batch *b, bool only_done)
{
	struct buf list;
	size_t i;

	buf_init(&list, b->c->arena, 64);
	for (i = 0; i < b->count; i++) {
		if (only_done && !b->done[i])
			continue;
		buf_add_char(&list, list.n ? ',' : '[');
		buf_add_i64(&list, b->ids[i]);
	}
	if (list.n)
		buf_add_char(&list, ']');
	return buf_str(&list);
}

static err claim_run(void *context)
{
	struct batch *b = context;
	struct ctx *c = b->c;
	err e;

	b->count = 0;
	e = read_due(b, OUTBOX_PENDING);
	if (!e && b->count < OUTBOX_BATCH)
		e = read_due(b, OUTBOX_FAILED);
	if (e || !b->count)
		return e;
	return db_exec(c->db, NULL, &sql_claim,
		       DB_ARGS(list_ids(b, false), c->now + OUTBOX_CLAIM_MS));
}

int64_t outbox_back_off(int64_t attempts)
{
	int64_t wait = FIRST_WAIT_MS;

	while (attempts-- > 1 && wait < LONGEST_WAIT_MS)
		wait *= 2;
	if (wait > LONGEST_WAIT_MS)
		wait = LONGEST_WAIT_MS;
	return wait * 3 / 4 + secret_random_below((uint32_t)(wait / 2));
}

static err put_off(struct batch *b, size_t i)
{
	struct ctx *c = b->c;
	int64_t attempts = b->attempts[i] + 1;
	enum outbox_state state = attempts < OUTBOX_ATTEMPTS ? OUTBOX_FAILED : OUTBOX_DEAD;

	if (state == OUTBOX_DEAD)
		log_error("ALARM outbox: event %lld for " STR_FMT " is dead after %lld attempts",
			  (long long)b->ids[i], STR_ARG(b->messages[i].key), (long long)attempts);
	return db_exec(c->db, NULL, &sql_failed,
		       DB_ARGS((int)state, attempts, c->now + outbox_back_off(attempts),
			       b->ids[i]));
}

static err settle(struct batch *b)
{
	struct str sent = list_ids(b, true);
	size_t i;
	err e = OK;

	if (sent.n)
		e = db_exec(b->c->db, NULL, &sql_sent, DB_ARGS(sent));
	for (i = 0; !e && i < b->count; i++) {
		if (!b->done[i])
			e = put_off(b, i);
	}
	return e;
}

err outbox_replay(struct ctx *c, size_t *claimed)
{
	struct batch *b = ARENA_NEW(c->arena, struct batch);
	err e = mq_declare(c->mq);

	b->c = c;
	if (!e)
		e = db_transaction(c->db, claim_run, b);
	if (e)
		return e;
	*claimed = b->count;
	if (!b->count)
		return OK;
	e = mq_publish_batch_confirmed(c->mq, b->messages, b->count, b->done);
	if (e)
		log_warn("outbox: not all of %zu events were published: %s", b->count, err_name(e));
	return settle(b);
}

err outbox_check_late(struct ctx *c)
{
	int64_t before = c->now - OUTBOX_LATE_MS;
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_late, DB_ARGS(before, before));

	if (e)
		return e;
	if (db_next(rows) && db_int(rows, 0) > 0)
		log_error("ALARM outbox: %lld events are late, the oldest was recorded %lld s ago",
			  (long long)db_int(rows, 0),
			  (long long)((c->now - db_int(rows, 1)) / CLOCK_SECOND));
	return OK;
}
