/*
 * The outbox: events recorded in the transaction that caused them, published
 * afterwards. A web process publishes its own rows after the reply; what stays
 * behind is replayed by the compensator (domain/outbox_replay.h).
 */
#ifndef DOMAIN_OUTBOX_H
#define DOMAIN_OUTBOX_H

#include "domain/ctx.h"

enum outbox_state { OUTBOX_PENDING, OUTBOX_SENT, OUTBOX_FAILED, OUTBOX_DEAD };

/*
 * Record an event inside the caller's transaction. topic is the routing key, payload is JSON.
 * Rolled back with it; c->outbox remembers it for outbox_publish_own.
 */
err outbox_add(struct ctx *c, struct str topic, struct str payload) MUST_CHECK;

/*
 * The same for an event that is not to be published before `due` (Unix ms): the compensator does it
 * then, so that a consumer can try something again much later.
 */
err outbox_add_later(struct ctx *c, struct str topic, struct str payload, int64_t due) MUST_CHECK;

/*
 * After the reply: publish what this request recorded and mark it sent. Failures are logged and
 * left to the compensator. Forgets the remembered events. When there are any, what the request
 * queued for Redis without waiting for it (a post's new rank) is sent first.
 */
void outbox_publish_own(struct ctx *c);

/*
 * What was sent to a topic since then (Unix ms; it says so a moment later) is due once more: its
 * queue lost what it had confirmed. For topics with few events.
 */
err outbox_send_again(struct ctx *c, struct str topic, int64_t since) MUST_CHECK;

/* Forget events that were sent a week ago, at most `limit` rows; the rest is for an administrator.
 */
err outbox_sweep(struct ctx *c, int limit, int64_t *swept) MUST_CHECK;

#endif
