/* The moderation log. */
#include "domain/moderation.h"

#include "base/utf8.h"

static const struct db_sql sql_add =
	SQL("INSERT INTO moderation_log (log_id, actor_id, action, target_type, target_id, reason,"
	    " created_at) VALUES (?, ?, ?, ?, ?, ?, ?)");

err moderation_record(struct ctx *c, struct str action, int target_type, int64_t target_id,
		      struct str reason)
{
	int64_t id;
	err e = ctx_new_id(c, &id);

	if (e)
		return e;
	return db_exec(c->db, NULL, &sql_add,
		       DB_ARGS(id, c->viewer.id, action, target_type, target_id,
			       utf8_cut(reason, MODERATION_REASON_MAX), c->now));
}
