/* A copy of everything one wrote: asking for it, and fetching it. */
#include "account/leaving_pages.h"

#include "base/clock.h"

#include "tmpl/account_export.h"

/* "1.4 MB" */
static struct str size_text(struct arena *a, int64_t bytes)
{
	if (bytes < 1000 * 1000)
		return str_format(a, "%lld kB", (long long)(bytes / 1000 + 1));
	return str_format(a, "%lld.%lld MB", (long long)(bytes / 1000000),
			  (long long)(bytes / 100000 % 10));
}

err export_page(struct req *r)
{
	struct export_view view = { .may_ask = true, .hours = EXPORT_HOURS };
	struct export x = { 0 };
	err e = export_find(&r->ctx, &x);

	if (e && e != ERR_NOT_FOUND)
		return e;
	if (!e) {
		view.is_waiting = x.state == EXPORT_WAITING;
		view.is_ready = x.state == EXPORT_READY;
		view.is_failed = x.state == EXPORT_FAILED;
		view.may_ask = !view.is_waiting;
		view.asked = (struct when){ x.asked_at };
		view.expires = (struct when){ x.expires_at };
		view.size = size_text(r->ctx.arena, x.bytes);
	}
	tmpl_account_export(req_page(r), &view);
	return resp_page(r, 200,
			 &(struct page_meta){
				 .title = req_text(r, "Your copy"),
				 .is_noindex = true,
			 });
}

err export_action(struct req *r)
{
	err e = export_ask(&r->ctx, r->language);

	return e ? e : resp_redirect(r, URL_LITERAL("/settings/export"));
}

/* The web server sends the file itself: it may be larger than this process should ever be. */
err export_file_page(struct req *r)
{
	struct arena *a = r->ctx.arena;
	struct clock_date d;
	struct export x;
	err e = export_find(&r->ctx, &x);

	if (e)
		return e;
	if (x.state != EXPORT_READY)
		return ERR_NOT_FOUND;
	d = clock_local(x.ready_at);
	http_response_set_header(&r->out, "X-Accel-Redirect",
				 str_format(a, "/internal/exports/" STR_FMT, STR_ARG(x.file)));
	http_response_set_header(&r->out, "Content-Disposition",
				 str_format(a, "attachment; filename=\"plaza-%04d-%02d-%02d.zip\"",
					    d.year, d.month, d.day));
	return resp_body(r, 200, STR("application/zip"), (struct str){ 0 });
}
