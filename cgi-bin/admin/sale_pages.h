/*
 * The pages for sales: set up, published, watched, changed, closed.
 */
#ifndef SALE_PAGES_H
#define SALE_PAGES_H

#include "admin/admin_pages.h"
#include "domain/sale.h"
#include "html/chart.h"

/* templates/admin/phase.html: one of them. */
struct sale_phase_view {
	bool is_draft, is_soon, is_open, is_sold_out, is_closed, is_ended;
};

/* templates/admin/sales.html */
struct sale_row_view {
	int64_t id;
	struct str name, price, from, to;
	struct url picture;
	int64_t units, left;
	struct sale_phase_view phase;
	bool is_draft;
};
struct sale_list_view {
	struct admin_tabs tabs;
	struct {
		struct sale_row_view *items;
		size_t count;
	} rows;
	struct pager_view pager;
	bool is_first_page;
	struct str zone;
};

/* templates/admin/sale_form.html: a new sale, or a draft changed. */
struct sale_choice {
	int64_t id;
	struct str name, price;
	bool is_chosen;
};
struct sale_form_view {
	struct admin_tabs tabs;
	int64_t id; /* 0: a new one */
	struct url action;
	struct {
		struct sale_choice *items;
		size_t count;
	} choices;
	struct str price, units, starts, ends, minutes;
	/* What was typed is no value for a datetime-local field: it is shown in a plain one. */
	bool is_start_plain, is_end_plain;
	struct str goods_error, price_error, units_error, starts_error, ends_error, minutes_error;
	bool has_errors;
	struct str zone, now;
	struct str seen; /* the terms that the editor had before them */
	/* Another edit came first: what it says elsewhere than the form does; empty where not. */
	bool is_conflict;
	struct sale_theirs {
		struct str goods, price, units, starts, ends, minutes;
	} their;
};

/* templates/admin/sale.html: the terms of one, and what can be done with it. */
struct sale_view {
	struct admin_tabs tabs;
	int64_t id;
	struct str name, price, list_price, from, to, zone;
	struct str closed; /* when it was, early; empty when it was not */
	struct url picture;
	int64_t units, left, pay_minutes;
	struct sale_phase_view phase;
	bool is_draft, is_expired_draft; /* its end has passed: it cannot be published as it is */
	bool can_close, can_change_units;
	bool is_asked; /* the units can be changed by who proves first who they are */
	struct str count, count_error; /* of units, typed */
	struct when made;
};

/* templates/admin/chart.html: counts of the last seconds, drawn and as numbers. */
struct chart_row {
	int64_t from, to; /* seconds ago */
	int64_t sum, most;
};
struct chart_view {
	struct chart chart;
	struct str title, description;
	struct {
		struct chart_row *items;
		size_t count;
	} rows;
};

/* templates/admin/sale_live.html */
struct sale_live_view {
	struct admin_tabs tabs;
	int64_t id;
	struct str name, as_of;
	struct sale_phase_view phase;
	bool is_draft;
	bool is_known;  /* Redis answered */
	bool is_loaded; /* the gate is there */
	bool is_coming; /* it is not, and need not be before the start */
	bool is_missed; /* it is not, and somebody could buy */
	int64_t units, left, gate_left;
	bool is_apart; /* SQL's stock less what is on its way is not what Redis gives out */
	int64_t asked, taken, queued, refused, stream; /* refused: of those taken */
	int64_t sold;                                  /* units that have a buyer */
	int64_t orders, unpaid, paid, ended, refunds;
	int64_t per_second; /* in the last whole second */
	struct chart_view rate;
	struct {
		bool is_asked, is_waiting, is_done; /* a change of units, and what became of it */
		int64_t was, delta, now;
	} change;
	int refresh_ms;   /* for the script; 0: it stays as it is */
	struct url again; /* to go on watching */
	struct url still; /* to stop that */
	bool is_still;
};

/* sales_read.c */
err sale_list_page(struct req *r);
err sale_page(struct req *r);
err sale_live_page(struct req *r);

/* sales_write.c */
err sale_new_page(struct req *r);
err sale_create_action(struct req *r);
err sale_edit_page(struct req *r);
err sale_edit_action(struct req *r);

/* sales_run.c */
err sale_publish_page(struct req *r);
err sale_publish_action(struct req *r);
err sale_delete_page(struct req *r);
err sale_delete_action(struct req *r);
err sale_close_page(struct req *r);
err sale_close_action(struct req *r);
err sale_units_action(struct req *r);

struct sale_phase_view sale_phase_view(const struct req *r, const struct sale *s);

/* The page of a sale; the view may hold what was typed and what is wrong with it. */
err sale_show(struct req *r, int status, struct sale_view *view, const struct sale *s) MUST_CHECK;

#endif
