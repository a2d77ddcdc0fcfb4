/*
 * One request while it is handled: what came in, who asks, and the answer being built.
 *
 * A handler reads, calls the domain, and shows: it returns OK after one of the
 * resp_ functions, or an error, which becomes an error page. It never frees.
 */
#ifndef WEB_REQ_H
#define WEB_REQ_H

#include "domain/ctx.h"
#include "domain/limit.h"
#include "domain/session.h"
#include "html/html.h"
#include "html/text.h"
#include "html/url.h"
#include "http/fields.h"
#include "http/message.h"
#include "web/page.h"

struct req {
	struct ctx ctx; /* ctx.viewer is known once the handler runs */
	struct http_request in;
	struct http_response out;
	const struct route *route;
	struct http_path_values path;
	int64_t id;             /* path.ids[0], 0 when the pattern has none */
	int64_t viewer_hint;    /* in prepare: the user id the cookie claims, or 0 */
	struct session session; /* session.viewer.id 0 for a guest */
	int language;           /* TEXT_ZH or TEXT_EN */
	struct str form_id;    /* of a verified POST: see domain/form_once.h; empty without token */
	int64_t retry_seconds; /* for ERR_LIMITED */
	struct page_out page;  /* where templates write; buf is of its own, in ctx.arena */
	struct app *app;
	struct req_state *web; /* the web layer's own */
	void *prepared;        /* from prepare to handle, the binary's own */
};

/* The start of a template run: writes go to an empty buffer. Then resp_page with what it holds. */
struct page_out *req_page(struct req *r);

/* A text of the catalogue in the reader's language. */
struct str req_text(struct req *r, const char *english);

/* What a page is, beside its content. */
struct page_meta {
	struct str title;
	struct str description; /* empty: none */
	struct url canonical;   /* empty: none */
	struct url feed;        /* empty: the site's */
	bool is_noindex;
	bool is_for_staff;    /* with the staff's style sheet */
	int refresh_seconds;  /* without script it comes again by itself, after 1, 2, 3, 5, 10
				 or 30, rounded up; 0: never */
	int64_t again_since;  /* Unix ms: it comes again as ?since=, in place of its query; 0: as
				 it is */
	bool is_micro_cached; /* guests: nginx may keep it for a second. Only pages that hold
				 nothing personal */
	struct str section;   /* which entry of the navigation is current: "hot", "new" ... */
	bool is_market;       /* needs market.css and market.js */
};

/*
 * Answer with what the template wrote into req_page, inside the layout. status 200, or 422 for a
 * form shown again, 409 for a conflict.
 */
err resp_page(struct req *r, int status, const struct page_meta *meta) MUST_CHECK;

/* 303 See Other. */
err resp_redirect(struct req *r, struct url to) MUST_CHECK;
/* A body that is not a page: feeds, pictures, JSON, plain text. content_type with charset. */
err resp_body(struct req *r, int status, struct str content_type, struct str body) MUST_CHECK;
/*
 * The same with 200 for what programs fetch again and again: with ETag and, unless changed_at is 0,
 * Last-Modified. Who has it already is told so by a 304 without the body.
 */
err resp_unless_known(struct req *r, struct str content_type, struct str body,
		      int64_t changed_at) MUST_CHECK;

/* A program asks: it gets JSON where a person gets a page, also when something is wrong. */
bool req_wants_json(const struct req *r);
err resp_json(struct req *r, int status, const struct buf *json) MUST_CHECK;

/* Back to where the reader came from: the form's "next" when it is a path of this site, else
 * `otherwise`. */
err resp_back(struct req *r, struct url otherwise) MUST_CHECK;

/* A short message shown on the next page, once ("Saved."). English literal of the catalogue, marked
 * N_(). */
void req_flash(struct req *r, const char *english);

/* The message for a field, in the reader's language, or empty: for views. */
struct str req_field_error(struct req *r, const struct field_errors *errors, const char *name);

/* Start a session and set its cookie; end it (also one just started) and delete the cookie. */
err req_log_in(struct req *r, const struct user *u, bool is_remembered) MUST_CHECK;
err req_log_out(struct req *r) MUST_CHECK;

/*
 * What ROUTE_SURE asks, for a handler that has to look first: OK when the reader proved who they
 * are a short time ago. ERR_AUTH otherwise: returned by the handler it leads to the page that asks,
 * and back.
 */
err req_check_sure(struct req *r) MUST_CHECK;
/* The same as a question: for a page whose forms ask it, to say so before anything is typed. */
err req_find_sure(struct req *r, bool *is_sure) MUST_CHECK;

/*
 * Count this against a limit, for a handler that knows only by now that there is something to
 * count: by account, for guests and where the class has no such limit by address. ERR_LIMITED,
 * returned by the handler, leads to the page that says when to try again.
 */
err req_check_limit(struct req *r, const struct limit_class *limit) MUST_CHECK;

/* The path and query of this request, as a local link: for "next". Of a form sent to an address
 * that has no page the nearest page above it. */
struct url req_here(struct req *r);

/* Where a picture of somebody is: the uploaded one or the drawn default. */
struct url req_avatar(struct req *r, int64_t user_id, struct str avatar);

#endif
