/* What crowd*.c share. */
#ifndef FAULT_SALE_CROWD_INTERNAL_H
#define FAULT_SALE_CROWD_INTERNAL_H

#include "fault/sale/crowd.h"

#define NO_CODE INT64_MIN /* an answer that says nothing about the request */

struct buyer {
	int64_t id;
	char cookie[96], address[16];
	int hands;           /* presses at once */
	int64_t pressed_at;  /* clock_ticks; 0 before */
	int64_t accepted_at; /* when "queueing" was told first; 0 when not yet */
	int64_t verdict;     /* an order id, -1 for good, 0 while open */
	int64_t verdict_at;
	int64_t unsure_since; /* a press was not answered; 0 when not so */
	int64_t due_at;
	bool is_busy;
};

/* One answer. Times are clock_ticks. */
struct answer {
	int64_t asked_at, told_at;
	int buyer, status; /* status 0: none came */
	bool is_press;
	int64_t code; /* order id, 0, -1 or NO_CODE */
	char reason[16];
	bool is_change; /* contradicts an earlier one */
};

extern struct crowd {
	struct proof_sale sale;
	struct buyer *buyers;
	size_t count;
	struct arena *arena;
	pthread_mutex_t lock; /* for all that follows and the buyers */
	struct answer *answers;
	size_t answer_count, answer_room;
	int64_t changed;
	bool is_stopping;
} crowd;

/* What one thread asks with. */
struct asker {
	struct ctx ctx;
	struct browser browser;
};

void asker_open(struct asker *k);
void asker_close(struct asker *k);
/* Press, ask: the answer as it was told, into the log. */
struct answer asker_press(struct asker *k, int buyer);
struct answer asker_ask(struct asker *k, int buyer);

/* Log it, and what it means for its buyer. */
void crowd_told(struct answer *a);

#endif
