/*
 * A queue read to its end: a mark is sent behind what was confirmed before, so that no pause of the
 * broker's is taken for the end.
 *
 *   struct str mark = queue_mark(publisher, a, STR("mail.requested"));
 *   struct mq_delivery d;
 *
 *   while (queue_next(consumer, a, mark, &d))
 *           ...
 */
#ifndef SUPPORT_QUEUE_H
#define SUPPORT_QUEUE_H

#include "store/mq.h"

/* The mark's id. Aborts when the broker takes nothing for half a minute. */
struct str queue_mark(struct mq *publisher, struct arena *a, struct str key);

/* The next delivery; false when it is the mark, which is acknowledged. Aborts when none comes. */
bool queue_next(struct mq *consumer, struct arena *a, struct str mark, struct mq_delivery *out);

/* Both, acknowledging what comes: nothing that was confirmed before is left. */
void queue_drain(struct mq *publisher, struct mq *consumer, struct arena *a, struct str key);

#endif
