/* An account as its owner sees it. */
#include "domain/user_account.h"

#include "base/log.h"
#include "base/utf8.h"
#include "domain/session.h"
#include "domain/user_internal.h"

static const struct db_sql sql_find =
	SQL("SELECT " USER_COLUMNS ", u.phone, u.password_hash <> '', u.may_rename,"
	    " u.email_folded IS NOT NULL,"
	    " EXISTS (SELECT 1 FROM second_factor s WHERE s.user_id = u.user_id),"
	    " (SELECT COUNT(*) FROM recovery_code r WHERE r.user_id = u.user_id AND r.used_at = 0)"
	    " FROM user u WHERE u.user_id = ? AND u.state > 0");

enum {
	AT_PHONE = USER_COLUMN_COUNT,
	AT_PASSWORD,
	AT_RENAME,
	AT_PROVED,
	AT_SECOND,
	AT_RECOVERY,
};

static const struct db_sql sql_rename =
	SQL("UPDATE user SET username = ?, username_folded = ?, may_rename = 0"
	    " WHERE user_id = ? AND may_rename = 1");

err account_find(struct ctx *c, int64_t id, struct account *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_find, DB_ARGS(id));

	if (e)
		return e;
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	user_read_row(&out->user, rows);
	if (!db_int(rows, AT_PROVED))
		out->user.email = (struct str){ 0 };
	out->phone = db_str(rows, AT_PHONE);
	out->has_password = db_int(rows, AT_PASSWORD) != 0;
	out->may_rename = db_int(rows, AT_RENAME) != 0;
	out->has_second = db_int(rows, AT_SECOND) != 0;
	out->recovery_left = (int)db_int(rows, AT_RECOVERY);
	return OK;
}

struct renaming {
	struct ctx *c;
	struct str name, folded;
};

static err rename_work(void *context)
{
	const struct renaming *w = context;
	struct ctx *c = w->c;
	int64_t changed;
	err e = db_exec(c->db, &changed, &sql_rename, DB_ARGS(w->name, w->folded, c->viewer.id));

	if (e)
		return e;
	return changed ? user_name_check_taken(c, w->name) : ERR_FORBIDDEN;
}

err account_rename(struct ctx *c, struct str name)
{
	struct renaming w = { .c = c, .name = name };
	err e = utf8_fold(c->arena, name, &w.folded);

	if (!e)
		e = db_transaction(c->db, rename_work, &w);
	if (e)
		return e;
	if (session_tell(c, c->viewer.id, STR("name"), name))
		log_warn("a new name is not in the sessions of user=%lld", (long long)c->viewer.id);
	return OK;
}
