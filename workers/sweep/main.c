/*
 * sweep, started by cron once a day: forgets what is of no use any more. In small batches, so that
 * nobody waits for its locks, and for a bounded time: what is left is for the next day.
 */
#include "base/clock.h"
#include "base/log.h"
#include "domain/consumed.h"
#include "domain/form_once.h"
#include "domain/job.h"
#include "domain/outbox.h"
#include "domain/post.h"
#include "domain/user_token.h"

#define BATCH 500
#define PAUSE_MS 20
#define WORK_MS (10 * CLOCK_MINUTE)

static const struct {
	const char *what;
	err (*sweep)(struct ctx *c, int limit, int64_t *swept);
} parts[] = {
	{ "used forms", form_once_sweep },
	{ "links and accounts that waited in vain", user_sweep },
	{ "handled messages", consumed_sweep },
	{ "sent events", outbox_sweep },
	{ "forgotten drafts", post_draft_sweep },
};

/* Until a batch finds nothing, or the time is up. */
static err sweep_part(struct job *j, size_t i)
{
	int64_t swept = 1, total = 0;
	err e = OK;

	while (!e && swept && job_has_time(j)) {
		program_next(&j->p);
		e = parts[i].sweep(&j->p.ctx, BATCH, &swept);
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
static err sweep_all(struct job *j)
{
	err first = OK, e;
	size_t i;

	for (i = 0; i < ARRAY_LEN(parts); i++) {
		e = sweep_part(j, i);
		first = first ? first : e;
	}
	return first;
}

int main(void)
{
	return job_main("sweep", WORK_MS, sweep_all);
}
