/* FastCGI from the web server's side, one connection for each request, and a reader's habits on
 * top. */
#include "support/fcgi_client.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/num.h"
#include "web/cookie.h"
#include "web/csrf.h"

enum { RECORD_BEGIN = 1, RECORD_END = 3, RECORD_PARAMS = 4, RECORD_STDIN = 5, RECORD_STDOUT = 6 };

#define RECORD_HEADER 8
#define RECORD_MOST 65528
#define PARAMS_MAX 64

static void add_record_header(struct buf *b, int type, size_t n)
{
	const unsigned char header[RECORD_HEADER] = {
		1, (unsigned char)type, 0, 1, (unsigned char)(n >> 8), (unsigned char)n, 0, 0
	};

	buf_add_bytes(b, header, sizeof(header));
}

/* The text in as many records as it needs, and the empty one that ends the stream. */
static void add_stream(struct buf *b, int type, struct str text)
{
	size_t at;

	for (at = 0; at < text.n; at += RECORD_MOST) {
		struct str piece = str_slice(text, at, at + RECORD_MOST);

		add_record_header(b, type, piece.n);
		buf_add(b, piece);
	}
	add_record_header(b, type, 0);
}

static void add_length(struct buf *b, size_t n)
{
	if (n < 128) {
		buf_add_char(b, (char)n);
		return;
	}
	buf_add_char(b, (char)(n >> 24 | 0x80));
	buf_add_char(b, (char)(n >> 16));
	buf_add_char(b, (char)(n >> 8));
	buf_add_char(b, (char)n);
}

static struct str make_request(struct arena *a, const char *const *params, struct str body)
{
	static const char begin[RECORD_HEADER] = {
		0, 1
	}; /* a responder; the connection is closed after */
	struct buf pairs;
	struct buf out;

	buf_init(&pairs, a, 2048);
	for (; *params; params += 2) {
		struct str name = str_from_c(params[0]);
		struct str value = str_from_c(params[1]);

		add_length(&pairs, name.n);
		add_length(&pairs, value.n);
		buf_add(&pairs, name);
		buf_add(&pairs, value);
	}
	buf_init(&out, a, pairs.n + body.n + 1024);
	add_record_header(&out, RECORD_BEGIN, sizeof(begin));
	buf_add_bytes(&out, begin, sizeof(begin));
	add_stream(&out, RECORD_PARAMS, buf_str(&pairs));
	add_stream(&out, RECORD_STDIN, body);
	return buf_str(&out);
}

static int connect_to(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof(at))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* What is sent, and everything that comes until the other side closes. Both at once: neither side
 * may wait. */
static bool talk(int fd, struct str request, struct buf *in)
{
	int64_t until = clock_ticks() + BROWSER_WAIT_MS;

	for (;;) {
		struct pollfd p = { fd, (short)(request.n ? POLLIN | POLLOUT : POLLIN), 0 };
		ssize_t n;

		if (poll(&p, 1, (int)(until - clock_ticks())) <= 0)
			return false;
		if (p.revents & POLLOUT) {
			n = send(fd, request.p, request.n, MSG_NOSIGNAL | MSG_DONTWAIT);
			request = n > 0 ? str_slice(request, (size_t)n, request.n)
					: (struct str){ 0 };
		}
		if (p.revents & (POLLIN | POLLHUP | POLLERR)) {
			n = recv(fd, buf_reserve(in, 65536), 65536, MSG_DONTWAIT);
			if (n == 0)
				return true;
			if (n < 0 && errno != EAGAIN)
				return in->n > 0;
			in->n += n > 0 ? (size_t)n : 0;
		}
	}
}

/* The standard output of the answer's records; empty when they are not complete. */
static struct str read_records(struct arena *a, struct str in)
{
	struct buf out;
	bool is_ended = false;

	buf_init(&out, a, in.n + 1);
	while (in.n >= RECORD_HEADER) {
		const unsigned char *h = (const unsigned char *)in.p;
		size_t n = (size_t)h[4] << 8 | h[5];
		size_t whole = RECORD_HEADER + n + h[6];

		if (in.n < whole)
			break;
		if (h[1] == RECORD_STDOUT)
			buf_add_bytes(&out, in.p + RECORD_HEADER, n);
		is_ended = is_ended || h[1] == RECORD_END;
		in = str_slice(in, whole, in.n);
	}
	return is_ended ? buf_str(&out) : (struct str){ 0 };
}

