/* Is it alive, can it work, and what waits to be done. */
#include "domain/health.h"

#include "site/site_pages.h"

#ifndef PLAZA_BUILD
#define PLAZA_BUILD "unknown"
#endif

err healthz_page(struct req *r)
{
	return resp_body(r, 200, STR("text/plain; charset=utf-8"), STR("ok\n"));
}

static const char *word(bool is_true)
{
	return is_true ? "true" : "false";
}

err readyz_page(struct req *r)
{
	struct health h;
	bool is_ready;

	health_check(&r->ctx, &h);
	is_ready = h.has_db && h.has_cache;
	return resp_body(r, is_ready ? 200 : 503, STR("application/json; charset=utf-8"),
			 str_format(r->ctx.arena,
				    "{\"ready\":%s,\"mariadb\":%s,\"redis\":%s,\"rabbitmq\":%s}\n",
				    word(is_ready), word(h.has_db), word(h.has_cache),
				    word(h.has_mq)));
}

/* The lines that say what a figure is, as Prometheus wants them. */
static void head(struct buf *b, const char *name, const char *type, const char *help)
{
	buf_addf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void add_backlog(struct buf *b, const struct health_backlog *h)
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
	if (!h->queues.count)
		return;
	head(b, "plaza_queue_messages", "gauge", "Messages waiting in RabbitMQ.");
	for (k = 0; k < h->queues.count; k++)
		buf_addf(b, "plaza_queue_messages{queue=\"%s\"} %lld\n", h->queues.items[k].name,
			 (long long)h->queues.items[k].messages);
}

err metrics_page(struct req *r)
{
	struct health_backlog backlog = { 0 };
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
		add_backlog(&b, &backlog);
	return resp_body(r, 200, STR("text/plain; version=0.0.4; charset=utf-8"), buf_str(&b));
}
