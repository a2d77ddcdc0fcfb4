/* What all pages for staff have in common. */
#include "admin/admin_pages.h"

#include "tmpl/admin_confirm.h"

struct admin_tabs admin_tabs(const struct req *r)
{
	return (struct admin_tabs){ .is_admin = r->ctx.viewer.role >= ROLE_ADMIN };
}

err admin_show_again(struct req *r, int status, struct str title, int seconds)
{
	return resp_page(r, status,
			 &(struct page_meta){
				 .title = title,
				 .is_noindex = true,
				 .is_for_staff = true,
				 .refresh_seconds = seconds,
			 });
}

err admin_show(struct req *r, int status, struct str title)
{
	return admin_show_again(r, status, title, 0);
}

err confirm_show(struct req *r, int status, struct confirm_view *view)
{
	tmpl_admin_confirm(req_page(r), view);
	return admin_show(r, status, view->question);
}

void confirm_say(struct req *r, struct confirm_view *view, struct str text)
{
	if (!view->lines.items)
		view->lines.items = ARENA_ARRAY(r->ctx.arena, struct confirm_line, CONFIRM_LINES);
	if (view->lines.count == CONFIRM_LINES)
		BUG("a question with more than %d lines", CONFIRM_LINES);
	view->lines.items[view->lines.count++].text = text;
}
