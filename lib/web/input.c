/* A request read from CGI variables: FastCGI's parameters and a shell's environment look the same.
 */
#include "base/clock.h"
#include "base/num.h"
#include "base/secret.h"
#include "web/cookie.h"
#include "web/state.h"

#define GUEST_COOKIE_LENGTH 22
#define REQUEST_ID_MOST 40
#define DRAIN_MOST (16 * 1024 * 1024) /* of a body nobody wants; past it the connection is cut */

enum variable {
	VAR_METHOD,
	VAR_PATH,
	VAR_QUERY,
	VAR_ADDRESS,
	VAR_REQUEST_ID,
	VAR_LENGTH,
	VAR_TYPE,
	VAR_HOST,
	VAR_ORIGIN,
	VAR_REFERER,
	VAR_FETCH_SITE,
	VAR_AGENT,
	VAR_ACCEPT,
	VAR_LANGUAGE,
	VAR_IF_NONE_MATCH,
	VAR_IF_MODIFIED_SINCE,
	VAR_COOKIE,
	VARIABLES
};

static const struct str names[VARIABLES] = {
	[VAR_METHOD] = STR_INIT("REQUEST_METHOD"),
	[VAR_PATH] = STR_INIT("PATH_INFO"),
	[VAR_QUERY] = STR_INIT("QUERY_STRING"),
	[VAR_ADDRESS] = STR_INIT("REMOTE_ADDR"),
	[VAR_REQUEST_ID] = STR_INIT("REQUEST_ID"),
	[VAR_LENGTH] = STR_INIT("CONTENT_LENGTH"),
	[VAR_TYPE] = STR_INIT("CONTENT_TYPE"),
	[VAR_HOST] = STR_INIT("HTTP_HOST"),
	[VAR_ORIGIN] = STR_INIT("HTTP_ORIGIN"),
	[VAR_REFERER] = STR_INIT("HTTP_REFERER"),
	[VAR_FETCH_SITE] = STR_INIT("HTTP_SEC_FETCH_SITE"),
	[VAR_AGENT] = STR_INIT("HTTP_USER_AGENT"),
	[VAR_ACCEPT] = STR_INIT("HTTP_ACCEPT"),
	[VAR_LANGUAGE] = STR_INIT("HTTP_ACCEPT_LANGUAGE"),
	[VAR_IF_NONE_MATCH] = STR_INIT("HTTP_IF_NONE_MATCH"),
	[VAR_IF_MODIFIED_SINCE] = STR_INIT("HTTP_IF_MODIFIED_SINCE"),
	[VAR_COOKIE] = STR_INIT("HTTP_COOKIE"),
};

static void read_variables(char *const *environment, struct str values[VARIABLES])
{
	int i;

	for (; *environment; environment++) {
		struct str value = str_from_c(*environment);
		struct str name = { 0 };

		/* Of the dozens a server sends most are of no interest; these are told apart by
		 * length first. */
		str_split(&value, '=', &name);
		for (i = 0; i < VARIABLES; i++) {
			if (str_is(name, names[i])) {
				values[i] = value;
				break;
			}
		}
	}
}

static void read_method(struct http_request *in, struct str method)
{
	if (str_is(method, STR("GET"))) {
		in->method = HTTP_GET;
	} else if (str_is(method, STR("HEAD"))) {
		in->method = HTTP_GET;
		in->is_head = true;
	} else if (str_is(method, STR("POST"))) {
		in->method = HTTP_POST;
	}
}

/* The server's id for the log; one that could not be ours is not written anywhere. */
static struct str read_id(struct arena *a, struct str id)
{
	if (!id.n || id.n > REQUEST_ID_MOST || !secret_is_token(id, id.n))
		return (struct str){ 0 };
	return str_copy(a, id);
}

