/* Goods: read, written and rendered. */
#include "domain/goods.h"

#include "base/utf8.h"
#include "domain/form_once.h"
#include "domain/moderation.h"
#include "html/markdown.h"
#include "html/text.h"

#define HTML_MAX ((size_t)1024 * 1024)
#define EXCERPT_LINES 2
#define EXCERPT_CODE_POINTS 120
#define LIST_MOST 200

#define PRICE_CENTS "CAST(price * 100 AS SIGNED)"
#define GOODS_COLUMNS \
	"goods_id, name, excerpt, picture, " PRICE_CENTS ", version, created_at, edited_at"

static const struct db_sql sql_find = SQL("SELECT " GOODS_COLUMNS ", body_md, body_html FROM goods"
					  " WHERE goods_id = ? AND deleted_at = 0");

static const struct db_sql sql_newest =
	SQL("SELECT " GOODS_COLUMNS " FROM goods WHERE deleted_at = 0 AND goods_id < ?"
	    " ORDER BY goods_id DESC LIMIT ?");

static const struct db_sql sql_insert =
	SQL("INSERT INTO goods (goods_id, name, body_md, body_html, excerpt, price, created_at)"
	    " VALUES (?, ?, ?, ?, ?, ? / 100, ?)");

static const struct db_sql sql_lock =
	SQL("SELECT version, name, body_md, " PRICE_CENTS " FROM goods"
	    " WHERE goods_id = ? AND deleted_at = 0 FOR UPDATE");

static const struct db_sql sql_update =
	SQL("UPDATE goods SET name = ?, body_md = ?, body_html = ?, excerpt = ?, price = ? / 100,"
	    " version = version + 1, edited_at = ? WHERE goods_id = ?");

/* A draft, or one that people can buy in, now or later: enum sale_state. */
static const struct db_sql sql_on_sale =
	SQL("SELECT sale_id FROM sale WHERE goods_id = ?"
	    " AND (state = 0 OR (state = 1 AND ends_at > ?)) LIMIT 1");

static const struct db_sql sql_delete = SQL("UPDATE goods SET deleted_at = ? WHERE goods_id = ?");

/* Goods being written: what the transaction needs. */
struct writing {
	struct ctx *c;
	int64_t id, version, price;
	struct str form_id, name, body_md, excerpt;
	struct html body;
};

/* Reads GOODS_COLUMNS. */
static void read_row(struct goods *out, const struct db_rows *rows)
{
	*out = (struct goods){
		.id = db_int(rows, 0),
		.name = db_str(rows, 1),
		.excerpt = db_str(rows, 2),
		.picture = db_str(rows, 3),
		.price = db_int(rows, 4),
		.version = db_int(rows, 5),
		.created_at = db_int(rows, 6),
		.edited_at = db_int(rows, 7),
	};
}

err goods_find(struct ctx *c, int64_t id, struct goods *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_find, DB_ARGS(id));

	if (e)
		return e;
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	read_row(out, rows);
	out->body_md = db_str(rows, 8);
	out->body_html = html_trusted_column(db_str(rows, 9));
	return OK;
}

err goods_newest(struct ctx *c, int64_t before_id, int limit, struct goods_list *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_newest,
			 DB_ARGS(before_id ? before_id : INT64_MAX,
				 limit < LIST_MOST ? limit : LIST_MOST));

	if (e)
		return e;
	out->items = ARENA_ARRAY(c->arena, struct goods, db_count(rows) + 1);
	for (out->count = 0; db_next(rows); out->count++)
		read_row(&out->items[out->count], rows);
	return OK;
}

static bool has_control(struct str text)
{
	uint32_t code_point;

	while (utf8_next(&text, &code_point)) {
		if (code_point < ' ' || utf8_is_invisible(code_point))
			return true;
	}
	return false;
}

const char *goods_problem(const struct goods_text *t, const char **field_out)
{
	*field_out = "name";
	if (!utf8_is_valid(t->name) || !utf8_trim(t->name).n)
		return N_("Give it a name.");
	if (utf8_count(t->name) > GOODS_NAME_MAX)
		return N_("The name is too long.");
	if (has_control(t->name))
		return N_("The name has line breaks or invisible characters.");
	*field_out = "body";
	if (!utf8_is_valid(t->body_md))
		return N_("This is not readable text.");
	if (t->body_md.n > GOODS_BODY_MAX)
		return N_("The text is too long.");
	*field_out = "price";
	if (t->price < 1 || t->price > GOODS_PRICE_MAX)
		return N_("The price must be more than nothing and less than a billion.");
	return NULL;
}

