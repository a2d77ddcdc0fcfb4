/*
 * What the tests of leaving share: the passing of days, and the steps of the work.
 */
#ifndef UNIT_DOMAIN_LEAVING_H
#define UNIT_DOMAIN_LEAVING_H

#include "unit/domain/account.h"

#include "domain/leaving_steps.h"

static inline void run(struct ctx *c, const struct db_sql *sql, struct db_args args)
{
	assert_int_equal(db_exec(c->db, NULL, sql, args), OK);
}

/* The day has come. */
static inline void make_due(struct ctx *c, int64_t user_id)
{
	static const struct db_sql sql_due = SQL("UPDATE leaving SET due_at = 1 WHERE user_id = ?");

	run(c, &sql_due, DB_ARGS(user_id));
}

/* Steps until nothing is due, each a moment after the one before; the time between them passes. */
static inline void work_until_done(struct ctx *c, int64_t user_id)
{
	struct leaving known;
	int i;

	for (i = 0; i < 500; i++) {
		forum_next(c);
		if (leaving_find(c, user_id, &known) == ERR_NOT_FOUND)
			return;
		make_due(c, user_id);
		assert_int_equal(leaving_step(c, user_id), OK);
	}
	fail_msg("it does not end");
}

#endif
