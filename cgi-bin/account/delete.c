/* Leaving: what would happen, the choice, and staying after all. */
#include "account/leaving_pages.h"

#include "tmpl/account_delete.h"

struct delete_input {
	int64_t choice;
};

static const struct field delete_fields[] = {
	FIELD_INT(struct delete_input, choice, LEAVING_KEEP, LEAVING_ERASE, 0),
};

static err show(struct req *r, int status, struct delete_view *view)
{
	struct leaving leaving = { 0 };
	err e = leaving_find(&r->ctx, r->ctx.viewer.id, &leaving);

	if (e && e != ERR_NOT_FOUND)
		return e;
	view->is_leaving = !e;
	view->keeps = leaving.choice == LEAVING_KEEP;
	view->anonymises = leaving.choice == LEAVING_ANONYMISE;
	view->erases = leaving.choice == LEAVING_ERASE;
	view->due = (struct when){ leaving.due_at };
	view->days = LEAVING_DAYS;
	e = leaving_preview(&r->ctx, &view->now);
	if (e)
		return e;
	tmpl_account_delete(req_page(r), view);
	return resp_page(r, status,
			 &(struct page_meta){
				 .title = req_text(r, "Delete your account"),
				 .is_noindex = true,
			 });
}

/* Who may choose has proved who they are before, so that the button says what it does and does it.
 * To stay takes no proof. */
err delete_page(struct req *r)
{
	struct leaving leaving;
	err e = leaving_find(&r->ctx, r->ctx.viewer.id, &leaving);

	if (e == ERR_NOT_FOUND)
		e = req_check_sure(r);
	if (e)
		return e;
	return show(r, 200, &(struct delete_view){ 0 });
}

err delete_action(struct req *r)
{
	struct field_errors errors = { 0 };
	struct delete_input in = { 0 };
	struct delete_view view = { 0 };
	err e;

	if (!fields_read(r->ctx.arena, &r->in.body, delete_fields, ARRAY_LEN(delete_fields), &in,
			 &errors)) {
		view.choice_error = req_text(r, "Please choose what becomes of what you wrote.");
		return show(r, 422, &view);
	}
	e = leaving_ask(&r->ctx, (enum leaving_choice)in.choice, r->language);
	if (e == ERR_CONFLICT)
		return show(r, 409, &view);
	if (!e)
		e = req_log_out(r);
	if (e)
		return e;
	req_flash(r, N_("Your account will be deleted in 7 days. Log in before then to keep it."));
	return resp_redirect(r, URL_LITERAL("/"));
}

err delete_cancel_action(struct req *r)
{
	err e = leaving_cancel(&r->ctx);

	if (e)
		return e;
	req_flash(r, N_("Good that you stay. Your account is as it was."));
	return resp_redirect(r, URL_LITERAL("/settings"));
}
