/*
 * What a browser says it is, in words people know; and from where it came, roughly. Both are for
 * somebody's own list of sessions: anybody may claim anything, so nothing is decided by them.
 */
#ifndef WEB_DEVICE_H
#define WEB_DEVICE_H

#include "base/str.h"

struct device {
	struct str browser; /* "Firefox"; empty when it is none that is known */
	struct str system;  /* "Windows", "iPhone"; empty likewise */
};

/* From a User-Agent header. Only names from this module come out of it, none of its words. */
struct device device_from(struct str user_agent);

/* The network of an address: "192.0.2.*", "2001:db8:1::/48"; empty when it is no address. */
struct str device_network(struct arena *a, struct str address);

#endif
