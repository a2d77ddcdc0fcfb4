/*
 * Messages of a sale's queue, read; and the batch of requests among them, decided. For
 * sale_orders*.c.
 */
#ifndef DOMAIN_SALE_BATCH_H
#define DOMAIN_SALE_BATCH_H

#include "domain/sale_tickets.h"

#define SALE_BATCH_MOST 2048 /* requests in a message */

struct sale_request {
	int64_t no, user_id, at; /* Unix ms, by Redis's clock */
};

struct sale_requests {
	struct sale_request *items;
	size_t count;
};

enum sale_message_kind {
	SALE_MESSAGE_REQUESTS,
	SALE_MESSAGE_ENDED,
	SALE_MESSAGE_UNITS,
	SALE_MESSAGE_SETTLE
};

struct sale_message {
	enum sale_message_kind kind;
	struct sale_requests requests;
	int64_t order_id;  /* that ended */
	struct str change; /* of units */
	int64_t delta;
	int64_t upto; /* to settle */
};

/* ERR_INVALID when it is none. */
err sale_message_parse(struct arena *a, struct str json, struct sale_message *out) MUST_CHECK;

/* What `orders` does with each kind. Requests may be any number, also those of several messages. */
err sale_requests_write(struct ctx *c, int64_t sale_id,
			const struct sale_requests *requests) MUST_CHECK;
err sale_settle(struct ctx *c, int64_t sale_id, int64_t upto) MUST_CHECK;

#endif
