/* Comments: the page of a conversation, and writing in it. */
#include "post/post_pages.h"

#include "base/num.h"
#include "tmpl/post_answer.h"
#include "tmpl/post_comment_edit.h"
#include "tmpl/post_thread.h"

struct comment_input {
	struct str body;
	int64_t parent, version;
};

static const struct field comment_fields[] = {
	FIELD_TEXT(struct comment_input, body, 1, COMMENT_BODY_MAX, 0),
	FIELD_ID(struct comment_input, parent, FIELD_OPTIONAL),
	FIELD_INT(struct comment_input, version, 0, INT32_MAX, FIELD_OPTIONAL),
};

/* A conversation with a form below it. */
static err show_thread(struct req *r, int status, int64_t comment_id, int64_t after,
		       const struct comment_form_view *form)
{
	struct comment comment = { 0 }, *one = &comment;
	struct thread_view view = { 0 };
	struct post post = { 0 };
	int64_t next = 0;
	err e = comment_thread(&r->ctx, comment_id, after, &comment, &next);

	if (!e)
		e = post_find(&r->ctx, comment.target_id, &post);
	if (e)
		return e;
	view.post_id = post.id;
	view.post_title = post.title;
	view.parent_id = comment.parent_id;
	view.roots = comment_views_from(r, &(struct comment_refs){ &one, 1 });
	if (next)
		view.next = url_format(r->ctx.arena, "/comments/{}?after={}", comment_id, next);
	view.is_guest = ctx_is_guest(&r->ctx);
	view.login = login_link(r);
	view.here = req_here(r);
	view.form = *form;
	view.form.post_id = post.id;
	view.form.parent_id = comment_id;
	if (!comment.is_deleted)
		view.form.reply_to = comment.author.name;
	/* What was typed before it was deleted is not taken away. */
	view.is_closed = comment.is_deleted && !form->body.n;
	tmpl_post_thread(req_page(r), &view);
	return resp_page(r, status,
			 &(struct page_meta){
				 .title = text_format(r->ctx.arena, r->language,
						      "Conversation: {0}", &post.title, 1),
				 .is_noindex = true,
			 });
}

err thread_page(struct req *r)
{
	struct str after = form_get(&r->in.query, "after");
	int64_t number = 0;

	if (after.n && !num_parse_id(after, &number))
		return ERR_NOT_FOUND;
	return show_thread(r, 200, r->id, number, &(struct comment_form_view){ 0 });
}

err reply_page(struct req *r)
{
	return show_thread(r, 200, r->id, 0, &(struct comment_form_view){ .is_wanted = true });
}

/* A comment on the post itself, shown again on a page of its own. */
static err show_answer_form(struct req *r, int status, const struct comment_form_view *form)
{
	struct answer_view view = { .form = *form };
	struct post post = { 0 };
	err e = post_find(&r->ctx, r->id, &post);

	if (e)
		return e;
	view.post_id = post.id;
	view.post_title = post.title;
	view.form.post_id = post.id;
	tmpl_post_answer(req_page(r), &view);
	return resp_page(r, status,
			 &(struct page_meta){
				 .title = text_format(r->ctx.arena, r->language,
						      "Your comment: {0}", &post.title, 1),
				 .is_noindex = true,
			 });
}

static err show_form(struct req *r, int status, const struct comment_input *in,
		     const struct comment_form_view *form)
{
	if (in->parent)
		return show_thread(r, status, in->parent, 0, form);
	return show_answer_form(r, status, form);
}

static err show_again(struct req *r, const struct comment_input *in, struct field_errors *errors,
		      const char *problem)
{
	struct comment_form_view form = { .body = in->body };

	if (problem)
		field_errors_add(errors, "body", problem, 0);
	form.error = req_field_error(r, errors, "body");
	return show_form(r, 422, in, &form);
}

/* Where the writer finds it: on top of the newest ones, or in the conversation it belongs to. */
static struct url new_comment_link(struct req *r, int64_t parent_id, int64_t id)
{
	int64_t after = 0;

	if (parent_id && !comment_place(&r->ctx, parent_id, id, &after) && after)
		return url_format(r->ctx.arena, "/comments/{}?after={}#c{}", parent_id, after, id);
	if (parent_id)
		return url_format(r->ctx.arena, "/comments/{}#c{}", parent_id, id);
	return url_format(r->ctx.arena, "/posts/{}?comments=new#c{}", r->id, id);
}

