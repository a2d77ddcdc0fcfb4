/* Names of those who left: nobody gets them again. */
#include "base/secret.h"
#include "base/utf8.h"
#include "domain/user.h"

static const struct db_sql sql_retire =
	SQL("INSERT IGNORE INTO name_retired (name_hash, retired_at) VALUES (?, ?)");

static const struct db_sql sql_folded = SQL("SELECT username_folded FROM user WHERE user_id = ?");

static const struct db_sql sql_is_retired = SQL("SELECT 1 FROM name_retired WHERE name_hash = ?");

/* The hash that stands for a name in name_retired. */
static struct str name_hash(struct ctx *c, struct str folded)
{
	const struct str parts[] = { STR("retired name"), folded };

	return secret_mac(c->arena, c->config->site.secret, parts, ARRAY_LEN(parts));
}

err user_name_is_retired(struct ctx *c, struct str name, bool *out)
{
	struct str folded;
	struct db_rows *rows;
	err e = utf8_fold(c->arena, name, &folded);

	if (!e)
		e = db_query(c->db, c->arena, &rows, &sql_is_retired,
			     DB_ARGS(name_hash(c, folded)));
	if (!e)
		*out = db_next(rows);
	return e;
}

err user_name_check_taken(struct ctx *c, struct str name)
{
	bool is_retired;
	err e = user_name_is_retired(c, name, &is_retired);

	return !e && is_retired ? ERR_CONFLICT : e;
}

err user_name_retire(struct ctx *c, int64_t user_id)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_folded, DB_ARGS(user_id));

	if (e || !db_next(rows))
		return e;
	return db_exec(c->db, NULL, &sql_retire, DB_ARGS(name_hash(c, db_str(rows, 0)), c->now));
}
