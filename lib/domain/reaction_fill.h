/*
 * Putting what SQL knows of a post's votes and likes into Redis, where Redis has nothing.
 * Whatever is there already is newer than SQL and stays.
 */
#ifndef DOMAIN_REACTION_FILL_H
#define DOMAIN_REACTION_FILL_H

#include "domain/ctx.h"

/* Queue the state of a post that was just published: nobody voted, nobody liked. */
void reaction_start(struct ctx *c, int64_t post_id, int64_t author_id, int64_t created_at);

/* Queue the end of a deleted post: nobody can vote or like any more, and nothing fills it again. */
void reaction_end(struct ctx *c, int64_t post_id);

/* Load counts, voters (while voting is open) and likers. ERR_NOT_FOUND when there is no such post.
 */
err reaction_fill(struct ctx *c, int64_t post_id) MUST_CHECK;

/*
 * The same, and voters that SQL knows are added where Redis has voters already: for a Redis that
 * lost its last moments. Likes that Redis has are left alone: SQL does not yet know those taken
 * back.
 */
err reaction_mend(struct ctx *c, int64_t post_id) MUST_CHECK;

/* Load who likes which comment of the post. The post itself was filled before. */
err reaction_fill_comments(struct ctx *c, int64_t post_id) MUST_CHECK;

#endif
