/*
 * Sales: so many units of one thing, at a price, from an instant to another. MariaDB has the truth
 * (`sale.stock`, guarded by every statement that lowers it); Redis has what is decided in
 * microseconds (domain/sale_gate.h); `orders` carries decisions into SQL (domain/sale_orders.h).
 *
 * This is what pages and administrators ask. Only this module and sale_orders write `sale`.
 */
#ifndef DOMAIN_SALE_H
#define DOMAIN_SALE_H

#include "domain/goods.h"

#define SALE_UNITS_MAX 1000000
#define SALE_PAY_SECONDS 1800 /* when nothing else is chosen */
#define SALE_PAY_SECONDS_MIN 60
#define SALE_PAY_SECONDS_MAX (3 * 86400)     /* well within SALE_KEEP_MS: units come back before */
#define SALE_KEEP_MS (7 * INT64_C(86400000)) /* Redis keeps tickets for so long after the end */

enum sale_state { SALE_DRAFT, SALE_PUBLISHED, SALE_CLOSED, SALE_OVER };

/* What a visitor sees of it at an instant. */
enum sale_phase { SALE_SOON, SALE_OPEN, SALE_SOLD_OUT, SALE_ENDED };

struct sale {
	int64_t id, goods_id;
	struct goods goods; /* name, excerpt, picture, price; the body only from sale_find */
	int64_t price;      /* cents */
	int64_t units;      /* on offer in all */
	int64_t stock;      /* left in SQL: units - orders that hold one */
	int64_t starts_at, ends_at; /* Unix ms, UTC */
	int64_t pay_seconds;
	enum sale_state state;
	int64_t created_at, published_at, closed_at;
};

struct sale_list {
	struct sale *items;
	size_t count;
};

/* The phase at `now` with so many units left; -1: as many as SQL says. */
enum sale_phase sale_phase_at(const struct sale *s, int64_t left, int64_t now);

/* From then on nobody can buy: its end, or when it was closed before. */
int64_t sale_end_at(const struct sale *s);

/*
 * A published, closed or over one; what it says may be a second old, as the process remembers it.
 * ERR_NOT_FOUND for drafts, too.
 */
err sale_find(struct ctx *c, int64_t id, struct sale *out) MUST_CHECK;

/* Those published: open ones first, then those to come, then those that ended, newest first. */
err sale_listed(struct ctx *c, int limit, struct sale_list *out) MUST_CHECK;

/* For administrators: any state, newest first, ids below before_id (0: from the top). */
err sale_find_any(struct ctx *c, int64_t id, struct sale *out) MUST_CHECK;
err sale_newest(struct ctx *c, int64_t before_id, int limit, struct sale_list *out) MUST_CHECK;

/*
 * Published or closed, not over, and not ended longer ago than SALE_KEEP_MS: for the workers.
 * Without the goods.
 */
err sale_live(struct ctx *c, struct sale_list *out) MUST_CHECK;

struct sale_terms {
	int64_t goods_id, price, units, starts_at, ends_at, pay_seconds;
};

/* What is wrong with terms, in English for the text catalogue, and at which field. */
struct sale_problem {
	const char *field, *text;
};
#define SALE_PROBLEMS_MAX 5

/* How many there are: at most one for each field. */
size_t sale_terms_problems(const struct sale_terms *t, int64_t now,
			   struct sale_problem out[SALE_PROBLEMS_MAX]);

/*
 * Those that change something are for administrators: ERR_FORBIDDEN for anybody else. ERR_INVALID
 * when sale_terms_problems finds any.
 */

/* What follows is for administrators: ERR_FORBIDDEN for anybody else; the moderation log has it. */

/* A draft. The same form again gives the same id. ERR_NOT_FOUND when there are no such goods. */
err sale_create(struct ctx *c, const struct sale_terms *t, struct str form_id,
		int64_t *id_out) MUST_CHECK;

/* All terms of a draft as one text: what somebody saw of it before deciding about it. */
struct str sale_terms_seen(struct arena *a, const struct sale *s);

/*
 * Change a draft whose terms were seen. ERR_CONFLICT when they are others by now, unless they are
 * t already, and once it was published.
 */
err sale_edit(struct ctx *c, int64_t id, struct str seen, const struct sale_terms *t) MUST_CHECK;

/* A draft that is not wanted: it is gone, the log keeps what it was. ERR_CONFLICT once it was
 * published; OK when there is none. */
err sale_delete(struct ctx *c, int64_t id) MUST_CHECK;

/*
 * Show it and have it loaded into Redis, by `orders`, in a moment. Idempotent. ERR_CONFLICT when
 * its end has passed or it was closed.
 */
err sale_publish(struct ctx *c, int64_t id) MUST_CHECK;

/* sale_publish; ERR_CONFLICT also when the terms are not those that were seen (empty: whatever
 * they are). */
err sale_publish_seen(struct ctx *c, int64_t id, struct str seen) MUST_CHECK;

/* No more requests from now on; those accepted before are still honoured. Idempotent. */
err sale_close(struct ctx *c, int64_t id) MUST_CHECK;

/*
 * More units (or fewer: delta < 0, at most as many as are left when `orders` comes to it) while it
 * runs. Asked for here, done by `orders` in its turn, once for each form id. ERR_CONFLICT unless it
 * is published and not ended.
 */
err sale_change_units(struct ctx *c, int64_t id, int64_t delta, struct str form_id) MUST_CHECK;

#endif
