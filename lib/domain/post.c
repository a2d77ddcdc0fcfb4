/* Posts as they are read. */
#include "domain/post.h"

#include "base/num.h"
#include "domain/post_row.h"
#include "domain/reaction_keys.h"

/* A longer one is read from SQL each time, so that a few of them do not fill the memory. */
#define REMEMBERED_BYTES_MAX (64 * 1024)

static const struct db_sql sql_find =
	SQL("SELECT " POST_COLUMNS " FROM post p JOIN user u ON u.user_id = p.author_id"
	    " WHERE p.post_id = ? AND p.deleted_at = 0");

static const struct db_sql sql_show =
	SQL("SELECT " POST_COLUMNS_WITH("''") " FROM post p JOIN user u ON u.user_id = p.author_id"
					      " WHERE p.post_id = ? AND p.deleted_at = 0");

void post_read(struct post *out, const struct db_rows *rows)
{
	out->id = db_int(rows, 0);
	out->title = db_str(rows, 1);
	out->body_md = db_str(rows, 2);
	out->body = html_trusted_column(db_str(rows, 3));
	out->excerpt = db_str(rows, 4);
	out->version = db_int(rows, 5);
	out->pinned_at = db_int(rows, 6);
	out->featured_at = db_int(rows, 7);
	out->votes = db_int(rows, 8);
	out->likes = db_int(rows, 9);
	out->comments = db_int(rows, 10);
	out->created_at = db_int(rows, 11);
	out->edited_at = db_int(rows, 12);
	out->author = author_read(rows, 13);
}

struct author author_copy(struct arena *a, struct author from)
{
	from.name = str_copy(a, from.name);
	from.avatar = str_copy(a, from.avatar);
	return from;
}

static struct post *copy(struct arena *a, const struct post *from)
{
	struct post *p = ARENA_NEW(a, struct post);

	*p = *from;
	p->author = author_copy(a, from->author);
	p->title = str_copy(a, from->title);
	p->body_md = str_copy(a, from->body_md);
	p->body = html_trusted_column(str_copy(a, from->body.markup));
	p->excerpt = str_copy(a, from->excerpt);
	return p;
}

err post_find(struct ctx *c, int64_t id, struct post *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_find, DB_ARGS(id));

	if (e)
		return e;
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	post_read(out, rows);
	return OK;
}

/* The version must be older than the row: asked first, so that a change in between is noticed
 * later. */
static void remember(struct ctx *c, struct str key, int64_t version, const struct post *p)
{
	struct memo_entry *entry;

	if (p->body.markup.n + p->body_md.n > REMEMBERED_BYTES_MAX)
		return;
	entry = remember_start(&c->process->posts, key);
	entry->value = copy(entry->arena, p);
	entry->stamp = version;
	remember_end(&c->process->posts, entry);
}

static struct str memo_key(struct ctx *c, int64_t id)
{
	return num_text(c->arena, id);
}

void post_prepare(struct ctx *c, struct post_want *want, int64_t id)
{
	*want = (struct post_want){ .id = id };
	if (!remember_guess(&c->process->posts, memo_key(c, id)))
		shared_rows_ask(c, &want->shared, &sql_show, reaction_post_rows_key(c->arena, id),
				id);
}

static err read_shown(struct ctx *c, const struct post_want *want, int64_t version,
		      struct post *out)
{
	struct db_rows *rows = shared_rows_find(c, &want->shared, version);
	bool is_shared = rows != NULL;
	err e = is_shared ? OK : db_query(c->db, c->arena, &rows, &sql_show, DB_ARGS(want->id));

	if (e)
		return e;
	if (!is_shared)
		shared_rows_keep(c, &want->shared, version, rows);
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	post_read(out, rows);
	return OK;
}

err post_load(struct ctx *c, const struct post_want *want, int64_t version, struct post *out)
{
	struct str key = memo_key(c, want->id);
	const struct memo_entry *known = remember_find(&c->process->posts, key, version);
	err e;

	if (known) {
		*out = *(const struct post *)known->value;
		return OK;
	}
	e = read_shown(c, want, version, out);
	if (!e)
		remember(c, key, version, out);
	return e;
}

err post_find_version(struct ctx *c, int64_t id, int64_t version, struct post *out)
{
	return post_load(c, &(struct post_want){ .id = id }, version, out);
}

bool post_is_own(const struct ctx *c, const struct post *p)
{
	return c->viewer.id != 0 && c->viewer.id == p->author.id;
}

bool post_may_moderate(const struct ctx *c)
{
	return c->viewer.id != 0 && c->viewer.role >= ROLE_MODERATOR;
}
