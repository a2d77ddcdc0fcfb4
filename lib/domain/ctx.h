/*
 * What domain code works with: the stores, the clock and the person asking.
 * Passed everywhere, so that there are no globals and a test brings its own clock.
 */
#ifndef DOMAIN_CTX_H
#define DOMAIN_CTX_H

#include "base/config.h"
#include "base/str.h"
#include "domain/process.h"
#include "store/cache.h"
#include "store/db.h"
#include "store/mq.h"

enum role { ROLE_USER, ROLE_MODERATOR, ROLE_ADMIN };

/* The person asking, as the session knows them. */
struct viewer {
	int64_t id;      /* 0 for a guest */
	int64_t user_no; /* dense, from 1 */
	struct str name;
	struct str avatar; /* file name of an uploaded picture; empty for the drawn default */
	enum role role;
	int level;
	struct str zone; /* of the times on this reader's pages; empty: the site's */
};

struct ctx {
	struct arena *arena; /* of this request or unit of work */
	const struct config *config;
	struct db *db;
	struct cache *cache;
	struct mq *mq;
	struct process
		*process; /* what this process keeps between requests; process_new at start */
	struct viewer viewer;
	int64_t now; /* Unix ms, UTC; the same for the whole request */
	struct outbox_queue
		*outbox; /* events written by this request, to publish after the reply */
};

/*
 * A new snowflake id. The process leases a worker number on first use and renews it, on a
 * connection of its own, so that this may be called inside a transaction. ERR_UNAVAILABLE when none
 * can be leased. In domain/worker.c.
 */
err ctx_new_id(struct ctx *c, int64_t *out) MUST_CHECK;

/* Give the worker number back, when the process ends: a restart then finds it free at once. */
void ctx_release_ids(struct ctx *c);

static inline bool ctx_is_guest(const struct ctx *c)
{
	return c->viewer.id == 0;
}

#endif
