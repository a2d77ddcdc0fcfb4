/*
 * Erasing what somebody wrote. Part of domain/leaving_steps.h. Each call does a bounded number of
 * things; *count is 0 when nothing is left. Cut short anywhere, it is simply called again.
 */
#ifndef DOMAIN_LEAVING_ERASE_H
#define DOMAIN_LEAVING_ERASE_H

#include "domain/ctx.h"

/* The texts go. Where others replied a gap stays, as when a comment is deleted; it names nobody. */
err leaving_erase_comments(struct ctx *c, int64_t user_id, int64_t *count) MUST_CHECK;

/* The texts go with their versions and everybody's drafts of them. */
err leaving_erase_posts(struct ctx *c, int64_t user_id, int64_t *count) MUST_CHECK;

/* What they did as a moderator stays done, but names nobody; what was done to them goes. */
err leaving_erase_traces(struct ctx *c, int64_t user_id, int64_t *count) MUST_CHECK;

#endif
