/* The site binary. This table is its table of contents. */
#include "site/site_pages.h"

static const struct route routes[] = {
	{ HTTP_GET, "/about", about_page, ROUTE_PUBLIC, NULL, NULL },
	{ HTTP_POST, "/language", language_action, ROUTE_PUBLIC | ROUTE_NO_CSRF, NULL, NULL },
	{ HTTP_GET, "/avatars/{file}", avatar_page, ROUTE_PUBLIC | ROUTE_NO_SESSION, NULL, NULL },

	{ HTTP_GET, "/robots.txt", robots_page, ROUTE_PUBLIC | ROUTE_NO_SESSION, NULL, NULL },
	{ HTTP_GET, "/sitemap.xml", sitemap_page, ROUTE_PUBLIC | ROUTE_NO_SESSION, NULL, NULL },

	{ HTTP_GET, "/healthz", healthz_page, ROUTE_PUBLIC | ROUTE_NO_SESSION, NULL, NULL },
	{ HTTP_GET, "/readyz", readyz_page, ROUTE_PUBLIC | ROUTE_NO_SESSION, NULL, NULL },
	{ HTTP_GET, "/metrics", metrics_page, ROUTE_PUBLIC | ROUTE_NO_SESSION | ROUTE_LOCAL, NULL,
	  NULL },

	{ HTTP_GET, "/dev/outbox", outbox_page, ROUTE_PUBLIC | ROUTE_DEVELOPMENT, NULL, NULL },
	{ HTTP_GET, "/dev/outbox/{file}", mail_page, ROUTE_PUBLIC | ROUTE_DEVELOPMENT, NULL, NULL },
};

int main(int argc, char **argv)
{
	return app_main(argc, argv, "site", routes, ARRAY_LEN(routes));
}
