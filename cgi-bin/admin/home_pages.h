/*
 * The pages for what runs behind the others: how the parts are, what waits, what died, and another
 * try for it.
 */
#ifndef HOME_PAGES_H
#define HOME_PAGES_H

#include "admin/admin_pages.h"

#include "domain/sale_check.h"

/* templates/admin/home.html */
struct home_queue {
	struct str name;
	int64_t messages, consumers;
	bool is_dead, is_loud; /* of dead letters; and there are some, or nobody takes what waits */
};
struct home_sale {
	int64_t id;
	struct str name;
	bool is_checked, is_right;
	struct sale_report report;
	struct when checked;
};
struct home_job {
	struct str name;
	struct when began;
	int64_t seconds;
	bool is_running, is_well;
};
struct home_view {
	struct admin_tabs tabs;
	bool has_db, has_cache, has_mq;
	bool is_known;                 /* what follows */
	int64_t pending, failed, dead; /* rows of the outbox */
	bool is_dead_loud;
	struct when oldest; /* of those to be sent; 0: none */
	int64_t letters, stuck;
	bool are_letters_loud, is_stuck_loud;
	struct {
		struct home_queue *items;
		size_t count;
	} queues;
	struct {
		struct home_sale *items;
		size_t count;
	} sales;
	struct {
		struct home_job *items;
		size_t count;
	} jobs;
	struct str as_of;
};

/* templates/admin/events.html: rows of the outbox in one state. */
struct event_row {
	int64_t id, attempts;
	struct str topic, payload;
	struct when made, next;
	bool can_retry, can_drop;
};
struct event_list_view {
	struct admin_tabs tabs;
	bool is_dead, is_failed, is_pending; /* which state */
	struct {
		struct event_row *items;
		size_t count;
	} rows;
	struct url next; /* empty on the last page */
};

/* templates/admin/letters.html: dead letters, of one queue or of all. */
struct letter_row {
	struct str queue, id, key, body, died_in, reason;
	struct when died;
	bool has_time;
};
struct letter_list_view {
	struct admin_tabs tabs;
	struct str queue; /* empty: all */
	bool is_full;     /* there may be more */
	struct {
		struct letter_row *items;
		size_t count;
	} rows;
};

/* events.c */
err event_list_page(struct req *r);
err event_retry_action(struct req *r);
err event_drop_page(struct req *r);
err event_drop_action(struct req *r);

/* letters.c */
err letter_list_page(struct req *r);
err letter_replay_action(struct req *r);
err letter_drop_page(struct req *r);
err letter_drop_action(struct req *r);

#endif
