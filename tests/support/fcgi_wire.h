/* One request to a program's socket, as nginx sends it. */
#ifndef SUPPORT_FCGI_WIRE_H
#define SUPPORT_FCGI_WIRE_H

#include "base/str.h"

#define FCGI_WAIT_MS 60000 /* the sanitizer build is slow, and the machine may be */

/* Moments of a request: the connection is made; the program has read half of it; all of it. */
enum fcgi_moment { FCGI_CONNECTED, FCGI_HALF_READ, FCGI_ALL_READ };

/* Something that happens in each of them; the rest is sent after it. */
struct fcgi_pause {
	void (*at)(void *context, enum fcgi_moment moment);
	void *context;
};

/* What the program answered; params is "name", "value", ..., NULL; pause may be NULL. Empty when it
 * failed. */
struct str fcgi_exchange(struct arena *a, const char *socket_path, const char *const *params,
			 struct str body, const struct fcgi_pause *pause);

#endif
