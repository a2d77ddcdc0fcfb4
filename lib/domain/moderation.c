/* The moderation log. */
#include "domain/moderation.h"

#include "base/utf8.h"

#define TARGET_WORDS 80 /* code points of a comment */

static const struct db_sql sql_add =
	SQL("INSERT INTO moderation_log (log_id, actor_id, action, target_type, target_id, reason,"
	    " until_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");

/* The page is found by an index alone, and only its rows are joined. */
#define LIST(from) \
	"SELECT g.log_id, g.actor_id, a.username, g.action, g.target_type, g.target_id," \
	" COALESCE(p.title, t.username, LEFT(m.body_md, 80), o.name), COALESCE(m.target_id, 0)," \
	" g.reason, g.until_at, g.created_at" \
	" FROM (SELECT log_id FROM moderation_log" from " ORDER BY log_id DESC LIMIT ?) x" \
	" STRAIGHT_JOIN moderation_log g ON g.log_id = x.log_id" \
	" LEFT JOIN user a ON a.user_id = g.actor_id" \
	" LEFT JOIN post p ON g.target_type = 1 AND p.post_id = g.target_id" \
	" LEFT JOIN comment m ON g.target_type = 2 AND m.comment_id = g.target_id" \
	" LEFT JOIN user t ON g.target_type = 3 AND t.user_id = g.target_id" \
	" LEFT JOIN sale s ON g.target_type = 5 AND s.sale_id = g.target_id" \
	" LEFT JOIN goods o ON g.target_type IN (4, 5) AND" \
	" o.goods_id = IF(g.target_type = 4, g.target_id, s.goods_id)" \
	" ORDER BY x.log_id DESC"

static const struct db_sql sql_all = SQL(LIST(" FORCE INDEX (PRIMARY) WHERE log_id < ?"));

static const struct db_sql sql_kind =
	SQL(LIST(" FORCE INDEX (kind) WHERE target_type = ? AND log_id < ?"));

static const struct db_sql sql_target =
	SQL(LIST(" FORCE INDEX (target) WHERE target_type = ? AND target_id = ? AND log_id < ?"));

static const struct db_sql sql_actor =
	SQL(LIST(" FORCE INDEX (actor) WHERE actor_id = ? AND log_id < ?"));

err moderation_record_until(struct ctx *c, struct str action, int target_type, int64_t target_id,
			    struct str reason, int64_t until_at)
{
	int64_t id;
	err e = ctx_new_id(c, &id);

	if (e)
		return e;
	return db_exec(c->db, NULL, &sql_add,
		       DB_ARGS(id, c->viewer.id ? c->viewer.id : MODERATION_SERVER, action,
			       target_type, target_id, utf8_cut(reason, MODERATION_REASON_MAX),
			       until_at, c->now));
}

err moderation_record(struct ctx *c, struct str action, int target_type, int64_t target_id,
		      struct str reason)
{
	return moderation_record_until(c, action, target_type, target_id, reason, 0);
}

static struct str role_action(enum role role)
{
	switch (role) {
	case ROLE_ADMIN:
		return STR("user.role.admin");
	case ROLE_MODERATOR:
		return STR("user.role.moderator");
	case ROLE_USER:
		break;
	}
	return STR("user.role.user");
}

err moderation_record_role(struct ctx *c, int64_t user_id, enum role role, struct str reason)
{
	return moderation_record(c, role_action(role), TARGET_USER, user_id, reason);
}

static struct moderation_entry read_row(const struct db_rows *rows)
{
	return (struct moderation_entry){
		.id = db_int(rows, 0),
		.actor_id = db_int(rows, 1),
		.actor_name = db_str(rows, 2),
		.action = db_str(rows, 3),
		.target_type = (int)db_int(rows, 4),
		.target_id = db_int(rows, 5),
		.target = utf8_cut(db_str(rows, 6), TARGET_WORDS),
		.post_id = db_int(rows, 7),
		.reason = db_str(rows, 8),
		.until_at = db_int(rows, 9),
		.created_at = db_int(rows, 10),
	};
}

static err ask(struct ctx *c, const struct moderation_query *q, struct db_rows **rows)
{
	int64_t before = q->before ? q->before : INT64_MAX;
	int most = MODERATION_PAGE + 1;

	if (q->actor_id)
		return db_query(c->db, c->arena, rows, &sql_actor,
				DB_ARGS(q->actor_id, before, most));
	if (q->target_id)
		return db_query(c->db, c->arena, rows, &sql_target,
				DB_ARGS(q->target_type, q->target_id, before, most));
	if (q->target_type)
		return db_query(c->db, c->arena, rows, &sql_kind,
				DB_ARGS(q->target_type, before, most));
	return db_query(c->db, c->arena, rows, &sql_all, DB_ARGS(before, most));
}

err moderation_list(struct ctx *c, const struct moderation_query *q, struct moderation_entries *out)
{
	struct db_rows *rows;
	err e = c->viewer.role >= ROLE_MODERATOR ? ask(c, q, &rows) : ERR_FORBIDDEN;

	if (e)
		return e;
	*out = (struct moderation_entries){
		.items = ARENA_ARRAY(c->arena, struct moderation_entry, db_count(rows) + 1),
	};
	while (out->count < MODERATION_PAGE && db_next(rows))
		out->items[out->count++] = read_row(rows);
	if (db_count(rows) > MODERATION_PAGE)
		out->next = out->items[out->count - 1].id;
	return OK;
}
