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
	bool is_home;  /* the current page */
};

/* templates/admin/home.html */
struct home_state {
	int64_t pending, failed, dead; /* rows of the outbox */
	int64_t oldest_seconds;
	bool is_dead_loud; /* there are dead ones */
};
struct home_queue {
	struct str name;
	int64_t messages;
};
struct home_view {
	struct admin_tabs tabs;
	bool has_db, has_cache, has_mq;
	bool is_known; /* the figures below */
	struct home_state outbox;
	int64_t events; /* in all streams of votes and likes */
	struct {
		struct home_queue *items;
		size_t count;
	} queues;
};

/* The tabs for the viewer; the caller marks the current one. */
struct admin_tabs admin_tabs(const struct req *r);

/* Answer with what the template wrote: never indexed, in the staff's style. */
err admin_show(struct req *r, int status, struct str title) MUST_CHECK;

/* home.c */
err home_page(struct req *r);

#endif
