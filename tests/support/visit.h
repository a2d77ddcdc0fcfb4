/*
 * What people do on the site, for its tests, in one line each; and what is left behind in SQL.
 */
#ifndef SUPPORT_VISIT_H
#define SUPPORT_VISIT_H

#include "support/page.h"
#include "support/site.h"

/*
 * A reader with an address of their own, so that nobody meets another one's limits; a new account,
 * logged in. They stay until visit_end.
 */
struct browser *visit_guest(struct site *s);
struct browser *visit_member(struct site *s, enum role role);
/* Somebody of the staff who has just proved who they are, as their acts ask; any member may. */
struct browser *visit_sure(struct site *s, enum role role);
void visit_prove(struct site *s, const struct browser *b);
/* As long ago as is just too long. */
void visit_prove_long_ago(struct site *s, const struct browser *b);
/* The same person on another device. */
struct browser *visit_again(struct site *s, int64_t user_id);
void visit_end(void);
/* Whose it is; 0 for a guest. */
int64_t visit_id(const struct browser *b);
struct str visit_name(struct site *s, const struct browser *b);
struct str visit_address(struct arena *a);

/* Forget how much this reader did: for tests that are about something else. */
void visit_forgive(struct site *s, const struct browser *b);

/* The reverse for one limit: requests are refused for its time and a minute, as if it were used up
 * by then. */
void visit_use_up(struct site *s, struct str key, int most, int seconds);

/* "title=%3Ci%3E&body=x" of names and values, ended by NULL. */
struct str visit_fields(struct browser *b, ...);
struct str visit_encode(struct arena *a, struct str text);

/* Publish, comment: the id of what was made; end the test program when that fails. */
int64_t visit_publish(struct browser *b, const char *title, const char *body);
int64_t visit_comment(struct browser *b, int64_t post_id, int64_t parent_id, const char *body);

/* printf into the browser's arena: addresses. */
const char *visit_path(struct browser *b, const char *format, ...) PRINTF_LIKE(2, 3);

/* The number behind the last "/posts/", "/comments/" or "#c" of a Location; 0 when there is none.
 */
int64_t visit_location_id(struct browser *b, const struct reply *r);

/* The one number a constant statement gives. */
int64_t visit_number(struct site *s, const struct db_sql *sql, struct db_args args);
/* Its text, in the arena. */
struct str visit_text(struct site *s, struct arena *a, const struct db_sql *sql,
		      struct db_args args);
/* Execute; how many rows changed. */
int64_t visit_change(struct site *s, const struct db_sql *sql, struct db_args args);

/* A sum over all that people have in SQL: unlike before when anything of it changed. */
struct str visit_sum(struct site *s, struct arena *a);

/* The value of a Redis key's hash field, or (field NULL) of a text. */
struct str visit_redis(struct site *s, struct arena *a, const char *key, const char *field);

/*
 * Send the same request from `count` processes that begin together; each with its own number as
 * "{n}" in path and body. The answers' status, Location and a hash of the page's text. Who is told
 * to come back in a moment (503), as many of them want the same, does so.
 */
struct at_once {
	int status;
	char location[120];
	uint64_t text_hash;
	int64_t ms;
};
void visit_at_once(struct browser *b, const struct ask *ask, int count, struct at_once *out);

/* The same from several browsers, one request each. */
void visit_all_at_once(struct browser **who, const struct ask *asks, int count,
		       struct at_once *out);

#endif
