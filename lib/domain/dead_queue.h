/*
 * Queues that the broker lost when they were new (lib/store/mq.h, mq_is_dead), with all they had
 * confirmed: they are made anew, and what had gone there goes there again.
 *
 * What went to a queue is known as long as it may have been in there: rows of the outbox that were
 * sent keep their text, a sale's requests are tickets, and events of the forum are published to a
 * queue that outlives the broker, never to one that has just been made (mq_await_lasting).
 */
#ifndef DOMAIN_DEAD_QUEUE_H
#define DOMAIN_DEAD_QUEUE_H

#include "domain/ctx.h"

#define DEAD_QUEUE_AGAIN_MS 86400000 /* so old is what a dead queue may have held, at most */

/*
 * Look at a queue, and when it is dead, make it anew, with an alarm in the log. What was published
 * to the topic from the outbox is due once more. *was_dead says so also when it could not be made
 * anew: then this is to be called again. ERR_UNAVAILABLE: the broker is away. Some seconds.
 */
err dead_queue_mend(struct ctx *c, struct str queue, struct str topic, bool *was_dead) MUST_CHECK;

/*
 * The same for one of those that always exist, on a connection of its own, for its consumers: OK
 * and nothing done while another of them is at it.
 */
err dead_queue_mend_fixed(struct ctx *c, const struct mq_queue *queue) MUST_CHECK;

#endif
