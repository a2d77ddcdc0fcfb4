/*
 * Events on their way from Redis to the queue. A script that changes a vote or a like adds an
 * entry to the stream of its shard, with one field, e:
 *   "vote 1 123 45"
 * kind (vote, like, unlike or checkin), type as in domain/reaction.h, target, user. When it was,
 * says the id that Redis gives the entry: never an earlier time than the one before. Streams are
 * not cut to a length, as that would lose votes: with its memory full Redis accepts no more of
 * them.
 *
 * Here entries are read from the beginning of the streams, packed into a few messages for each
 * routing key, all of a post into the same, published, and cut off when the broker has them. So
 * what lies in a stream is what the broker has not confirmed, and there is nothing else to keep: no
 * consumer group, whose lists of what is pending cost Redis more than the events themselves.
 *
 * Nothing is published to a queue that has just been made: once it is cut off here, the broker must
 * have it, whatever becomes of the broker (mq_await_lasting).
 *
 * An entry is delivered at least once, and the entries of a post in their order. A round that fails
 * cuts nothing off: the next one reads it again. Two at once are harmless: each cuts off only what
 * it has published; some events then arrive twice, or before an older one.
 *
 * A message is a JSON array, in order:
 *   [["vote",1,123,45,1769847909000123], ...]
 * the words of the entry, and Redis's time in microseconds, of which the last three digits tell
 * entries of the same millisecond apart. A check-in has its day (20260131) for a target, and the
 * type 1.
 */
#ifndef DOMAIN_EVENT_RELAY_H
#define DOMAIN_EVENT_RELAY_H

#include "domain/ctx.h"

#define EVENT_RELAY_ROUND 4096 /* entries of all streams in one round, about */
#define EVENT_RELAY_IDLE_MS \
	30000 /* what has lain for so long has no relay that would come for it */

/* One round over all streams; waits up to wait_ms for the first entry. *moved: how many were. */
err event_relay_round(struct ctx *c, int64_t wait_ms, size_t *moved) MUST_CHECK;

/* The same, only if an entry has waited for EVENT_RELAY_IDLE_MS: for the compensator. */
err event_relay_idle(struct ctx *c, size_t *moved) MUST_CHECK;

#endif
