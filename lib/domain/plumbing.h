/*
 * What lies and waits in the pipes behind the pages, for administrators and /metrics: queues, the
 * outbox, dead letters, tickets of sales, the programs that cron starts. And what can be done about
 * what died: give it another try, or drop it; the moderation log has who did it.
 */
#ifndef DOMAIN_PLUMBING_H
#define DOMAIN_PLUMBING_H

#include "domain/job.h"
#include "domain/outbox.h"
#include "domain/sale_check.h"

#define PLUMBING_LETTERS 50 /* looked at at once */

struct plumbing_queue {
	struct str name;
	int64_t ready; /* waiting; those a consumer holds are not counted */
	int64_t consumers;
	bool is_dead; /* holds dead letters */
};

/* A sale that is not over, with what the reconciler found out last. */
struct plumbing_sale {
	int64_t id;
	struct sale_report report; /* checked_at 0: not checked yet */
};

struct plumbing {
	bool has_mq; /* false: the queues are not known, and the list is empty */
	struct {
		struct plumbing_queue *items;
		size_t count;
	} queues;
	int64_t outbox[OUTBOX_DEAD + 1]; /* events in each state; those sent are not counted */
	int64_t outbox_oldest_ms; /* age of the oldest that is to be sent; 0 when there is none */
	int64_t dead_letters;
	struct {
		struct plumbing_sale *items;
		size_t count;
	} sales;
	struct job_runs jobs;
};

/* ERR_UNAVAILABLE when MariaDB does not answer; what Redis would have told is left out without it.
 */
err plumbing_read(struct ctx *c, struct plumbing *out) MUST_CHECK;

/* An alarm in the log for each queue with dead letters. */
err plumbing_check_dead(struct ctx *c) MUST_CHECK;

/* An event of the outbox that was not sent. */
struct plumbing_event {
	int64_t id, attempts, created_at, next_try_at;
	struct str topic, payload;
	enum outbox_state state;
};
struct plumbing_events {
	struct plumbing_event *items;
	size_t count;
};

/* Those in a state (not OUTBOX_SENT), the oldest first, with an id above after_id. */
err plumbing_events(struct ctx *c, enum outbox_state state, int64_t after_id, int limit,
		    struct plumbing_events *out) MUST_CHECK;

/*
 * Another try for events that failed or are dead; the compensator publishes them within a minute.
 * id 0: all of them. *changed says how many.
 */
err plumbing_events_retry(struct ctx *c, int64_t id, int64_t *changed) MUST_CHECK;
/* Forget dead events. id 0: all of them. */
err plumbing_events_drop(struct ctx *c, int64_t id, int64_t *changed) MUST_CHECK;

/* A dead letter. */
struct plumbing_letter {
	struct str queue; /* it lies in */
	struct str id, key, body, died_in, reason;
	int64_t died_at; /* Unix ms; 0: unknown */
};
struct plumbing_letters {
	struct plumbing_letter *items;
	size_t count;
};

/*
 * Look at the letters of a dead queue, or of all when queue is empty; at most PLUMBING_LETTERS.
 * ERR_NOT_FOUND when there is no such dead queue. The letters stay.
 */
err plumbing_letters(struct ctx *c, struct str queue, struct plumbing_letters *out) MUST_CHECK;

/*
 * Publish letters again under the key they had, with the id they had, and take them off the dead
 * queue when the broker has them; in between a crash leaves a letter in both, and consumers are
 * idempotent. id: one letter's; empty: all there are now. *done says how many. ERR_UNAVAILABLE: a
 * letter was not taken (no queue for its key, broker away); it stays, as do those behind it. Those
 * of a sale that is over stay, too.
 */
err plumbing_letters_replay(struct ctx *c, struct str queue, struct str id,
			    int64_t *done) MUST_CHECK;
/* Throw letters away: each is written to the log before. */
err plumbing_letters_drop(struct ctx *c, struct str queue, struct str id, int64_t *done) MUST_CHECK;

#endif
