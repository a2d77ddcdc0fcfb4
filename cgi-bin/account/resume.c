/* What was typed when a login turned out to be needed: shown again, to be sent with one button. */
#include "account/account_pages.h"

#include "tmpl/account_resume.h"
#include "web/cookie.h"

/* Numbers and switches travel unseen; what a person wrote is shown. */
static struct resume_field_view field_view(struct req *r, const struct held_field *f)
{
	struct resume_field_view view = { .name = f->name, .value = f->value };

	view.is_line = str_is(f->name, STR("title"));
	if (view.is_line)
		view.label = req_text(r, "Title");
	else if (str_is(f->name, STR("body")))
		view.label = req_text(r, "Text");
	return view;
}

err resume_page(struct req *r)
{
	struct resume_view view = { 0 };
	struct held held = { 0 };
	err e = held_find(&r->ctx, r->path.slugs[0], cookie_get(r, COOKIE_GUEST), &held);

	if (!e)
		e = url_check_local(r->ctx.arena, held.action, &view.action);
	if (e)
		return e;
	view.fields.items = ARENA_ARRAY(r->ctx.arena, struct resume_field_view, held.fields.count);
	for (; view.fields.count < held.fields.count; view.fields.count++)
		view.fields.items[view.fields.count] =
			field_view(r, &held.fields.items[view.fields.count]);
	tmpl_account_resume(req_page(r), &view);
	return resp_page(r, 200,
			 &(struct page_meta){
				 .title = req_text(r, "Go on where you were"),
				 .is_noindex = true,
			 });
}
