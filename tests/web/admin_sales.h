/* What the tests of the administrators' pages for sales share. */
#ifndef WEB_ADMIN_SALES_H
#define WEB_ADMIN_SALES_H

#include "web/web.h"

#include "base/clock_typed.h"
#include "base/num.h"

static const struct db_sql admin_sql_goods =
	SQL("INSERT INTO goods (goods_id, name, body_md, body_html, excerpt, price, created_at)"
	    " VALUES (?, ?, '', '', '', 99.00, 1)");

static inline struct browser *admin_browser(void)
{
	static struct browser *b;

	if (!b)
		b = visit_sure(site, ROLE_ADMIN);
	visit_forgive(site, b);
	return b;
}

static inline int64_t admin_goods(const char *name)
{
	int64_t id;

	assert_int_equal(ctx_new_id(site_ctx(site), &id), OK);
	visit_change(site, &admin_sql_goods, DB_ARGS(id, str_from_c(name)));
	return id;
}

/* The time so many minutes from now, as a datetime-local field has it. */
static inline const char *admin_minutes_on(int minutes)
{
	return clock_typed(admin_browser()->arena, clock_now() + minutes * CLOCK_MINUTE).p;
}

/* seen is what an editor had before them; NULL at a new one. */
static inline struct reply admin_send_terms(const char *path, int64_t goods, const char *starts,
					    const char *ends, const char *seen)
{
	struct browser *b = admin_browser();
	struct str id = num_text(b->arena, goods);

	return post_form(b, path,
			 visit_fields(b, "goods", id.p, "price", "9.90", "units", "100", "starts",
				      starts, "ends", ends, "minutes", "30", seen ? "seen" : NULL,
				      seen, NULL)
				 .p);
}

static inline struct reply admin_send_sale(const char *path, int64_t goods, const char *starts,
					   const char *ends)
{
	return admin_send_terms(path, goods, starts, ends, NULL);
}

static inline int64_t admin_sale_made(struct reply r)
{
	struct str to = reply_header(admin_browser(), &r, "Location");

	assert_status(r, 303);
	return strtoll(str_slice(to, strlen("/admin/sales/"), to.n).p, NULL, 10);
}

static inline int64_t admin_sale(int64_t goods)
{
	return admin_sale_made(
		admin_send_sale("/admin/sales", goods, admin_minutes_on(-1), admin_minutes_on(60)));
}

static inline const char *at(int64_t id, const char *rest)
{
	return visit_path(admin_browser(), "/admin/sales/%lld%s", (long long)id, rest);
}

/* Opens the form and sends it. */
static inline struct reply admin_edit_sale(int64_t id, int64_t goods, const char *starts,
					   const char *ends)
{
	struct browser *b = admin_browser();
	struct str seen = page_value(b->arena, get(b, at(id, "/edit")).body, "seen");

	return admin_send_terms(at(id, "/edit"), goods, starts, ends, seen.p);
}

static inline void assert_said(struct reply r, const char *field, const char *message)
{
	struct str said = page_description(admin_browser()->arena, r.body, field);

	if (!said.n || str_find(said, str_from_c(message)) < 0)
		fail_msg("at %s: \"" STR_FMT "\"", field, STR_ARG(said));
}

#endif
