/* Writing a post: the form, its preview and draft, publishing, changing. */
#include "post/post_pages.h"

#include "tmpl/post_form.h"

/* What the form sends. */
struct post_input {
	struct str title, body;
	int64_t version;
};

static const struct field post_fields[] = {
	FIELD_TEXT(struct post_input, title, 1, POST_TITLE_MAX, FIELD_ONE_LINE),
	FIELD_TEXT(struct post_input, body, 1, POST_BODY_MAX, 0),
	FIELD_INT(struct post_input, version, 0, INT32_MAX, FIELD_OPTIONAL),
};

/* A draft may be as empty as its writer left it. */
static const struct field draft_fields[] = {
	FIELD_TEXT(struct post_input, title, 0, POST_TITLE_MAX, FIELD_ONE_LINE | FIELD_OPTIONAL),
	FIELD_TEXT(struct post_input, body, 0, POST_BODY_MAX, FIELD_OPTIONAL),
	FIELD_INT(struct post_input, version, 0, INT32_MAX, FIELD_OPTIONAL),
};

static void set_actions(struct req *r, struct form_view *view)
{
	if (view->id == 0) {
		view->action = URL_LITERAL("/posts");
		view->preview_action = URL_LITERAL("/posts/preview");
		view->draft_action = URL_LITERAL("/posts/draft");
		view->draft_delete = URL_LITERAL("/posts/draft/delete");
		return;
	}
	view->action = url_format(r->ctx.arena, "/posts/{}/edit", view->id);
	view->preview_action = url_format(r->ctx.arena, "/posts/{}/preview", view->id);
	view->draft_action = url_format(r->ctx.arena, "/posts/{}/draft", view->id);
	view->draft_delete = url_format(r->ctx.arena, "/posts/{}/draft/delete", view->id);
}

static err show_form(struct req *r, int status, struct form_view *view,
		     const struct field_errors *errors)
{
	set_actions(r, view);
	if (errors) {
		view->title_error = req_field_error(r, errors, "title");
		view->body_error = req_field_error(r, errors, "body");
		view->has_errors = errors->count > 0;
	}
	tmpl_post_form(req_page(r), view);
	return resp_page(r, status,
			 &(struct page_meta){
				 .title = req_text(r, view->id ? N_("Edit post") : N_("New post")),
				 .is_noindex = true,
			 });
}

static struct form_view form_view(struct req *r, const struct post_input *in)
{
	return (struct form_view){
		.id = r->id,
		.title = in->title,
		.body = in->body,
		.version = in->version,
	};
}

/* The form again, with what was typed. problem (may be NULL) is what the domain said of the text.
 */
static err show_again(struct req *r, const struct post_input *in, struct field_errors *errors,
		      const char *problem)
{
	struct form_view view = form_view(r, in);

	if (problem)
		field_errors_add(errors, "body", problem, 0);
	return show_form(r, 422, &view, errors);
}

err post_new_page(struct req *r)
{
	struct post_draft_saved saved = { 0 };
	struct form_view view = { 0 };
	err e = post_draft_find(&r->ctx, 0, &saved);

	if (e && e != ERR_NOT_FOUND)
		return e;
	view.title = saved.draft.title;
	view.body = saved.draft.body;
	view.draft_saved = (struct when){ saved.saved_at };
	return show_form(r, 200, &view, NULL);
}

err post_create_action(struct req *r)
{
	struct field_errors errors = { 0 };
	struct post_input in = { 0 };
	const char *problem = NULL;
	int64_t id;
	err e;

	if (!fields_read(r->ctx.arena, &r->in.body, post_fields, ARRAY_LEN(post_fields), &in,
			 &errors))
		return show_again(r, &in, &errors, NULL);
	e = post_create(&r->ctx, &(struct post_draft){ in.title, in.body }, r->form_id, &id,
			&problem);
	if (e == ERR_INVALID)
		return show_again(r, &in, &errors, problem);
	if (e)
		return e;
	req_flash(r, N_("Published."));
	return resp_redirect(r, url_format(r->ctx.arena, "/posts/{}", id));
}

