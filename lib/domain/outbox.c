/* The outbox: rows written with the change they tell of, published once that is committed. */
#include "domain/outbox.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"

/* The compensator leaves a row alone for this long, so that it does not race its own process. */
#define OWN_TIME_MS (30 * CLOCK_SECOND)
#define KEEP_MS (7 * CLOCK_DAY) /* of a row that was sent */

struct outbox_queue {
	struct buf ids; /* "1,2,3": a JSON array without its brackets */
};

static const struct db_sql sql_add =
	SQL("INSERT INTO outbox (event_id, topic, payload, state, next_try_at, created_at)"
	    " VALUES (?, ?, ?, 0, ?, ?)");

static const struct db_sql sql_own =
	SQL("SELECT o.event_id, o.topic, o.payload"
	    " FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$')) j"
	    " STRAIGHT_JOIN outbox o ON o.event_id = j.id WHERE o.state = 0");

/* Without being told the server may read all of a small outbox, and wait for rows others hold. */
static const struct db_sql sql_sent =
	SQL("UPDATE JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$')) j STRAIGHT_JOIN"
	    " outbox o FORCE INDEX (PRIMARY) ON o.event_id = j.id SET o.state = 1, o.attempts = "
	    "o.attempts + 1 WHERE o.state = 0");

/* By the index on (state, next_try_at), which a sent row keeps from before. */
static const struct db_sql sql_sweep =
	SQL("DELETE FROM outbox WHERE state = 1 AND next_try_at < ? ORDER BY next_try_at LIMIT ?");

/* By the index (state, next_try_at), too. */
static const struct db_sql sql_again =
	SQL("UPDATE outbox SET state = 0, attempts = 0 WHERE state = 1 AND next_try_at > ?"
	    " AND topic = ?");

static err add_row(struct ctx *c, struct str topic, struct str payload, int64_t due, int64_t *id)
{
	err e = ctx_new_id(c, id);

	return e ? e : db_exec(c->db, NULL, &sql_add, DB_ARGS(*id, topic, payload, due, c->now));
}

err outbox_add_later(struct ctx *c, struct str topic, struct str payload, int64_t due)
{
	int64_t id;

	return add_row(c, topic, payload, due, &id);
}

err outbox_add(struct ctx *c, struct str topic, struct str payload)
{
	struct outbox_queue *q = c->outbox;
	int64_t id;
	err e = add_row(c, topic, payload, c->now + OWN_TIME_MS, &id);

	if (e)
		return e;
	if (!q) {
		q = ARENA_NEW(c->arena, struct outbox_queue);
		buf_init(&q->ids, c->arena, 64);
		c->outbox = q;
	}
	if (q->ids.n)
		buf_add_char(&q->ids, ',');
	buf_add_i64(&q->ids, id);
	return OK;
}

/*
 * Only what is in the table is published: an event whose transaction was rolled back is remembered
 * here, but never happened.
 */
static err find_own(struct ctx *c, struct str ids, struct mq_message **out, size_t *count)
{
	struct db_rows *rows;
	struct mq_message *m;
	err e = db_query(c->db, c->arena, &rows, &sql_own, DB_ARGS(ids));

	if (e)
		return e;
	m = ARENA_ARRAY(c->arena, struct mq_message, db_count(rows) + 1);
	*out = m;
	*count = db_count(rows);
	for (; db_next(rows); m++) {
		m->id = num_text(c->arena, db_int(rows, 0));
		m->key = db_str(rows, 1);
		m->body = db_str(rows, 2);
	}
	return OK;
}

static err mark_sent(struct ctx *c, const struct mq_message *messages, size_t count,
		     const bool *done)
{
	struct buf ids;
	size_t i;

	buf_init(&ids, c->arena, 64);
	for (i = 0; i < count; i++) {
		if (!done[i])
			continue;
		buf_add_char(&ids, ids.n ? ',' : '[');
		buf_add(&ids, messages[i].id);
	}
	if (!ids.n)
		return OK;
	buf_add_char(&ids, ']');
	return db_exec(c->db, NULL, &sql_sent, DB_ARGS(buf_str(&ids)));
}

static err publish(struct ctx *c, struct str ids)
{
	struct mq_message *messages;
	size_t count;
	bool *done;
	err e = find_own(c, ids, &messages, &count);
	err marked;

	if (e || count == 0)
		return e;
	done = ARENA_ARRAY(c->arena, bool, count);
	e = mq_publish_batch_confirmed(c->mq, messages, count, done);
	marked = mark_sent(c, messages, count, done);
	return e ? e : marked;
}

void outbox_publish_own(struct ctx *c)
{
	struct outbox_queue *q = c->outbox;
	struct str ids;
	err e;

	if (!q)
		return;
	c->outbox = NULL;
	/* A new post's place in the ranking need not wait for the broker. */
	if (cache_flush(c->cache))
		log_debug("what was queued for Redis at the end is lost");
	ids = str_format(c->arena, "[" STR_FMT "]", STR_ARG(buf_str(&q->ids)));
	e = publish(c, ids);
	if (e)
		log_warn("events %s are left to the compensator: %s", ids.p, err_name(e));
}

err outbox_send_again(struct ctx *c, struct str topic, int64_t since)
{
	return db_exec(c->db, NULL, &sql_again, DB_ARGS(since, topic));
}

err outbox_sweep(struct ctx *c, int limit, int64_t *swept)
{
	return db_exec(c->db, swept, &sql_sweep, DB_ARGS(c->now - KEEP_MS, limit));
}
