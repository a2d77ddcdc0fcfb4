/*
 * The outbox, second half: events that their own process did not get published. The
 * compensator replays them; consumers are idempotent, so one published twice does no harm.
 */
#ifndef DOMAIN_OUTBOX_REPLAY_H
#define DOMAIN_OUTBOX_REPLAY_H

#include "domain/outbox.h"

#define OUTBOX_ATTEMPTS 10 /* then an event is dead, with an alarm in the log */
#define OUTBOX_BATCH 100
#define OUTBOX_CLAIM_MS 60000 /* a claimed row that was not settled is due again after this */
#define OUTBOX_LATE_MS 600000 /* due for longer than this and not sent: an alarm */

/*
 * Claim one batch of rows that are due, publish them, write down what became of each. *claimed is
 * how many there were: 0 when nothing is due. c->now is what "due" means. OK also when the broker
 * refused some: they come again, ever later. ERR_UNAVAILABLE when the broker is not there; then no
 * attempt counts.
 */
err outbox_replay(struct ctx *c, size_t *claimed) MUST_CHECK;

/* An alarm in the log when events wait for longer than OUTBOX_LATE_MS. */
err outbox_check_late(struct ctx *c) MUST_CHECK;

/* How long to wait after so many failed attempts, ms: half a minute doubled each time, at most an
 * hour, a quarter more or less by chance. */
int64_t outbox_back_off(int64_t attempts);

#endif
