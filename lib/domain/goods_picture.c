/* The picture of goods. */
#include "domain/goods_picture.h"

static const struct db_sql sql_set =
	SQL("UPDATE goods SET picture = ? WHERE goods_id = ? AND deleted_at = 0");

err goods_set_picture(struct ctx *c, int64_t goods_id, struct str name)
{
	int64_t changed;
	err e = db_exec(c->db, &changed, &sql_set, DB_ARGS(name, goods_id));

	return !e && !changed ? ERR_NOT_FOUND : e;
}
