/* The social binary: people's pages. This table is its table of contents. */
#include "social/social_pages.h"

static const struct route routes[] = {
	{ HTTP_GET, "/users/{id}", user_page, ROUTE_PUBLIC, NULL, user_prepare },
};

int main(int argc, char **argv)
{
	return app_main(argc, argv, "social", routes, ARRAY_LEN(routes));
}
