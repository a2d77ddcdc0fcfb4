/*
 * Which row of a binary's table answers a request.
 */
#ifndef WEB_ROUTER_H
#define WEB_ROUTER_H

#include "web/app.h"

struct route_match {
	const struct route *route; /* NULL: no row has this path, or none this method */
	struct http_path_values values;
	bool is_known;    /* some row has this path */
	struct str allow; /* the methods it has, for the Allow header; empty when unknown */
};

/* The first row that fits. HEAD is asked for as HTTP_GET. */
struct route_match router_find(const struct route *routes, size_t count, enum http_method method,
			       struct str path);

/* The table as text: method, pattern, flags, limit, separated by tabs, a line for each row. */
void router_print(struct buf *out, const struct route *routes, size_t count);

/* Aborts when a row is not sound: no pattern, no handler, a flag that contradicts another. */
void router_check(const struct route *routes, size_t count);

#endif
