/* The scenarios: what is broken while the crowd presses. */
#ifndef FAULT_SALE_SCENARIO_H
#define FAULT_SALE_SCENARIO_H

#include "fault/sale/crowd.h"

struct scenario {
	const char *name;
	/* Does its harm in the middle of a run and mends it; chance_below chooses the details. NULL
	 * for none. */
	void (*harm)(struct proof_sale *s);
	int runs;        /* in the whole proof; 0: it brings its own way of running */
	bool is_brief;   /* once in the short selection, too */
	int64_t open_ms; /* the sale ends after so long; 0: not while we look */
	int64_t units;   /* 0: PROOF_UNITS, fewer than buyers */
	bool may_lose;   /* Redis forgets: who was accepted may be told that it was lost */
	void (*before)(struct proof_sale *s); /* before the first press */
	/* After all is quiet: what a scenario checks or clears away itself. */
	void (*after)(const struct proof_sale *s, struct verdict *v);
	/* The whole of a sweep, instead of the above; how many runs it was. */
	int64_t (*sweep)(bool is_brief, struct verdict *v);
};

extern const struct scenario scenarios_stores[], scenarios_programs[], scenarios_messages[],
	scenarios_sweeps[];
extern const size_t scenarios_stores_count, scenarios_programs_count, scenarios_messages_count,
	scenarios_sweeps_count;

/* How long a harm lasts: short ones in the short selection. */
int64_t harm_ms(int64_t brief_ms, int64_t long_ms);

/*
 * RabbitMQ 3.10 writes down where a new quorum queue is half a second after it was declared: killed
 * before that, it comes back with a queue that nobody can use any more. No sale is published and
 * open in the same second.
 */
void queue_becomes_lasting(struct proof_sale *s);

#endif
