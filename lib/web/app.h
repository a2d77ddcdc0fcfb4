/*
 * The frame of a FastCGI binary: its accept loop and its route table.
 *
 * A route without a flag needs a login; a POST needs a token, the same origin and a small body.
 * Flags only loosen, but for the roles and ROUTE_SURE, which only tighten.
 */
#ifndef WEB_APP_H
#define WEB_APP_H

#include "domain/limit.h"
#include "web/req.h"

enum {
	ROUTE_PUBLIC = 1,  /* guests too */
	ROUTE_NO_CSRF = 2, /* no token: only for forms whose effect is harmless; the origin is still
			      checked */
	ROUTE_BIG_BODY = 4, /* up to APP_BIG_BODY */
	ROUTE_MODERATOR = 8,
	ROUTE_ADMIN = 16,
	ROUTE_DEVELOPMENT = 32, /* 404 unless site.mode is development */
	ROUTE_LOCAL = 64,       /* 404 unless the peer is the loopback: metrics */
	ROUTE_NO_SESSION = 128, /* no session look-up at all: health checks, feeds */
	ROUTE_SURE = 256,   /* who asks has proved it again a short time ago, or is sent to the page
			       that asks and then back: for what a borrowed session must not do */
	ROUTE_SIGNED = 512, /* a call of another program, not a form: the handler checks its
				   signature instead of token and origin */
};

#define APP_SMALL_BODY (256 * 1024)
#define APP_BIG_BODY (8 * 1024 * 1024)

/* Tables are read in this order. */
struct route { /* NOLINT(clang-analyzer-optin.performance.Padding) */
	enum http_method method;
	const char
		*pattern; /* "/posts/{id}/edit"; {id} number, {slug} word, {file} word with dots */
	err (*handle)(struct req *r);
	int flags;
	const struct limit_class *limit; /* NULL: none */
	/* Queue what the page will need into the session's pipeline; may be NULL. r->viewer_hint is
	 * known. */
	void (*prepare)(struct req *r);
};

/* When this process started, Unix ms. */
int64_t app_started_at(const struct app *app);

/*
 * Serve until told to stop: FastCGI when fd 0 is a listening socket, one CGI request otherwise;
 * "--routes" prints the table. Returns the exit status.
 */
int app_main(int argc, char **argv, const char *name, const struct route *routes, size_t count);

#endif
