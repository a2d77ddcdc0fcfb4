/*
 * Events on their way from Redis to the queue. A script that changes a vote or a like adds an
 * entry to the stream of its shard; here entries are read by the consumer group "relay", packed
 * into one message for each routing key, published, and struck off when the broker has them.
 *
 * An entry is delivered at least once, and the entries of a post in their order. A round that fails
 * strikes nothing off: what was read stays with its reader and comes first in the next
 * round. Two at once are harmless: some events then arrive twice, or before an older one.
 *
 * A message is a JSON array, in order:
 *   [{"kind":"vote","type":1,"target":"123","user":"45","at":1769847909000123}, ...]
 * kind is vote, like or unlike, type as in domain/reaction.h, at is Redis's time in microseconds.
 */
#ifndef DOMAIN_EVENT_RELAY_H
#define DOMAIN_EVENT_RELAY_H

#include "domain/ctx.h"

#define EVENT_RELAY_ROUND 4096 /* entries of all streams in one round, about */
#define EVENT_RELAY_IDLE_MS \
	30000 /* a reader that struck nothing off for so long is taken for dead */

/* Make streams and group where they are missing. Before the first round, and after an error. */
err event_relay_open(struct ctx *c) MUST_CHECK;

/* One round over all streams. reader is the name under which entries are held until struck off;
 * *moved is how many were. */

/* What this reader holds from rounds that failed or that a crash ended: until *moved is 0. */
err event_relay_held(struct ctx *c, struct str reader, size_t *moved) MUST_CHECK;

/* What nobody has read yet; waits up to wait_ms for the first. */
err event_relay_new(struct ctx *c, struct str reader, int64_t wait_ms, size_t *moved) MUST_CHECK;

/* What other readers have held for EVENT_RELAY_IDLE_MS: until *moved is 0. */
err event_relay_idle(struct ctx *c, struct str reader, size_t *moved) MUST_CHECK;

#endif
