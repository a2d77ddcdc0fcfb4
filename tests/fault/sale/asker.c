/* One press, one question, as a browser makes them. */
#include "fault/sale/crowd_internal.h"

#include "base/clock.h"
#include "base/num.h"
#include "domain/sale_keys.h"
#include "domain/session.h"
#include "web/cookie.h"

#define PATH_BYTES 32
#define NO_PATH 404

static const char *const as_json[] = { "HTTP_ACCEPT", "application/json", NULL };

void asker_open(struct asker *k)
{
	struct browser *b = browser_open(proof_site);

	*k = (struct asker){ .browser = *b };
	k->ctx.arena = arena_new(65536);
	k->ctx.config = site_config(proof_site);
	k->ctx.cache = cache_new(k->ctx.config);
	k->ctx.db = db_new(k->ctx.config);
	k->ctx.process = process_new();
}

void asker_close(struct asker *k)
{
	process_free(k->ctx.process);
	db_free(k->ctx.db);
	cache_free(k->ctx.cache);
	arena_free(k->ctx.arena);
	browser_close(&k->browser);
}

/* Log in again when the session is gone. */
static bool sign_in(struct asker *k, struct buyer *b)
{
	struct user u = { .id = b->id, .name = STR("buyer"), .state = USER_ACTIVE };
	struct str cookie;

	if (session_start(&k->ctx, &u, false, STR("proof"), str_from_c(b->address), &cookie))
		return false;
	pthread_mutex_lock(&crowd.lock);
	snprintf(b->cookie, sizeof(b->cookie), STR_FMT, STR_ARG(cookie));
	pthread_mutex_unlock(&crowd.lock);
	return true;
}

/* A fresh request of this buyer; false when there is no session to be had. */
static bool become(struct asker *k, struct buyer *b)
{
	struct browser *w = &k->browser;
	char cookie[sizeof(b->cookie)];

	arena_reset(k->ctx.arena);
	arena_reset(w->arena);
	cache_start_request(k->ctx.cache, k->ctx.arena);
	k->ctx.now = clock_now();
	k->ctx.viewer = (struct viewer){ .id = b->id };
	if (!b->cookie[0] && !sign_in(k, b))
		return false;
	pthread_mutex_lock(&crowd.lock);
	memcpy(cookie, b->cookie, sizeof(cookie));
	pthread_mutex_unlock(&crowd.lock);
	w->cookie_count = 0;
	w->address = b->address;
	browser_set_cookie(w, COOKIE_SESSION_NAME, str_from_c(cookie));
	return true;
}

static void set_reason(struct answer *a, struct str reason)
{
	snprintf(a->reason, sizeof(a->reason), STR_FMT, STR_ARG(reason));
}

/* The text of a name in a small JSON object. */
static struct str json_text(struct str json, struct str name)
{
	ptrdiff_t at = str_find(json, name);
	struct str rest, value = { 0 };

	if (at < 0)
		return value;
	rest = str_slice(json, (size_t)at + name.n, json.n);
	str_split(&rest, '"', &value);
	return value;
}

static void read_answer(struct answer *a, const struct reply *r)
{
	int64_t code;

	a->status = r->status;
	if (!num_parse_i64(json_text(r->body, STR("\"code\":\"")), -1, INT64_MAX, &code))
		return;
	set_reason(a, json_text(r->body, STR("\"reason\":\"")));
	/* A path that was lost with Redis says nothing about the request. */
	if (strcmp(a->reason, "path"))
		a->code = code;
}

static struct answer begin(int buyer, bool is_press)
{
	return (struct answer){
		.asked_at = clock_ticks(), .buyer = buyer, .is_press = is_press, .code = NO_CODE
	};
}

static void finish(struct asker *k, struct answer *a, const struct reply *r)
{
	struct buyer *b = &crowd.buyers[a->buyer];

	if (r)
		read_answer(a, r);
	/* Redis was emptied: the session is gone with the rest. */
	if (r && a->code == NO_CODE && (a->status == 303 || a->status == 401))
		(void)sign_in(k, b);
	a->told_at = clock_ticks();
	crowd_told(a);
}

/* A one-time path, as sale_path_new leaves it: the captcha is not what is tried here. */
static err take_path(struct asker *k, struct str *out)
{
	struct arena *a = k->ctx.arena;
	struct cache_reply *reply;

	*out = secret_token(a, PATH_BYTES);
	return cache_run(k->ctx.cache, &reply,
			 CACHE_ARGS(STR("SET"), sale_path_key(a, crowd.sale.id, *out),
				    k->ctx.viewer.id, STR("EX"), 60));
}

struct answer asker_press(struct asker *k, int buyer)
{
	struct buyer *b = &crowd.buyers[buyer];
	struct browser *w = &k->browser;
	struct answer a = begin(buyer, true);
	struct str path;
	struct reply r;

	/* No path, no press: nobody knows of it. */
	if (!become(k, b) || take_path(k, &path)) {
		a.status = NO_PATH;
		finish(k, &a, NULL);
		return a;
	}
	a.asked_at = clock_ticks();
	path = str_format(w->arena, "/sales/%lld/" STR_FMT "/orders", (long long)crowd.sale.id,
			  STR_ARG(path));
	r = browser_ask(w, &(struct ask){
				   .path = path.p, .body = browser_token(w), .extra = as_json });
	finish(k, &a, &r);
	return a;
}

struct answer asker_ask(struct asker *k, int buyer)
{
	struct browser *w = &k->browser;
	struct answer a = begin(buyer, false);
	struct str path;
	struct reply r;

	if (!become(k, &crowd.buyers[buyer])) {
		finish(k, &a, NULL);
		return a;
	}
	path = str_format(w->arena, "/sales/%lld/result", (long long)crowd.sale.id);
	r = browser_ask(w, &(struct ask){ .path = path.p, .extra = as_json });
	finish(k, &a, &r);
	return a;
}
