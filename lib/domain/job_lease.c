/* Leases: one guarded UPDATE decides. */
#include "domain/job_lease.h"

#define DATABASE_MS "CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)"

static const struct db_sql sql_make =
	SQL("INSERT IGNORE INTO job_lease (name, owner, until_at) VALUES (?, '', 0)");

static const struct db_sql sql_take =
	SQL("UPDATE job_lease SET owner = ?, until_at = " DATABASE_MS " + ?"
	    " WHERE name = ? AND until_at <= " DATABASE_MS);

static const struct db_sql sql_release =
	SQL("UPDATE job_lease SET until_at = 0 WHERE name = ? AND owner = ?");

err job_lease_take(struct ctx *c, struct str name, struct str owner, int64_t ms)
{
	int64_t taken = 0;
	err e = db_exec(c->db, NULL, &sql_make, DB_ARGS(name));

	if (!e)
		e = db_exec(c->db, &taken, &sql_take, DB_ARGS(owner, ms, name));
	if (!e && !taken)
		e = ERR_CONFLICT;
	return e;
}

err job_lease_release(struct ctx *c, struct str name, struct str owner)
{
	return db_exec(c->db, NULL, &sql_release, DB_ARGS(name, owner));
}
