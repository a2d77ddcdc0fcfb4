/*
 * The closer and the reconciler as processes, as cron starts them: alone, two at once, with the
 * broker away, and while another one has the lease.
 */
#include "unit/domain/selling.h"

#include "domain/job.h"
#include "domain/job_lease.h"
#include "domain/sale_check.h"
#include "domain/sale_keys.h"
#include "support/child.h"
#include "support/queue.h"

#define MANY 30

static const struct db_sql sql_unsent = SQL("SELECT COUNT(*) FROM outbox WHERE state <> 1");
static const struct db_sql sql_sent_mails =
	SQL("SELECT COUNT(*) FROM outbox WHERE state = 1 AND topic = 'mail.requested'");
static const struct db_sql sql_in_state =
	SQL("SELECT COUNT(*) FROM sale_order WHERE sale_id = ? AND state = ?");
static const struct db_sql sql_end_all = SQL("UPDATE sale SET state = 3");
static const struct db_sql sql_forget = SQL("DELETE FROM outbox");

static int start(void **state)
{
	return selling_set_up_mq(state);
}

static int open_jobs(void **state)
{
	if (people_set_up(state))
		return -1;
	if (stores.missing)
		return 0;
	assert_int_equal(db_exec(((struct fixture *)*state)->c->db, NULL, &sql_end_all, DB_NO_ARGS),
			 OK);
	assert_int_equal(db_exec(((struct fixture *)*state)->c->db, NULL, &sql_forget, DB_NO_ARGS),
			 OK);
	return 0;
}

/* Messages in the queue of a sale that say so, each at most once. */
static int64_t count_messages(struct ctx *c, int64_t sale, const char *kind)
{
	struct str mark = str_format(c->arena, "{\"kind\":\"%s\"", kind), last;
	struct str key = str_copy(c->arena, sale_orders_key(c->arena, sale));
	struct str seen[MANY * 2];
	struct mq *m = mq_new(c->config);
	struct mq_delivery d;
	int64_t count = 0, i;

	assert_int_equal(mq_subscribe_also(m, key.p, 100), OK);
	last = queue_mark(c->mq, c->arena, key);
	while (queue_next(m, c->arena, last, &d)) {
		assert_int_equal(mq_ack(m, d.tag, false), OK);
		if (!str_starts(d.body, mark))
			continue;
		for (i = 0; i < count; i++)
			assert_false(str_is(seen[i], d.body));
		assert_true(count < (int64_t)ARRAY_LEN(seen));
		seen[count++] = d.body;
	}
	mq_free(m);
	return count;
}

static bool ended_well(struct ctx *c, const char *name)
{
	struct job_runs runs;
	size_t i;

	forum_next(c);
	assert_int_equal(job_runs(c, &runs), OK);
	for (i = 0; i < runs.count; i++)
		if (str_is(runs.items[i].name, str_from_c(name)))
			return runs.items[i].is_well &&
			       runs.items[i].ended_at >= runs.items[i].began_at;
	return false;
}

static int64_t sale_with_late_orders(struct fixture *f, int count)
{
	int64_t sale = selling_sale(f->c, count);
	int i;

	for (i = 0; i < count; i++)
		selling_let_expire(f->c, selling_order(f->c, sale, f->ann + 1000 + i));
	return sale;
}

static void two_closers_give_each_unit_back_once(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	pid_t first, second;
	int64_t sale;

	STORES_OR_SKIP();
	sale = sale_with_late_orders(f, MANY);
	first = child_start("closer", NULL);
	second = child_start("closer", NULL);
	assert_int_equal(child_wait(first), 0);
	assert_int_equal(child_wait(second), 0);
	assert_int_equal(forum_number(c, &sql_in_state, DB_ARGS(sale, ORDER_EXPIRED)), MANY);
	assert_int_equal(count_messages(c, sale, "ended"), MANY);
	assert_int_equal(forum_number(c, &sql_sent_mails, DB_NO_ARGS), MANY);
	assert_int_equal(forum_number(c, &sql_unsent, DB_NO_ARGS), 0);
	assert_true(ended_well(c, "closer"));
	assert_int_equal(child_run("closer"), 0);
	assert_int_equal(count_messages(c, sale, "ended"), 0);
}

static void the_closer_hands_over_refunds(void **state)
{
	struct fixture *f = *state;
	struct payment p;
	int64_t order;

	STORES_OR_SKIP();
	order = selling_order(f->c, selling_sale(f->c, 1), f->ann);
	p = selling_begin(f->c, order);
	assert_int_equal(sale_order_cancel(f->c, order), OK);
	assert_int_equal(selling_call(f->c, &p, "paid"), OK);
	assert_int_equal(selling_state_of(f->c, order), ORDER_REFUNDING);
	assert_int_equal(child_run("closer"), 0);
	assert_int_equal(selling_state_of(f->c, order), ORDER_REFUNDED);
}

static void who_has_the_lease_works_alone(void **state)
{
	struct fixture *f = *state;
	struct str owner = STR("test");
	int64_t sale;

	STORES_OR_SKIP();
	sale = sale_with_late_orders(f, 2);
	assert_int_equal(job_lease_take(f->c, STR("closer"), owner, CLOCK_MINUTE), OK);
	assert_int_equal(child_run("closer"), 0);
	assert_int_equal(forum_number(f->c, &sql_in_state, DB_ARGS(sale, ORDER_UNPAID)), 2);
	assert_int_equal(job_lease_release(f->c, STR("closer"), owner), OK);
	assert_int_equal(child_run("closer"), 0);
	assert_int_equal(forum_number(f->c, &sql_in_state, DB_ARGS(sale, ORDER_UNPAID)), 0);
}

/* What was lost in Redis is asked for, and said in the log and in a figure. */
static void the_reconciler_asks_to_settle(void **state)
{
	struct fixture *f = *state;
	struct sale_report report;
	struct ctx *c = f->c;
	pid_t first, second;
	int64_t sale;

	STORES_OR_SKIP();
	sale = selling_sale(c, 3);
	first = child_start("reconciler", NULL);
	second = child_start("reconciler", NULL);
	assert_int_equal(child_wait(first), 0);
	assert_int_equal(child_wait(second), 0);
	assert_int_equal(count_messages(c, sale, "settle"), 1);
	assert_int_equal(sale_report_read(c, sale, &report), OK);
	assert_true(report.checked_at > 0);
	assert_false(sale_report_is_right(&report));
	assert_true(ended_well(c, "reconciler"));
}

static void without_the_broker_orders_are_closed_all_the_same(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	int64_t sale;

	STORES_OR_SKIP();
	sale = sale_with_late_orders(f, 3);
	stores_signal("rabbitmq", SIGKILL);
	assert_int_equal(child_run("closer"), 0);
	assert_int_equal(forum_number(c, &sql_in_state, DB_ARGS(sale, ORDER_EXPIRED)), 3);
	/* their messages wait for the compensator */
	assert_int_equal(forum_number(c, &sql_unsent, DB_NO_ARGS), 6);
}

#define job_test(function) cmocka_unit_test_setup_teardown((function), open_jobs, people_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		job_test(two_closers_give_each_unit_back_once),
		job_test(the_closer_hands_over_refunds),
		job_test(who_has_the_lease_works_alone),
		job_test(the_reconciler_asks_to_settle),
		job_test(without_the_broker_orders_are_closed_all_the_same),
	};

	return cmocka_run_group_tests(tests, start, stores_tear_down);
}
