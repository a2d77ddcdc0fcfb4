/*
 * Posts as lines of a list, the way every binary that lists posts shows them:
 * templates/parts/row.html.
 */
#ifndef WEB_ROWS_H
#define WEB_ROWS_H

#include "domain/post_list.h"
#include "web/req.h"

struct row_view {
	int64_t id;
	struct str title, excerpt;
	struct str author_name;
	int64_t author_id;
	int level;
	struct url avatar;
	struct when written;
	bool is_pinned, is_featured;
	int64_t votes, likes, comments;
};

struct row_views {
	struct row_view *items;
	size_t count;
};

struct row_views row_views_from(struct req *r, const struct post_list *list);

#endif
