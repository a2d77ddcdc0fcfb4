/* From comments to what a template draws. */
#include "post/post_pages.h"

static struct comment_view comment_view(struct req *r, const struct comment *c)
{
	bool is_first_level = c->parent_id == 0;
	/* A reply to the thread's first comment stands right below it: no need to name whom it
	 * answers. */
	bool names_answered = !is_first_level && c->parent_id != c->root_id;

	return (struct comment_view){
		.id = c->id,
		.author_name = c->author.name,
		.author_id = c->author.id,
		.level = c->author.level,
		.avatar = is_first_level ? req_avatar(r, c->author.id, c->author.avatar)
					 : (struct url){ 0 },
		.to_name = names_answered ? c->to.name : (struct str){ 0 },
		.body = c->body,
		.written = { c->created_at },
		.is_edited = c->edited_at != 0,
		.is_deleted = c->is_deleted,
		.is_liked = c->is_liked,
		.likes = c->likes,
		.can_react = !ctx_is_guest(&r->ctx),
		.can_change = c->is_own || post_may_moderate(&r->ctx),
		.hidden_replies = c->hidden_replies,
		.replies = comment_views_from(r, &c->children),
	};
}

struct comment_views comment_views_from(struct req *r, const struct comment_refs *refs)
{
	struct comment_views views = {
		.items = ARENA_ARRAY(r->ctx.arena, struct comment_view, refs->count),
	};

	for (; views.count < refs->count; views.count++)
		views.items[views.count] = comment_view(r, refs->items[views.count]);
	return views;
}
