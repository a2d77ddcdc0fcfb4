/*
 * A request as it arrived, and the answer as it will be sent. Pure data: the
 * web layer fills the one from FastCGI or the environment and writes the other.
 */
#ifndef HTTP_MESSAGE_H
#define HTTP_MESSAGE_H

#include "base/buf.h"
#include "http/form.h"

enum http_method { HTTP_GET = 1, HTTP_POST = 2, HTTP_OTHER = 0 };

struct http_request {
	enum http_method method;
	bool is_head;          /* method is HTTP_GET and no body is wanted */
	struct str path;       /* decoded, starts with '/', valid UTF-8 */
	struct str query_text; /* as sent */
	struct form query;
	struct form cookies;
	struct form body;          /* of a POST; empty otherwise */
	struct str remote_address; /* of the socket */
	struct str host, origin, referer, fetch_site, user_agent, accept, accept_language;
	struct str if_none_match, if_modified_since;
	struct str id; /* the web server's request id, for the log */
	bool is_secure;
};

#define HTTP_HEADERS_MAX 24

struct http_header {
	const char *name;
	struct str value;
};

struct http_response {
	int status;
	struct http_header headers[HTTP_HEADERS_MAX];
	size_t header_count;
	struct buf body;
};

/* Status 200, no headers, an empty body that grows in a. */
void http_response_init(struct http_response *r, struct arena *a);

/* Add a header. A name or value with a control character is a bug and aborts: no header can be
 * split. */
void http_response_header(struct http_response *r, const char *name, struct str value);

/* Replace the header of that name, or add it. */
void http_response_set_header(struct http_response *r, const char *name, struct str value);

/*
 * Set-Cookie: HttpOnly, SameSite=Lax, Path=/, Secure when is_secure. max_age in seconds, 0 for the
 * browser's session, negative to delete it. value must be of cookie octets (RFC 6265), a bug
 * otherwise.
 */
void http_response_cookie(struct http_response *r, struct arena *a, struct str name,
			  struct str value, int64_t max_age, bool is_secure);

/* "Not Found" for 404; "Unknown" for a status the project does not use. */
const char *http_status_text(int status);

/*
 * Status line and headers as CGI wants them ("Status: 200 OK"), Content-Length included, and the
 * empty line; appended to out.
 */
void http_response_write_head(const struct http_response *r, struct buf *out);

/*
 * Check a path that the web server has decoded, once and for all: absolute, valid UTF-8 without
 * control characters, no "." or ".." part, at most 1,000 bytes. It is not decoded again.
 * ERR_INVALID otherwise.
 */
err http_path_check(struct str path) MUST_CHECK;

/* The parts of a path, compared with a pattern such as "/posts/{id}/edit". */
#define HTTP_PATH_VALUES_MAX 3
struct http_path_values {
	int64_t ids[HTTP_PATH_VALUES_MAX];      /* of {id}, in order */
	struct str slugs[HTTP_PATH_VALUES_MAX]; /* of {slug}: [A-Za-z0-9_-]{1,64}; of {file}: the
						   same plus '.' inside */
	size_t id_count, slug_count;
};
bool http_path_match(struct str pattern, struct str path, struct http_path_values *out);

#endif
