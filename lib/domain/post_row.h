/*
 * How authors and posts are read from rows: column lists and their readers, for the
 * modules that select them.
 */
#ifndef DOMAIN_POST_ROW_H
#define DOMAIN_POST_ROW_H

#include "domain/post.h"

/* Of `user u`. */
#define AUTHOR_COLUMNS "u.user_id, u.username, u.avatar, u.level"
#define AUTHOR_COLUMN_COUNT 4

/* Reads AUTHOR_COLUMNS, the first of which is column `first`. */
static inline struct author author_read(const struct db_rows *rows, unsigned first)
{
	return (struct author){
		.id = db_int(rows, first),
		.name = db_str(rows, first + 1),
		.avatar = db_str(rows, first + 2),
		.level = (int)db_int(rows, first + 3),
	};
}

/* Of `post p JOIN user u`. */
#define POST_COLUMNS POST_COLUMNS_WITH("p.body_md")
/* The same with something else for the source text. */
#define POST_COLUMNS_WITH(body_md) \
	"p.post_id, p.title, " body_md ", p.body_html, p.excerpt, p.version, p.pinned_at," \
	" p.featured_at, p.votes, p.likes, p.comments, p.created_at, p.edited_at, " AUTHOR_COLUMNS

/* Reads POST_COLUMNS. */
void post_read(struct post *out, const struct db_rows *rows);

/* A copy whose texts are in a. */
struct author author_copy(struct arena *a, struct author from);

#endif
