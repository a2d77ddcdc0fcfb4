/*
 * The moderation log: who did what to whose post or comment, and why. The only code that
 * writes `moderation_log`.
 */
#ifndef DOMAIN_MODERATION_H
#define DOMAIN_MODERATION_H

#include "domain/ctx.h"

#define MODERATION_REASON_MAX 500 /* code points; more is cut off */

/*
 * Inside the transaction of what is done: the viewer did `action` ("post.delete") to a target
 * (TARGET_POST, TARGET_COMMENT).
 */
err moderation_record(struct ctx *c, struct str action, int target_type, int64_t target_id,
		      struct str reason) MUST_CHECK;

#endif
