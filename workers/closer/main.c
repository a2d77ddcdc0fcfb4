/*
 * The closer, started by cron each minute: ends orders that were not paid in time, hands refunds to
 * the cashier, and removes the records of sales that are long over.
 */
#include "base/clock.h"
#include "base/log.h"
#include "domain/job.h"
#include "domain/payment.h"
#include "domain/sale_end.h"

#define WORK_MS (45 * CLOCK_SECOND)
#define ORDERS_BATCH 100
#define REFUNDS_BATCH 50
#define SALES_MOST 200

static err close_orders(struct job *j)
{
	int64_t total;
	err e = job_repeat(j, sale_order_expire, ORDERS_BATCH, &total);

	if (total)
		log_info("%lld orders were not paid in time", (long long)total);
	return e;
}

static err hand_over_refunds(struct job *j)
{
	int64_t total;
	err e = job_repeat(j, payment_refund, REFUNDS_BATCH, &total);

	if (total)
		log_info("%lld refunds were handed to the cashier", (long long)total);
	return e;
}

static err end_sales(struct job *j)
{
	int64_t total;
	err e = job_repeat(j, sale_end, SALES_MOST, &total);

	if (total)
		log_info("%lld sales are over", (long long)total);
	return e;
}

/* Each part is tried, whatever became of the others. */
static err work(struct job *j)
{
	err orders = close_orders(j);
	err refunds = hand_over_refunds(j);
	err sales = end_sales(j);

	return orders ? orders : refunds ? refunds : sales;
}

int main(void)
{
	return job_main("closer", WORK_MS, work);
}
