/*
 * The first page for administrators: how the parts are, and what waits or has failed.
 */
#ifndef HOME_PAGES_H
#define HOME_PAGES_H

#include "admin/admin_pages.h"

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

#endif
