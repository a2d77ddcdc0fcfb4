/* The admin binary: what staff sees and does. This table is its table of contents. */
#include "admin/admin_pages.h"

static const struct route routes[] = {
	{ HTTP_GET, "/admin", home_page, ROUTE_ADMIN, NULL, NULL },
};

int main(int argc, char **argv)
{
	return app_main(argc, argv, "admin", routes, ARRAY_LEN(routes));
}
