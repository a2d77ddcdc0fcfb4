/* What members say of themselves. */
#include "domain/user_profile.h"

#include "domain/session.h"

static const struct db_sql sql_set_avatar = SQL("UPDATE user SET avatar = ? WHERE user_id = ?");

err user_set_avatar(struct ctx *c, int64_t id, struct str name)
{
	int64_t changed;
	err e = db_exec(c->db, &changed, &sql_set_avatar, DB_ARGS(name, id));

	return !e && !changed ? ERR_NOT_FOUND : e;
}

err user_tell_avatar(struct ctx *c, int64_t id, struct str name)
{
	return session_tell(c, id, STR("avatar"), name);
}
