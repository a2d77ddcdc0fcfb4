/* clang-format off */
/*
 * The ceilings: for each kind of request the least a program could do, without a framework, a
 * template or a check. What the site reaches is told as a ratio to them, measured in the same run.
 *
 *   H  libfcgi, 20 kB, no store
 *   R  H and one GET
 *   P  a list page: one pipeline of GET (session) and 10 HMGET, one prepared SELECT of 10 rows by
 *      key; the 20 kB answered are made of the rows
 *   V  a vote: GET (session), then EVALSHA of a script that does what a vote must: a member more in
 *      a set, a counter, an event in a stream. Two round trips, as who asks must be known before
 *      anything changes. A few bytes of JSON
 *
 * Processes and accept loop are those of the site: libfcgi, one request at a time, no kept
 * connections. (S and MC need no program: they are nginx's.)
 */
/* clang-format on */
#ifndef BENCH_CEILINGS_H
#define BENCH_CEILINGS_H

#include <fcgiapp.h>

#include "base/config.h"

#define CEILING_PAGE (20 * 1024) /* bytes of an answer */
#define CEILING_ROWS 10
#define CEILING_ROW_MAX 8192 /* bytes read of one text */

/* One process's connections. What fails ends the process: a ceiling that fails measures nothing. */
struct stores;

/* posts: the ids asked for, in any order. */
struct stores *stores_open(const struct config *config, const int64_t *posts, size_t count);

/* The session of a cookie header, the guests' one when there is none. */
void stores_get_session(struct stores *s, const char *cookies);

/* The pipeline and the SELECT of P. The rows stand in page, filled up to CEILING_PAGE bytes. */
void stores_read_list(struct stores *s, const char *cookies, char page[CEILING_PAGE]);

/* V, for the next of the posts. Gives the votes it has now. */
long long stores_vote(struct stores *s, const char *cookies);

#endif
