/* Whether a request may go on: the role, the origin of a form and its token, how long ago somebody
 * proved who they are. */
#include "domain/reauth.h"
#include "web/state.h"

#define GUEST_BYTES 16

/* Denied access is for the log, with the address: the request's line has neither. */
static void log_denied(const struct req *r, const char *why)
{
	log_warn("denied why=%s user=%lld address=" STR_FMT " route=%s", why,
		 (long long)r->session.viewer.id, STR_ARG(r->in.remote_address), r->route->pattern);
}

struct str guard_guest(struct req *r)
{
	struct req_state *web = r->web;

	if (!web->guest_cookie.n)
		web->guest_cookie = secret_token(r->ctx.arena, GUEST_BYTES);
	web->is_guest_bound = true;
	return web->guest_cookie;
}

struct str guard_binding(struct req *r)
{
	struct req_state *web = r->web;

	if (web->new_session.n)
		return web->new_session;
	if ((r->session.viewer.id && !web->is_logged_out) || web->is_session_unknown)
		return web->session_cookie;
	return guard_guest(r);
}

static bool is_right_for(struct req *r, struct str binding, struct str token)
{
	return csrf_check(r->ctx.arena, r->ctx.config->site.secret, binding, token, &r->form_id);
}

/*
 * A member's forms are bound to the session. A guest's are bound to the guest's cookie; but one
 * whose session has ended since may send a form it was bound to.
 */
static bool is_token_right(struct req *r)
{
	struct str token = form_get(&r->in.body, CSRF_FIELD);
	struct req_state *web = r->web;

	if (web->session_cookie.n && is_right_for(r, web->session_cookie, token))
		return true;
	if (r->session.viewer.id || web->is_session_unknown)
		return false;
	return is_right_for(r, web->guest_cookie, token);
}

err guard_read_form(struct req *r)
{
	const struct config *config = r->ctx.config;
	struct req_state *web = r->web;
	err e = OK;

	web->origin = origin_of(&r->in, config->site.url, config->site.is_development);
	if (web->body.n)
		e = form_parse_body(r->ctx.arena, web->content_type, web->body, &r->in.body);
	if (e) {
		web->problem = PROBLEM_MALFORMED;
		return e;
	}
	web->is_token_right = is_token_right(r);
	if (web->source->log_in_as.n) {
		/* The person at the shell has no page to take a token from. */
		r->form_id = str_slice(csrf_next(&(struct csrf_page){ 0 }, r->ctx.arena,
						 config->site.secret, guard_binding(r)),
				       0, CSRF_FORM_ID_LENGTH);
		web->is_token_right = true;
	}
	web->is_own_form =
		web->origin == ORIGIN_OWN || (web->origin == ORIGIN_UNSAID && web->is_token_right);
	return OK;
}

err guard_role(struct req *r)
{
	int flags = r->route->flags;
	enum role role = r->session.viewer.role;

	if (flags & ROUTE_PUBLIC)
		return OK;
	if (!r->session.viewer.id)
		return ERR_AUTH;
	if (((flags & ROUTE_ADMIN) && role < ROLE_ADMIN) ||
	    ((flags & ROUTE_MODERATOR) && role < ROLE_MODERATOR)) {
		log_denied(r, "role");
		return ERR_FORBIDDEN;
	}
	return OK;
}

err guard_form(struct req *r)
{
	struct req_state *web = r->web;

	if (r->route->flags & ROUTE_SIGNED)
		return OK;
	if (!web->is_own_form && web->origin == ORIGIN_FOREIGN) {
		web->problem = PROBLEM_ORIGIN;
		log_denied(r, "origin");
		return ERR_FORBIDDEN;
	}
	if (web->is_token_right || (web->is_own_form && (r->route->flags & ROUTE_NO_CSRF)))
		return OK;
	web->problem = PROBLEM_TOKEN;
	log_denied(r, "token");
	return ERR_FORBIDDEN;
}

/* The person at a shell has no page to prove anything on. */
err req_find_sure(struct req *r, bool *is_sure)
{
	*is_sure = true;
	return r->web->source->log_in_as.n ? OK : reauth_find(&r->ctx, &r->session, is_sure);
}

err req_check_sure(struct req *r)
{
	bool is_sure;
	err e = req_find_sure(r, &is_sure);

	if (e || is_sure)
		return e;
	r->web->problem = PROBLEM_STALE;
	return ERR_AUTH;
}

err guard_sure(struct req *r)
{
	return r->route->flags & ROUTE_SURE ? req_check_sure(r) : OK;
}
