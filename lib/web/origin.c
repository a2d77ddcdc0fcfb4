/* The origin of a POST. */
#include "web/origin.h"

/* What follows the own origin at the front of a link; its p is NULL when the link is elsewhere. */
static struct str after_origin(struct str link, struct str origin)
{
	struct str rest = { 0 };

	if (!origin.n || link.n < origin.n || !str_is_nocase(str_slice(link, 0, origin.n), origin))
		return rest;
	rest = (struct str){ link.p + origin.n, link.n - origin.n };
	if (rest.n && rest.p[0] != '/')
		return (struct str){ 0 };
	return rest;
}

static struct str after_host(struct str link, struct str host)
{
	struct str scheme = str_starts(link, STR("https://")) ? STR("https://") : STR("http://");

	if (!host.n || !str_starts(link, scheme))
		return (struct str){ 0 };
	return after_origin(str_slice(link, scheme.n, link.n), host);
}

static struct str own_path(const struct http_request *in, struct str link, struct str site_url,
			   bool is_development)
{
	struct str rest = after_origin(link, site_url);

	if (!rest.p && is_development)
		rest = after_host(link, in->host);
	return rest;
}

enum origin origin_of(const struct http_request *in, struct str site_url, bool is_development)
{
	struct str said = in->origin.n ? in->origin : in->referer;

	if (in->fetch_site.n) {
		if (str_is(in->fetch_site, STR("same-origin")) ||
		    str_is(in->fetch_site, STR("none")))
			return ORIGIN_OWN;
		return ORIGIN_FOREIGN;
	}
	if (!said.n)
		return ORIGIN_UNSAID;
	return own_path(in, said, site_url, is_development).p ? ORIGIN_OWN : ORIGIN_FOREIGN;
}

struct str origin_referer_path(const struct http_request *in, struct str site_url,
			       bool is_development)
{
	return own_path(in, in->referer, site_url, is_development);
}
