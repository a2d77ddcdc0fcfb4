/* What all pages for staff have in common. */
#include "admin/admin_pages.h"

struct admin_tabs admin_tabs(const struct req *r)
{
	return (struct admin_tabs){ .is_admin = r->ctx.viewer.role >= ROLE_ADMIN };
}

err admin_show(struct req *r, int status, struct str title)
{
	return resp_page(r, status,
			 &(struct page_meta){
				 .title = title, .is_noindex = true, .is_for_staff = true });
}
