/*
 * The gate of a sale: one Lua script takes a request or refuses it, and whoever was taken holds a
 * ticket until it became an order or a refusal. All keys of a sale are in its slot
 * (domain/sale_keys.h):
 *
 *   sale:{s}         HASH    starts, ends (Unix ms), closed ("1"), units; base: the request number
 *                            before the first since it was loaded; taken: requests since then;
 *                            answered: those of them whose ticket has been decided; done: up to
 *                            which number `orders` has come; change: sale.change_no of the stock
 *                            below; asked, sold, refused: statistics
 *   sale:{s}:stock   STRING  units left to give out: SQL's stock less the requests on their way
 *                            (taken - answered)
 *   sale:{s}:ticket  HASH    user -> "q<request no>" on its way, "<order id>", or "-<reason>"; and
 *                            the field 0, so that it exists
 *   sale:{s}:stream  STREAM  requests taken that the broker has not confirmed: user, no
 *   sale:{s}:rate    HASH    second -> requests, of the last minutes: for the live page
 *
 * All live until SALE_KEEP_MS after the end. When one of the first three is missing the sale is
 * closed for the moment: the relay sees it within a second and asks `orders` to load it again.
 *
 * A request number is below 2^53: seconds since 2024 when the sale was loaded, times 2^24, plus a
 * counter. It grows, also when Redis lost everything.
 */
#ifndef DOMAIN_SALE_GATE_H
#define DOMAIN_SALE_GATE_H

#include "domain/sale.h"

#define SALE_NUMBER_MOST ((INT64_C(1) << 53) - 1) /* the highest request number */

/* Why not; the codes are what tickets, JSON and statistics say, so they never change. */
enum sale_refusal {
	SALE_NO_REFUSAL,
	SALE_REFUSED_SOLD_OUT,  /* no unit left */
	SALE_REFUSED_EARLY,     /* before it starts, by Redis's clock */
	SALE_REFUSED_LATE,      /* after its end, or closed */
	SALE_REFUSED_LOST,      /* Redis lost the request before it reached the broker */
	SALE_REFUSED_DUPLICATE, /* not used: who has an order already is told which */
	SALE_REFUSED_NOBODY,    /* asked about a request that was never made */
	SALE_REFUSED_AWAY       /* the gate is closed for the moment */
};

/* How a request stands. */
struct sale_answer {
	int64_t order_id;          /* > 0: it became this order */
	enum sale_refusal refusal; /* SALE_NO_REFUSAL with order_id 0: queueing */
	int64_t ahead;             /* queueing: requests before it, about */
	int64_t wait_ms; /* queueing: until to ask again; chosen here by how long the queue is */
};

/* The word for it in tickets and JSON: "sold-out"; "" for SALE_NO_REFUSAL. */
struct str sale_refusal_word(enum sale_refusal refusal);

/* The code of the protocol: "0" queueing, "-1" refused, or the order id as text. */
struct str sale_answer_code(struct arena *a, const struct sale_answer *answer);

/*
 * The request itself: window, ticket, stock in one script whose checks all come before its first
 * write. A second one of the same buyer is answered with the state of the first. OK with any
 * answer; ERR_UNAVAILABLE when Redis does not answer (nobody knows whether it was taken: ask
 * sale_result). The viewer is the buyer. SALE_REFUSED_SOLD_OUT may be remembered by the process for
 * a second.
 */
err sale_press(struct ctx *c, int64_t sale_id, struct sale_answer *out) MUST_CHECK;

/* How the viewer's request stands. A ticket that Redis lost is answered from SQL. */
err sale_result(struct ctx *c, int64_t sale_id, struct sale_answer *out) MUST_CHECK;

/* The captcha and the one-time path before it: domain/sale_path.h. */

/* Numbers for pages, from Redis. */
struct sale_live_numbers {
	bool is_loaded;
	int64_t stock;  /* left in Redis */
	int64_t queued; /* tickets on their way */
	int64_t taken, sold, refused, asked;
	int64_t newest; /* number of the last request taken */
	int64_t stream; /* not confirmed by the broker */
	struct {
		int64_t items[120];
	} rate; /* requests in each of the last seconds, oldest first */
};

/* Queue the read of what a page shows (units left) into the pipeline; after the flush ask the
 * second. */
struct cache_reply *sale_stock_want(struct ctx *c, int64_t sale_id);
/* Units left to give out; -1 when Redis does not know, or lost another part of the sale: the gate
 * is closed until it is loaded again. */
int64_t sale_stock_read(const struct cache_reply *reply);
/* The same of each of a list, in one round trip. */
void sale_stocks_read(struct ctx *c, const struct sale_list *list, int64_t *left_out);

err sale_live_read(struct ctx *c, int64_t sale_id, struct sale_live_numbers *out) MUST_CHECK;

#endif
