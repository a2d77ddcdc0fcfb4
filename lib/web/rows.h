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

/* The way on below a list, and back to its beginning: templates/parts/pager.html. */
struct pager_view {
	struct url first, next; /* empty: this is the first page, the last one */
	bool is_needed;
};

struct row_views row_views_from(struct req *r, const struct post_list *list);

/* first is left out when this is the first page; next is empty on the last. */
struct pager_view pager_view_from(struct url first, bool is_first_page, struct url next);

#endif
