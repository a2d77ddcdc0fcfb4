/* What lies and waits in the pipes. */
#include "domain/plumbing.h"

#include "base/log.h"
#include "domain/sale_orders.h"

static const struct db_sql sql_outbox =
	SQL("SELECT state, COUNT(*), MIN(created_at) FROM outbox WHERE state IN (0, 2, 3)"
	    " GROUP BY state");

static err count_outbox(struct ctx *c, struct plumbing *out)
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

/* One that does not exist is not shown. False: the broker is away. */
static bool count_queue(struct ctx *c, struct plumbing *out, struct str name, bool is_dead)
{
	struct plumbing_queue *q = &out->queues.items[out->queues.count];
	struct mq_counts counts;
	err e = mq_count(c->mq, str_c(c->arena, name), &counts);

	if (e)
		return e == ERR_NOT_FOUND;
	*q = (struct plumbing_queue){ name, counts.ready, counts.consumers, is_dead };
	out->queues.count++;
	if (is_dead)
		out->dead_letters += counts.ready;
	return true;
}

static bool count_queues(struct ctx *c, struct plumbing *out)
{
	size_t i, most = mq_queue_count + out->sales.count + mq_dead_count();

	out->queues.items = ARENA_ARRAY(c->arena, struct plumbing_queue, most + 1);
	for (i = 0; i < mq_queue_count; i++)
		if (!count_queue(c, out, str_from_c(mq_queues[i].name), false))
			return false;
	for (i = 0; i < out->sales.count; i++)
		if (!count_queue(c, out, sale_orders_key(c->arena, out->sales.items[i].id), false))
			return false;
	for (i = 0; i < mq_dead_count(); i++)
		if (!count_queue(c, out, str_from_c(mq_dead_queue(i)), true))
			return false;
	return true;
}

static err read_sales(struct ctx *c, struct plumbing *out)
{
	struct sale_list live;
	err e = sale_live(c, &live);
	size_t i;

	if (e)
		return e;
	out->sales.items = ARENA_ARRAY(c->arena, struct plumbing_sale, live.count + 1);
	out->sales.count = live.count;
	for (i = 0; i < live.count; i++) {
		out->sales.items[i].id = live.items[i].id;
		if (sale_report_read(c, live.items[i].id, &out->sales.items[i].report))
			log_debug("the report on a sale is not to be had");
	}
	return OK;
}

err plumbing_read(struct ctx *c, struct plumbing *out)
{
	err e;

	*out = (struct plumbing){ 0 };
	e = count_outbox(c, out);
	if (!e)
		e = read_sales(c, out);
	if (!e)
		e = job_runs(c, &out->jobs);
	if (e)
		return e;
	out->has_mq = count_queues(c, out);
	if (!out->has_mq) {
		out->queues.count = 0;
		out->dead_letters = 0;
	}
	return OK;
}

err plumbing_check_dead(struct ctx *c)
{
	struct mq_counts counts;
	err e = OK;
	size_t i;

	for (i = 0; !e && i < mq_dead_count(); i++) {
		const char *queue = mq_dead_queue(i);

		e = mq_count(c->mq, queue, &counts);
		if (!e && counts.ready)
			log_error("ALARM dead letters: %lld in %s", (long long)counts.ready, queue);
		if (e == ERR_NOT_FOUND)
			e = OK;
	}
	return e;
}