static void read_request(struct req *r, const struct str values[VARIABLES])
{
	struct http_request *in = &r->in;
	struct arena *a = r->ctx.arena;

	read_method(in, values[VAR_METHOD]);
	in->path = values[VAR_PATH].n ? str_copy(a, values[VAR_PATH]) : STR("/");
	in->query_text = values[VAR_QUERY];
	in->remote_address = values[VAR_ADDRESS];
	in->id = read_id(a, values[VAR_REQUEST_ID]);
	in->host = values[VAR_HOST];
	in->origin = values[VAR_ORIGIN];
	in->referer = values[VAR_REFERER];
	in->fetch_site = values[VAR_FETCH_SITE];
	in->user_agent = values[VAR_AGENT];
	in->accept = values[VAR_ACCEPT];
	in->accept_language = values[VAR_LANGUAGE];
	in->if_none_match = values[VAR_IF_NONE_MATCH];
	in->if_modified_since = values[VAR_IF_MODIFIED_SINCE];
	in->is_secure = r->ctx.config->site.is_secure;
	form_parse_cookies(a, values[VAR_COOKIE], &in->cookies);
	if (http_path_check(in->path))
		r->web->problem = PROBLEM_PATH;
	else if (form_parse_query(a, in->query_text, &in->query))
		r->web->problem = PROBLEM_MALFORMED;
}

static void read_length(struct req_state *web, struct str length)
{
	if (length.n && !num_parse_i64(length, 0, INT64_MAX, &web->body_length)) {
		web->body_length = -1;
		web->problem = PROBLEM_MALFORMED;
	}
}

static void read_cookies(struct req *r)
{
	struct str guest = cookie_get(r, COOKIE_GUEST);
	struct str session = cookie_get(r, COOKIE_SESSION);

	if (secret_is_token(guest, GUEST_COOKIE_LENGTH))
		r->web->guest_cookie = guest;
	if (session_hint(session))
		r->web->session_cookie = session;
	r->language = text_choose(cookie_get(r, COOKIE_LANGUAGE), r->in.accept_language);
}

static void set_ctx(struct app *app, struct ctx *c)
{
	c->arena = app->arena;
	c->config = &app->config;
	c->db = app->db;
	c->cache = app->cache;
	c->mq = app->mq;
	c->process = app->process;
	c->now = clock_now();
}

struct req *req_from_source(struct app *app, const struct source *source)
{
	struct req *r = ARENA_NEW(app->arena, struct req);
	struct str values[VARIABLES] = { { 0 } };

	r->app = app;
	r->web = ARENA_NEW(app->arena, struct req_state);
	r->web->source = source;
	set_ctx(app, &r->ctx);
	http_response_init(&r->out, app->arena);
	read_variables(source->environment, values);
	read_request(r, values);
	r->web->content_type = values[VAR_TYPE];
	read_length(r->web, values[VAR_LENGTH]);
	read_cookies(r);
	return r;
}

static void drain(const struct source *source, int64_t length)
{
	char dropped[8192];
	size_t n = 1;

	for (length = length < DRAIN_MOST ? length : DRAIN_MOST; length > 0 && n;
	     length -= (int64_t)n) {
		size_t room = length < (int64_t)sizeof(dropped) ? (size_t)length : sizeof(dropped);

		n = source->read(source->from, dropped, room);
	}
}

err req_read_body(struct req *r, size_t most, bool *is_too_big)
{
	struct req_state *web = r->web;
	int64_t length = web->body_length;
	char *body;

	*is_too_big = false;
	if (length <= 0)
		return length ? ERR_INVALID : OK;
	if ((uint64_t)length > most) {
		/* Unread, it would make the server drop our answer. */
		drain(web->source, length);
		*is_too_big = true;
		return OK;
	}
	body = arena_alloc(r->ctx.arena, (size_t)length + 1);
	if (web->source->read(web->source->from, body, (size_t)length) != (size_t)length)
		return ERR_INVALID;
	web->body = (struct str){ body, (size_t)length };
	return OK;
}
