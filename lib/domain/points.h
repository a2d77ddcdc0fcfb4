/*
 * Points and levels. Points are not counted up but reckoned from what there is: days checked in
 * (each with the bonus of its streak), posts that stand, votes on them. So nothing can count twice,
 * and what is deleted counts no longer. user.points and user.level hold the last result for lists;
 * they are brought up to date when something changed, soon after it.
 */
#ifndef DOMAIN_POINTS_H
#define DOMAIN_POINTS_H

#include "domain/ctx.h"

#define POINTS_CHECK_IN 5
#define POINTS_STREAK_MOST 5 /* more for each day in a row before, at most this */
#define POINTS_POST 10
#define POINTS_VOTE 2

#define LEVELS 10
/* The points at which each level begins: points_levels[0], of level 1, is 0. */
extern const int64_t points_levels[LEVELS];

int points_level(int64_t points); /* 1 to LEVELS */

struct points {
	int64_t check_in_days, check_ins; /* days, and what they brought */
	int64_t posts, votes;             /* how many */
	int64_t total;
	int level;
	int64_t level_begins, level_ends; /* level_ends is 0 on the last one */
};

/* As of now. ERR_NOT_FOUND when there is no such user. */
err points_find(struct ctx *c, int64_t user_id, struct points *out) MUST_CHECK;

/* Bring user.points and user.level up to date, and the level in all sessions. */
err points_refresh(struct ctx *c, int64_t user_id) MUST_CHECK;

/* Queue, with the next flush: a user's points, or those of a post's author, are to be reckoned
 * again. */
void points_mark_user(struct ctx *c, int64_t user_id);
void points_mark_post(struct ctx *c, int64_t post_id);

/* Queue: this user is gone. */
void points_unmark_user(struct ctx *c, int64_t user_id);

/* Reckon what was marked, at most `limit`; *done says how many. */
err points_refresh_marked(struct ctx *c, int limit, int64_t *done) MUST_CHECK;

#endif
