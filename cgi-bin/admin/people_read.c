/* The list of people, and one of them. */
#include "admin/people_pages.h"

#include "base/num.h"

#include "tmpl/admin_people.h"
#include "tmpl/admin_person.h"

static const char *const state_values[] = { "pending", "active", "closed", "left" };
static const char *const role_values[] = { "member", "moderator", "admin" };

/* The place of a word in a list, or -1. */
static int place_of(const char *const *words, size_t count, struct str word)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (str_is(word, str_from_c(words[i])))
			return (int)i;
	}
	return -1;
}

static struct choice_views state_choices(struct req *r, int chosen)
{
	struct choice_views views = {
		ARENA_ARRAY(r->ctx.arena, struct choice_view, ARRAY_LEN(state_values) + 1), 0
	};
	int i;

	views.items[views.count++] =
		(struct choice_view){ .label = req_text(r, "all"), .is_chosen = chosen < 0 };
	for (i = 0; i < (int)ARRAY_LEN(state_values); i++)
		views.items[views.count++] = (struct choice_view){
			.value = str_from_c(state_values[i]),
			.label = state_words(r, (enum user_state)i),
			.is_chosen = i == chosen,
		};
	return views;
}

/* is_filter: with "all" in front. */
static struct choice_views role_choices(struct req *r, int chosen, bool is_filter)
{
	struct choice_views views = {
		ARENA_ARRAY(r->ctx.arena, struct choice_view, ARRAY_LEN(role_values) + 1), 0
	};
	int i;

	if (is_filter)
		views.items[views.count++] = (struct choice_view){ .label = req_text(r, "all"),
								   .is_chosen = chosen < 0 };
	for (i = 0; i < (int)ARRAY_LEN(role_values); i++)
		views.items[views.count++] = (struct choice_view){
			.value = str_from_c(role_values[i]),
			.label = role_words(r, (enum role)i),
			.is_chosen = i == chosen,
		};
	return views;
}

static struct staff_query read_query(struct req *r)
{
	const struct form *query = &r->in.query;
	struct staff_query q = {
		.text = str_slice(str_trim(form_get(query, "q")), 0, USER_EMAIL_MAX),
		.state = place_of(state_values, ARRAY_LEN(state_values), form_get(query, "state")),
		.role = place_of(role_values, ARRAY_LEN(role_values), form_get(query, "role")),
	};

	if (!num_parse_id(form_get(query, "after"), &q.after))
		q.after = 0;
	return q;
}

/* This list from another place on; 0: from its beginning. */
static struct url list_link(struct req *r, const struct staff_query *q, int64_t after)
{
	struct arena *a = r->ctx.arena;
	struct str state = form_get(&r->in.query, "state"), role = form_get(&r->in.query, "role");

	if (after)
		return url_format(a, "/admin/users?q={}&state={}&role={}&after={}", q->text, state,
				  role, after);
	return url_format(a, "/admin/users?q={}&state={}&role={}", q->text, state, role);
}

static struct person_row row_from(struct req *r, const struct user *u)
{
	return (struct person_row){
		.id = u->id,
		.name = u->name,
		.email = u->email,
		.state = state_words(r, u->state),
		.role = role_words(r, u->role),
		.is_closed = u->state == USER_DISABLED,
		.is_staff = u->role > ROLE_USER,
		.joined = { u->created_at },
	};
}

err people_page(struct req *r)
{
	struct people_view view = { .tabs = admin_tabs(r) };
	struct staff_query q = read_query(r);
	struct staff_people people = { 0 };
	struct url none = { 0 };
	err e = staff_list(&r->ctx, &q, &people);

	if (e)
		return e;
	view.tabs.is_people = true;
	view.is_admin = view.tabs.is_admin;
	view.text = q.text;
	view.states = state_choices(r, q.state);
	view.roles = role_choices(r, q.role, true);
	view.people.items = ARENA_ARRAY(r->ctx.arena, struct person_row, people.count);
	for (; view.people.count < people.count; view.people.count++)
		view.people.items[view.people.count] =
			row_from(r, &people.items[view.people.count]);
	view.pager = pager_view_from(list_link(r, &q, 0), q.after == 0,
				     people.next ? list_link(r, &q, people.next) : none);
	tmpl_admin_people(req_page(r), &view);
	return admin_show(r, 200, req_text(r, "People"));
}

static void fill_person(struct req *r, const struct staff_person *p, struct person_view *view)
{
	const struct user *u = &p->user;

	view->id = u->id;
	view->name = u->name;
	view->email = u->email;
	view->state = state_words(r, u->state);
	view->role = role_words(r, u->role);
	view->level = u->level;
	view->posts = u->posts;
	view->joined = (struct when){ u->created_at };
	view->leaves = (struct when){ p->leaves_at };
	view->page = url_format(r->ctx.arena, "/users/{}", u->id);
	view->avatar = req_avatar(r, u->id, u->avatar);
	view->is_closed = p->is_closed;
	view->may_close = p->may_close;
	view->may_set_role = p->may_set_role;
	view->is_self = u->id == r->ctx.viewer.id;
	view->ban_reason = p->ban.reason;
	view->ban_by = p->ban_by;
	view->ban_until = (struct when){ p->ban.until_at };
	view->roles = role_choices(r, (int)u->role, false);
	view->lengths = length_choices(r);
}

static err fill_recent(struct req *r, struct person_view *view)
{
	struct staff_texts texts = { 0 };
	err e = staff_recent(&r->ctx, view->id, &texts);
	size_t i;

	if (e)
		return e;
	view->recent.items = ARENA_ARRAY(r->ctx.arena, struct recent_view, texts.count);
	for (i = 0; i < texts.count; i++) {
		const struct staff_text *t = &texts.items[i];
		bool is_post = t->target_type == TARGET_POST;
		struct url none = { 0 };
		struct url link = is_post ? url_format(r->ctx.arena, "/posts/{}", t->id)
					  : url_format(r->ctx.arena, "/comments/{}", t->id);

		view->recent.items[view->recent.count++] = (struct recent_view){
			.link = t->is_deleted ? none : link,
			.words = t->words,
			.is_post = is_post,
			.is_deleted = t->is_deleted,
			.at = { t->created_at },
		};
	}
	return OK;
}

err person_show(struct req *r, int status, struct person_view *view)
{
	struct moderation_query q = { .target_type = TARGET_USER, .target_id = r->id };
	struct moderation_entries entries = { 0 };
	struct staff_person person = { 0 };
	bool is_sure = false;
	err e = staff_find(&r->ctx, r->id, &person);

	if (!e)
		e = req_find_sure(r, &is_sure);
	if (!e) {
		view->tabs = admin_tabs(r);
		view->tabs.is_people = true;
		fill_person(r, &person, view);
		view->is_asked = !is_sure && (view->may_close || view->may_set_role);
		e = fill_recent(r, view);
	}
	if (!e)
		e = moderation_list(&r->ctx, &q, &entries);
	if (e)
		return e;
	view->log = entry_views_from(r, &entries);
	tmpl_admin_person(req_page(r), view);
	return admin_show(r, status, view->name);
}

err person_page(struct req *r)
{
	return person_show(r, 200, &(struct person_view){ 0 });
}