err comment_create_action(struct req *r)
{
	struct field_errors errors = { 0 };
	struct comment_input in = { 0 };
	const char *problem = NULL;
	int64_t id;
	err e;

	if (!fields_read(r->ctx.arena, &r->in.body, comment_fields, ARRAY_LEN(comment_fields), &in,
			 &errors))
		return show_again(r, &in, &errors, NULL);
	e = comment_create(&r->ctx, r->id, in.parent, in.body, r->form_id, &id, &problem);
	if (e == ERR_INVALID)
		return show_again(r, &in, &errors, problem);
	if (e)
		return e;
	return resp_redirect(r, new_comment_link(r, in.parent, id));
}

err comment_preview_action(struct req *r)
{
	struct field_errors errors = { 0 };
	struct comment_input in = { 0 };
	struct comment_form_view form = { 0 };
	const char *problem = NULL;
	err e;

	if (!fields_read(r->ctx.arena, &r->in.body, comment_fields, ARRAY_LEN(comment_fields), &in,
			 &errors))
		return show_again(r, &in, &errors, NULL);
	form.body = in.body;
	e = comment_preview(&r->ctx, in.body, &form.preview, &problem);
	if (e == ERR_INVALID)
		return show_again(r, &in, &errors, problem);
	if (e)
		return e;
	return show_form(r, 200, &in, &form);
}

static err show_edit(struct req *r, int status, const struct comment_edit_view *view)
{
	tmpl_post_comment_edit(req_page(r), view);
	return resp_page(r, status,
			 &(struct page_meta){
				 .title = req_text(r, "Edit comment"),
				 .is_noindex = true,
			 });
}

err comment_edit_page(struct req *r)
{
	struct comment_source source = { 0 };
	err e = comment_source(&r->ctx, r->id, &source);

	if (e)
		return e;
	return show_edit(r, 200,
			 &(struct comment_edit_view){
				 .id = r->id,
				 .post_id = source.post_id,
				 .version = source.version,
				 .body = source.body_md,
			 });
}

err comment_edit_action(struct req *r)
{
	struct field_errors errors = { 0 };
	struct comment_input in = { 0 };
	struct comment_source source = { 0 };
	struct comment_edit_view view = { .id = r->id };
	const char *problem = NULL;
	bool is_complete = fields_read(r->ctx.arena, &r->in.body, comment_fields,
				       ARRAY_LEN(comment_fields), &in, &errors);
	err e = comment_source(&r->ctx, r->id, &source);

	if (e)
		return e;
	e = is_complete ? comment_edit(&r->ctx, r->id, in.body, in.version, &problem) : ERR_INVALID;
	if (!e)
		return resp_redirect(r, url_format(r->ctx.arena, "/comments/{}", r->id));
	if (e != ERR_INVALID && e != ERR_CONFLICT)
		return e;
	if (problem)
		field_errors_add(&errors, "body", problem, 0);
	view.post_id = source.post_id;
	view.body = in.body;
	view.version = e == ERR_CONFLICT ? source.version : in.version;
	view.is_conflict = e == ERR_CONFLICT;
	if (view.is_conflict) {
		view.their_body = source.body_md;
		view.diff = diff_view_from(r, source.body_md, in.body);
	}
	view.error = req_field_error(r, &errors, "body");
	return show_edit(r, e == ERR_CONFLICT ? 409 : 422, &view);
}

static err ask_delete(struct req *r, struct confirm_view *view)
{
	struct comment_source source = { 0 };
	err e = comment_source(&r->ctx, r->id, &source);

	if (e)
		return e;
	view->action = url_format(r->ctx.arena, "/comments/{}/delete", r->id);
	view->back = url_format(r->ctx.arena, "/comments/{}", r->id);
	view->question = req_text(r, "Delete this comment?");
	view->quote = source.body_md;
	view->asks_reason = !source.is_own;
	return OK;
}

err comment_delete_page(struct req *r)
{
	struct confirm_view view = { 0 };
	err e = ask_delete(r, &view);

	return e ? e : confirm_show(r, 200, &view);
}

/* As with posts: one that is gone already is not asked about. */
err comment_delete_action(struct req *r)
{
	struct confirm_view view = { 0 };
	int64_t post_id;
	err e = ask_delete(r, &view);

	if (!e && !confirm_read(r, &view))
		return confirm_show(r, 422, &view);
	if (!e || e == ERR_NOT_FOUND)
		e = comment_delete(&r->ctx, r->id, view.reason, &post_id);
	if (e)
		return e;
	req_flash(r, N_("Deleted."));
	return resp_redirect(r, url_format(r->ctx.arena, "/posts/{}#comments", post_id));
}
