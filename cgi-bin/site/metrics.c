/* What waits to be done, and whether all is well, for Prometheus. */
#include "domain/health.h"
#include "domain/plumbing.h"

#include "site/site_pages.h"

#ifndef PLAZA_BUILD
#define PLAZA_BUILD "unknown"
#endif

/* The lines that say what a figure is, as Prometheus wants them. */
static void head(struct buf *b, const char *name, const char *type, const char *help)
{
	buf_addf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void add_backlog(struct buf *b, const struct health_backlog *h, int daily_most)
{
	int i;
	size_t k;

	head(b, "plaza_outbox_events", "gauge", "Rows of the outbox that were not sent.");
	buf_addf(b, "plaza_outbox_events{state=\"pending\"} %lld\n",
		 (long long)h->outbox[OUTBOX_PENDING]);
	buf_addf(b, "plaza_outbox_events{state=\"failed\"} %lld\n",
		 (long long)h->outbox[OUTBOX_FAILED]);
	buf_addf(b, "plaza_outbox_events{state=\"dead\"} %lld\n",
		 (long long)h->outbox[OUTBOX_DEAD]);
	head(b, "plaza_outbox_oldest_seconds", "gauge",
	     "Age of the oldest event still to be sent.");
	buf_addf(b, "plaza_outbox_oldest_seconds %lld\n", (long long)(h->outbox_oldest_ms / 1000));
	head(b, "plaza_stream_entries", "gauge", "Votes and likes on their way to SQL.");
	for (i = 0; i < REACTION_SHARDS; i++)
		buf_addf(b, "plaza_stream_entries{shard=\"%d\"} %lld\n", i,
			 (long long)h->events[i]);
	head(b, "plaza_sms_sent_today", "gauge", "Short messages sent on the site's day.");
	buf_addf(b, "plaza_sms_sent_today %lld\n", (long long)h->sms_today);
	head(b, "plaza_sms_daily_most", "gauge", "Short messages the site may send in a day.");
	buf_addf(b, "plaza_sms_daily_most %d\n", daily_most);
	if (!h->queues.count)
		return;
	head(b, "plaza_queue_messages", "gauge", "Messages waiting in RabbitMQ.");
	for (k = 0; k < h->queues.count; k++)
		buf_addf(b, "plaza_queue_messages{queue=\"%s\"} %lld\n", h->queues.items[k].name,
			 (long long)h->queues.items[k].messages);
}

/* Queues of sales and of dead letters; those that always exist are counted above. */
static void add_letters(struct buf *b, const struct plumbing *p)
{
	size_t i;

	if (!p->has_mq)
		return;
	head(b, "plaza_dead_letters", "gauge", "Messages no consumer could handle.");
	for (i = 0; i < p->queues.count; i++)
		if (p->queues.items[i].is_dead)
			buf_addf(b, "plaza_dead_letters{queue=\"" STR_FMT "\"} %lld\n",
				 STR_ARG(p->queues.items[i].name),
				 (long long)p->queues.items[i].ready);
}

static void add_sale_figure(struct buf *b, const struct plumbing *p, const char *name,
			    const char *help, size_t field)
{
	size_t i;

	head(b, name, "gauge", help);
	for (i = 0; i < p->sales.count; i++) {
		const struct plumbing_sale *s = &p->sales.items[i];

		if (s->report.checked_at)
			buf_addf(b, "%s{sale=\"%lld\"} %lld\n", name, (long long)s->id,
				 (long long)*(const int64_t *)((const char *)&s->report + field));
	}
}

#define REPORT(field) offsetof(struct sale_report, field)

/* As the reconciler saw them last. */
static void add_sales(struct buf *b, const struct plumbing *p)
{
	add_sale_figure(b, p, "plaza_sale_sql_difference",
			"Stock in SQL less units without an order; anything but 0 is wrong.",
			REPORT(sql));
	add_sale_figure(b, p, "plaza_sale_redis_difference",
			"Stock and requests in Redis less stock in SQL; anything but 0 is wrong.",
			REPORT(redis));
	add_sale_figure(b, p, "plaza_sale_orders_without_ticket",
			"Orders whose buyer is not told of them.", REPORT(lost));
	add_sale_figure(b, p, "plaza_sale_tickets_without_order",
			"Tickets of orders that do not exist, or that nobody wrote.",
			REPORT(unknown));
	add_sale_figure(b, p, "plaza_sale_queued_tickets", "Requests on their way to SQL.",
			REPORT(queued));
	add_sale_figure(b, p, "plaza_sale_stuck_tickets", "Requests on their way for too long.",
			REPORT(stuck));
	add_sale_figure(b, p, "plaza_sale_units_returning",
			"Units of closed orders not back on sale yet.", REPORT(returning));
	add_sale_figure(b, p, "plaza_sale_units_adrift",
			"Units taken out that no ticket waits for; anything but 0 is wrong.",
			REPORT(adrift));
	add_sale_figure(b, p, "plaza_sale_terms_different",
			"Of start, end, units, closed and last change, what Redis has wrong.",
			REPORT(terms));
	add_sale_figure(b, p, "plaza_sale_units_oversold",
			"Orders that hold, though their unit was given back.", REPORT(oversold));
}

static void add_jobs(struct buf *b, const struct job_runs *jobs)
{
	size_t i;

	head(b, "plaza_job_began_seconds", "gauge", "When a program of cron began last.");
	for (i = 0; i < jobs->count; i++)
		buf_addf(b, "plaza_job_began_seconds{job=\"" STR_FMT "\"} %lld\n",
			 STR_ARG(jobs->items[i].name), (long long)(jobs->items[i].began_at / 1000));
	head(b, "plaza_job_well", "gauge", "Whether its last run ended well.");
	for (i = 0; i < jobs->count; i++)
		buf_addf(b, "plaza_job_well{job=\"" STR_FMT "\"} %d\n",
			 STR_ARG(jobs->items[i].name), jobs->items[i].is_well);
}

static void add_plumbing(struct buf *b, const struct plumbing *p)
{
	add_letters(b, p);
	add_sales(b, p);
	add_jobs(b, &p->jobs);
}

err metrics_page(struct req *r)
{
	struct health_backlog backlog = { 0 };
	struct plumbing plumbing;
	struct health up;
	struct buf b;

	buf_init(&b, r->ctx.arena, 8192);
	health_check(&r->ctx, &up);
	head(&b, "plaza_up", "gauge", "Whether a part of the site answers.");
	buf_addf(&b, "plaza_up{part=\"mariadb\"} %d\n", up.has_db);
	buf_addf(&b, "plaza_up{part=\"redis\"} %d\n", up.has_cache);
	buf_addf(&b, "plaza_up{part=\"rabbitmq\"} %d\n", up.has_mq);
	head(&b, "plaza_build_info", "gauge", "What was built.");
	buf_addf(&b, "plaza_build_info{version=\"%s\"} 1\n", PLAZA_BUILD);
	head(&b, "process_start_time_seconds", "gauge", "When this process started.");
	buf_addf(&b, "process_start_time_seconds %lld\n",
		 (long long)(app_started_at(r->app) / 1000));
	/* What cannot be counted is left out, not shown as nothing. */
	if (up.has_db && up.has_cache && !health_backlog(&r->ctx, &backlog))
		add_backlog(&b, &backlog, r->ctx.config->sms.daily_most);
	if (up.has_db && up.has_cache && !plumbing_read(&r->ctx, &plumbing))
		add_plumbing(&b, &plumbing);
	return resp_body(r, 200, STR("text/plain; version=0.0.4; charset=utf-8"), buf_str(&b));
}
