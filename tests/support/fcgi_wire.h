/* One request to a program's socket, as nginx sends it. */
#ifndef SUPPORT_FCGI_WIRE_H
#define SUPPORT_FCGI_WIRE_H

#include "base/str.h"

#define FCGI_WAIT_MS 20000 /* the sanitizer build is slow */

/* Something that happens when the connection is there, and when half of the request is sent. */
struct fcgi_pause {
	void (*wait)(void *context);
	void *context;
};

/* What the program answered; params is "name", "value", ..., NULL; pause may be NULL. Empty when it
 * failed. */
struct str fcgi_exchange(struct arena *a, const char *socket_path, const char *const *params,
			 struct str body, const struct fcgi_pause *pause);

#endif
