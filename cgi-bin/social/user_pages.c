/* Somebody's page: who it is, and the posts they wrote. */
#include "social/social_pages.h"

#include "tmpl/social_user.h"

void user_prepare(struct req *r)
{
	struct post_list_want *want = ARENA_NEW(r->ctx.arena, struct post_list_want);

	want->sort = POST_SORT_AUTHOR;
	want->author_id = r->id;
	want->after = form_get(&r->in.query, "after");
	r->prepared = want;
	post_list_prepare(&r->ctx, want);
}

static struct pager_view user_pager(struct req *r, bool is_first_page, struct str after)
{
	struct url first = url_format(r->ctx.arena, "/users/{}", r->id);
	struct url next = { 0 };

	if (after.n)
		next = url_format(r->ctx.arena, "/users/{}?after={}", r->id, after);
	return pager_view_from(first, is_first_page, next);
}

err user_page(struct req *r)
{
	struct post_list_want *want = r->prepared;
	struct post_list list = { 0 };
	struct user_view view = { .id = r->id };
	struct user user = { 0 };
	err e = user_find(&r->ctx, r->id, &user);

	if (!e)
		e = post_list_load(&r->ctx, want, &list);
	if (e)
		return e;
	view.name = user.name;
	view.bio = user.bio;
	view.avatar = req_avatar(r, user.id, user.avatar);
	view.level = user.level;
	view.is_moderator = user.role == ROLE_MODERATOR;
	view.is_admin = user.role == ROLE_ADMIN;
	view.is_viewer = user.id == r->ctx.viewer.id;
	view.joined = (struct when){ user.created_at };
	view.posts = user.posts;
	view.rows = row_views_from(r, &list);
	view.is_first_page = want->after.n == 0;
	view.pager = user_pager(r, view.is_first_page, list.next);
	tmpl_social_user(req_page(r), &view);
	return resp_page(r, 200,
			 &(struct page_meta){
				 .title = user.name,
				 .description =
					 text_format(r->ctx.arena, r->language,
						     "What {0} has written here, the newest first.",
						     &user.name, 1),
				 .canonical = url_format(r->ctx.arena, "/users/{}", r->id),
				 .is_noindex = !view.is_first_page,
			 });
}
