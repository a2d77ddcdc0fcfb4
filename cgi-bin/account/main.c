/* The account binary: registering, activating, logging in and out, settings. This table is its
 * table of contents. */
#include "account/account_pages.h"
#include "account/profile_pages.h"

static const struct route routes[] = {
	{ HTTP_GET, "/register", register_page, ROUTE_PUBLIC, NULL, NULL },
	{ HTTP_POST, "/register", register_action, ROUTE_PUBLIC, &limit_register, NULL },
	{ HTTP_GET, "/register/done", register_done_page, ROUTE_PUBLIC, NULL, NULL },
	{ HTTP_GET, "/activate/again", activation_again_page, ROUTE_PUBLIC, NULL, NULL },
	{ HTTP_POST, "/activate/again", activation_again_action, ROUTE_PUBLIC, &limit_mail, NULL },
	{ HTTP_GET, "/activate/{slug}", activate_page, ROUTE_PUBLIC, NULL, NULL },
	{ HTTP_POST, "/activate/{slug}", activate_action, ROUTE_PUBLIC, &limit_login, NULL },
	{ HTTP_GET, "/login", login_page, ROUTE_PUBLIC, NULL, NULL },
	{ HTTP_POST, "/login", login_action, ROUTE_PUBLIC, &limit_login, NULL },
	{ HTTP_POST, "/logout", logout_action, 0, NULL, NULL },
	{ HTTP_GET, "/password/forgot", forgot_page, ROUTE_PUBLIC, NULL, NULL },
	{ HTTP_POST, "/password/forgot", forgot_action, ROUTE_PUBLIC, &limit_mail, NULL },
	{ HTTP_GET, "/password/forgot/done", forgot_done_page, ROUTE_PUBLIC, NULL, NULL },
	{ HTTP_GET, "/password/reset/{slug}", reset_page, ROUTE_PUBLIC, NULL, NULL },
	{ HTTP_POST, "/password/reset/{slug}", reset_action, ROUTE_PUBLIC, &limit_login, NULL },
	{ HTTP_GET, "/settings", settings_page, 0, NULL, NULL },
	{ HTTP_POST, "/settings/password", password_change_action, 0, &limit_login, NULL },
	{ HTTP_GET, "/settings/profile", profile_settings_page, 0, NULL, NULL },
	{ HTTP_POST, "/settings/profile", profile_save_action, 0, &limit_edit, NULL },
	{ HTTP_POST, "/settings/preferences", preferences_save_action, 0, &limit_edit, NULL },
	{ HTTP_POST, "/settings/avatar", avatar_upload_action, ROUTE_BIG_BODY, &limit_upload,
	  NULL },
	{ HTTP_POST, "/settings/avatar/remove", avatar_remove_action, 0, &limit_edit, NULL },
	{ HTTP_GET, "/settings/sessions", sessions_page, 0, NULL, NULL },
	{ HTTP_POST, "/settings/sessions/end", session_end_action, 0, &limit_edit, NULL },
	{ HTTP_POST, "/settings/sessions/end-others", session_end_others_action, 0, &limit_edit,
	  NULL },
	{ HTTP_GET, "/captcha/{file}", captcha_page, ROUTE_PUBLIC | ROUTE_NO_SESSION, NULL, NULL },
	{ HTTP_GET, "/resume/{slug}", resume_page, 0, NULL, NULL },
};

int main(int argc, char **argv)
{
	return app_main(argc, argv, "account", routes, ARRAY_LEN(routes));
}
