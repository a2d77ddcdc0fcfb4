/*
 * The forum's domain against real stores, without the web: a context whose requests and viewers
 * a test chooses, people, and several processes that do the same thing at once.
 *
 *   static int start(void **state) { return forum_set_up(state); }   (a cmocka group function)
 *   struct ctx *c = forum_open();
 *   forum_as(c, forum_user(c, ROLE_USER), ROLE_USER);
 *   ... post_create(c, ...) ...
 *   forum_close(c);
 */
#ifndef SUPPORT_FORUM_H
#define SUPPORT_FORUM_H

#include "domain/post.h"
#include "support/stores.h"

/* MariaDB with the schema, and Redis, for the whole group; ended by stores_tear_down. */
int forum_set_up(void **state);

/* A context with connections of its own, a guest's, in its first request. */
struct ctx *forum_open(void);
void forum_close(struct ctx *c);

/* The next request: what the arena held is gone, the clock is read. */
void forum_next(struct ctx *c);
void forum_as(struct ctx *c, int64_t user_id, enum role role);

/* A new active account. */
int64_t forum_user(struct ctx *c, enum role role);

/* A form id. */
struct str forum_form(struct ctx *c);

/* A post by the viewer; aborts when it cannot be written. */
int64_t forum_post(struct ctx *c, const char *title, const char *body);

/* A comment by the viewer; parent_id 0 for the first level. */
int64_t forum_comment(struct ctx *c, int64_t post_id, int64_t parent_id, const char *body);

/*
 * Run work in `count` processes that begin together, each with a context of its own and its
 * number. results[i] is what work gave, a number from 0 to 2^31 - 1; -1 when the process died.
 */
void forum_at_once(int count, int64_t (*work)(struct ctx *c, int number, const void *context),
		   const void *context, int64_t *results);

/* The one number a constant statement gives. */
int64_t forum_number(struct ctx *c, const struct db_sql *sql, struct db_args args);

/* Forget all that Redis holds. */
void forum_empty_redis(void);

#endif