struct str fcgi_exchange(struct arena *a, const char *socket_path, const char *const *params,
			 struct str body)
{
	struct str request = make_request(a, params, body);
	struct buf in;
	int fd = connect_to(socket_path);
	bool is_complete;

	if (fd < 0)
		return (struct str){ 0 };
	buf_init(&in, a, 65536);
	is_complete = talk(fd, request, &in);
	close(fd);
	return is_complete ? read_records(a, buf_str(&in)) : (struct str){ 0 };
}

struct str browser_cookie(const struct browser *b, const char *name)
{
	size_t i;

	for (i = 0; i < b->cookie_count; i++) {
		if (str_is(b->cookies[i].name, str_from_c(name)))
			return b->cookies[i].value;
	}
	return (struct str){ 0 };
}

void browser_drop_cookie(struct browser *b, const char *name)
{
	size_t i;

	for (i = 0; i < b->cookie_count; i++) {
		if (str_is(b->cookies[i].name, str_from_c(name))) {
			b->cookies[i] = b->cookies[--b->cookie_count];
			return;
		}
	}
}

void browser_set_cookie(struct browser *b, const char *name, struct str value)
{
	browser_drop_cookie(b, name);
	if (b->cookie_count == BROWSER_COOKIES_MAX)
		BUG("more than %d cookies", BROWSER_COOKIES_MAX);
	b->cookies[b->cookie_count].name = str_copy(b->arena, str_from_c(name));
	b->cookies[b->cookie_count++].value = str_copy(b->arena, value);
}

/* One Set-Cookie header. */
static void take_cookie(struct browser *b, struct str line)
{
	struct str pair = { 0 };
	struct str name = { 0 };

	str_split(&line, ';', &pair);
	str_split(&pair, '=', &name);
	if (str_find(line, STR("Max-Age=0")) >= 0)
		browser_drop_cookie(b, str_c(b->arena, name));
	else
		browser_set_cookie(b, str_c(b->arena, name), pair);
}

/* The next header line of *head whose name is name; false when there is none. */
static bool next_header(struct str *head, struct str name, struct str *value)
{
	struct str line;

	while (str_split(head, '\n', &line)) {
		ptrdiff_t colon = str_find_byte(line, ':');

		if (colon < 0 || !str_is_nocase(str_slice(line, 0, (size_t)colon), name))
			continue;
		*value = str_trim(str_slice(line, (size_t)colon + 1, line.n));
		return true;
	}
	return false;
}

struct str reply_header(struct browser *b, const struct reply *r, const char *name)
{
	struct str head = r->head;
	struct str value = { 0 };

	next_header(&head, str_from_c(name), &value);
	return value.n ? str_copy(b->arena, value) : value;
}

static struct reply read_reply(struct browser *b, struct str answer)
{
	struct reply r = { 0 };
	ptrdiff_t end = str_find(answer, STR("\r\n\r\n"));
	struct str head;
	struct str value;
	int64_t status = 200;

	if (end < 0)
		return r;
	r.head = str_slice(answer, 0, (size_t)end);
	r.body = str_copy(b->arena, str_slice(answer, (size_t)end + 4, answer.n));
	head = r.head;
	if (next_header(&head, STR("Status"), &value) &&
	    !num_parse_i64(str_slice(value, 0, 3), 100, 599, &status))
		return r;
	r.status = (int)status;
	head = r.head;
	while (next_header(&head, STR("Set-Cookie"), &value))
		take_cookie(b, value);
	return r;
}

/* "name=value; name=value" */
static const char *cookie_line(const struct browser *b)
{
	struct buf line;
	size_t i;

	buf_init(&line, b->arena, 256);
	for (i = 0; i < b->cookie_count; i++) {
		if (i)
			BUF_LIT(&line, "; ");
		buf_add(&line, b->cookies[i].name);
		buf_add_char(&line, '=');
		buf_add(&line, b->cookies[i].value);
	}
	return buf_str(&line).p;
}

