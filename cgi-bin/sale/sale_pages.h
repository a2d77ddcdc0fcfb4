/*
 * The sale binary: sales, the way through the gate, orders, addresses, and the sandbox cashier.
 *
 * The way of a buyer is one form: the sale's page shows the picture; POST /sales/{id}/path takes
 * what was typed and answers 307 with the one-time path in it, to which the browser sends the same
 * form on by itself; POST /sales/{id}/{path}/orders asks the gate and answers 303 with the page
 * that says how it ended. So one press is enough, with script and without.
 */
#ifndef SALE_PAGES_H
#define SALE_PAGES_H

#include "domain/address.h"
#include "domain/payment.h"
#include "domain/sale_order.h"
#include "domain/sale_path.h"
#include "web/app.h"
#include "web/rows.h"

/* Time left, counted down by market.js: shown as it was when the page was made. */
struct countdown_view {
	int64_t ms;
	struct str shown;
};

/* One sale in the list, and the head of its own page: templates/sale/card.html. */
struct offer_view {
	int64_t id;
	struct str name, excerpt;
	struct url picture; /* empty: none */
	struct str price, usual;
	int64_t off; /* percent off the usual price; 0: not less */
	int64_t left, units;
	bool is_soon, is_open, is_sold_out, is_ended;
	bool is_away; /* it should be open, but the gate does not answer */
	struct when starts, ends;
	struct countdown_view countdown; /* to the start, or while it is open to the end */
};

struct offer_views {
	struct offer_view *items;
	size_t count;
};

/* templates/sale/list.html */
struct sales_view {
	struct offer_views open, soon, ended;
	bool is_empty;
};

/* How the reader's own request stands: templates/sale/standing.html. */
struct standing_view {
	bool is_queueing, is_refused;
	int64_t order_id; /* 0: none */
	struct str why;   /* of a refusal */
};

/* templates/sale/show.html; buy.html is the part of it that market.js asks for again. */
struct sale_view {
	struct offer_view offer;
	struct html body;
	struct standing_view standing;
	bool has_standing, is_guest;
	int64_t again_ms; /* market.js asks for buy.html again after so long; 0: never */
	struct url login;
	struct url picture; /* of the captcha; empty when nothing can be bought now */
	struct str captcha_id, captcha_error;
	int64_t pay_minutes;
};

/* templates/sale/wait.html and refused.html */
struct result_view {
	int64_t sale_id;
	struct str name;
	int64_t ahead, seconds; /* requests before it, and how long they usually take */
	int64_t rate;           /* how many of them in a second */
	int64_t wait_ms;        /* until to ask again */
	int64_t since, slow_ms; /* when this page came first; until it is slow, 0: it is */
	struct str title, why;
	bool is_again_possible;
};

/* templates/sale/orders.html */
struct order_row_view {
	int64_t id;
	struct str name, price, state;
	struct url picture;
	struct when made;
	bool is_unpaid, is_paid;
	struct countdown_view countdown; /* of an unpaid one */
};
struct orders_view {
	struct {
		struct order_row_view *items;
		size_t count;
	} rows;
	bool is_first_page;
	struct pager_view pager;
};

/* templates/sale/order.html */
struct address_choice_view {
	int64_t id;
	struct str text;
	bool is_chosen;
};
struct order_view {
	struct order_row_view order;
	int64_t sale_id;
	struct str text; /* what its state means for the buyer */
	struct str ship_to;
	struct when paid, ended, until;
	bool can_pay, can_cancel, can_ship;
	bool is_address_due; /* paid, and nobody knows where it goes */
	struct {
		struct address_choice_view *items;
		size_t count;
	} addresses;
	struct url new_address;
};

/* templates/sale/cashier.html */
struct cashier_view {
	struct url action;
	struct str price, name;
	int64_t order_id;
	bool is_asked, is_unpaid;
	struct str state;
};

/* templates/sale/addresses.html */
struct address_view {
	int64_t id;
	struct str name, phone, region, street;
	bool is_default;
};
struct addresses_view {
	struct {
		struct address_view *items;
		size_t count;
	} rows;
	bool is_full;
};

/* templates/sale/address.html */
struct address_form_view {
	struct url action, next, back;
	struct str title;
	struct str name, phone, region, street;
	struct str name_error, phone_error, region_error, street_error;
	bool is_default, is_new;
};

/* templates/sale/confirm.html: a question, a button, a way back */
struct sale_confirm_view {
	struct str title, text, button;
	struct url action, back;
};

/* list.c and show.c */
void sales_prepare(struct req *r);
err sales_page(struct req *r);
void sale_prepare(struct req *r);
err sale_page(struct req *r);
/* The sale's page with what is wrong with the characters typed. */
err show_sale_again(struct req *r, struct str captcha_error) MUST_CHECK;

/* press.c: the way through the gate */
err sale_captcha_page(struct req *r);
err sale_picture_page(struct req *r);
err path_action(struct req *r);
void press_prepare(struct req *r);
err press_action(struct req *r);

/* result.c */
err result_page(struct req *r);
/* {"code":"0","ahead":3,"wait_ms":200} and the like */
err answer_json(struct req *r, int status, const struct sale_answer *answer) MUST_CHECK;
struct str refusal_word(enum sale_refusal why);  /* "sold-out": what programs are told */
const char *refusal_text(enum sale_refusal why); /* what people are told; English, of the catalogue
						  */

/* orders.c */
err orders_page(struct req *r);
err order_page(struct req *r);
err order_cancel_page(struct req *r);
err order_cancel_action(struct req *r);
err order_address_action(struct req *r);

/* pay.c */
err pay_action(struct req *r);
err cashier_page(struct req *r);
err cashier_action(struct req *r);
err payment_called_action(struct req *r);

/* addresses.c */
err addresses_page(struct req *r);
err address_new_page(struct req *r);
err address_create_action(struct req *r);
err address_edit_page(struct req *r);
err address_edit_action(struct req *r);
err address_delete_page(struct req *r);
err address_delete_action(struct req *r);

/* views.c: values the templates share */
struct offer_view offer_view_from(struct req *r, const struct sale *s, int64_t left);
struct countdown_view countdown_view_from(struct req *r, int64_t ms);
struct str yuan(struct req *r, int64_t cents);                         /* "¥12.50" */
struct url goods_picture(struct req *r, struct str picture, int size); /* empty for none */

#endif
