/*
 * The compensator, started by cron each minute: publishes what was left behind, outbox rows and
 * stream entries, and raises alarms. Takes a lease, so that two at once are harmless, and ends
 * within its minute.
 */
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "domain/event_relay.h"
#include "domain/job_lease.h"
#include "domain/outbox_replay.h"
#include "domain/program.h"

#define NAME STR("compensator")
#define WORK_MS (50 * CLOCK_SECOND)
#define LEASE_MS (70 * CLOCK_SECOND) /* longer than the work and its last step can take */

struct job {
	struct program p;
	int64_t ends_at; /* clock_ticks */
};

static bool has_time(const struct job *j)
{
	return !program_is_stopping() && clock_ticks() < j->ends_at;
}

static err replay_outbox(struct job *j)
{
	size_t claimed = 1, total = 0;
	err e = OK;

	while (!e && claimed && has_time(j)) {
		program_next(&j->p);
		e = outbox_replay(&j->p.ctx, &claimed);
		if (!e)
			total += claimed;
	}
	if (total)
		log_info("outbox: %zu events replayed", total);
	return e;
}

/* The relay does this itself while it lives. */
static err replay_streams(struct job *j)
{
	size_t moved = 1, total = 0;
	err e = OK;

	while (!e && moved && has_time(j)) {
		program_next(&j->p);
		e = event_relay_idle(&j->p.ctx, &moved);
		if (!e)
			total += moved;
	}
	if (total)
		log_warn("events: %zu were left behind and are published now", total);
	return e;
}

/* Each part is tried, whatever became of the others: with the broker away, the alarm still is
 * raised. */
static err work(struct job *j)
{
	err outbox = replay_outbox(j), streams = OK, late;

	if (!outbox)
		streams = replay_streams(j);
	program_next(&j->p);
	late = outbox_check_late(&j->p.ctx);
	return outbox ? outbox : streams ? streams : late;
}

int main(void)
{
	struct job j = { .ends_at = clock_ticks() + WORK_MS };
	struct str owner;
	err e, released;

	if (program_open(&j.p, "compensator"))
		return 1;
	/* Unlike any other's: a process, and when it began. */
	owner = str_format(j.p.lasting, "%ld:%lld", (long)getpid(), (long long)clock_now());
	e = job_lease_take(&j.p.ctx, NAME, owner, LEASE_MS);
	if (!e) {
		e = work(&j);
		released = job_lease_release(&j.p.ctx, NAME, owner);
		e = e ? e : released;
	} else if (e == ERR_CONFLICT) {
		log_info("another one is at work");
		e = OK;
	}
	program_close(&j.p);
	return e ? 1 : 0;
}
