/*
 * The admin binary: what staff sees and does. This table is its table of contents.
 *
 * Looking, drafts, previews and sending once more ask for nothing but the role. What others feel at
 * once - their accounts, what they read and buy, what is thrown away - asks who it is once more
 * (ROUTE_SURE); where a page stands before the act, that page asks already.
 */
#include "admin/goods_pages.h"
#include "admin/home_pages.h"
#include "admin/people_pages.h"
#include "admin/sale_pages.h"

static const struct route routes[] = {
	{ HTTP_GET, "/admin", home_page, ROUTE_ADMIN, NULL, NULL },
	{ HTTP_GET, "/admin/events", event_list_page, ROUTE_ADMIN, NULL, NULL },
	{ HTTP_POST, "/admin/events/retry", event_retry_action, ROUTE_ADMIN, &limit_edit, NULL },
	{ HTTP_GET, "/admin/events/drop", event_drop_page, ROUTE_ADMIN | ROUTE_SURE, NULL, NULL },
	{ HTTP_POST, "/admin/events/drop", event_drop_action, ROUTE_ADMIN | ROUTE_SURE, &limit_edit,
	  NULL },
	{ HTTP_GET, "/admin/letters", letter_list_page, ROUTE_ADMIN, NULL, NULL },
	{ HTTP_POST, "/admin/letters/replay", letter_replay_action, ROUTE_ADMIN, &limit_edit,
	  NULL },
	{ HTTP_GET, "/admin/letters/drop", letter_drop_page, ROUTE_ADMIN | ROUTE_SURE, NULL, NULL },
	{ HTTP_POST, "/admin/letters/drop", letter_drop_action, ROUTE_ADMIN | ROUTE_SURE,
	  &limit_edit, NULL },

	{ HTTP_GET, "/admin/goods", goods_list_page, ROUTE_ADMIN, NULL, NULL },
	{ HTTP_GET, "/admin/goods/new", goods_new_page, ROUTE_ADMIN | ROUTE_SURE, NULL, NULL },
	{ HTTP_POST, "/admin/goods", goods_create_action, ROUTE_ADMIN | ROUTE_SURE, &limit_edit,
	  NULL },
	{ HTTP_POST, "/admin/goods/preview", goods_preview_action, ROUTE_ADMIN, &limit_edit, NULL },
	{ HTTP_GET, "/admin/goods/{id}/edit", goods_edit_page, ROUTE_ADMIN | ROUTE_SURE, NULL,
	  NULL },
	{ HTTP_POST, "/admin/goods/{id}/edit", goods_edit_action, ROUTE_ADMIN | ROUTE_SURE,
	  &limit_edit, NULL },
	{ HTTP_POST, "/admin/goods/{id}/preview", goods_preview_action, ROUTE_ADMIN, &limit_edit,
	  NULL },
	{ HTTP_POST, "/admin/goods/{id}/picture", goods_picture_action,
	  ROUTE_ADMIN | ROUTE_BIG_BODY | ROUTE_SURE, &limit_edit, NULL },
	{ HTTP_POST, "/admin/goods/{id}/picture/remove", goods_picture_remove_action,
	  ROUTE_ADMIN | ROUTE_SURE, &limit_edit, NULL },
	{ HTTP_GET, "/admin/goods/{id}/delete", goods_delete_page, ROUTE_ADMIN | ROUTE_SURE, NULL,
	  NULL },
	{ HTTP_POST, "/admin/goods/{id}/delete", goods_delete_action, ROUTE_ADMIN | ROUTE_SURE,
	  &limit_edit, NULL },

	{ HTTP_GET, "/admin/sales", sale_list_page, ROUTE_ADMIN, NULL, NULL },
	{ HTTP_GET, "/admin/sales/new", sale_new_page, ROUTE_ADMIN, NULL, NULL },
	{ HTTP_POST, "/admin/sales", sale_create_action, ROUTE_ADMIN, &limit_edit, NULL },
	{ HTTP_GET, "/admin/sales/{id}", sale_page, ROUTE_ADMIN, NULL, NULL },
	{ HTTP_GET, "/admin/sales/{id}/edit", sale_edit_page, ROUTE_ADMIN, NULL, NULL },
	{ HTTP_POST, "/admin/sales/{id}/edit", sale_edit_action, ROUTE_ADMIN, &limit_edit, NULL },
	{ HTTP_GET, "/admin/sales/{id}/delete", sale_delete_page, ROUTE_ADMIN | ROUTE_SURE, NULL,
	  NULL },
	{ HTTP_POST, "/admin/sales/{id}/delete", sale_delete_action, ROUTE_ADMIN | ROUTE_SURE,
	  &limit_edit, NULL },
	{ HTTP_GET, "/admin/sales/{id}/publish", sale_publish_page, ROUTE_ADMIN | ROUTE_SURE, NULL,
	  NULL },
	{ HTTP_POST, "/admin/sales/{id}/publish", sale_publish_action, ROUTE_ADMIN | ROUTE_SURE,
	  &limit_edit, NULL },
	{ HTTP_GET, "/admin/sales/{id}/close", sale_close_page, ROUTE_ADMIN | ROUTE_SURE, NULL,
	  NULL },
	{ HTTP_POST, "/admin/sales/{id}/close", sale_close_action, ROUTE_ADMIN | ROUTE_SURE,
	  &limit_edit, NULL },
	{ HTTP_GET, "/admin/sales/{id}/live", sale_live_page, ROUTE_ADMIN, NULL, NULL },
	{ HTTP_POST, "/admin/sales/{id}/units", sale_units_action, ROUTE_ADMIN | ROUTE_SURE,
	  &limit_edit, NULL },

	{ HTTP_GET, "/admin/users", people_page, ROUTE_MODERATOR, NULL, NULL },
	{ HTTP_GET, "/admin/users/{id}", person_page, ROUTE_MODERATOR, NULL, NULL },
	{ HTTP_POST, "/admin/users/{id}/close", person_close_action, ROUTE_MODERATOR | ROUTE_SURE,
	  &limit_edit, NULL },
	{ HTTP_POST, "/admin/users/{id}/open", person_open_action, ROUTE_MODERATOR | ROUTE_SURE,
	  &limit_edit, NULL },
	{ HTTP_POST, "/admin/users/{id}/role", person_role_action, ROUTE_ADMIN | ROUTE_SURE,
	  &limit_edit, NULL },
	{ HTTP_GET, "/moderation/log", log_page, ROUTE_MODERATOR, NULL, NULL },
};

int main(int argc, char **argv)
{
	return app_main(argc, argv, "admin", routes, ARRAY_LEN(routes));
}
