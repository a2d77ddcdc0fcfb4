/* Posts as lines of a list. */
#include "web/rows.h"

static struct row_view row_view(struct req *r, const struct post_row *row)
{
	return (struct row_view){
		.id = row->id,
		.title = row->title,
		.excerpt = row->excerpt,
		.author_name = row->author.name,
		.author_id = row->author.id,
		.level = row->author.level,
		.avatar = req_avatar(r, row->author.id, row->author.avatar),
		.written = { row->created_at },
		.is_pinned = row->is_pinned,
		.is_featured = row->is_featured,
		.votes = row->votes,
		.likes = row->likes,
		.comments = row->comments,
	};
}

struct row_views row_views_from(struct req *r, const struct post_list *list)
{
	struct row_views views = {
		.items = ARENA_ARRAY(r->ctx.arena, struct row_view, list->rows.count),
	};

	for (; views.count < list->rows.count; views.count++)
		views.items[views.count] = row_view(r, &list->rows.items[views.count]);
	return views;
}

struct pager_view pager_view_from(struct url first, bool is_first_page, struct url next)
{
	struct pager_view view = { .next = next };

	if (!is_first_page)
		view.first = first;
	view.is_needed = !is_first_page || next.href.n > 0;
	return view;
}
