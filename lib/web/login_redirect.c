/* A request that needs a login: there, and back with what was typed. */
#include "domain/held.h"
#include "domain/limit.h"
#include "web/form_again.h"
#include "web/router.h"
#include "web/state.h"

/* A form that was shown again stood where only forms are sent: there is no page to come back to. */
static struct str page_of(const struct req *r, struct str link)
{
	ptrdiff_t query = str_find_byte(link, '?');
	struct str path = str_slice(link, 0, query < 0 ? link.n : (size_t)query);
	struct route_match m = router_find(r->app->routes, r->app->route_count, HTTP_GET, path);

	return m.is_known && !m.route ? req_page_above(r, path) : link;
}

/* Where to go after the login: the page itself, or the one its form was on. */
static struct url where(struct req *r)
{
	const struct config *config = r->ctx.config;
	struct str link =
		origin_referer_path(&r->in, config->site.url, config->site.is_development);
	struct url back;

	if (r->in.method == HTTP_GET)
		return req_here(r);
	if (url_check_local(r->ctx.arena, page_of(r, link), &back))
		return URL_LITERAL("/");
	return back;
}

/* Held are only the fields of our own forms: nobody else's page may put words there. */
static err hold(struct req *r, struct str *token)
{
	struct form_again again;
	struct held held = { .action = r->in.path };
	size_t i;
	err e;

	if (r->in.method != HTTP_POST || !form_again_take(r, &again))
		return OK;
	/* Refused, the page that says so offers the form once more. */
	e = req_check_limit(r, &limit_held);
	if (e)
		return e;
	held.fields.items = ARENA_ARRAY(r->ctx.arena, struct held_field, again.count);
	held.fields.count = again.count;
	for (i = 0; i < again.count; i++)
		held.fields.items[i] =
			(struct held_field){ again.items[i].name, again.items[i].value };
	e = held_keep(&r->ctx, &held, guard_guest(r), token);
	return e == ERR_INVALID ? OK : e;
}

/* Who has a session, but did not prove it lately, is asked again, not logged in. */
static struct url page_for(struct req *r, struct url next, struct str held)
{
	struct arena *a = r->ctx.arena;

	if (r->web->problem == PROBLEM_STALE)
		return held.n ? url_format(a, "/settings/confirm?next={}&held={}", next.href, held)
			      : url_format(a, "/settings/confirm?next={}", next.href);
	return held.n ? url_format(a, "/login?next={}&held={}", next.href, held)
		      : url_format(a, "/login?next={}", next.href);
}

err login_redirect(struct req *r)
{
	struct url next = where(r);
	struct str token = { 0 };
	err e = hold(r, &token);

	return e ? e : resp_redirect(r, page_for(r, next, token));
}
