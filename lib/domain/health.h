/*
 * How the parts of the site are: for the health checks and the metrics.
 */
#ifndef DOMAIN_HEALTH_H
#define DOMAIN_HEALTH_H

#include "domain/outbox.h"
#include "domain/reaction.h"

/* What answers now. */
struct health {
	bool has_db, has_cache;
	bool has_mq; /* without it nothing a reader sees changes */
};

/* Ask each of them; what is down costs its connection time-out once. */
void health_check(struct ctx *c, struct health *out);

/* Work that waits. */
struct health_queue {
	const char *name;
	int64_t messages;
};
struct health_backlog {
	int64_t outbox[OUTBOX_DEAD + 1]; /* rows in each state; those sent are not counted */
	int64_t outbox_oldest_ms; /* age of the oldest that is to be sent; 0 when there is none */
	int64_t events[REACTION_SHARDS]; /* entries in each stream */
	int64_t sms_today;               /* short messages sent */
	struct {
		struct health_queue *items;
		size_t count; /* 0 when RabbitMQ does not answer */
	} queues;
};

/* ERR_UNAVAILABLE when MariaDB or Redis does not answer. */
err health_backlog(struct ctx *c, struct health_backlog *out) MUST_CHECK;

#endif
