/* Deleting, pinning and featuring a post. */
#include "post/post_pages.h"

#include "tmpl/post_confirm.h"

err post_delete_page(struct req *r)
{
	struct confirm_view view = { 0 };
	struct post post = { 0 };
	err e = post_find(&r->ctx, r->id, &post);

	if (e)
		return e;
	if (!post_is_own(&r->ctx, &post) && !post_may_moderate(&r->ctx))
		return ERR_NOT_FOUND;
	view.action = url_format(r->ctx.arena, "/posts/{}/delete", r->id);
	view.back = url_format(r->ctx.arena, "/posts/{}", r->id);
	view.question = req_text(r, "Delete this post?");
	view.quote = post.title;
	view.asks_reason = !post_is_own(&r->ctx, &post);
	tmpl_post_confirm(req_page(r), &view);
	return resp_page(r, 200, &(struct page_meta){ .title = view.question, .is_noindex = true });
}

err post_delete_action(struct req *r)
{
	err e = post_delete(&r->ctx, r->id, str_trim(form_get(&r->in.body, "reason")));

	if (e)
		return e;
	req_flash(r, N_("Deleted."));
	return resp_redirect(r, URL_LITERAL("/?sort=new"));
}

static err set_mark(struct req *r, err (*set)(struct ctx *c, int64_t id, bool is_on))
{
	bool is_on;
	err e = form_switch(r, &is_on);

	if (!e)
		e = set(&r->ctx, r->id, is_on);
	if (e)
		return e;
	req_flash(r, N_("Saved."));
	return resp_redirect(r, url_format(r->ctx.arena, "/posts/{}", r->id));
}

err post_pin_action(struct req *r)
{
	return set_mark(r, post_set_pinned);
}

err post_feature_action(struct req *r)
{
	return set_mark(r, post_set_featured);
}
