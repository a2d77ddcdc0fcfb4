/* The first page for administrators: how the parts are, and what waits, is stuck or has failed. */
#include "admin/home_pages.h"

#include "base/clock.h"
#include "base/num.h"
#include "domain/health.h"
#include "domain/plumbing.h"
#include "domain/sale.h"

#include "tmpl/admin_home.h"

#define NAMED_SALES 30 /* of more only the number is shown */

static void fill_outbox(const struct ctx *c, const struct plumbing *p, struct home_view *view)
{
	view->pending = p->outbox[OUTBOX_PENDING];
	view->failed = p->outbox[OUTBOX_FAILED];
	view->dead = p->outbox[OUTBOX_DEAD];
	view->is_dead_loud = view->dead > 0;
	if (p->outbox_oldest_ms)
		view->oldest = (struct when){ c->now - p->outbox_oldest_ms };
	view->letters = p->dead_letters;
	view->are_letters_loud = p->dead_letters > 0;
}

static void fill_queues(struct req *r, const struct plumbing *p, struct home_view *view)
{
	view->queues.items = ARENA_ARRAY(r->ctx.arena, struct home_queue, p->queues.count);
	for (; view->queues.count < p->queues.count; view->queues.count++) {
		const struct plumbing_queue *q = &p->queues.items[view->queues.count];

		view->queues.items[view->queues.count] = (struct home_queue){
			.name = q->name,
			.messages = q->ready,
			.consumers = q->consumers,
			.is_dead = q->is_dead,
			.is_loud = q->ready > 0 && (q->is_dead || !q->consumers),
		};
	}
}

static struct str sale_name(struct req *r, int64_t id, size_t place)
{
	struct sale sale;

	if (place < NAMED_SALES && sale_find_any(&r->ctx, id, &sale) == OK)
		return sale.goods.name;
	return num_text(r->ctx.arena, id);
}

static void fill_sales(struct req *r, const struct plumbing *p, struct home_view *view)
{
	view->sales.items = ARENA_ARRAY(r->ctx.arena, struct home_sale, p->sales.count);
	for (; view->sales.count < p->sales.count; view->sales.count++) {
		const struct plumbing_sale *s = &p->sales.items[view->sales.count];
		const struct sale_report *report = &s->report;

		view->sales.items[view->sales.count] = (struct home_sale){
			.id = s->id,
			.name = sale_name(r, s->id, view->sales.count),
			.is_checked = report->checked_at > 0,
			.is_right = sale_report_is_right(report),
			.report = *report,
			.checked = { report->checked_at },
		};
		view->stuck += report->stuck;
	}
	view->is_stuck_loud = view->stuck > 0;
}

static void fill_jobs(struct req *r, const struct plumbing *p, struct home_view *view)
{
	view->jobs.items = ARENA_ARRAY(r->ctx.arena, struct home_job, p->jobs.count);
	for (; view->jobs.count < p->jobs.count; view->jobs.count++) {
		const struct job_run *run = &p->jobs.items[view->jobs.count];

		view->jobs.items[view->jobs.count] = (struct home_job){
			.name = run->name,
			.began = { run->began_at },
			.seconds = run->ended_at ? (run->ended_at - run->began_at) / 1000 : 0,
			.is_running = !run->ended_at,
			.is_well = run->is_well,
		};
	}
}

err home_page(struct req *r)
{
	struct home_view view = { .tabs = admin_tabs(r) };
	struct clock_date now = clock_local(r->ctx.now);
	struct plumbing plumbing = { 0 };
	struct health health = { 0 };

	view.tabs.is_home = true;
	health_check(&r->ctx, &health);
	view.has_db = health.has_db;
	view.has_cache = health.has_cache;
	view.has_mq = health.has_mq;
	view.as_of = str_format(r->ctx.arena, "%02d:%02d:%02d", now.hour, now.minute, now.second);
	view.is_known = plumbing_read(&r->ctx, &plumbing) == OK;
	if (view.is_known) {
		fill_outbox(&r->ctx, &plumbing, &view);
		fill_queues(r, &plumbing, &view);
		fill_sales(r, &plumbing, &view);
		fill_jobs(r, &plumbing, &view);
	}
	tmpl_admin_home(req_page(r), &view);
	return admin_show(r, 200, req_text(r, "Administration"));
}
