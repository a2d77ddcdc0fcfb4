/*
 * The views every page shares: the layout around it, error pages.
 */
#ifndef WEB_PAGE_H
#define WEB_PAGE_H

#include "html/html.h"

/* templates/layout.html */
struct page_view {
	struct str language_tag; /* "zh-CN" */
	struct str site_name;
	struct str title; /* of the page, without the site's name */
	struct str description;
	struct url canonical;
	struct url feed;
	bool is_noindex;
	bool is_for_staff;   /* the staff's style sheet, too */
	struct html refresh; /* what makes it come again without script; empty: nothing */
	struct html body;
	struct str flash; /* a message, shown once; empty for none */
	bool is_guest;
	bool is_moderator, is_admin;
	struct str viewer_name;
	struct url viewer_link, viewer_avatar;
	struct url login; /* with "next" to here */
	struct url here;  /* for the language form */
	bool is_chinese;  /* the page's language; the form offers the other one */
	bool is_hot, is_new, is_featured, is_sales; /* the current entry of the navigation */
	bool is_market;
	bool is_development;
};

/* A field of a form that is offered again. */
struct error_field {
	struct str name, value;
	bool is_long; /* shown as text, not only sent */
};

/* templates/error.html */
struct error_view {
	int status;
	struct str title, text;
	struct str request_id; /* to tell an administrator; empty when there is none */
	int64_t retry_seconds; /* 429: 0 otherwise */
	struct url
		again; /* a page to be asked for again, or where the form below goes; else empty */
	bool has_form; /* what was typed, to be sent again; without it: to be copied */
	struct {
		struct error_field *items;
		size_t count;
	} fields;
	struct url login; /* 403 for guests; empty otherwise */
};

#endif
