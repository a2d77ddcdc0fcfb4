/*
 * The moderation log: who did what to whom or to whose post or comment, and why. The only code that
 * writes `moderation_log`.
 */
#ifndef DOMAIN_MODERATION_H
#define DOMAIN_MODERATION_H

#include "domain/ctx.h"
#include "domain/target.h"

#define MODERATION_REASON_MAX 500 /* code points; more is cut off */
#define MODERATION_PAGE 30
#define MODERATION_SERVER (-1) /* the actor when nobody is logged in: plazactl did it */

/*
 * Inside the transaction of what is done: the viewer did `action` ("post.delete") to a target
 * (TARGET_POST, TARGET_COMMENT, TARGET_USER).
 */
err moderation_record(struct ctx *c, struct str action, int target_type, int64_t target_id,
		      struct str reason) MUST_CHECK;

/* The same of what ends by itself; until_at 0: it does not. */
err moderation_record_until(struct ctx *c, struct str action, int target_type, int64_t target_id,
			    struct str reason, int64_t until_at) MUST_CHECK;

/* The same of a role that was given to somebody. */
err moderation_record_role(struct ctx *c, int64_t user_id, enum role role,
			   struct str reason) MUST_CHECK;

struct moderation_entry {
	int64_t id;
	int64_t actor_id;      /* 0: somebody whose account was erased; MODERATION_SERVER */
	struct str actor_name; /* empty for both */
	struct str action;
	int target_type;
	int64_t target_id;
	struct str target; /* a title or a name, how a comment begins; may be empty */
	int64_t post_id;   /* of a comment */
	struct str reason;
	int64_t until_at, created_at; /* Unix ms; until_at 0 when there is no end */
};

struct moderation_entries {
	struct moderation_entry *items;
	size_t count;
	int64_t next; /* the `before` of the next page; 0 at the end */
};

/* What of the log is asked for; 0 everywhere: the newest of all. At most one of the three. */
struct moderation_query {
	int target_type;   /* all targets of one kind */
	int64_t target_id; /* with target_type: one target only */
	int64_t actor_id;
	int64_t before; /* log id: older entries */
};

/* For moderators: ERR_FORBIDDEN otherwise. Newest first. */
err moderation_list(struct ctx *c, const struct moderation_query *q,
		    struct moderation_entries *out) MUST_CHECK;

#endif
