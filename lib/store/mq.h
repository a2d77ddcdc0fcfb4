/*
 * RabbitMQ: confirmed publishing and a consumer loop. The only code that
 * includes amqp.h.
 *
 * What is published is persistent, mandatory and confirmed: OK means that the broker
 * has it on disk in at least one queue. Anything else means "in doubt": publish again
 * later; consumers are idempotent. A returned (unroutable) or nacked message is
 * ERR_UNAVAILABLE too. After any error the connection is dropped; for MQ_RETRY_MS
 * further calls fail at once.
 */
#ifndef STORE_MQ_H
#define STORE_MQ_H

#include "base/clock.h"
#include "base/config.h"
#include "base/str.h"

#define MQ_CONNECT_MS CLOCK_PATIENCE(300)
#define MQ_CONFIRM_MS 2000
#define MQ_RETRY_MS 5000
#define MQ_EXCHANGE "plaza"
#define MQ_DEAD_EXCHANGE "plaza.dead"
#define MQ_DELIVERY_LIMIT 5
#define MQ_FAMILY_DELIVERY_LIMIT 20 /* of queues whose messages somebody waits for */
#define MQ_LASTING_MS 1000          /* so old, a queue outlives the broker's being killed */

struct mq;

/* One queue of the topology: quorum, with a delivery limit. */
struct mq_queue {
	const char *name;
	const char *dead;        /* the queue of its dead letters */
	const char *binding;     /* routing key on MQ_EXCHANGE, topic syntax */
	bool is_single_consumer; /* x-single-active-consumer */
};

/* All queues that always exist; publishing to a key none of them takes fails. */
extern const struct mq_queue mq_queues[];
extern const size_t mq_queue_count;
/* The one of this name; NULL: there is none. */
const struct mq_queue *mq_fixed(struct str name);

/*
 * Queues that come and go, one for each thing (a sale): named like the routing key, which begins
 * with the name of its family. Quorum, with a single active consumer and a delivery limit; the dead
 * letters of a family are in one queue and keep their routing key. Such a queue is declared by the
 * first who publishes to it or subscribes on a connection, and again when it turned out to be gone.
 */
struct mq_family {
	const char *name;
	const char *dead; /* the queue of its dead letters */
};
extern const struct mq_family mq_families[];
extern const size_t mq_family_count;

/* Does not connect yet. */
struct mq *mq_new(const struct config *config);
void mq_free(struct mq *m);

/* Declare exchanges, queues, bindings. Idempotent. Workers and plazactl call it at start. */
err mq_declare(struct mq *m) MUST_CHECK;

/*
 * Wait until the queues that always exist are MQ_LASTING_MS old for sure, once on each connection:
 * before what is kept nowhere else is published to one of them. Declares them unless that was done.
 */
err mq_await_lasting(struct mq *m) MUST_CHECK;

/* Delete a queue of a family that nobody will use any more; consumers have left it before. OK when
 * there is none. */
err mq_remove(struct mq *m, struct str queue) MUST_CHECK;

/*
 * Is a queue dead: declared, and yet it answers nothing, while one that is made for a try does?
 * Asked for some seconds. ERR_UNAVAILABLE: the broker is away. In a cluster that may also be a
 * queue most of whose nodes are away, as long as new ones find others.
 */
err mq_is_dead(struct mq *m, struct str queue, bool *out) MUST_CHECK;

/*
 * Delete a dead queue, and the queue of its (or its family's) dead letters if that is dead too, and
 * declare them anew; some seconds. What had been confirmed into them is lost: who calls this
 * publishes again all that may have been in there. The new one is as durable as any; but if a queue
 * of that name had lived and been deleted just before the one that died, RabbitMQ 3.10 finds that
 * one again at each start, and the new one dead (test_mq_dead.c).
 */
err mq_make_anew(struct mq *m, struct str queue) MUST_CHECK;

/* One message: body is JSON. id goes into message-id, for consumers that deduplicate. */
err mq_publish_confirmed(struct mq *m, struct str key, struct str id, struct str body) MUST_CHECK;

/*
 * Several messages under one wait. done[i] is set where the broker confirmed message i.
 * OK when all were confirmed.
 */
