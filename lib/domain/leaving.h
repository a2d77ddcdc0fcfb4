/*
 * Leaving the site. Somebody asks for it and says what is to become of what they wrote; for
 * LEAVING_DAYS they may change their mind by logging in. Then the account is closed, and what the
 * choice promises is done in small steps (domain/leaving_steps.h).
 *
 * Whatever the choice: the address, phone, password, second factor, picture, bio, devices, drafts,
 * postal addresses and check-ins go, nobody can log in again, and the name is given to nobody else.
 */
#ifndef DOMAIN_LEAVING_H
#define DOMAIN_LEAVING_H

#include "domain/user.h"

#define LEAVING_DAYS 7

enum leaving_choice {
	LEAVING_KEEP = 1,  /* posts and comments stay, under the name */
	LEAVING_ANONYMISE, /* they stay under a name that tells nothing: deleted-1a2b3c4d */
	LEAVING_ERASE      /* they go, and so do votes, likes and the number of the account */
};

struct leaving {
	int64_t user_id;
	enum leaving_choice choice;
	int64_t asked_at, due_at; /* Unix ms */
	bool has_begun;           /* it cannot be taken back any more */
};

/* What there is of the viewer: for the page that asks. */
struct leaving_preview {
	int64_t posts, comments;
	int64_t answered; /* of the comments: others replied, so that a gap stays */
	int64_t others;   /* comments by others below the posts */
	int64_t votes, likes, drafts, orders;
	bool has_unpaid; /* an order that waits for its payment: nothing begins before it ended */
	bool is_last_admin; /* must name another one first */
};
err leaving_preview(struct ctx *c, struct leaving_preview *out) MUST_CHECK;

/* Who asked. ERR_NOT_FOUND when this user stays. */
err leaving_find(struct ctx *c, int64_t user_id, struct leaving *out) MUST_CHECK;

/*
 * The viewer, whose password was just confirmed, asks. All their sessions end and a mail says when
 * it will be. Asked again, the new choice counts, the day stays. ERR_CONFLICT for the last
 * administrator, and when it has begun; ERR_UNAVAILABLE, and nothing is changed, when the sessions
 * cannot be ended.
 */
err leaving_ask(struct ctx *c, enum leaving_choice choice, int language) MUST_CHECK;

/* The viewer stays. OK also when they never asked; ERR_CONFLICT when it has begun. */
err leaving_cancel(struct ctx *c) MUST_CHECK;

#endif
