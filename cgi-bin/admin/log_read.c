/* The moderation log. */
#include "admin/people_pages.h"

#include "base/num.h"

#include "tmpl/admin_log.h"

static const struct {
	const char *value, *label;
	int target_type;
} kinds[] = {
	{ "", N_("all"), 0 },
	{ "posts", N_("Posts"), TARGET_POST },
	{ "comments", N_("Comments"), TARGET_COMMENT },
	{ "people", N_("People"), TARGET_USER },
	{ "goods", N_("Goods"), TARGET_GOODS },
	{ "sales", N_("Sales"), TARGET_SALE },
};

static struct url target_link(struct req *r, const struct moderation_entry *m)
{
	struct arena *a = r->ctx.arena;
	struct url none = { 0 };
	bool is_admin = r->ctx.viewer.role >= ROLE_ADMIN;

	if (!m->target.n)
		return none;
	switch (m->target_type) {
	case TARGET_POST:
		return url_format(a, "/posts/{}", m->target_id);
	case TARGET_COMMENT:
		return url_format(a, "/comments/{}", m->target_id);
	case TARGET_USER:
		return url_format(a, "/admin/users/{}", m->target_id);
	case TARGET_GOODS:
		return is_admin ? url_format(a, "/admin/goods/{}/edit", m->target_id) : none;
	case TARGET_SALE:
		return is_admin ? url_format(a, "/admin/sales/{}", m->target_id) : none;
	default:
		return none;
	}
}

struct entry_views entry_views_from(struct req *r, const struct moderation_entries *entries)
{
	struct entry_views views = { ARENA_ARRAY(r->ctx.arena, struct entry_view, entries->count),
				     0 };

	for (; views.count < entries->count; views.count++) {
		const struct moderation_entry *m = &entries->items[views.count];

		views.items[views.count] = (struct entry_view){
			.what = act_words(r, m->action),
			.actor = m->actor_name,
			.actor_id = m->actor_id,
			.is_server = m->actor_id == MODERATION_SERVER,
			.target = m->target,
			.is_bare = m->target_type > TARGET_SALE,
			.link = target_link(r, m),
			.reason = m->reason,
			.at = { m->created_at },
			.until = { m->until_at },
		};
	}
	return views;
}

static struct choice_views kind_choices(struct req *r, int chosen)
{
	struct choice_views views = {
		ARENA_ARRAY(r->ctx.arena, struct choice_view, ARRAY_LEN(kinds)), 0
	};

	for (; views.count < ARRAY_LEN(kinds); views.count++)
		views.items[views.count] = (struct choice_view){
			.value = str_from_c(kinds[views.count].value),
			.label = text_get(r->language, kinds[views.count].label),
			.is_chosen = kinds[views.count].target_type == chosen,
		};
	return views;
}

static struct moderation_query read_query(struct req *r)
{
	struct moderation_query q = { 0 };
	struct str kind = form_get(&r->in.query, "kind");
	size_t i;

	for (i = 0; i < ARRAY_LEN(kinds); i++) {
		if (str_is(kind, str_from_c(kinds[i].value)))
			q.target_type = kinds[i].target_type;
	}
	if (!num_parse_id(form_get(&r->in.query, "by"), &q.actor_id))
		q.actor_id = 0;
	if (!num_parse_id(form_get(&r->in.query, "before"), &q.before))
		q.before = 0;
	return q;
}

static struct url log_link(struct req *r, const struct moderation_query *q, int64_t before)
{
	struct arena *a = r->ctx.arena;
	struct str kind = form_get(&r->in.query, "kind");

	if (q->actor_id && before)
		return url_format(a, "/moderation/log?by={}&before={}", q->actor_id, before);
	if (q->actor_id)
		return url_format(a, "/moderation/log?by={}", q->actor_id);
	if (before)
		return url_format(a, "/moderation/log?kind={}&before={}", kind, before);
	return url_format(a, "/moderation/log?kind={}", kind);
}

err log_page(struct req *r)
{
	struct log_view view = { .tabs = admin_tabs(r) };
	struct moderation_query q = read_query(r);
	struct moderation_entries entries = { 0 };
	struct url none = { 0 };
	err e = moderation_list(&r->ctx, &q, &entries);

	if (e)
		return e;
	view.tabs.is_log = true;
	view.kinds = kind_choices(r, q.actor_id ? -1 : q.target_type);
	view.entries = entry_views_from(r, &entries);
	if (q.actor_id && entries.count)
		view.about = entries.items[0].actor_name;
	view.pager = pager_view_from(log_link(r, &q, 0), q.before == 0,
				     entries.next ? log_link(r, &q, entries.next) : none);
	tmpl_admin_log(req_page(r), &view);
	return admin_show(r, 200, req_text(r, "Moderation log"));
}
