/* What staff sees of people. */
#include "domain/staff.h"

#include "base/utf8.h"
#include "domain/leaving.h"
#include "domain/user_internal.h"

#define RECENT 10

#define LIST(condition, order) \
	"SELECT " USER_COLUMNS " FROM user u" condition " ORDER BY " order " LIMIT ?"

static const struct db_sql sql_all =
	SQL(LIST(" FORCE INDEX (user_no) WHERE u.user_no < ?", "u.user_no DESC"));

static const struct db_sql sql_by_role =
	SQL(LIST(" FORCE INDEX (by_role) WHERE u.role = ? AND u.user_no < ? AND (? < 0 OR"
		 " u.state = ?)",
		 "u.user_no DESC"));

static const struct db_sql sql_by_state =
	SQL(LIST(" FORCE INDEX (by_state) WHERE u.state = ? AND u.user_no < ? AND (? < 0 OR"
		 " u.role = ?)",
		 "u.user_no DESC"));

/* From a name to the first one that cannot begin with it. */
static const struct db_sql sql_by_name =
	SQL(LIST(" FORCE INDEX (username) WHERE u.username_folded >= ? AND u.username_folded < ?"
		 " AND u.username_folded > COALESCE((SELECT l.username_folded FROM user l WHERE"
		 " l.user_no = ?), '') AND (? < 0 OR u.role = ?) AND (? < 0 OR u.state = ?)",
		 "u.username_folded"));

/* Who proved the address, and who claims it. */
static const struct db_sql sql_by_email =
	SQL("SELECT " USER_COLUMNS " FROM user u WHERE u.email = ? ORDER BY u.state DESC LIMIT ?");

static const struct db_sql sql_posts =
	SQL("SELECT 1, post_id, title, created_at, deleted_at <> 0 FROM post FORCE INDEX (author)"
	    " WHERE author_id = ? AND deleted_at = 0 ORDER BY post_id DESC LIMIT ?");

static const struct db_sql sql_comments =
	SQL("SELECT 2, comment_id, LEFT(body_md, 80), created_at, deleted_at <> 0 FROM comment"
	    " FORCE INDEX (author) WHERE author_id = ? ORDER BY comment_id DESC LIMIT ?");

static bool is_staff(const struct ctx *c)
{
	return c->viewer.id != 0 && c->viewer.role >= ROLE_MODERATOR;
}

/* The text with its last byte raised: above all that begin with it. Folded texts end in no 0xFF. */
static struct str text_above(struct arena *a, struct str text)
{
	char *above = str_c(a, text);

	above[text.n - 1]++;
	return (struct str){ above, text.n };
}

static err ask_by_name(struct ctx *c, const struct staff_query *q, struct db_rows **rows)
{
	struct str folded;

	/* What is no text is no name either: nobody is found. */
	if (utf8_fold(c->arena, q->text, &folded) || !folded.n)
		folded = STR("\x01");
	return db_query(c->db, c->arena, rows, &sql_by_name,
			DB_ARGS(folded, text_above(c->arena, folded), q->after, q->role, q->role,
				q->state, q->state, STAFF_PAGE + 1));
}

/* Of role and state the one fewer people have chooses the index. */
static err ask_all(struct ctx *c, const struct staff_query *q, struct db_rows **rows)
{
	int64_t after = q->after ? q->after : INT64_MAX;
	int most = STAFF_PAGE + 1;

	if (q->role > ROLE_USER || (q->role == ROLE_USER && q->state == STAFF_ANY))
		return db_query(c->db, c->arena, rows, &sql_by_role,
				DB_ARGS(q->role, after, q->state, q->state, most));
	if (q->state != STAFF_ANY)
		return db_query(c->db, c->arena, rows, &sql_by_state,
				DB_ARGS(q->state, after, q->role, q->role, most));
	return db_query(c->db, c->arena, rows, &sql_all, DB_ARGS(after, most));
}

