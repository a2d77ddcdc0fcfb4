/* Deleting a post or a draft, pinning and featuring a post. */
#include "post/post_pages.h"

#include "base/utf8.h"
#include "domain/moderation.h"

#include "tmpl/post_confirm.h"

struct confirm_input {
	struct str reason;
};

static const struct field confirm_fields[] = {
	FIELD_TEXT(struct confirm_input, reason, 1, MODERATION_REASON_MAX, FIELD_ONE_LINE),
};

bool confirm_read(struct req *r, struct confirm_view *view)
{
	struct field_errors errors = { 0 };
	struct confirm_input in = { 0 };

	if (!view->asks_reason)
		return true;
	if (!fields_read(r->ctx.arena, &r->in.body, confirm_fields, ARRAY_LEN(confirm_fields), &in,
			 &errors))
		view->reason_error = req_field_error(r, &errors, "reason");
	view->reason = in.reason;
	return errors.count == 0;
}

err confirm_show(struct req *r, int status, const struct confirm_view *view)
{
	tmpl_post_confirm(req_page(r), view);
	return resp_page(r, status,
			 &(struct page_meta){ .title = view->question, .is_noindex = true });
}

/* ERR_NOT_FOUND when it is gone, or not the viewer's to delete. */
static err ask_delete(struct req *r, struct confirm_view *view)
{
	struct post post = { 0 };
	err e = post_find(&r->ctx, r->id, &post);

	if (e)
		return e;
	if (!post_is_own(&r->ctx, &post) && !post_may_moderate(&r->ctx))
		return ERR_NOT_FOUND;
	view->action = url_format(r->ctx.arena, "/posts/{}/delete", r->id);
	view->back = url_format(r->ctx.arena, "/posts/{}", r->id);
	view->question = req_text(r, "Delete this post?");
	view->quote = post.title;
	view->asks_reason = !post_is_own(&r->ctx, &post);
	return OK;
}

err post_delete_page(struct req *r)
{
	struct confirm_view view = { 0 };
	err e = ask_delete(r, &view);

	return e ? e : confirm_show(r, 200, &view);
}

/* A post that is gone already is deleted again with the same answer, without being asked about. */
err post_delete_action(struct req *r)
{
	struct confirm_view view = { 0 };
	err e = ask_delete(r, &view);

	if (!e && !confirm_read(r, &view))
		return confirm_show(r, 422, &view);
	if (!e || e == ERR_NOT_FOUND)
		e = post_delete(&r->ctx, r->id, view.reason);
	if (e)
		return e;
	req_flash(r, N_("Deleted."));
	return resp_redirect(r, URL_LITERAL("/?sort=new"));
}

/* The form a draft belongs to: without it, it shows the post as it is, or nothing. */
static struct url form_of_draft(struct req *r)
{
	return r->id ? url_format(r->ctx.arena, "/posts/{}/edit", r->id)
		     : URL_LITERAL("/posts/new");
}

err draft_delete_page(struct req *r)
{
	struct confirm_view view = { .back = form_of_draft(r) };
	struct post_draft_saved saved = { 0 };
	err e = post_draft_find(&r->ctx, r->id, &saved);

	if (e)
		return e;
	view.action = r->id ? url_format(r->ctx.arena, "/posts/{}/draft/delete", r->id)
			    : URL_LITERAL("/posts/draft/delete");
	view.question = req_text(r, "Delete this draft?");
	view.quote = saved.draft.title.n ? saved.draft.title
					 : utf8_cut(saved.draft.body, POST_TITLE_MAX);
	return confirm_show(r, 200, &view);
}

err draft_delete_action(struct req *r)
{
	err e = post_draft_delete(&r->ctx, r->id);

	if (e)
		return e;
	req_flash(r, N_("Deleted."));
	return resp_redirect(r, form_of_draft(r));
}

static err set_mark(struct req *r, err (*set)(struct ctx *c, int64_t id, bool is_on))
{
	bool is_on;
	err e = form_switch(r, &is_on);

	if (!e)
		e = set(&r->ctx, r->id, is_on);
	if (e && e != ERR_CONFLICT)
		return e;
	req_flash(r, e ? N_("As many posts are pinned as can be. Unpin one first.") : N_("Saved."));
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
