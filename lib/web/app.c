/* A FastCGI binary from its start to its end, and one request from its source to the log line. */
#include "base/clock.h"
#include "base/resolver.h"
#include "domain/outbox.h"
#include "domain/user_profile.h"
#include "web/router.h"
#include "web/state.h"

#define HEAD_ROOM 2048
#define BUSY_US 1000 /* between two requests */
#define ID_DIGITS 19 /* at most; a token is longer */

int64_t app_started_at(const struct app *app)
{
	return app->started_at;
}

/* Connections open on first use, so a store that is down does not keep a program from starting. */
static err app_open(struct app *app, const char *name, const struct route *routes, size_t count)
{
	app->name = name;
	app->routes = routes;
	app->route_count = count;
	app->lasting = arena_new(4096);
	if (config_load(app->lasting, &app->config))
		return ERR_INVALID;
	log_open(name, app->config.log_level);
	if (clock_set_zone(app->config.site.zone))
		return ERR_INVALID;
	resolver_limit();
	app->arena = arena_new(APP_ARENA);
	app->db = db_new(&app->config);
	app->cache = cache_new(&app->config);
	app->mq = mq_new(&app->config);
	app->process = process_new();
	app->started_at = clock_now();
	return OK;
}

static void app_close(struct app *app)
{
	struct ctx c = { .arena = app->arena,
			 .config = &app->config,
			 .db = app->db,
			 .cache = app->cache,
			 .mq = app->mq,
			 .process = app->process,
			 .now = clock_now() };

	ctx_release_ids(&c);
	process_free(app->process);
	mq_free(app->mq);
	cache_free(app->cache);
	db_free(app->db);
	arena_free(app->arena);
	arena_free(app->lasting);
}

/*
 * A token in an address ({slug}, {file}) is not for the log: its pattern stands for it. No row fits
 * when the link was copied with the full stop behind it: then words longer than any id are left
 * out.
 */
static void add_path(struct buf *b, const struct req *r)
{
	struct str rest = r->in.path, part;

	if (r->route) {
		buf_add(b, r->path.slug_count ? str_from_c(r->route->pattern) : rest);
		return;
	}
	while (str_split(&rest, '/', &part)) {
		buf_add(b, part.n > ID_DIGITS ? STR("...") : part);
		if (rest.p)
			buf_add_char(b, '/');
	}
}

/* "GET /posts/7 200 18210 0.4ms sql=0 redis=1 user=5" */
static void log_request(struct req *r, size_t bytes, int64_t started_us)
{
	static const char *const methods[] = {
		[HTTP_OTHER] = "OTHER ", [HTTP_GET] = "GET ", [HTTP_POST] = "POST "
	};
	int64_t us = clock_ticks_us() - started_us;
	struct buf b;

	buf_init(&b, r->ctx.arena, 256);
	buf_add(&b, str_from_c(r->in.is_head ? "HEAD " : methods[r->in.method]));
	add_path(&b, r);
	buf_add_char(&b, ' ');
	buf_add_i64(&b, r->out.status);
	buf_add_char(&b, ' ');
	buf_add_i64(&b, (int64_t)bytes);
	buf_add_char(&b, ' ');
	buf_add_i64(&b, us / 1000);
	buf_add_char(&b, '.');
	buf_add_i64(&b, us / 100 % 10);
	BUF_LIT(&b, "ms sql=");
	buf_add_i64(&b, db_take_count(r->ctx.db));
	BUF_LIT(&b, " redis=");
	buf_add_i64(&b, cache_take_count(r->ctx.cache));
	BUF_LIT(&b, " user=");
	buf_add_i64(&b, r->session.viewer.id);
	log_info("%s", b.p);
}

/*
 * What may wait goes with the next request when one follows the other: a round trip less. Should
 * none follow, ranks are mended by persist, and a session lives a little shorter.
 */
static void flush_rest(struct req *r)
{
	struct cache *cache = r->ctx.cache;

	if (r->app->is_busy && cache_keep_queued(cache))
		return;
	if (cache_flush(cache))
		log_debug("a session was not extended");
}

/* Somebody who is here on another day than before was last seen today. */
static void touch(struct ctx *c, const struct session *s)
{
	if (c->now - s->seen_at >= SESSION_TOUCH_MS && clock_day(c->now) != clock_day(s->seen_at))
		user_seen(c, s->viewer.id);
	session_touch(c, s);
}

/* The reader has the page: what is left may take its time. */
static void after_reply(struct req *r)
{
	struct ctx *c = &r->ctx;

	outbox_publish_own(c);
	if (r->session.viewer.id && !r->web->is_logged_out && !r->web->new_session.n)
		touch(c, &r->session);
	flush_rest(r);
	if (r->web->source->log_in_as.n && r->session.viewer.id && session_end(c, &r->session))
		log_warn("the session of the shell could not be ended");
}

void app_serve(struct app *app, const struct source *source,
	       void (*send)(void *to, struct str head, struct str body), void *to)
{
	int64_t started_us = clock_ticks_us();
	struct str body = { 0 };
	struct buf head;
	struct req *r;

	app->is_busy = started_us - app->ended_us < BUSY_US;
	cache_start_request(app->cache, app->arena);
	r = req_from_source(app, source);
	log_set_request(r->in.id);
	dispatch(r);
	buf_init(&head, app->arena, HEAD_ROOM);
	finish_head(r, &head);
	if (!r->in.is_head)
		body = buf_str(&r->out.body);
	send(to, buf_str(&head), body);
	log_request(r, head.n + body.n, started_us);
	after_reply(r);
	log_set_request((struct str){ 0 });
	arena_reset(app->arena);
	app->ended_us = clock_ticks_us();
}

static int print_routes(const struct route *routes, size_t count)
{
	struct arena *a = arena_new(4096);
	struct buf out;

	buf_init(&out, a, 4096);
	router_print(&out, routes, count);
	fwrite(out.p, 1, out.n, stdout);
	arena_free(a);
	return fflush(stdout) ? 1 : 0;
}

int app_main(int argc, char **argv, const char *name, const struct route *routes, size_t count)
{
	struct app app = { 0 };
	int status;

	router_check(routes, count);
	if (argc > 1 && str_is(str_from_c(argv[1]), STR("--routes")))
		return print_routes(routes, count);
	if (argc > 1) {
		fprintf(stderr, "usage: %s [--routes]\n", name);
		return 2;
	}
	log_open(name, LOG_LEVEL_INFO);
	secret_open();
	if (app_open(&app, name, routes, count))
		return 1;
	status = fcgi_is_called() ? fcgi_run(&app) : cgi_run(&app);
	app_close(&app);
	return status;
}
