/*
 * A reader of the site in a test: speaks FastCGI to a program's socket as nginx does, keeps
 * cookies between requests, and puts a right token into the forms it sends.
 *
 *   struct reply r = post_form(b, "/posts", "title=%3Ci%3E&body=**hi**");
 *   assert_int_equal(r.status, 303);
 *   r = get(b, reply_header(b, &r, "Location").p);
 *   assert_true(reply_has(&r, "<h1>&lt;i&gt;</h1>"));
 *
 * Everything a reply holds lives until browser_close.
 */
#ifndef SUPPORT_FCGI_CLIENT_H
#define SUPPORT_FCGI_CLIENT_H

#include "base/secret.h"
#include "support/fcgi_wire.h"

#define BROWSER_COOKIES_MAX 16

struct reply {
	int status;      /* 0: no answer, or one that is not to be understood */
	struct str head; /* header lines as sent */
	struct str body; /* ended with a NUL */
};

struct browser {
	struct arena *arena;
	/* The socket that answers a path, or NULL; set by site.c. */
	const char *(*socket_of)(void *site, struct str path);
	void *site;
	const unsigned char *secret; /* of the site, for tokens */
	const char *origin;          /* of the site, "http://127.0.0.1" */
	const char *language;        /* Accept-Language; "en" at first */
	const char *address;         /* REMOTE_ADDR; 127.0.0.1 at first */
	const struct fcgi_pause *pause;
	struct {
		struct str name, value;
	} cookies[BROWSER_COOKIES_MAX];
	size_t cookie_count;
};

/* A request that get and post_form cannot express. Zero what is not needed. */
struct ask {
	const char *method; /* NULL: GET, or POST when there is a body */
	const char *path;   /* as in a link: with the query, percent-encoded */
	struct str body;
	const char *content_type; /* NULL: of a form */
	const char *const *extra; /* more parameters: name, value, ..., NULL: "HTTP_ACCEPT", "x" */
	bool is_foreign;          /* without Origin and Sec-Fetch-Site */
};

struct reply get(struct browser *b, const char *path);

/* fields are urlencoded; a right token is added in front. Sent as from the site's own page. */
struct reply post_form(struct browser *b, const char *path, const char *fields);

/* As asked for: no token is added. */
struct reply browser_ask(struct browser *b, const struct ask *ask);

/* "csrf=<token>", right for this browser's session or, for a guest, its guest cookie. */
struct str browser_token(struct browser *b);

/* The cookie's value; empty when there is none. */
struct str browser_cookie(const struct browser *b, const char *name);
void browser_set_cookie(struct browser *b, const char *name, struct str value);
void browser_drop_cookie(struct browser *b, const char *name);

/* The first header of that name, with a NUL after it; empty when there is none. */
struct str reply_header(struct browser *b, const struct reply *r, const char *name);
/* Text anywhere in the body. */
bool reply_has(const struct reply *r, const char *text);
/* The value of the first field of that name in the page's forms, not unescaped; empty when there is
 * none. */
struct str reply_field(struct browser *b, const struct reply *r, const char *name);

#endif
