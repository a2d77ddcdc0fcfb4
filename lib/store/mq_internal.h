/*
 * What the mq*.c files share: the connection, its one channel, and the one place
 * that turns librabbitmq's results into an err and a log line. Nobody else includes this.
 */
#ifndef STORE_MQ_INTERNAL_H
#define STORE_MQ_INTERNAL_H

#include <amqp.h>
#include <amqp_framing.h>

#include "store/mq.h"

#define MQ_CHANNEL 1
#define MQ_RPC_MS 3000
#define MQ_LEAVE_ALONE_MS 12000 /* after a subscription failed twice: more than MQ_RETRY_MS */
#define MQ_KNOWN 64             /* queues of families remembered as declared */

struct mq_subscription {
	char *queue;
	uint16_t prefetch;
	bool is_wanted;     /* false: left, the place is free */
	bool is_live;       /* on the connection that is open now */
	int failures;       /* in a row, to subscribe */
	int64_t not_before; /* clock_ticks: it failed again, and the others are served meanwhile */
};

struct mq {
	struct arena *own; /* holds the address */
	char *host, *user, *password, *vhost;
	int port;
	amqp_connection_state_t connection; /* NULL: not connected */
	bool is_confirming;
	uint64_t published; /* messages sent on this channel: the tag of the newest */
	bool is_consumer;
	struct mq_subscription *subscriptions;
	size_t subscription_count;
	uint64_t known[MQ_KNOWN]; /* hashes of declared queues, on this connection */
	size_t known_next;
	uint16_t generation; /* of the connection: part of every delivery's tag */
	int64_t retry_at;    /* clock_ticks */
	int64_t declared_at; /* clock_ticks: mq_declare, on this connection; 0: not yet */
	bool is_down;        /* the outage was logged */
};

/* Connected with an open channel, or ERR_UNAVAILABLE. */
err mq_ready(struct mq *m) MUST_CHECK;
void mq_drop(struct mq *m);

/* Log once per outage, close, and let the next attempts fail at once for a while. */
err mq_fail(struct mq *m, const char *what, const char *why);
/* The same with what a library call or a frame said. OK when the reply is a normal one. */
err mq_check_reply(struct mq *m, const char *what, amqp_rpc_reply_t reply) MUST_CHECK;
err mq_check_status(struct mq *m, const char *what, int status) MUST_CHECK;
/* The broker closed the channel or the connection, or sent what was not asked for. */
err mq_fail_method(struct mq *m, const char *what, const amqp_method_t *method);

/* The next frame. ERR_NOT_FOUND when the deadline (clock_ticks) passed; the connection stays. */
err mq_wait_frame(struct mq *m, int64_t deadline, amqp_frame_t *frame) MUST_CHECK;

/* The family a key belongs to; NULL: none. */
const struct mq_family *mq_family_of(struct str key);
/* Declare the queue of a key that belongs to a family, unless this connection did. */
err mq_know(struct mq *m, struct str key) MUST_CHECK;
/* Declare a queue of ours that was deleted, and the one of its dead letters. */
err mq_declare_again(struct mq *m, struct str queue) MUST_CHECK;
/* It turned out not to be there. */
void mq_forget(struct mq *m, struct str key);

/* What a delivery is made of: header and body frames. letter: NULL, or where its death is written.
 */
err mq_read_content(struct mq *m, struct arena *a, struct mq_delivery *out,
		    struct mq_letter *letter) MUST_CHECK;
void mq_read_death(struct arena *a, const amqp_basic_properties_t *properties,
		   struct mq_letter *letter);

/* The tag of a delivery on the connection that is open now. */
uint64_t mq_tag(const struct mq *m, uint64_t broker_tag);

/* The broker's answer says that there is no such queue; the channel is closed by it. */
bool mq_is_not_found(amqp_rpc_reply_t reply);

amqp_bytes_t mq_bytes(struct str s);

#endif
