/*
 * A batch of vote and like events as the queue carries it (domain/event_relay.h):
 *
 *   [["vote", 1, <post>, <user>, <Unix us>], ...]
 *
 * the kind (vote, like or unlike), TARGET_POST or TARGET_COMMENT, and three numbers.
 */
#ifndef DOMAIN_REACTION_BATCH_H
#define DOMAIN_REACTION_BATCH_H

#include "domain/reaction.h"

struct reaction_event {
	int type; /* TARGET_POST or TARGET_COMMENT */
	bool is_vote;
	bool is_on; /* a like; false: one taken back */
	int64_t target_id, user_id;
	int64_t at; /* Unix us, by Redis */
};

struct reaction_events {
	struct reaction_event *items;
	size_t count;
};

/*
 * The events of a batch, ordered by kind, type, target, user; of several by one user on one target
 * only the newest. Elements that are no event are left out and logged. ERR_INVALID when the text is
 * no JSON array.
 */
err reaction_batch_parse(struct arena *a, struct str json, struct reaction_events *out) MUST_CHECK;

#endif
