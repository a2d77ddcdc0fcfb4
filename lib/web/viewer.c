/* Who asks, and whether too often: queued with the page's own reads, answered with them. */
#include "base/num.h"
#include "domain/limit.h"
#include "domain/user.h"
#include "web/cookie.h"
#include "web/state.h"

void viewer_prepare(struct req *r)
{
	const struct limit_class *limit = r->route ? r->route->limit : NULL;
	struct req_state *web = r->web;
	struct ctx *c = &r->ctx;

	if (web->session_cookie.n) {
		r->viewer_hint = session_hint(web->session_cookie);
		web->session_want = session_want(c, web->session_cookie, limit);
	}
	if (limit && limit->per_address) {
		struct str key = limit_address_key(c->arena, limit, r->in.remote_address);

		web->address_window = limit_want(c, key, limit->per_address, limit->seconds);
	}
}

/* The session, or none. ERR_UNAVAILABLE when that could not be found out and the page is not for
 * all. */
static err load_session(struct req *r)
{
	struct req_state *web = r->web;
	err e;

	if (!web->session_want)
		return OK;
	e = session_read(&r->ctx, web->session_want, &r->session, &r->retry_seconds);
	if (e == ERR_UNAVAILABLE) {
		web->is_session_unknown = true;
		return r->route && !(r->route->flags & ROUTE_PUBLIC) ? e : OK;
	}
	r->ctx.viewer = r->session.viewer;
	return e == ERR_AUTH ? OK : e;
}

err viewer_load(struct req *r)
{
	int64_t retry = 0;
	err account = load_session(r);
	err address = r->web->address_window ? limit_read(r->web->address_window, &retry) : OK;

	if (address && retry > r->retry_seconds)
		r->retry_seconds = retry;
	return account ? account : address;
}

err req_check_limit(struct req *r, const struct limit_class *limit)
{
	struct ctx *c = &r->ctx;

	if (limit->per_account && !ctx_is_guest(c))
		return limit_check(c, limit_account_key(c->arena, limit, c->viewer.id),
				   limit->per_account, limit->seconds, &r->retry_seconds);
	return limit_check(c, limit_address_key(c->arena, limit, r->in.remote_address),
			   limit->per_address, limit->seconds, &r->retry_seconds);
}

err viewer_log_in_as(struct req *r)
{
	struct str who = r->web->source->log_in_as;
	struct user u;
	int64_t id;
	err e;

	if (str_is(who, STR("guest")))
		return OK;
	e = num_parse_id(who, &id) ? user_find(&r->ctx, id, &u)
				   : user_find_by_name(&r->ctx, who, &u);
	if (e)
		return e;
	return session_start(&r->ctx, &u, false, STR("cgi"), STR("127.0.0.1"),
			     &r->web->session_cookie);
}
