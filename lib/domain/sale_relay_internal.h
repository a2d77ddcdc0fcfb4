/*
 * The sales a relay watches. Between sale_relay.c (streams) and sale_relay_look.c (the sales
 * themselves and their queues).
 */
#ifndef DOMAIN_SALE_RELAY_INTERNAL_H
#define DOMAIN_SALE_RELAY_INTERNAL_H

#include "domain/sale_relay.h"

/* A sale that is watched. */
struct watched {
	int64_t id, starts_at;
	int64_t ask_at;        /* clock_ticks: not before then again */
	int64_t ask_wait;      /* ms */
	bool is_reminded;      /* settled shortly before its start */
	bool is_seen;          /* in the look that is being made */
	int64_t failing_since; /* clock_ticks: its queue confirms nothing; 0: it does */
	bool is_to_settle;     /* its queue was made anew: what was in there is to be written */
	bool is_misfit; /* its stream is something else: not read before `orders` removed it */
};

struct sale_relay {
	struct watched *items;
	size_t count, room;
};

/* The one with this id, watched from now on. Good until the next call. */
struct watched *sale_relay_watch(struct sale_relay *r, int64_t id);

/* Those there are now; others are forgotten. */
err sale_relay_read(struct sale_relay *r, struct ctx *c) MUST_CHECK;

/* Redis reads no stream when one of them is something else: find those. *more: some that were not
 * known. */
err sale_relay_find_misfits(struct sale_relay *r, struct ctx *c, bool *more) MUST_CHECK;

/* The broker confirmed a message to its queue, or did not. */
void sale_relay_note(struct watched *w, bool is_done);

#endif
