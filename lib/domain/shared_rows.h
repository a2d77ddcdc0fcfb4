/*
 * Rows of a statement that all processes share for a moment, in Redis: an article that many read is
 * not read from MariaDB by each of them. Asked for in the pipeline of the request, so they cost no
 * round trip.
 *
 * Every value carries the version of the article (reaction_version) that was asked before its rows
 * were read: any change below the article makes it stale. A change that Redis was not told of,
 * because it was away, shows after SHARED_ROWS_SECONDS. Only what a process has been asked for
 * before gets here, and several things share each key, the latest one holding it: so nobody can
 * fill the memory by walking through the whole site, however often.
 */
#ifndef DOMAIN_SHARED_ROWS_H
#define DOMAIN_SHARED_ROWS_H

#include "domain/ctx.h"

#define SHARED_ROWS_SECONDS 15
#define SHARED_ROWS_BYTES_MAX (64 * 1024)

/* A question in the pipeline. Zero: nothing was asked, nothing is found and nothing kept. */
struct shared_rows {
	const struct db_sql *sql;
	struct str key;
	int64_t id;
	struct cache_reply *reply;
};

/* Queue the question for the rows of sql about id. key: where they lie, or those of another id. */
void shared_rows_ask(struct ctx *c, struct shared_rows *s, const struct db_sql *sql, struct str key,
		     int64_t id);

/* After the flush: the rows, or NULL when there are none of this version (0: unknown). */
struct db_rows *shared_rows_find(struct ctx *c, const struct shared_rows *s, int64_t version);

/* Queue the rows that were read instead, for the next flush. */
void shared_rows_keep(struct ctx *c, const struct shared_rows *s, int64_t version,
		      const struct db_rows *rows);

#endif
