/* Routes: a short table, searched from the top. */
#include "web/router.h"

enum { HAS_GET = 1, HAS_POST = 2 };

static const struct {
	int flag;
	const char *name;
} flag_names[] = {
	{ ROUTE_PUBLIC, "public" },     { ROUTE_NO_CSRF, "no_csrf" },
	{ ROUTE_BIG_BODY, "big_body" }, { ROUTE_MODERATOR, "moderator" },
	{ ROUTE_ADMIN, "admin" },       { ROUTE_DEVELOPMENT, "development" },
	{ ROUTE_LOCAL, "local" },       { ROUTE_NO_SESSION, "no_session" },
	{ ROUTE_SURE, "sure" },         { ROUTE_SIGNED, "signed" },
};

/* Most rows differ from the path in their first bytes: tell so before the parts are looked at. */
static bool starts_alike(const char *pattern, struct str path)
{
	size_t i;

	for (i = 0; i < path.n && pattern[i] && pattern[i] != '{'; i++) {
		if (pattern[i] != path.p[i])
			return false;
	}
	return i == path.n ? !pattern[i] || pattern[i] == '{' : pattern[i] == '{';
}

/* The same from behind: of the many below /posts/{id} few end like the path. */
static bool ends_alike(const char *pattern, struct str path)
{
	size_t n = strlen(pattern), left = path.n;

	while (n && left && pattern[n - 1] != '}') {
		if (pattern[--n] != path.p[--left])
			return false;
	}
	return true;
}

static struct str allowed(unsigned methods)
{
	if (methods == (HAS_GET | HAS_POST))
		return STR("GET, HEAD, POST");
	return methods == HAS_POST ? STR("POST") : STR("GET, HEAD");
}

struct route_match router_find(const struct route *routes, size_t count, enum http_method method,
			       struct str path)
{
	struct route_match found = { 0 };
	struct http_path_values values;
	unsigned methods = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		const struct route *route = &routes[i];

		if (!starts_alike(route->pattern, path) || !ends_alike(route->pattern, path) ||
		    !http_path_match(str_from_c(route->pattern), path, &values))
			continue;
		methods |= route->method == HTTP_POST ? HAS_POST : HAS_GET;
		if (route->method == method) {
			found.route = route;
			found.values = values;
			found.is_known = true;
			return found;
		}
	}
	found.is_known = methods != 0;
	if (methods)
		found.allow = allowed(methods);
	return found;
}

void router_print(struct buf *out, const struct route *routes, size_t count)
{
	size_t i;
	size_t k;

	for (i = 0; i < count; i++) {
		const struct route *route = &routes[i];
		const char *separator = "";

		buf_addf(out, "%s\t%s\t", route->method == HTTP_POST ? "POST" : "GET",
			 route->pattern);
		for (k = 0; k < ARRAY_LEN(flag_names); k++) {
			if (route->flags & flag_names[k].flag) {
				buf_addf(out, "%s%s", separator, flag_names[k].name);
				separator = ",";
			}
		}
		buf_addf(out, "%s\t%s\n", *separator ? "" : "-",
			 route->limit ? route->limit->name : "-");
	}
}

void router_check(const struct route *routes, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		const struct route *route = &routes[i];
		int roles = route->flags & (ROUTE_MODERATOR | ROUTE_ADMIN);
		int open = route->flags & (ROUTE_PUBLIC | ROUTE_NO_SESSION);

		if (!route->pattern || route->pattern[0] != '/' || !route->handle)
			BUG("route %zu has no path or no handler", i);
		if (route->method != HTTP_GET && route->method != HTTP_POST)
			BUG("%s has no method", route->pattern);
		if ((route->flags & ROUTE_SURE) && open)
			BUG("%s asks guests who they are", route->pattern);
		if (roles && open)
			BUG("%s is for a role and for everybody", route->pattern);
		if ((route->flags & ROUTE_NO_SESSION) && route->method == HTTP_POST &&
		    !(route->flags & ROUTE_SIGNED))
			BUG("%s changes something for nobody", route->pattern);
		if ((route->flags & ROUTE_NO_SESSION) && !(route->flags & ROUTE_PUBLIC))
			BUG("%s has no session, so it must say that it is public", route->pattern);
	}
}
