/* The way of a request through the checks to its handler. */
#include "web/router.h"
#include "web/state.h"

static bool is_loopback(struct str address)
{
	/* Empty: asked from a shell. */
	return !address.n || str_starts(address, STR("127.")) || str_is(address, STR("::1"));
}

static bool is_hidden(const struct req *r, const struct route *route)
{
	if ((route->flags & ROUTE_DEVELOPMENT) && !r->ctx.config->site.is_development)
		return true;
	return (route->flags & ROUTE_LOCAL) && !is_loopback(r->in.remote_address);
}

static err find_route(struct req *r)
{
	const struct app *app = r->app;
	struct route_match m;

	if (r->web->problem)
		return r->web->problem == PROBLEM_PATH ? ERR_NOT_FOUND : ERR_INVALID;
	m = router_find(app->routes, app->route_count, r->in.method, r->in.path);
	if (!m.is_known || (m.route && is_hidden(r, m.route)))
		return ERR_NOT_FOUND;
	if (!m.route) {
		r->web->problem = PROBLEM_METHOD;
		r->web->allow = m.allow;
		return ERR_INVALID;
	}
	r->route = m.route;
	r->path = m.values;
	r->id = m.values.ids[0];
	return OK;
}

/* Also for a request that is refused anyway: a body left unread would cost the server our answer.
 */
static err read_body(struct req *r)
{
	bool is_post = r->route && r->route->method == HTTP_POST;
	size_t most = !is_post                           ? 0
		      : r->route->flags & ROUTE_BIG_BODY ? APP_BIG_BODY
							 : APP_SMALL_BODY;
	bool is_too_big;
	err e = req_read_body(r, most, &is_too_big);

	if (r->web->problem || !is_post)
		return OK;
	if (e) {
		r->web->problem = PROBLEM_MALFORMED;
		return e;
	}
	if (is_too_big) {
		r->web->problem = PROBLEM_TOO_BIG;
		return ERR_INVALID;
	}
	return OK;
}

/* Everything the page needs from Redis before its handler runs, in one round trip. */
static err meet_viewer(struct req *r)
{
	bool has_session = !r->route || !(r->route->flags & ROUTE_NO_SESSION);

	if (has_session && r->web->source->log_in_as.n) {
		err e = viewer_log_in_as(r);

		if (e)
			return e;
	}
	if (has_session)
		viewer_prepare(r);
	if (r->route && r->route->prepare)
		r->route->prepare(r);
	/* Unanswered, each reader of a reply decides what that means. */
	if (cache_flush(r->ctx.cache))
		log_debug("going on without Redis");
	return has_session ? viewer_load(r) : OK;
}

static err check(struct req *r)
{
	err found = find_route(r);
	err read = read_body(r);
	err met = meet_viewer(r);
	err e = found ? found : read;

	if (e)
		return e;
	if (r->route->method == HTTP_POST) {
		e = guard_read_form(r);
		if (e)
			return e;
	}
	if (met)
		return met;
	e = guard_role(r);
	if (!e && r->route->method == HTTP_POST)
		e = guard_form(r);
	return e ? e : guard_sure(r);
}

void dispatch(struct req *r)
{
	err e = check(r);

	if (!e) {
		e = r->route->handle(r);
		if (!e && !r->web->is_answered) {
			log_error("%s was handled without an answer", r->route->pattern);
			e = ERR_INTERNAL;
		}
	}
	if (e)
		error_page(r, e);
}
