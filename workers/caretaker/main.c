/*
 * caretaker, started by cron each minute: opens accounts that were closed for a time, removes
 * copies nobody fetched in time, puts the ranking of posts right, and deletes accounts whose owners
 * left (domain/leaving_steps.h).
 */
#include "base/clock.h"
#include "base/log.h"
#include "domain/export.h"
#include "domain/job.h"
#include "domain/leaving_steps.h"
#include "domain/post_rank.h"
#include "domain/user_ban.h"

#define WORK_MS (50 * CLOCK_SECOND)
#define BATCH 100
#define RANKED 500 /* posts looked for in the ranking: those of the first fifty pages */

/* One step of one account. */
static err leave(struct ctx *c, int limit, int64_t *done)
{
	int64_t user_id;
	err e = leaving_next(c, &user_id);

	(void)limit;
	*done = 0;
	if (e)
		return e == ERR_NOT_FOUND ? OK : e;
	*done = 1;
	return leaving_step(c, user_id);
}

/* Each part is tried, whatever became of the others. */
static err work(struct job *j)
{
	int64_t opened, removed, ranked, steps;
	err ban = job_repeat(j, user_ban_end_all, BATCH, &opened);
	err copy = job_repeat(j, export_sweep, BATCH, &removed);
	err rank = job_repeat(j, post_rank_mend, RANKED, &ranked);
	err gone = job_repeat(j, leave, 1, &steps);

	if (opened + removed + steps)
		log_info("%lld accounts opened, %lld copies removed, %lld steps of leaving",
			 (long long)opened, (long long)removed, (long long)steps);
	return ban ? ban : copy ? copy : rank ? rank : gone;
}

int main(void)
{
	return job_main("caretaker", WORK_MS, work);
}
