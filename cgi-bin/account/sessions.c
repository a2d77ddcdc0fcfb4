/* Where somebody is logged in, and ending that. */
#include "account/account_pages.h"

#include "web/device.h"

#include "tmpl/account_sessions.h"

static struct str device_words(struct req *r, struct str agent)
{
	struct device device = device_from(agent);
	struct str names[] = { device.browser, device.system };

	if (device.browser.n && device.system.n)
		return text_format(r->ctx.arena, r->language, N_("{0} on {1}"), names,
				   ARRAY_LEN(names));
	if (device.browser.n)
		return device.browser;
	return device.system.n ? device.system : req_text(r, "An unknown device");
}

static struct session_view session_view_from(struct req *r, const struct session_entry *s)
{
	return (struct session_view){
		.id = s->id,
		.device = device_words(r, s->agent),
		.network = device_network(r->ctx.arena, s->address),
		.started = { s->created_at },
		.seen = { s->seen_at },
		.is_current = str_is(s->id, session_id(&r->session)),
	};
}

err sessions_page(struct req *r)
{
	struct sessions_view view = { 0 };
	struct session_list list = { 0 };
	err e = session_list(&r->ctx, &list);

	if (e)
		return e;
	view.sessions.items = ARENA_ARRAY(r->ctx.arena, struct session_view, list.count);
	for (; view.sessions.count < list.count; view.sessions.count++)
		view.sessions.items[view.sessions.count] =
			session_view_from(r, &list.items[view.sessions.count]);
	view.has_others = list.count > 1;
	tmpl_account_sessions(req_page(r), &view);
	return resp_page(r, 200,
			 &(struct page_meta){
				 .title = req_text(r, "Devices"),
				 .is_noindex = true,
			 });
}

err session_end_action(struct req *r)
{
	struct str id = form_get(&r->in.body, "session");
	err e;

	if (str_is(id, session_id(&r->session))) {
		e = req_log_out(r);
		return e ? e : resp_redirect(r, URL_LITERAL("/"));
	}
	e = session_end_by_id(&r->ctx, id);
	if (e)
		return e;
	req_flash(r, N_("That device is logged out."));
	return resp_redirect(r, URL_LITERAL("/settings/sessions"));
}

err session_end_others_action(struct req *r)
{
	err e = session_end_others(&r->ctx, &r->session);

	if (e)
		return e;
	req_flash(r, N_("All other devices are logged out."));
	return resp_redirect(r, URL_LITERAL("/settings/sessions"));
}
