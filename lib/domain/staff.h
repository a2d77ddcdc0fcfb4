/*
 * What moderators and administrators see of people and do to them. Moderators: the list without
 * addresses, closing and opening the accounts of ordinary users. Administrators: everybody's, and
 * roles. All of it stands in the moderation log.
 */
#ifndef DOMAIN_STAFF_H
#define DOMAIN_STAFF_H

#include "domain/moderation.h"
#include "domain/user_ban.h"

#define STAFF_PAGE 30
#define STAFF_ANY (-1)

struct staff_query {
	struct str text; /* how the name begins; for administrators also a whole address */
	int role, state; /* or STAFF_ANY */
	int64_t after;   /* user_no of the last one seen; 0 at the start */
};

struct staff_people {
	struct user *items; /* email is empty unless the viewer is an administrator */
	size_t count;
	int64_t next; /* the `after` of the next page; 0 at the end */
};

/* Newest first; by name when a text is given. ERR_FORBIDDEN for all but staff. */
err staff_list(struct ctx *c, const struct staff_query *q, struct staff_people *out) MUST_CHECK;

/* One person, whatever the state. */
struct staff_person {
	struct user user;
	bool is_closed; /* with ban, when that is known */
	struct user_ban ban;
	struct str ban_by; /* name */
	int64_t leaves_at; /* Unix ms, when the account will be deleted; 0: it stays */
	bool may_close;    /* the viewer may close or open the account */
	bool may_set_role;
};
err staff_find(struct ctx *c, int64_t id, struct staff_person *out) MUST_CHECK;

/* What somebody wrote last, post or comment. */
struct staff_text {
	int target_type;
	int64_t id;
	struct str words;   /* a title, or how the comment begins */
	int64_t created_at; /* Unix ms */
	bool is_deleted;
};
struct staff_texts {
	struct staff_text *items;
	size_t count;
};
err staff_recent(struct ctx *c, int64_t id, struct staff_texts *out) MUST_CHECK;

/*
 * Close an account until a time (0: until somebody opens it): all its sessions end at once. Again
 * changes reason and end. ERR_FORBIDDEN when the viewer may not; ERR_CONFLICT for oneself, for the
 * last administrator, and for what is no active account. ERR_UNAVAILABLE, and nothing is changed,
 * when the sessions cannot be ended.
 */
err staff_close(struct ctx *c, int64_t id, struct str reason, int64_t until_at) MUST_CHECK;
err staff_open(struct ctx *c, int64_t id, struct str reason) MUST_CHECK;

/* Also ends the sessions. The errors of staff_close, but one's own role may be given up while
 * somebody else is an administrator. */
err staff_set_role(struct ctx *c, int64_t id, enum role role, struct str reason) MUST_CHECK;

/* Whether somebody active besides this one is an administrator, at this moment: for a page. */
err staff_has_other_admin(struct ctx *c, int64_t id, bool *out) MUST_CHECK;
/* The same inside a transaction: they stay so until its end. */
err staff_hold_other_admin(struct ctx *c, int64_t id, bool *out) MUST_CHECK;

#endif
