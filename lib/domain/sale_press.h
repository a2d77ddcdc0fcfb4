/*
 * A press in two steps, for the page that answers thousands of them: what can be asked before the
 * person is known for sure goes with the look at the session, so that a refusal after the last unit
 * costs no round trip of its own.
 */
#ifndef DOMAIN_SALE_PRESS_H
#define DOMAIN_SALE_PRESS_H

#include "domain/sale_gate.h"

struct sale_press_want {
	int64_t sale_id, viewer_hint;
	bool is_asked;
	struct cache_reply *base, *tickets;
};

/* Queue what helps, if anything; viewer_hint is the id the session's cookie claims, 0 for guests.
 */
void sale_press_prepare(struct ctx *c, struct sale_press_want *want, int64_t sale_id,
			int64_t viewer_hint);

/* After the flush: sale_press. */
err sale_press_go(struct ctx *c, const struct sale_press_want *want,
		  struct sale_answer *out) MUST_CHECK;

#endif
