/* Queues that died are made anew. */
#include "domain/dead_queue.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "domain/job_lease.h"
#include "domain/outbox.h"

/* Longer than it takes to look at two queues, delete them and declare them. */
#define LEASE_MS 120000

/*
 * The outbox first, as we may be killed in between: who is told something twice is none the worse
 * for it.
 */
err dead_queue_mend(struct ctx *c, struct str queue, struct str topic, bool *was_dead)
{
	err e = mq_is_dead(c->mq, queue, was_dead);

	if (e || !*was_dead)
		return e;
	log_error("ALARM queue " STR_FMT " is dead and is made anew", STR_ARG(queue));
	e = outbox_send_again(c, topic, c->now - DEAD_QUEUE_AGAIN_MS);
	return e ? e : mq_make_anew(c->mq, queue);
}

/* Two at once, and the one who looked first would delete what the other has made. */
static err mend_alone(struct ctx *c, const struct mq_queue *queue)
{
	struct str name = str_format(c->arena, "queue:%s", queue->name);
	struct str owner = str_format(c->arena, "%ld:%lld", (long)getpid(), (long long)clock_now());
	bool was_dead;
	err e = job_lease_take(c, name, owner, LEASE_MS), released;

	if (e)
		return e == ERR_CONFLICT ? OK : e;
	e = dead_queue_mend(c, str_from_c(queue->name), str_from_c(queue->binding), &was_dead);
	released = job_lease_release(c, name, owner);
	return e ? e : released;
}

err dead_queue_mend_fixed(struct ctx *c, const struct mq_queue *queue)
{
	struct ctx own = *c;
	err e;

	own.mq = mq_new(c->config);
	e = mend_alone(&own, queue);
	mq_free(own.mq);
	return e;
}
