/* Marks in queues. */
#include "support/queue.h"

#include "support/patience.h"

struct str queue_mark(struct mq *publisher, struct arena *a, struct str key)
{
	struct str mark = str_format(a, "mark-%d-%lld", (int)getpid(), (long long)clock_ticks_us());
	err e = ERR_UNAVAILABLE;

	WAIT_UNTIL(!(e = mq_publish_confirmed(publisher, key, mark, STR("{}"))));
	if (e)
		BUG("no mark can be sent to " STR_FMT, STR_ARG(key));
	return mark;
}

bool queue_next(struct mq *consumer, struct arena *a, struct str mark, struct mq_delivery *out)
{
	err e = ERR_NOT_FOUND;

	WAIT_UNTIL(!(e = mq_next(consumer, a, 1000, out)));
	if (e)
		BUG("the mark of a queue does not come");
	if (!str_is(out->id, mark))
		return true;
	if (mq_ack(consumer, out->tag, false))
		BUG("the mark of a queue cannot be acknowledged");
	return false;
}

void queue_drain(struct mq *publisher, struct mq *consumer, struct arena *a, struct str key)
{
	struct str mark = queue_mark(publisher, a, key);
	struct mq_delivery d;

	while (queue_next(consumer, a, mark, &d)) {
		if (mq_ack(consumer, d.tag, false))
			BUG("a message cannot be acknowledged");
	}
}
