/*
 * What the tests of held rows share: process 0 holds rows in a transaction, the others want them.
 */
#ifndef UNIT_DOMAIN_HOLDING_H
#define UNIT_DOMAIN_HOLDING_H

#include "unit/domain/people.h"

#include <stdatomic.h>
#include <sys/mman.h>

/* InnoDB ends the transaction with the fewest changes: with these that is not process 0's. */
static const struct db_sql sql_weight =
	SQL("INSERT INTO form_used (user_id, form_id, made, created_at)"
	    " SELECT -?, seq, 1, 1 FROM seq_1_to_50");
static const struct db_sql sql_waiting = SQL("SELECT COUNT(*) FROM information_schema.PROCESSLIST"
					     " WHERE ID <> CONNECTION_ID() AND INFO LIKE ?");

/* In all processes: the rows are held; the others are done. */
struct moments {
	atomic_int ready; /* others that have all they need to begin */
	atomic_bool is_held, is_done;
};
static struct moments *moments;

/* What a process works with. */
struct held {
	int64_t id, other;
	struct str text;
};

static inline int start(void **state)
{
	moments = mmap(NULL, sizeof(*moments), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	if (moments == MAP_FAILED)
		return -1;
	return forum_set_up(state);
}

static inline int stop(void **state)
{
	munmap(moments, sizeof(*moments));
	return stores_tear_down(state);
}

static inline int64_t at_once(int count,
			      int64_t (*work)(struct ctx *c, int number, const void *context),
			      const struct held *h)
{
	int64_t results[4], wrong = 0;
	int i;

	*moments = (struct moments){ 0 };
	forum_at_once(count, work, h, results);
	for (i = 0; i < count; i++)
		wrong = wrong ? wrong : results[i];
	return wrong;
}

/* In the others, whose time runs from the moment they wait for the rows: connected before. */
static inline void wait_until_held(struct ctx *c)
{
	int64_t id;

	assert_int_equal(ctx_new_id(c, &id), OK);
	moments->ready++;
	WAIT_UNTIL(moments->is_held);
}

/* In process 0, with so many others. */
static inline err begin(struct ctx *c, int others)
{
	WAIT_UNTIL(moments->ready == others);
	return db_begin(c->db);
}

/* In process 0, in its transaction: until so many others wait with a statement like this one. */
static inline err hold_until_wanted(struct ctx *c, const char *statement, int64_t count)
{
	struct str like = str_from_c(statement);

	moments->is_held = true;
	WAIT_UNTIL(forum_number(c, &sql_waiting, DB_ARGS(like)) >= count);
	return forum_number(c, &sql_waiting, DB_ARGS(like)) >= count ? OK : ERR_NOT_FOUND;
}

static inline err run(struct ctx *c, const struct db_sql *sql, int64_t id)
{
	struct db_rows *rows;

	return db_query(c->db, c->arena, &rows, sql, DB_ARGS(id));
}

/* In process 0, which has its rows: until the other one says that it is done, who waits for none of
 * them. */
static inline err hold_until_done(struct ctx *c, err e)
{
	moments->is_held = true;
	WAIT_UNTIL(moments->is_done);
	return db_end(c->db, e);
}

static inline err begin_heavy(struct ctx *c, int64_t user_id)
{
	err e = begin(c, 1);

	return e ? e : db_exec(c->db, NULL, &sql_weight, DB_ARGS(user_id));
}

#endif
