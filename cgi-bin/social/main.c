/* The social binary: people's pages, levels, checking in. This table is its table of contents. */
#include "social/social_pages.h"

static const struct route routes[] = {
	{ HTTP_GET, "/users/{id}", user_page, ROUTE_PUBLIC, NULL, user_prepare },
	{ HTTP_GET, "/users/{id}/comments", user_comments_page, ROUTE_PUBLIC, NULL, NULL },
	{ HTTP_GET, "/users/{id}/likes", user_likes_page, ROUTE_PUBLIC, NULL, NULL },
	{ HTTP_GET, "/levels", levels_page, ROUTE_PUBLIC, NULL, NULL },
	{ HTTP_GET, "/check-in", check_in_page, 0, NULL, NULL },
	{ HTTP_POST, "/check-in", check_in_action, 0, &limit_edit, NULL },
};

int main(int argc, char **argv)
{
	return app_main(argc, argv, "social", routes, ARRAY_LEN(routes));
}
