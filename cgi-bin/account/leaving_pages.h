/* Taking a copy along, and leaving: parts of the account binary. */
#ifndef LEAVING_PAGES_H
#define LEAVING_PAGES_H

#include "account/account_pages.h"
#include "domain/export.h"
#include "domain/leaving.h"

/* templates/account/export.html */
struct export_view {
	bool is_waiting, is_ready, is_failed; /* none: there is no copy */
	struct when asked, expires;
	struct str size;
	bool may_ask;
	int hours;
};

/* templates/account/delete.html */
struct delete_view {
	bool is_leaving; /* asked for already: the rest is about staying */
	bool keeps, anonymises, erases;
	struct when due;
	int days;
	struct leaving_preview now;
	struct str choice_error;
};

/* export.c */
err export_page(struct req *r);
err export_action(struct req *r);
err export_file_page(struct req *r);

/* delete.c */
err delete_page(struct req *r);
err delete_action(struct req *r);
err delete_cancel_action(struct req *r);

/* Why an account is closed and until when, in the reader's words: closed.c */
struct str closed_words(struct req *r, const struct user_ban *ban);

#endif