struct mq_message {
	struct str key, id, body;
};
err mq_publish_batch_confirmed(struct mq *m, const struct mq_message *messages, size_t count,
			       bool *done) MUST_CHECK;

struct mq_delivery {
	struct str key, id, body;
	uint64_t tag; /* for the ack */
	bool is_redelivered;
};

/*
 * Subscribe to a queue, manual acks, with so many unacknowledged messages at most. From here on m
 * is a consumer and does not publish: use another struct mq for that. A lost connection is opened
 * and subscribed again by mq_next; what was not acknowledged is then delivered again.
 */
err mq_subscribe(struct mq *m, const char *queue, uint16_t prefetch) MUST_CHECK;

/*
 * Be a consumer of queues that come and go, at first of none. Then the same for one queue more, or
 * for one less; messages of a queue that was left may still come for a moment. ERR_UNAVAILABLE:
 * mq_next asks for it again.
 */
void mq_become_consumer(struct mq *m);
err mq_subscribe_also(struct mq *m, const char *queue, uint16_t prefetch) MUST_CHECK;
err mq_leave(struct mq *m, const char *queue) MUST_CHECK;

/* Has a queue failed to be subscribed to twice in a row, while the broker took the connection? It
 * may be dead. */
bool mq_is_refused(const struct mq *m);

/*
 * The next message, its bytes in the arena. ERR_NOT_FOUND when none came within
 * timeout_ms, or when a signal came. ERR_UNAVAILABLE, after timeout_ms too, while the broker is
 * away: just call it again. Heartbeats are served here, so call it at least every 15 s, or mq_idle.
 */
err mq_next(struct mq *m, struct arena *a, int64_t timeout_ms, struct mq_delivery *out) MUST_CHECK;

/*
 * Sleep for ms, or until a signal, and keep the connection alive: for waiting until the database is
 * back, with messages in hand. (Giving them back would use up their deliveries.)
 */
void mq_idle(struct mq *m, int64_t ms);

/*
 * Acknowledge tag (and all before it), after the database commit. These three return
 * ERR_UNAVAILABLE, and send nothing, for a message of an earlier connection: it will be delivered
 * again.
 */
err mq_ack(struct mq *m, uint64_t tag, bool and_all_before) MUST_CHECK;
/*
 * Give back a message that failed for its own sake: delivered again, at most MQ_DELIVERY_LIMIT
 * times, then it goes to the dead-letter queue.
 */
err mq_requeue(struct mq *m, uint64_t tag) MUST_CHECK;
/* Cannot ever be handled: straight to the dead-letter queue. */
err mq_reject(struct mq *m, uint64_t tag) MUST_CHECK;

/* Messages waiting in a queue (those a consumer holds are not counted), and its consumers. */
struct mq_counts {
	int64_t ready, consumers;
};

/* As counted some seconds ago. ERR_NOT_FOUND when the queue does not exist. */
err mq_count(struct mq *m, const char *queue, struct mq_counts *out) MUST_CHECK;
err mq_depth(struct mq *m, const char *queue, int64_t *out) MUST_CHECK;

/*
 * Dead letters, for administrators. A letter that was fetched is held by this connection until it
 * is acknowledged (mq_ack: gone), given back, or the connection ends; nobody else sees it
 * meanwhile.
 */
struct mq_letter {
	struct str key, id, body; /* as it was published */
	struct str died_in;       /* the queue it could not be handled from; empty: unknown */
	struct str reason;        /* rejected, delivery_limit, ...; empty: unknown */
	int64_t died_at;          /* Unix ms; 0: unknown */
	int64_t behind;           /* so many more were in the queue when it was fetched */
	uint64_t tag;
};

/* The oldest that is not held, its texts in the arena. ERR_NOT_FOUND when there is none, or no such
 * queue. Not for a consumer's connection. */
err mq_fetch_letter(struct mq *m, struct arena *a, const char *queue,
		    struct mq_letter *out) MUST_CHECK;

/* Give back all that were fetched up to this one; they are first in the queue again. */
err mq_give_back(struct mq *m, uint64_t tag) MUST_CHECK;

/* The queues dead letters lie in: how many, and the name of the i-th. */
size_t mq_dead_count(void);
const char *mq_dead_queue(size_t i);

#endif
