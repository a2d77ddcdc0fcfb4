/* A page that says one thing and offers one way on. */
#include "account/account_pages.h"

#include "tmpl/account_notice.h"

err show_notice(struct req *r, int status, const struct notice_view *view)
{
	tmpl_account_notice(req_page(r), view);
	return resp_page(r, status,
			 &(struct page_meta){ .title = view->title, .is_noindex = true });
}
