/*
 * What of a comment changes without its page: its likes, and whether the viewer likes it.
 */
#ifndef DOMAIN_COMMENT_LIVE_H
#define DOMAIN_COMMENT_LIVE_H

#include "domain/comment_tree.h"

/* Queue the question for these comments of a post. viewer_hint 0: a guest. */
void comment_live_ask(struct ctx *c, struct comment_asked *asked, int64_t post_id,
		      int64_t viewer_hint, const struct comment_forest *forest);

/*
 * Make the forest the viewer's: live likes, is_liked, is_own. What was not asked in time, or not
 * loaded into Redis yet, is asked now.
 */
void comment_live_show(struct ctx *c, struct comment_asked *asked, int64_t post_id,
		       int64_t viewer_hint, struct comment_forest *forest);

#endif
