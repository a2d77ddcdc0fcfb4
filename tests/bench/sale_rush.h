/*
 * Buyers over HTTP: each presses at a moment of its own and asks until it knows how it ended.
 */
#ifndef BENCH_SALE_RUSH_H
#define BENCH_SALE_RUSH_H

#include "base/str.h"

#define RUSH_REQUEST_MAX 1024
#define RUSH_ANSWER_MAX 8192

struct rush_buyer {
	char cookie[96], token[96], path[48];
	int64_t due_us;                            /* of the next request; clock_ticks_us */
	int64_t pressed_us, answered_us, known_us; /* 0 until then */
	int64_t code;                              /* the last one told */
	bool is_busy, is_failed;
};

/* One connection to the site, kept open. */
struct rush_line {
	int fd;
	struct rush_buyer *buyer; /* NULL: free */
	bool is_press;
	size_t sent, request_n, got;
	char request[RUSH_REQUEST_MAX], answer[RUSH_ANSWER_MAX + 1];
};

struct rush {
	int port;
	int64_t sale_id;
	struct rush_buyer *buyers;
	size_t count, known;
	struct rush_line *lines;
	size_t line_count;
	int64_t poll_us;  /* between questions */
	int64_t until_us; /* give up */
};

/* Opens the connections; ends the program when it cannot. */
void rush_connect(struct rush *r, size_t lines);

/* One request of a buyer on a free line, at once. */
void rush_send(struct rush *r, struct rush_line *l, struct rush_buyer *b);

/* Until everybody knows, or the time is over. */
void rush_run(struct rush *r);

#endif
