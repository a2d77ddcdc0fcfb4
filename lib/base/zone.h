/*
 * Time zones other than the process's own: how far a zone's clocks are ahead of UTC at an instant,
 * from the tz database's files. Those of Debian list every change until 2037; behind the last one a
 * zone keeps its offset.
 */
#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include "base/str.h"

struct zone;

/* A zone by its name, like Asia/Shanghai; NULL when there is none or its file cannot be read. */
const struct zone *zone_load(struct arena *a, struct str name);

/* The same from the bytes of a file; NULL when they are none. Points into them. */
const struct zone *zone_parse(struct arena *a, struct str bytes);

/* Milliseconds to add to UTC. */
int64_t zone_shift(const struct zone *z, int64_t ms);

/* The zones people live in, by name: "Africa/Abidjan" and so on. Empty when there is no list. */
struct zone_names {
	struct str *items;
	size_t count;
};
struct zone_names zone_names(struct arena *a);

#endif