/* The viewer's own post (moderators: any), or ERR_NOT_FOUND. */
static err find_changeable(struct req *r, struct post *out)
{
	err e = post_find(&r->ctx, r->id, out);

	if (e)
		return e;
	return post_is_own(&r->ctx, out) || post_may_moderate(&r->ctx) ? OK : ERR_NOT_FOUND;
}

/* A preview is kept as a draft too: whoever looks twice before publishing loses nothing. */
err post_preview_action(struct req *r)
{
	struct field_errors errors = { 0 };
	struct post_input in = { 0 };
	struct post_draft draft;
	struct form_view view;
	const char *problem = NULL;
	struct post post;
	err e = r->id ? find_changeable(r, &post) : OK;

	if (e)
		return e;
	if (!fields_read(r->ctx.arena, &r->in.body, post_fields, ARRAY_LEN(post_fields), &in,
			 &errors))
		return show_again(r, &in, &errors, NULL);
	draft = (struct post_draft){ in.title, in.body };
	view = form_view(r, &in);
	e = post_preview(&r->ctx, &draft, &view.preview, &problem);
	if (e == ERR_INVALID)
		return show_again(r, &in, &errors, problem);
	if (!e)
		e = post_draft_save(&r->ctx, r->id, &draft, in.version);
	if (e)
		return e;
	view.is_preview = true;
	view.preview_title = in.title;
	return show_form(r, 200, &view, NULL);
}

err post_draft_action(struct req *r)
{
	struct field_errors errors = { 0 };
	struct post_input in = { 0 };
	struct post post;
	err e = r->id ? find_changeable(r, &post) : OK;

	if (e)
		return e;
	if (!fields_read(r->ctx.arena, &r->in.body, draft_fields, ARRAY_LEN(draft_fields), &in,
			 &errors))
		return show_again(r, &in, &errors, NULL);
	e = post_draft_save(&r->ctx, r->id, &(struct post_draft){ in.title, in.body }, in.version);
	if (e)
		return e;
	req_flash(r, N_("Your draft is kept."));
	if (r->id)
		return resp_redirect(r, url_format(r->ctx.arena, "/posts/{}/edit", r->id));
	return resp_redirect(r, URL_LITERAL("/posts/new"));
}

err post_edit_page(struct req *r)
{
	struct post_draft_saved saved = { 0 };
	struct form_view view = { .id = r->id };
	struct post post = { 0 };
	err e = find_changeable(r, &post);

	if (e)
		return e;
	e = post_draft_find(&r->ctx, r->id, &saved);
	if (e && e != ERR_NOT_FOUND)
		return e;
	view.title = e ? post.title : saved.draft.title;
	view.body = e ? post.body_md : saved.draft.body;
	view.version = e ? post.version : saved.base_version;
	view.draft_saved = (struct when){ saved.saved_at };
	return show_form(r, 200, &view, NULL);
}

/* Somebody else saved first: both texts are shown, and saving again is a choice made knowingly. */
static err show_conflict(struct req *r, const struct post_input *in)
{
	struct form_view view = form_view(r, in);
	struct post post = { 0 };
	err e = find_changeable(r, &post);

	if (e)
		return e;
	view.is_conflict = true;
	view.version = post.version;
	view.their_title = post.title;
	view.their_body = post.body_md;
	view.is_title_other = !str_is(in->title, post.title);
	view.diff = diff_view_from(r, post.body_md, in->body);
	return show_form(r, 409, &view, NULL);
}

err post_edit_action(struct req *r)
{
	struct field_errors errors = { 0 };
	struct post_input in = { 0 };
	const char *problem = NULL;
	err e;

	if (!fields_read(r->ctx.arena, &r->in.body, post_fields, ARRAY_LEN(post_fields), &in,
			 &errors))
		return show_again(r, &in, &errors, NULL);
	e = post_edit(&r->ctx, r->id, &(struct post_draft){ in.title, in.body }, in.version,
		      &problem);
	if (e == ERR_INVALID)
		return show_again(r, &in, &errors, problem);
	if (e == ERR_CONFLICT)
		return show_conflict(r, &in);
	if (e)
		return e;
	req_flash(r, N_("Saved."));
	return resp_redirect(r, url_format(r->ctx.arena, "/posts/{}", r->id));
}
