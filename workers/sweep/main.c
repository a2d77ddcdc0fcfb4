/*
 * sweep, started by cron once a day: forgets what is of no use any more. In small batches, so that
 * nobody waits for its locks, and for a bounded time: what is left is for the next day.
 */
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "domain/form_once.h"
#include "domain/job_lease.h"
#include "domain/mail.h"
#include "domain/outbox.h"
#include "domain/post.h"
#include "domain/program.h"
#include "domain/user_token.h"

#define NAME STR("sweep")
#define BATCH 500
#define PAUSE_MS 20
#define WORK_MS (10 * CLOCK_MINUTE)
#define LEASE_MS (12 * CLOCK_MINUTE)

static const struct {
	const char *what;
	err (*sweep)(struct ctx *c, int limit, int64_t *swept);
} parts[] = {
	{ "used forms", form_once_sweep },
	{ "links and accounts that waited in vain", user_sweep },
	{ "handled messages", mail_sweep },
	{ "sent events", outbox_sweep },
	{ "forgotten drafts", post_draft_sweep },
};

/* Until a batch finds nothing, or the time is up. */
static err sweep_part(struct program *p, size_t i, int64_t ends_at)
{
	int64_t swept = 1, total = 0;
	err e = OK;

	while (!e && swept && clock_ticks() < ends_at && !program_is_stopping()) {
		program_next(p);
		e = parts[i].sweep(&p->ctx, BATCH, &swept);
		if (e)
			break;
		total += swept;
		if (swept)
			program_sleep(PAUSE_MS);
	}
	if (total)
		log_info("%lld %s are forgotten", (long long)total, parts[i].what);
	return e;
}

/* Each part is tried, whatever became of the others. */
static err sweep_all(struct program *p)
{
	int64_t ends_at = clock_ticks() + WORK_MS;
	err first = OK, e;
	size_t i;

	for (i = 0; i < ARRAY_LEN(parts); i++) {
		e = sweep_part(p, i, ends_at);
		first = first ? first : e;
	}
	return first;
}

int main(void)
{
	struct program p;
	struct str owner;
	err e, released;

	if (program_open(&p, "sweep"))
		return 1;
	owner = str_format(p.lasting, "%ld:%lld", (long)getpid(), (long long)clock_now());
	e = job_lease_take(&p.ctx, NAME, owner, LEASE_MS);
	if (!e) {
		e = sweep_all(&p);
		released = job_lease_release(&p.ctx, NAME, owner);
		e = e ? e : released;
	} else if (e == ERR_CONFLICT) {
		log_info("another one is at work");
		e = OK;
	}
	program_close(&p);
	return e ? 1 : 0;
}