static int hex_digit(char c)
{
	const char *digits = "0123456789abcdef";
	const char *at = c ? strchr(digits, c | 0x20) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* As nginx does with $uri. */
static const char *decode(struct arena *a, struct str path)
{
	struct buf out;
	size_t i;

	buf_init(&out, a, path.n + 1);
	for (i = 0; i < path.n; i++) {
		if (path.p[i] == '%' && i + 2 < path.n && hex_digit(path.p[i + 1]) >= 0 &&
		    hex_digit(path.p[i + 2]) >= 0) {
			buf_add_char(&out, (char)(hex_digit(path.p[i + 1]) << 4 |
						  hex_digit(path.p[i + 2])));
			i += 2;
		} else {
			buf_add_char(&out, path.p[i]);
		}
	}
	return buf_str(&out).p;
}

struct params {
	const char *items[2 * PARAMS_MAX + 1];
	size_t count;
};

static void add_param(struct params *p, const char *name, const char *value)
{
	if (p->count + 2 > 2 * PARAMS_MAX)
		BUG("more than %d parameters", PARAMS_MAX);
	p->items[p->count++] = name;
	p->items[p->count++] = value;
}

struct reply browser_ask(struct browser *b, const struct ask *ask)
{
	struct params p = { 0 };
	struct str query = str_from_c(ask->path);
	struct str path = { 0 };
	const char *const *extra;
	const char *socket_path;

	str_split(&query, '?', &path);
	socket_path = b->socket_of(b->site, str_from_c(decode(b->arena, path)));
	if (!socket_path)
		return (struct reply){ .status = 404 };
	add_param(&p, "REQUEST_METHOD", ask->method ? ask->method : ask->body.n ? "POST" : "GET");
	add_param(&p, "PATH_INFO", decode(b->arena, path));
	add_param(&p, "QUERY_STRING", str_c(b->arena, query));
	add_param(&p, "REMOTE_ADDR", b->address);
	add_param(&p, "HTTP_HOST", "127.0.0.1");
	add_param(&p, "HTTP_ACCEPT_LANGUAGE", b->language);
	add_param(&p, "HTTP_COOKIE", cookie_line(b));
	if (!ask->is_foreign) {
		add_param(&p, "HTTP_ORIGIN", b->origin);
		add_param(&p, "HTTP_SEC_FETCH_SITE", "same-origin");
	}
	if (ask->body.n) {
		add_param(&p, "CONTENT_LENGTH", str_format(b->arena, "%zu", ask->body.n).p);
		add_param(&p, "CONTENT_TYPE",
			  ask->content_type ? ask->content_type
					    : "application/x-www-form-urlencoded");
	}
	for (extra = ask->extra; extra && *extra; extra += 2)
		add_param(&p, extra[0], extra[1]);
	return read_reply(b, fcgi_exchange(b->arena, socket_path, p.items, ask->body));
}

struct reply get(struct browser *b, const char *path)
{
	return browser_ask(b, &(struct ask){ .path = path });
}

struct str browser_token(struct browser *b)
{
	struct str binding = browser_cookie(b, COOKIE_SESSION_NAME);
	struct csrf_page page = { 0 };
	struct str token;

	if (!binding.n) {
		if (!browser_cookie(b, COOKIE_GUEST_NAME).n)
			browser_set_cookie(b, COOKIE_GUEST_NAME, secret_token(b->arena, 16));
		binding = browser_cookie(b, COOKIE_GUEST_NAME);
	}
	token = csrf_next(&page, b->arena, b->secret, binding);
	return str_format(b->arena, CSRF_FIELD "=" STR_FMT, STR_ARG(token));
}

struct reply post_form(struct browser *b, const char *path, const char *fields)
{
	struct str token = browser_token(b);
	struct str body =
		str_format(b->arena, STR_FMT "%s%s", STR_ARG(token), *fields ? "&" : "", fields);

	return browser_ask(b, &(struct ask){ .method = "POST", .path = path, .body = body });
}

bool reply_has(const struct reply *r, const char *text)
{
	return str_find(r->body, str_from_c(text)) >= 0;
}

struct str reply_field(struct browser *b, const struct reply *r, const char *name)
{
	struct str mark = str_format(b->arena, "name=\"%s\"", name);
	ptrdiff_t at = str_find(r->body, mark);
	struct str tag = { 0 };
	struct str rest;

	if (at < 0)
		return tag;
	rest = str_slice(r->body, (size_t)at + mark.n, r->body.n);
	str_split(&rest, '>', &tag);
	at = str_find(tag, STR("value=\""));
	if (at < 0)
		return (struct str){ 0 };
	rest = str_slice(tag, (size_t)at + 7, tag.n);
	str_split(&rest, '"', &tag);
	return str_copy(b->arena, tag);
}
