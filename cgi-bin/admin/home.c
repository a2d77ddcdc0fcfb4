/* The first page for administrators: how the parts are, and what waits or has failed. */
#include "admin/home_pages.h"

#include "domain/health.h"

#include "tmpl/admin_home.h"

static void fill_queues(struct req *r, const struct health_backlog *backlog, struct home_view *view)
{
	size_t i;

	view->queues.items = ARENA_ARRAY(r->ctx.arena, struct home_queue, backlog->queues.count);
	view->queues.count = backlog->queues.count;
	for (i = 0; i < backlog->queues.count; i++)
		view->queues.items[i] = (struct home_queue){
			.name = str_from_c(backlog->queues.items[i].name),
			.messages = backlog->queues.items[i].messages,
		};
}

static void fill_backlog(struct req *r, struct home_view *view)
{
	struct health_backlog backlog = { 0 };
	size_t i;

	if (health_backlog(&r->ctx, &backlog))
		return;
	view->is_known = true;
	view->outbox = (struct home_state){
		.pending = backlog.outbox[OUTBOX_PENDING],
		.failed = backlog.outbox[OUTBOX_FAILED],
		.dead = backlog.outbox[OUTBOX_DEAD],
		.oldest_seconds = backlog.outbox_oldest_ms / 1000,
		.is_dead_loud = backlog.outbox[OUTBOX_DEAD] > 0,
	};
	for (i = 0; i < ARRAY_LEN(backlog.events); i++)
		view->events += backlog.events[i];
	fill_queues(r, &backlog, view);
}

err home_page(struct req *r)
{
	struct home_view view = { .tabs = admin_tabs(r) };
	struct health health = { 0 };

	view.tabs.is_home = true;
	health_check(&r->ctx, &health);
	view.has_db = health.has_db;
	view.has_cache = health.has_cache;
	view.has_mq = health.has_mq;
	fill_backlog(r, &view);
	tmpl_admin_home(req_page(r), &view);
	return admin_show(r, 200, req_text(r, "Administration"));
}
