/* Health checks and figures. */
#include "domain/health.h"

#include "domain/sms.h"

static const struct db_sql sql_outbox =
	SQL("SELECT state, COUNT(*), MIN(created_at) FROM outbox WHERE state IN (0, 2, 3)"
	    " GROUP BY state");

void health_check(struct ctx *c, struct health *out)
{
	struct cache_reply *pong;
	int64_t depth;

	out->has_db = !db_ping(c->db);
	out->has_cache =
		!cache_run(c->cache, &pong, CACHE_ARGS(STR("PING"))) && !cache_is_nil(pong);
	out->has_mq = mq_queue_count && !mq_depth(c->mq, mq_queues[0].name, &depth);
}

static err count_outbox(struct ctx *c, struct health_backlog *out)
{
	struct db_rows *rows;
	int64_t oldest = 0;
	err e = db_query(c->db, c->arena, &rows, &sql_outbox, DB_NO_ARGS);

	if (e)
		return e;
	while (db_next(rows)) {
		int64_t state = db_int(rows, 0);

		if (state < 0 || state > OUTBOX_DEAD)
			continue;
		out->outbox[state] = db_int(rows, 1);
		if (state != OUTBOX_DEAD && (!oldest || db_int(rows, 2) < oldest))
			oldest = db_int(rows, 2);
	}
	out->outbox_oldest_ms = oldest && oldest < c->now ? c->now - oldest : 0;
	return OK;
}

static err count_events(struct ctx *c, struct health_backlog *out)
{
	struct cache_reply *lengths[REACTION_SHARDS];
	int i;
	err e;

	for (i = 0; i < REACTION_SHARDS; i++)
		lengths[i] = cache_want(c->cache,
					CACHE_ARGS(STR("XLEN"), reaction_stream_key(c->arena, i)));
	e = cache_flush(c->cache);
	for (i = 0; !e && i < REACTION_SHARDS; i++)
		out->events[i] = cache_int(lengths[i]);
	return e;
}

static void count_queues(struct ctx *c, struct health_backlog *out)
{
	size_t i;

	out->queues.items = ARENA_ARRAY(c->arena, struct health_queue, mq_queue_count);
	for (i = 0; i < mq_queue_count; i++) {
		struct health_queue *q = &out->queues.items[out->queues.count];

		q->name = mq_queues[i].name;
		if (mq_depth(c->mq, q->name, &q->messages) == ERR_UNAVAILABLE)
			return;
		out->queues.count++;
	}
}

err health_backlog(struct ctx *c, struct health_backlog *out)
{
	err e = count_outbox(c, out);

	if (!e)
		e = count_events(c, out);
	if (!e)
		e = sms_count(c, &out->sms_today);
	if (!e)
		count_queues(c, out);
	return e;
}
