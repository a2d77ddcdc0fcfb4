/*
 * Which events a consumer has handled: the broker may deliver one twice.
 */
#ifndef DOMAIN_CONSUMED_H
#define DOMAIN_CONSUMED_H

#include "domain/ctx.h"

/* Whether the consumer ("mail") handled the event before. */
err consumed_find(struct ctx *c, struct str consumer, struct str event_id, bool *out) MUST_CHECK;
err consumed_mark(struct ctx *c, struct str consumer, struct str event_id) MUST_CHECK;

/* Forget what was handled a month ago, at most `limit` rows; no event comes again so late. */
err consumed_sweep(struct ctx *c, int limit, int64_t *swept) MUST_CHECK;

#endif
