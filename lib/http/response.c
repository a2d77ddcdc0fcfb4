/* Answers. */
#include "http/message.h"

#include "http/token.h"

#define BODY_ROOM 16384

void http_response_init(struct http_response *r, struct arena *a)
{
	r->status = 200;
	r->header_count = 0;
	buf_init(&r->body, a, BODY_ROOM);
}

static bool has_control(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < 0x20 || c == 0x7F)
			return true;
	}
	return false;
}

static void check_header(const char *name, struct str value)
{
	if (!http_is_token(str_from_c(name)))
		BUG("\"%s\" is no name of a header", name);
	if (has_control(value))
		BUG("a control character in the header %s", name);
}

void http_response_header(struct http_response *r, const char *name, struct str value)
{
	check_header(name, value);
	if (r->header_count == HTTP_HEADERS_MAX)
		BUG("more than %d headers", HTTP_HEADERS_MAX);
	r->headers[r->header_count++] = (struct http_header){ name, value };
}

void http_response_set_header(struct http_response *r, const char *name, struct str value)
{
	size_t i;

	for (i = 0; i < r->header_count; i++) {
		if (str_is_nocase(str_from_c(r->headers[i].name), str_from_c(name))) {
			check_header(name, value);
			r->headers[i].value = value;
			return;
		}
	}
	http_response_header(r, name, value);
}

/* The Set-Cookie header of that cookie, or NULL. prefix is "name=". */
static struct http_header *find_cookie(struct http_response *r, struct str prefix)
{
	size_t i;

	for (i = 0; i < r->header_count; i++) {
		struct http_header *h = &r->headers[i];

		if (str_is_nocase(str_from_c(h->name), STR("Set-Cookie")) &&
		    str_starts(h->value, prefix))
			return h;
	}
	return NULL;
}

void http_response_cookie(struct http_response *r, struct arena *a, struct str name,
			  struct str value, int64_t max_age, bool is_secure)
{
	struct http_header *old;
	struct buf line;

	if (!http_is_token(name) || !http_is_cookie_value(value))
		BUG("the cookie \"" STR_FMT "\" cannot be written", STR_ARG(name));
	buf_init(&line, a, name.n + value.n + 80);
	buf_add(&line, name);
	buf_add_char(&line, '=');
	old = find_cookie(r, buf_str(&line));
	buf_add(&line, value);
	BUF_LIT(&line, "; Path=/; HttpOnly; SameSite=Lax");
	if (is_secure)
		BUF_LIT(&line, "; Secure");
	if (max_age) {
		BUF_LIT(&line, "; Max-Age=");
		buf_add_i64(&line, max_age < 0 ? 0 : max_age);
	}
	if (old)
		old->value = buf_str(&line);
	else
		http_response_header(r, "Set-Cookie", buf_str(&line));
}

const char *http_status_text(int status)
{
	static const struct {
		int status;
		const char *text;
	} texts[] = {
		{ 200, "OK" },
		{ 201, "Created" },
		{ 204, "No Content" },
		{ 301, "Moved Permanently" },
		{ 302, "Found" },
		{ 303, "See Other" },
		{ 304, "Not Modified" },
		{ 307, "Temporary Redirect" },
		{ 308, "Permanent Redirect" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 409, "Conflict" },
		{ 410, "Gone" },
		{ 413, "Content Too Large" },
		{ 414, "URI Too Long" },
		{ 415, "Unsupported Media Type" },
		{ 422, "Unprocessable Content" },
		{ 429, "Too Many Requests" },
		{ 500, "Internal Server Error" },
		{ 501, "Not Implemented" },
		{ 502, "Bad Gateway" },
		{ 503, "Service Unavailable" },
		{ 504, "Gateway Timeout" },
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(texts); i++) {
		if (texts[i].status == status)
			return texts[i].text;
	}
	return "Unknown";
}

void http_response_write_head(const struct http_response *r, struct buf *out)
{
	size_t i;

	BUF_LIT(out, "Status: ");
	buf_add_i64(out, r->status);
	buf_add_char(out, ' ');
	buf_add(out, str_from_c(http_status_text(r->status)));
	BUF_LIT(out, "\r\n");
	for (i = 0; i < r->header_count; i++) {
		buf_add(out, str_from_c(r->headers[i].name));
		BUF_LIT(out, ": ");
		buf_add(out, r->headers[i].value);
		BUF_LIT(out, "\r\n");
	}
	/* These two have no body, and a length would be about another answer. */
	if (r->status != 204 && r->status != 304) {
		BUF_LIT(out, "Content-Length: ");
		buf_add_i64(out, (int64_t)r->body.n);
		BUF_LIT(out, "\r\n");
	}
	BUF_LIT(out, "\r\n");
}
