/*
 * The reconciler, started by cron each minute: compares what MariaDB, Redis and the tickets say of
 * each sale (of one that is quiet, each ten minutes), raises an alarm for what does not fit, and
 * asks `orders` to settle it.
 */
#include "base/clock.h"
#include "base/log.h"
#include "domain/job.h"
#include "domain/sale.h"
#include "domain/sale_check.h"

#define WORK_MS (45 * CLOCK_SECOND)
#define SALES_MOST 1000

struct due {
	int64_t id, ends_at;
};

static err list_sales(struct job *j, struct due *sales, size_t *count)
{
	struct sale_list live;
	err e;

	program_next(&j->p);
	e = sale_live(&j->p.ctx, &live);
	if (e)
		return e;
	for (*count = 0; *count < live.count && *count < SALES_MOST; ++*count)
		sales[*count] = (struct due){ live.items[*count].id, live.items[*count].ends_at };
	return OK;
}

static err look_at(struct job *j, const struct due *sale)
{
	struct sale_report report;

	program_next(&j->p);
	if (!sale_check_is_due(&j->p.ctx, sale->id, sale->ends_at))
		return OK;
	return sale_check(&j->p.ctx, sale->id, j->ends_at, &report);
}

/* Each sale is looked at, whatever became of the others. Another one begins each minute, so that
 * the last ones get their turn when time is short. */
static err work(struct job *j)
{
	struct due sales[SALES_MOST];
	size_t count = 0, i, first;
	err e = list_sales(j, sales, &count), worst = e;

	first = count ? (size_t)(clock_now() / CLOCK_MINUTE) % count : 0;
	for (i = 0; !e && i < count && job_has_time(j); i++) {
		err one = look_at(j, &sales[(first + i) % count]);

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
