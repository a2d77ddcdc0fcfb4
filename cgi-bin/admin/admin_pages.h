/*
 * The admin binary: its handlers, and the views its templates show. Nothing here is public: each
 * route names the role it asks for.
 */
#ifndef ADMIN_PAGES_H
#define ADMIN_PAGES_H

#include "web/app.h"
#include "web/rows.h"

/* templates/admin/tabs.html: the ways between the staff's pages, above each of them. */
struct admin_tabs {
	bool is_admin; /* the viewer is; a moderator sees less */
	bool is_home, is_goods, is_sales, is_people, is_log; /* the current page */
};

/* templates/admin/confirm.html: a question that is answered with a button, and what it will do. */
struct confirm_line {
	struct str text;
};
struct confirm_view {
	struct admin_tabs tabs;
	struct str question;
	struct str subject; /* what it is about; empty for none */
	struct {
		struct confirm_line *items;
		size_t count;
	} lines;
	struct str problem; /* why it cannot be done now; empty when it can */
	struct str warning; /* what is unusual about it; empty for nothing */
	struct url action, back;
	struct str button;
	struct str queue, id; /* sent along; empty: not */
	struct str seen;      /* the same: what is decided about, as it was then */
	bool is_all;          /* it is about all of them */
	bool is_dangerous;
};

/* The tabs for the viewer; the caller marks the current one. */
struct admin_tabs admin_tabs(const struct req *r);

/* Answer with what the template wrote: never indexed, in the staff's style. */
err admin_show(struct req *r, int status, struct str title) MUST_CHECK;
/* The same for a page that comes again by itself after so many seconds, also without script. */
err admin_show_again(struct req *r, int status, struct str title, int seconds) MUST_CHECK;
err confirm_show(struct req *r, int status, struct confirm_view *view) MUST_CHECK;

/* One more of the lines; at most CONFIRM_LINES. */
#define CONFIRM_LINES 8
void confirm_say(struct req *r, struct confirm_view *view, struct str text);

/* home.c */
err home_page(struct req *r);

#endif
