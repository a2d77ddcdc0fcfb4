/*
 * Where a POST came from, as the browser says: the second layer beside the token.
 */
#ifndef WEB_ORIGIN_H
#define WEB_ORIGIN_H

#include "http/message.h"

enum origin {
	ORIGIN_OWN, /* a page of this site, or the reader's own doing (a bookmark, a reload) */
	ORIGIN_FOREIGN,
	ORIGIN_UNSAID, /* nothing says: only a right token helps */
};

/*
 * Sec-Fetch-Site decides when it is there, else Origin, else Referer. site_url is scheme and host
 * without a slash at the end. In development any name under which the server was reached is its
 * own: it may be opened as localhost, or from a phone. No other site's page can choose the Host of
 * a request.
 */
enum origin origin_of(const struct http_request *in, struct str site_url, bool is_development);

/* The path and query of a Referer on this site; empty when it is elsewhere or missing. */
struct str origin_referer_path(const struct http_request *in, struct str site_url,
			       bool is_development);

#endif
