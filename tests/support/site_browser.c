/* Readers of the site: which program answers them, and who they are. */
#include "domain/session.h"
#include "domain/user.h"
#include "support/site_internal.h"
#include "web/cookie.h"

/* How well a path fits a pattern: 2 exactly, 1 in its first part only, 0 not. As the web server's
 * locations do. */
static int fit(struct str pattern, struct str path)
{
	struct str first = { 0 };
	struct str part;
	struct str wanted;
	int parts = 0;

	while (str_split(&path, '/', &part)) {
		if (!str_split(&pattern, '/', &wanted))
			return parts > 1 && first.n;
		if (!str_starts(wanted, STR("{")) && !str_is(wanted, part))
			return parts > 1 && first.n;
		if (parts == 1)
			first = part;
		parts++;
	}
	return str_split(&pattern, '/', &wanted) ? parts > 1 && first.n : 2;
}

static const char *socket_of(void *site, struct str path)
{
	const struct site *s = site;
	struct str best = { 0 };
	int best_fit = 0;
	size_t i;

	for (i = 0; i < s->routes.count; i++) {
		int f = fit(s->routes.items[i].pattern, path);

		if (f > best_fit) {
			best_fit = f;
			best = s->routes.items[i].program;
		}
	}
	for (i = 0; i < s->program_count; i++) {
		if (str_is(s->programs[i].name, best))
			return s->programs[i].socket_path.p;
	}
	return s->program_count ? s->programs[0].socket_path.p : NULL;
}

struct browser *browser_open(struct site *s)
{
	struct arena *a = arena_new(262144);
	struct browser *b = ARENA_NEW(a, struct browser);

	b->arena = a;
	b->socket_of = socket_of;
	b->site = s;
	b->secret = s->config.site.secret;
	b->origin = s->config.site.url.p;
	b->language = "en";
	b->address = "127.0.0.1";
	return b;
}

struct browser *browser_open_as(struct site *s, int64_t user_id)
{
	struct browser *b = browser_open(s);
	struct ctx *c = site_ctx(s);
	struct user u;
	struct str cookie;

	if (user_find(c, user_id, &u) ||
	    session_start(c, &u, false, STR("test"), STR("127.0.0.1"), &cookie))
		BUG("user %lld cannot log in", (long long)user_id);
	browser_set_cookie(b, COOKIE_SESSION_NAME, cookie);
	return b;
}

void browser_close(struct browser *b)
{
	arena_free(b->arena);
}
