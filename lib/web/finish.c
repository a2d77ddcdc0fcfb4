/* What every answer carries: the session's cookie, who may keep it, and what browsers must not do
 * with it. */
#include "web/cookie.h"
#include "web/flash.h"
#include "web/state.h"

/*
 * The same for every answer, so it is one literal. Strict-Transport-Security is the web server's:
 * only it knows whether there is TLS.
 */
static const char constant_head[] =
	"Content-Security-Policy: default-src 'none'; style-src 'self'; script-src 'self'; "
	"img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
	"base-uri 'none'\r\n"
	"X-Content-Type-Options: nosniff\r\n"
	"Referrer-Policy: strict-origin-when-cross-origin\r\n"
	"X-Frame-Options: DENY\r\n"
	"X-XSS-Protection: 0\r\n"
	"Cross-Origin-Opener-Policy: same-origin\r\n"
	"Cross-Origin-Resource-Policy: same-site\r\n"
	"Permissions-Policy: camera=(), geolocation=(), microphone=(), payment=(), usb=()\r\n";

/* A member's cookie goes with each answer, so that it lives as long as the session does. */
static void put_session(struct req *r)
{
	struct req_state *web = r->web;

	if (web->new_session.n)
		cookie_put(r, COOKIE_SESSION, web->new_session, web->new_session_seconds);
	else if (r->session.viewer.id && !web->is_logged_out)
		cookie_put(r, COOKIE_SESSION, web->session_cookie, r->session.lasts_seconds);
	else if (!web->is_session_unknown && cookie_get(r, COOKIE_SESSION).n)
		cookie_delete(r, COOKIE_SESSION);
}

static void put_others(struct req *r)
{
	struct req_state *web = r->web;

	if (web->is_guest_bound)
		cookie_put(r, COOKIE_GUEST, web->guest_cookie, 0);
	if (web->new_flash.n)
		cookie_put(r, COOKIE_FLASH, web->new_flash, FLASH_SECONDS);
	else if (web->is_flash_shown)
		cookie_delete(r, COOKIE_FLASH);
}

static bool has_header(const struct http_response *out, struct str name)
{
	size_t i;

	for (i = 0; i < out->header_count; i++) {
		if (str_is_nocase(str_from_c(out->headers[i].name), name))
			return true;
	}
	return false;
}

/*
 * A page of a member, or with a token in it, is kept nowhere. A guest's page without one may be
 * kept by our own server for a second, and by nobody else without asking.
 */
static void put_caching(struct req *r)
{
	struct req_state *web = r->web;
	struct http_response *out = &r->out;

	if (web->is_micro_cached) {
		http_response_header(out, "X-Accel-Expires", STR("1"));
		http_response_header(out, "Cache-Control",
				     STR("public, max-age=0, must-revalidate"));
		http_response_header(out, "Vary", STR("Cookie, Accept-Language"));
	} else if (r->session.viewer.id || web->is_session_unknown ||
		   has_header(out, STR("Set-Cookie"))) {
		http_response_set_header(out, "Cache-Control", STR("private, no-store"));
	} else if (!has_header(out, STR("Cache-Control"))) {
		http_response_header(out, "Cache-Control", STR("private, no-cache"));
	}
}

void finish_head(struct req *r, struct buf *head)
{
	bool has_session = !r->route || !(r->route->flags & ROUTE_NO_SESSION);

	if (has_session && !r->web->is_micro_cached) {
		put_session(r);
		put_others(r);
	}
	put_caching(r);
	buf_add_bytes(head, constant_head, sizeof(constant_head) - 1);
	http_response_write_head(&r->out, head);
}