static err make_ready(struct ctx *c, const struct goods_text *t, struct writing *w)
{
	const char *field;
	err e;

	if (c->viewer.role != ROLE_ADMIN)
		return ERR_FORBIDDEN;
	if (goods_problem(t, &field))
		return ERR_INVALID;
	w->c = c;
	w->name = utf8_trim(t->name);
	w->body_md = t->body_md;
	w->price = t->price;
	e = markdown_render(c->arena, t->body_md, &w->body);
	if (!e && w->body.markup.n > HTML_MAX)
		e = ERR_INVALID;
	return e ? e
		 : markdown_excerpt(c->arena, t->body_md, EXCERPT_LINES, EXCERPT_CODE_POINTS,
				    &w->excerpt);
}

static err record(const struct writing *w, struct str action, struct str name)
{
	return moderation_record(w->c, action, TARGET_GOODS, w->id, name);
}

static err insert(void *context)
{
	struct writing *w = context;
	struct ctx *c = w->c;
	err e = form_once_claim(c, w->form_id, w->id);

	if (!e)
		e = db_exec(c->db, NULL, &sql_insert,
			    DB_ARGS(w->id, w->name, w->body_md, w->body.markup, w->excerpt,
				    w->price, c->now));
	return e ? e : record(w, STR("goods.create"), w->name);
}

err goods_create(struct ctx *c, const struct goods_text *t, struct str form_id, int64_t *id_out)
{
	struct writing w = { .form_id = form_id };
	err e = make_ready(c, t, &w);

	if (!e)
		e = ctx_new_id(c, &w.id);
	if (!e)
		e = db_transaction(c->db, insert, &w);
	if (e == ERR_CONFLICT)
		return form_once_find(c, form_id, id_out);
	if (!e)
		*id_out = w.id;
	return e;
}

/* The same edit sent twice is one edit: the second finds what it brings already there. */
static bool is_repeated(const struct writing *w, const struct db_rows *rows)
{
	return db_int(rows, 0) == w->version + 1 && str_is(db_str(rows, 1), w->name) &&
	       str_is(db_str(rows, 2), w->body_md) && db_int(rows, 3) == w->price;
}

static err edit(void *context)
{
	struct writing *w = context;
	struct ctx *c = w->c;
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_lock, DB_ARGS(w->id));

	if (e)
		return e;
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	if (is_repeated(w, rows))
		return OK;
	if (db_int(rows, 0) != w->version)
		return ERR_CONFLICT;
	e = db_exec(c->db, NULL, &sql_update,
		    DB_ARGS(w->name, w->body_md, w->body.markup, w->excerpt, w->price, c->now,
			    w->id));
	return e ? e : record(w, STR("goods.edit"), w->name);
}

err goods_edit(struct ctx *c, int64_t id, int64_t version, const struct goods_text *t)
{
	struct writing w = { .id = id, .version = version };
	err e = make_ready(c, t, &w);

	return e ? e : db_transaction(c->db, edit, &w);
}

static err delete (void *context)
{
	struct writing *w = context;
	struct ctx *c = w->c;
	struct db_rows *rows;
	struct str name;
	err e = db_query(c->db, c->arena, &rows, &sql_lock, DB_ARGS(w->id));

	if (e)
		return e;
	if (!db_next(rows))
		return OK;
	name = db_str(rows, 1);
	e = db_query(c->db, c->arena, &rows, &sql_on_sale, DB_ARGS(w->id, c->now));
	if (e)
		return e;
	if (db_next(rows))
		return ERR_CONFLICT;
	e = db_exec(c->db, NULL, &sql_delete, DB_ARGS(c->now, w->id));
	return e ? e : record(w, STR("goods.delete"), name);
}

err goods_delete(struct ctx *c, int64_t id)
{
	struct writing w = { .c = c, .id = id };

	if (c->viewer.role != ROLE_ADMIN)
		return ERR_FORBIDDEN;
	return db_transaction(c->db, delete, &w);
}
