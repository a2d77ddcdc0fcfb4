/*
 * The reconciler, started by cron each minute: compares what MariaDB, Redis and the tickets say of
 * each sale, raises an alarm for what does not fit, and asks `orders` to settle it.
 */
#include "base/clock.h"
#include "base/log.h"
#include "domain/job.h"
#include "domain/sale.h"
#include "domain/sale_check.h"

#define WORK_MS (45 * CLOCK_SECOND)
#define SALES_MOST 1000

static err list_sales(struct job *j, int64_t *ids, size_t *count)
{
	struct sale_list live;
	err e;

	program_next(&j->p);
	e = sale_live(&j->p.ctx, &live);
	if (e)
		return e;
	for (*count = 0; *count < live.count && *count < SALES_MOST; ++*count)
		ids[*count] = live.items[*count].id;
	return OK;
}

/* Each sale is looked at, whatever became of the others. Another one begins each minute, so that
 * the last ones get their turn when time is short. */
static err work(struct job *j)
{
	int64_t ids[SALES_MOST];
	size_t count = 0, i, first;
	err e = list_sales(j, ids, &count), worst = e;

	first = count ? (size_t)(clock_now() / CLOCK_MINUTE) % count : 0;
	for (i = 0; !e && i < count && job_has_time(j); i++) {
		struct sale_report report;
		err one;

		program_next(&j->p);
		one = sale_check(&j->p.ctx, ids[(first + i) % count], j->ends_at, &report);
		worst = worst ? worst : one;
	}
	if (!e && i < count)
		log_warn("%zu of %zu sales were not looked at: no time", count - i, count);
	return worst;
}

int main(void)
{
	return job_main("reconciler", WORK_MS, work);
}
