/*
 * The compensator, started by cron each minute: publishes what was left behind, outbox rows and
 * stream entries, raises alarms, reckons points that have changed, and removes the files of
 * pictures that were replaced. Takes a lease, so that two at once are harmless, and ends within its
 * minute.
 */
#include "base/clock.h"
#include "base/log.h"
#include "domain/event_relay.h"
#include "domain/job.h"
#include "domain/outbox_replay.h"
#include "domain/picture.h"
#include "domain/plumbing.h"
#include "domain/points.h"
#include "domain/sale_relay.h"

#define WORK_MS (50 * CLOCK_SECOND)
#define PICTURES 50 /* at once */
#define POINTS 200

static err replay_outbox(struct job *j)
{
	size_t claimed = 1, total = 0;
	err e = OK;

	while (!e && claimed && job_has_time(j)) {
		program_next(&j->p);
		e = outbox_replay(&j->p.ctx, &claimed);
		if (!e)
			total += claimed;
	}
	if (total)
		log_info("outbox: %zu events replayed", total);
	return e;
}

/* The relays do this themselves while they live. */
static err carry(struct job *j, err (*idle)(struct ctx *c, size_t *moved), const char *what)
{
	size_t moved = 1, total = 0;
	err e = OK;

	while (!e && moved && job_has_time(j)) {
		program_next(&j->p);
		e = idle(&j->p.ctx, &moved);
		if (!e)
			total += moved;
	}
	if (total)
		log_warn("%s: %zu were left behind and are published now", what, total);
	return e;
}

/* Buyers wait for theirs. Whoever brought the broker up anew may have been none of the others. */
static err carry_streams(struct job *j)
{
	err e = mq_declare(j->p.ctx.mq), events;

	if (!e)
		e = carry(j, sale_relay_idle, "requests for sales");
	events = carry(j, event_relay_idle, "events");
	return e ? e : events;
}

static err raise_alarms(struct job *j)
{
	err late, dead;

	program_next(&j->p);
	late = outbox_check_late(&j->p.ctx);
	dead = plumbing_check_dead(&j->p.ctx);
	return late ? late : dead;
}

/* Each part is tried, whatever became of the others: with the broker away, the alarm still is
 * raised. */
static err work(struct job *j)
{
	err outbox, streams, alarms, points, pictures;
	int64_t swept, reckoned;

	streams = carry_streams(j);
	outbox = replay_outbox(j);
	alarms = raise_alarms(j);
	points = job_repeat(j, points_refresh_marked, POINTS, &reckoned);
	pictures = job_repeat(j, picture_sweep, PICTURES, &swept);
	return outbox ? outbox : streams ? streams : alarms ? alarms : points ? points : pictures;
}

int main(void)
{
	return job_main("compensator", WORK_MS, work);
}
