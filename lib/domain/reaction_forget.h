/*
 * Votes and likes of somebody who is erased: taken back in SQL and in Redis, some at a time. A vote
 * of a post whose voting has closed is taken back, too.
 */
#ifndef DOMAIN_REACTION_FORGET_H
#define DOMAIN_REACTION_FORGET_H

#include "domain/reaction.h"

/*
 * At most `limit` of the user's votes, or likes; *count says how many there were. Done again after
 * it was cut short, it does what is left. Nobody may vote or like for the user meanwhile.
 */
err reaction_forget_votes(struct ctx *c, int64_t user_id, int limit, int64_t *count) MUST_CHECK;
err reaction_forget_likes(struct ctx *c, int64_t user_id, int limit, int64_t *count) MUST_CHECK;

#endif
