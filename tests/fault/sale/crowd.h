/*
 * The buyers: threads that press and ask for the result as browsers do, through the programs'
 * sockets, and a log of all they were told.
 */
#ifndef FAULT_SALE_CROWD_H
#define FAULT_SALE_CROWD_H

#include "fault/sale/proof.h"

/* How many there are, and on how many threads. */
#define CROWD_THREADS 24

struct crowd_counts {
	int64_t accepted;         /* told "queueing" or an order at least once */
	int64_t ordered, refused; /* told an order; accepted and told "no" for good */
	int64_t waiting;          /* accepted, or without an answer to a press, and no end yet */
	int64_t answers, changed;
	int64_t p50_ms, p99_ms; /* from the first press to the order */
};

/*
 * A crowd for a sale: these accounts; every fifth presses three times at once. They come within so
 * many ms, in their order.
 */
void crowd_open(const struct proof_sale *s, const int64_t *users, size_t count, int64_t within_ms);
/* All begin; they go on until crowd_stop. */
void crowd_start(void);
struct crowd_counts crowd_now(void);
/* Ends the threads. */
void crowd_stop(void);

/*
 * Everybody asks once more, and presses once more; then the orders they were told of are compared
 * with SQL's.
 */
void crowd_last_round(struct verdict *v);

/* All answers in their order, as a file. */
void crowd_write_log(const char *path);
void crowd_close(void);

#endif
