/* The sale binary: sales, the gate, orders, addresses, the sandbox cashier. This table is its table
 * of contents. */
#include "sale/sale_pages.h"

static const struct route routes[] = {
	{ HTTP_GET, "/sales", sales_page, ROUTE_PUBLIC, NULL, NULL },
	{ HTTP_GET, "/sales/{id}", sale_page, ROUTE_PUBLIC, NULL, sale_prepare },
	{ HTTP_GET, "/sales/{id}/captcha", sale_captcha_page, 0, &limit_sale_path, NULL },
	{ HTTP_GET, "/sales/{id}/captcha/{file}", sale_picture_page, 0, &limit_sale_poll, NULL },
	{ HTTP_POST, "/sales/{id}/path", path_action, 0, &limit_sale_path, sale_prepare },
	{ HTTP_POST, "/sales/{id}/{slug}/orders", press_action, 0, &limit_sale_press,
	  press_prepare },
	{ HTTP_GET, "/sales/{id}/result", result_page, 0, &limit_sale_poll, NULL },
	{ HTTP_GET, "/orders", orders_page, 0, NULL, NULL },
	{ HTTP_GET, "/orders/{id}", order_page, 0, NULL, NULL },
	{ HTTP_POST, "/orders/{id}/pay", pay_action, 0, &limit_edit, NULL },
	{ HTTP_GET, "/orders/{id}/cancel", order_cancel_page, 0, NULL, NULL },
	{ HTTP_POST, "/orders/{id}/cancel", order_cancel_action, 0, &limit_edit, NULL },
	{ HTTP_POST, "/orders/{id}/address", order_address_action, 0, &limit_edit, NULL },
	{ HTTP_GET, "/addresses", addresses_page, 0, NULL, NULL },
	{ HTTP_POST, "/addresses", address_create_action, 0, &limit_edit, NULL },
	{ HTTP_GET, "/addresses/new", address_new_page, 0, NULL, NULL },
	{ HTTP_GET, "/addresses/{id}/edit", address_edit_page, 0, NULL, NULL },
	{ HTTP_POST, "/addresses/{id}/edit", address_edit_action, 0, &limit_edit, NULL },
	{ HTTP_GET, "/addresses/{id}/delete", address_delete_page, 0, NULL, NULL },
	{ HTTP_POST, "/addresses/{id}/delete", address_delete_action, 0, &limit_edit, NULL },
	{ HTTP_GET, "/dev/cashier/{slug}", cashier_page, ROUTE_DEVELOPMENT, NULL, NULL },
	{ HTTP_POST, "/dev/cashier/{slug}", cashier_action, ROUTE_DEVELOPMENT, &limit_edit, NULL },
	{ HTTP_POST, "/payments/called", payment_called_action,
	  ROUTE_PUBLIC | ROUTE_NO_SESSION | ROUTE_NO_CSRF | ROUTE_SIGNED, NULL, NULL },
};

int main(int argc, char **argv)
{
	return app_main(argc, argv, "sale", routes, ARRAY_LEN(routes));
}
