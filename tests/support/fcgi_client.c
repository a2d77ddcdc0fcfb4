/* A reader's habits, on top of FastCGI. */
#include "support/fcgi_client.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/num.h"
#include "web/cookie.h"
#include "web/csrf.h"

#define PARAMS_MAX 64

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
	return read_reply(b, fcgi_exchange(b->arena, socket_path, p.items, ask->body, b->pause));
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
