/* What posts said before: their versions. */
#include "domain/post.h"

#include "domain/post_row.h"

#define REVISIONS_MOST 50

/* The post itself is its newest version; the older ones are in post_revision. The editor is NULL
 * when that was a moderator who is erased. */
static const struct db_sql sql_list =
	SQL("SELECT p.version, p.title, IF(p.edited_at = 0, p.created_at, p.edited_at) AS "
	    "written_at, " AUTHOR_COLUMNS
	    " FROM post p LEFT JOIN user u ON u.user_id = IF(p.edited_by = 0, p.author_id,"
	    " p.edited_by) WHERE p.post_id = ? AND p.deleted_at = 0"
	    " UNION ALL SELECT * FROM (SELECT r.version, r.title, r.written_at, " AUTHOR_COLUMNS
	    " FROM post_revision r JOIN post p ON p.post_id = r.post_id AND p.deleted_at = 0"
	    " LEFT JOIN user u ON u.user_id = r.editor_id"
	    " WHERE r.post_id = ? ORDER BY r.version DESC LIMIT ?) old");

static const struct db_sql sql_find = SQL(
	"SELECT p.version, p.title, IF(p.edited_at = 0, p.created_at, p.edited_at), " AUTHOR_COLUMNS
	", p.body_md FROM post p LEFT JOIN user u ON u.user_id = IF(p.edited_by = 0,"
	" p.author_id, p.edited_by) WHERE p.post_id = ? AND p.deleted_at = 0 AND p.version = ?"
	" UNION ALL SELECT r.version, r.title, r.written_at, " AUTHOR_COLUMNS ", r.body_md"
	" FROM post_revision r JOIN post p ON p.post_id = r.post_id AND p.deleted_at = 0"
	" LEFT JOIN user u ON u.user_id = r.editor_id WHERE r.post_id = ? AND r.version = ?");

static struct post_revision read_row(const struct db_rows *rows)
{
	return (struct post_revision){
		.version = db_int(rows, 0),
		.title = db_str(rows, 1),
		.written_at = db_int(rows, 2),
		.editor = author_read(rows, 3),
	};
}

err post_revisions(struct ctx *c, int64_t id, struct post_revision_list *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_list, DB_ARGS(id, id, REVISIONS_MOST - 1));

	if (e)
		return e;
	if (db_count(rows) == 0)
		return ERR_NOT_FOUND;
	out->items = ARENA_ARRAY(c->arena, struct post_revision, db_count(rows));
	out->count = 0;
	while (db_next(rows))
		out->items[out->count++] = read_row(rows);
	return OK;
}

err post_revision_find(struct ctx *c, int64_t id, int64_t version, struct post_revision *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_find, DB_ARGS(id, version, id, version));

	if (e)
		return e;
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	*out = read_row(rows);
	out->body_md = db_str(rows, 3 + AUTHOR_COLUMN_COUNT);
	return OK;
}
