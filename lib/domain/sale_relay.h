/*
 * Requests on their way from the gates to the queues: what the streams of all sales hold is read
 * from their beginning, packed into one message for each sale, published, and cut off once the
 * broker has it. So what lies in a stream is what the broker has not confirmed. An entry is
 * delivered at least once, those of a sale in their order; two relays at once are harmless. A queue
 * that confirms nothing does not hold up the others, nor does a key that should be a stream.
 *
 * The relay also sees to it that sales are in Redis: it asks `orders` to load (settle) one that is
 * not there as a whole, and each one again shortly before it starts.
 */
#ifndef DOMAIN_SALE_RELAY_H
#define DOMAIN_SALE_RELAY_H

#include "domain/ctx.h"

#define SALE_RELAY_MOST 512          /* requests in a message */
#define SALE_RELAY_LOOK_MS 1000      /* between two looks at which sales there are */
#define SALE_RELAY_BEFORE_MS 60000   /* the start: then a sale is settled again */
#define SALE_RELAY_IDLE_MS 30000     /* what has lain for so long has no relay that would come */
#define SALE_RELAY_ASK_MS 2000       /* until a missing sale is asked for again; doubled */
#define SALE_RELAY_ASK_MOST_MS 60000 /* at most */
#define SALE_RELAY_DEAD_MS 5000      /* a queue that confirmed nothing for so long is looked at */

struct sale_relay;

struct sale_relay *sale_relay_new(void);
void sale_relay_free(struct sale_relay *r);

/* Which sales there are, and whether Redis has them. While MariaDB is away: those known before. */
err sale_relay_look(struct sale_relay *r, struct ctx *c) MUST_CHECK;

/* How many sales are watched. */
size_t sale_relay_count(const struct sale_relay *r);

/* One round over all streams; waits up to wait_ms for the first entry. *moved: how many were. */
err sale_relay_round(struct sale_relay *r, struct ctx *c, int64_t wait_ms,
		     size_t *moved) MUST_CHECK;

/*
 * Queues that have confirmed nothing for SALE_RELAY_DEAD_MS are looked at, and made anew when they
 * are dead (domain/dead_queue.h). What was confirmed into them is published again, or written from
 * the tickets that wait. Some seconds, when there is one.
 */
err sale_relay_mend(struct sale_relay *r, struct ctx *c) MUST_CHECK;

/* What was left for SALE_RELAY_IDLE_MS, all of it: for the compensator. */
err sale_relay_idle(struct ctx *c, size_t *moved) MUST_CHECK;

#endif
