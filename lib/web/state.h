/*
 * What the files of lib/web share, and nobody else sees: the process, and what a request carries
 * beside what handlers know.
 */
#ifndef WEB_STATE_H
#define WEB_STATE_H

#include "domain/process.h"
#include "web/app.h"
#include "web/csrf.h"
#include "web/origin.h"

#define APP_ARENA (128 * 1024)

struct app {
	const char *name;
	const struct route *routes;
	size_t route_count;
	struct arena *lasting; /* as long as the process: the configuration */
	struct arena *arena;   /* emptied after each request */
	struct config config;
	struct db *db;
	struct cache *cache;
	struct mq *mq;
	struct process *process;
	int64_t started_at; /* Unix ms */
	int64_t ended_us;   /* clock_ticks_us of the last reply */
	bool is_busy;       /* this request waited for us, or came at once after the one before */
};

/* Where a request comes from: FastCGI's parameters and stream, or the environment and standard
 * input. */
struct source {
	char *const *environment; /* "NAME=value", ended by NULL; gone after the reply */
	/* Up to room bytes of the body; fewer only at its end. */
	size_t (*read)(void *from, char *to, size_t room);
	void *from;
	struct str log_in_as; /* CGI in development: a name or id; empty otherwise */
};

/* What is wrong with a request beside what the codes of err say. */
enum problem {
	PROBLEM_NONE,
	PROBLEM_MALFORMED, /* 400 */
	PROBLEM_PATH,      /* 404 */
	PROBLEM_METHOD,    /* 405 */
	PROBLEM_TOO_BIG,   /* 413 */
	PROBLEM_TOKEN,     /* 403: no token, or one of another session */
	PROBLEM_ORIGIN,    /* 403: sent by another site's page */
	PROBLEM_STALE,     /* 303: the last proof of who asks is too old for this */
};

struct req_state {
	const struct source *source;
	int64_t body_length;           /* CONTENT_LENGTH; -1 when it is no number */
	struct str content_type, body; /* body: as sent, once it was read */
	struct str allow;              /* for 405 */
	struct buf page_buf;           /* where r->page writes */

	struct str session_cookie; /* of the right form, found or not; empty otherwise */
	struct str guest_cookie;   /* of the right form; made when a page needs one */
	struct session_want *session_want;
	struct cache_reply *address_window; /* of the route's limit; NULL when there is none */

	struct csrf_page csrf; /* tokens written into this page */
	struct str token;      /* when set, this one is written instead: the same form again */

	struct str new_session; /* a session started here; empty otherwise */
	int64_t new_session_seconds;
	struct str new_flash; /* cookie value */

	enum problem problem;
	enum origin origin; /* of a POST */
	bool is_token_right;
	bool is_own_form; /* a POST from the site's own page, for sure: its fields may be shown */
	bool is_session_unknown; /* Redis did not answer: the reader may well have one */
	bool is_guest_bound;     /* a token is bound to guest_cookie: the browser must have it */
	bool is_logged_out;
	bool is_flash_shown;
	bool is_micro_cached;
	bool is_answered; /* a resp_ function was called */
};

/* A request read from its source, not yet routed. Never NULL: what is wrong is in web->problem. */
struct req *req_from_source(struct app *app, const struct source *source);

/* Read the body, at most `most` bytes; more is read and dropped. ERR_INVALID when it is more or
 * fewer than said. */
err req_read_body(struct req *r, size_t most, bool *is_too_big) MUST_CHECK;

/* Route, check, handle: afterwards r->out is an answer, whatever happened. */
void dispatch(struct req *r);

/* guard.c: read the form of a POST and find out where it comes from; then say whether the request
 * may go on. */
err guard_read_form(struct req *r) MUST_CHECK;
err guard_role(struct req *r) MUST_CHECK;
err guard_form(struct req *r) MUST_CHECK;
err guard_sure(struct req *r) MUST_CHECK;

/* What the forms of this reader are bound to; a guest without a cookie gets one. */
struct str guard_binding(struct req *r);
/* The guest's cookie; who has none gets one. */
struct str guard_guest(struct req *r);

/* The path, or what of it is the nearest page above: this program's, or "/". */
struct str req_page_above(const struct req *r, struct str path);

/* 303 to the login page, or to the one that asks again, and back here; what was typed is held.
 * ERR_UNAVAILABLE when it cannot be.
 */
err login_redirect(struct req *r) MUST_CHECK;

/* Make r->out the page that says what went wrong. */
void error_page(struct req *r, err e);

/* Cookies and caching headers, then head and body are ready to be sent. head is appended to. */
void finish_head(struct req *r, struct buf *head);

/* One request, from its source to what follows the reply. send gets head and body; it tells the
 * reader all. */
void app_serve(struct app *app, const struct source *source,
	       void (*send)(void *to, struct str head, struct str body), void *to);

/* viewer.c */
void viewer_prepare(struct req *r);
err viewer_load(struct req *r) MUST_CHECK;
err viewer_log_in_as(struct req *r) MUST_CHECK;

/* The loops; app.c chooses. */
int fcgi_run(struct app *app);
bool fcgi_is_called(void); /* standard input is a listening socket */
int cgi_run(struct app *app);

#endif
