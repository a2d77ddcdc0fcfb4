/*
 * Comments from rows, and the trees they form. For the modules that read comments.
 */
#ifndef DOMAIN_COMMENT_TREE_H
#define DOMAIN_COMMENT_TREE_H

#include "domain/comment.h"
#include "domain/post_row.h"

/* Of `comment m`, `user u` who wrote it and `user t` who is answered (LEFT JOIN). */
#define COMMENT_COLUMNS \
	"m.comment_id, m.root_id, m.reply_no, m.parent_id, m.target_id," \
	" IF(m.deleted_at = 0, m.body_html, '') AS body, m.likes, m.version, m.created_at," \
	" m.edited_at, m.deleted_at <> 0 AS is_deleted, m.replies, " AUTHOR_COLUMNS \
	", t.user_id AS to_id, t.username AS to_name, t.avatar AS to_avatar, t.level AS to_level"

/* Comments without an order or children yet. */
struct comment_rows {
	struct comment *items;
	size_t count;
};

/* All rows of COMMENT_COLUMNS. Texts are in the arena of the rows. */
void comment_read(struct arena *a, struct db_rows *rows, struct comment_rows *out);

/* About how many bytes comment_build will need. */
size_t comment_weight(const struct comment_rows *rows);

/* A page as it is remembered. */
struct comment_forest {
	struct comment *items; /* all that are shown, each thread by reply number */
	const int64_t *ids;    /* of items, in their order */
	size_t count;
	struct comment_refs roots;
};

/*
 * Order the comments, leave out deleted ones that nobody answered, and hang each below its parent.
 * tops are the ids on the first level, in their order; every other comment belongs to the top whose
 * thread (root_id) it is in. Everything in *out is in a.
 */
void comment_build(struct arena *a, const struct comment_rows *rows, const int64_t *tops,
		   size_t count, struct comment_forest *out);

#endif