static err ask(struct ctx *c, const struct staff_query *q, struct db_rows **rows)
{
	if (!q->text.n)
		return ask_all(c, q, rows);
	if (c->viewer.role >= ROLE_ADMIN && str_find_byte(q->text, '@') >= 0)
		return db_query(c->db, c->arena, rows, &sql_by_email, DB_ARGS(q->text, STAFF_PAGE));
	return ask_by_name(c, q, rows);
}

err staff_list(struct ctx *c, const struct staff_query *q, struct staff_people *out)
{
	struct db_rows *rows;
	err e = is_staff(c) ? ask(c, q, &rows) : ERR_FORBIDDEN;

	if (e)
		return e;
	*out = (struct staff_people){
		.items = ARENA_ARRAY(c->arena, struct user, db_count(rows) + 1),
	};
	while (out->count < STAFF_PAGE && db_next(rows)) {
		struct user *u = &out->items[out->count++];

		user_read_row(u, rows);
		if (c->viewer.role < ROLE_ADMIN)
			u->email = (struct str){ 0 };
	}
	if (db_count(rows) > STAFF_PAGE)
		out->next = out->items[out->count - 1].user_no;
	return OK;
}

/* An administrator may close anybody's account but their own, a moderator only who is no staff. */
static bool may_close(const struct ctx *c, const struct user *u)
{
	if (u->id == c->viewer.id || (u->state != USER_ACTIVE && u->state != USER_DISABLED))
		return false;
	return c->viewer.role >= ROLE_ADMIN || u->role == ROLE_USER;
}

static err find_ban(struct ctx *c, struct staff_person *p)
{
	struct user by = { 0 };
	err e;

	p->is_closed = p->user.state == USER_DISABLED;
	if (!p->is_closed)
		return OK;
	e = user_ban_find(c, p->user.id, &p->ban);
	if (!e)
		e = user_find_any(c, p->ban.by_id, &by);
	p->ban_by = by.name;
	return e == ERR_NOT_FOUND ? OK : e;
}

err staff_find(struct ctx *c, int64_t id, struct staff_person *out)
{
	struct staff_person p = { 0 };
	struct leaving leaving;
	err e = is_staff(c) ? user_find_any(c, id, &p.user) : ERR_FORBIDDEN;

	if (!e)
		e = find_ban(c, &p);
	if (e)
		return e;
	e = leaving_find(c, id, &leaving);
	if (e && e != ERR_NOT_FOUND)
		return e;
	p.leaves_at = e ? 0 : leaving.due_at;
	p.may_close = may_close(c, &p.user);
	p.may_set_role = c->viewer.role >= ROLE_ADMIN && p.user.state == USER_ACTIVE;
	if (c->viewer.role < ROLE_ADMIN)
		p.user.email = (struct str){ 0 };
	*out = p;
	return OK;
}

static void add_rows(struct staff_texts *out, struct db_rows *rows)
{
	while (db_next(rows))
		out->items[out->count++] = (struct staff_text){
			.target_type = (int)db_int(rows, 0),
			.id = db_int(rows, 1),
			.words = db_str(rows, 2),
			.created_at = db_int(rows, 3),
			.is_deleted = db_int(rows, 4) != 0,
		};
}

static int compare_times(const void *left, const void *right)
{
	const struct staff_text *a = left, *b = right;

	return (a->created_at < b->created_at) - (a->created_at > b->created_at);
}

err staff_recent(struct ctx *c, int64_t id, struct staff_texts *out)
{
	struct db_rows *posts, *comments;
	err e = is_staff(c) ? OK : ERR_FORBIDDEN;

	if (!e)
		e = db_query(c->db, c->arena, &posts, &sql_posts, DB_ARGS(id, RECENT));
	if (!e)
		e = db_query(c->db, c->arena, &comments, &sql_comments, DB_ARGS(id, RECENT));
	if (e)
		return e;
	*out = (struct staff_texts){ ARENA_ARRAY(c->arena, struct staff_text, 2 * RECENT), 0 };
	add_rows(out, posts);
	add_rows(out, comments);
	if (out->count)
		qsort(out->items, out->count, sizeof(*out->items), compare_times);
	out->count = out->count < RECENT ? out->count : RECENT;
	return OK;
}
