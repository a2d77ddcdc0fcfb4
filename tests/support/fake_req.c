/* Requests without a server. */
#include "support/fake_req.h"

#include "base/clock.h"

#define VARIABLES_MAX 32

static const char config_text[] =
	"site.name = Plaza\n"
	"site.url = http://127.0.0.1:8080\n"
	"site.zone = Asia/Shanghai\n"
	"site.mode = development\n"
	"site.secret = 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"
	"db.socket = /nonexistent/mariadb.sock\n"
	"db.user = plaza\ndb.password = x\ndb.name = plaza\n"
	"redis.socket = /nonexistent/redis.sock\nredis.password = x\n"
	"mq.host = 127.0.0.1\nmq.port = 1\nmq.user = plaza\nmq.password = x\nmq.vhost = /\n"
	"mail.from = no-reply@example.org\nmail.outbox_dir = /nonexistent/outbox\n"
	"log.level = error\n";

static size_t read_body(void *from, char *to, size_t room)
{
	struct fake_req *f = from;
	struct str piece = str_slice(f->body, f->body_read, f->body_read + room);

	if (piece.n)
		memcpy(to, piece.p, piece.n);
	f->body_read += piece.n;
	return piece.n;
}

static bool has_variable(const char *const *variables, struct str name)
{
	for (; *variables; variables++) {
		if (str_starts(str_from_c(*variables), name))
			return true;
	}
	return false;
}

/* The given variables, and what a form's POST needs beside them. */
static char **make_environment(struct fake_req *f, const char *const *variables)
{
	struct arena *a = f->app.lasting;
	char **all = ARENA_ARRAY(a, char *, VARIABLES_MAX);
	size_t n = 0;

	if (!has_variable(variables, STR("REQUEST_METHOD=")))
		all[n++] = str_c(a, f->body.n ? STR("REQUEST_METHOD=POST")
					      : STR("REQUEST_METHOD=GET"));
	if (f->body.n && !has_variable(variables, STR("CONTENT_LENGTH=")))
		all[n++] = str_c(a, str_format(a, "CONTENT_LENGTH=%zu", f->body.n));
	if (f->body.n && !has_variable(variables, STR("CONTENT_TYPE=")))
		all[n++] = str_c(a, STR("CONTENT_TYPE=application/x-www-form-urlencoded"));
	if (!has_variable(variables, STR("HTTP_ACCEPT_LANGUAGE=")))
		all[n++] = str_c(a, STR("HTTP_ACCEPT_LANGUAGE=en"));
	for (; *variables && n + 1 < VARIABLES_MAX; variables++)
		all[n++] = str_c(a, str_from_c(*variables));
	return all;
}

struct fake_req *fake_req_open(const char *const *variables, const char *body)
{
	struct arena *a = arena_new(16384);
	struct fake_req *f = ARENA_NEW(a, struct fake_req);
	char *const nothing[] = { NULL };

	secret_open();
	f->app.lasting = a;
	f->app.name = "test";
	if (config_parse(a, str_from_c(config_text), nothing, &f->app.config) ||
	    clock_set_zone(f->app.config.site.zone))
		BUG("the test's configuration is wrong");
	log_open("test", LOG_LEVEL_ERROR);
	f->app.arena = arena_new(APP_ARENA);
	f->app.db = db_new(&f->app.config);
	f->app.cache = cache_new(&f->app.config);
	f->app.mq = mq_new(&f->app.config);
	f->app.process = process_new();
	f->body = str_copy(a, str_from_c(body));
	f->source.environment = make_environment(f, variables);
	f->source.read = read_body;
	f->source.from = f;
	cache_start_request(f->app.cache, f->app.arena);
	f->req = req_from_source(&f->app, &f->source);
	return f;
}

void fake_req_member(struct fake_req *f, int64_t id, const char *name, enum role role)
{
	struct viewer v = {
		.id = id, .user_no = id, .name = str_from_c(name), .role = role, .level = 1
	};

	f->req->session.viewer = v;
	f->req->ctx.viewer = v;
	f->req->web->session_cookie = str_format(f->app.arena, "%lld.%s", (long long)id,
						 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
}

void fake_req_read_form(struct fake_req *f)
{
	bool is_too_big;

	if (req_read_body(f->req, APP_SMALL_BODY, &is_too_big) || is_too_big ||
	    guard_read_form(f->req))
		BUG("the test's form cannot be read");
}

void fake_req_serve(struct fake_req *f, const struct route *routes, size_t count)
{
	struct buf head;

	f->app.routes = routes;
	f->app.route_count = count;
	dispatch(f->req);
	buf_init(&head, f->app.arena, 2048);
	finish_head(f->req, &head);
	f->head = buf_str(&head);
}

bool fake_req_has(const struct fake_req *f, const char *text)
{
	return str_find(buf_str(&f->req->out.body), str_from_c(text)) >= 0;
}

struct str fake_req_header(const struct fake_req *f, const char *name)
{
	const struct http_response *out = &f->req->out;
	size_t i;

	for (i = 0; i < out->header_count; i++) {
		if (str_is_nocase(str_from_c(out->headers[i].name), str_from_c(name)))
			return out->headers[i].value;
	}
	return (struct str){ 0 };
}

void fake_req_close(struct fake_req *f)
{
	process_free(f->app.process);
	mq_free(f->app.mq);
	cache_free(f->app.cache);
	db_free(f->app.db);
	arena_free(f->app.arena);
	arena_free(f->app.lasting);
}
