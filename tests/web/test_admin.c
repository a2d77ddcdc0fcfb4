/* The staff's pages: who gets in, and the first page. */
#include "web/web.h"

static void only_administrators_get_in(void **state)
{
	struct browser *guest = visit_guest(site);
	struct reply r = get(guest, "/admin");

	(void)state;
	assert_redirect(guest, r, "/login?next=%2Fadmin");
	assert_status(get(visit_member(site, ROLE_USER), "/admin"), 403);
	assert_status(get(visit_member(site, ROLE_MODERATOR), "/admin"), 403);
	assert_status(get(visit_member(site, ROLE_ADMIN), "/admin"), 200);
}

static void the_menu_knows_administrators(void **state)
{
	(void)state;
	assert_has(get(visit_member(site, ROLE_ADMIN), "/admin"), "href=\"/admin\">");
	assert_has_not(get(visit_member(site, ROLE_USER), "/settings"), "href=\"/admin\"");
	assert_has_not(get(visit_member(site, ROLE_MODERATOR), "/settings"), "href=\"/admin\"");
}

static void the_first_page_shows_what_waits(void **state)
{
	struct browser *b = visit_member(site, ROLE_ADMIN);
	struct reply r = get(b, "/admin");

	(void)state;
	assert_page(b, r, 200);
	assert_has(r, "admin.css");
	assert_has(r, "<meta name=\"robots\" content=\"noindex\">");
	assert_shows(b, r, "RabbitMQ");
	assert_shows(b, r, "Outbox");
	assert_shows(b, r, "Queues");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(only_administrators_get_in),
	cmocka_unit_test(the_menu_knows_administrators),
	cmocka_unit_test(the_first_page_shows_what_waits),
};

WEB_TEST_MAIN("admin", "account", "site")
