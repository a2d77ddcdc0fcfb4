/* Somebody's page: the posts they wrote, what they said, what they liked. */
#include "base/num.h"
#include "domain/comment_by_author.h"
#include "domain/reaction.h"
#include "domain/reaction_given.h"
#include "social/social_pages.h"

#include "tmpl/social_liked.h"
#include "tmpl/social_said.h"
#include "tmpl/social_user.h"

#define PAGE 20

void user_prepare(struct req *r)
{
	struct post_list_want *want = ARENA_NEW(r->ctx.arena, struct post_list_want);

	want->sort = POST_SORT_AUTHOR;
	want->author_id = r->id;
	want->after = form_get(&r->in.query, "after");
	r->prepared = want;
	post_list_prepare(&r->ctx, want);
}

static struct pager_view user_pager(struct req *r, bool is_first_page, struct str after)
{
	struct url first = url_format(r->ctx.arena, "/users/{}", r->id);
	struct url next = { 0 };

	if (after.n)
		next = url_format(r->ctx.arena, "/users/{}?after={}", r->id, after);
	return pager_view_from(first, is_first_page, next);
}

err user_page(struct req *r)
{
	struct post_list_want *want = r->prepared;
	struct post_list list = { 0 };
	struct user_view view = { 0 };
	err e = person_load(r, &view.person);

	if (!e)
		e = post_list_load(&r->ctx, want, &list);
	if (e)
		return e;
	view.person.is_posts = true;
	view.rows = row_views_from(r, &list);
	view.is_first_page = want->after.n == 0;
	view.pager = user_pager(r, view.is_first_page, list.next);
	tmpl_social_user(req_page(r), &view);
	return resp_page(r, 200,
			 &(struct page_meta){
				 .title = view.person.name,
				 .description =
					 text_format(r->ctx.arena, r->language,
						     "What {0} has written here, the newest first.",
						     &view.person.name, 1),
				 .canonical = url_format(r->ctx.arena, "/users/{}", r->id),
				 .is_noindex = !view.is_first_page,
			 });
}

/* Lists beside the posts repeat what is found elsewhere: they are not for search engines. */
static err answer(struct req *r, const char *title, const struct person_view *person)
{
	return resp_page(r, 200,
			 &(struct page_meta){
				 .title = text_format(r->ctx.arena, r->language, title,
						      &person->name, 1),
				 .is_noindex = true,
			 });
}

err user_comments_page(struct req *r)
{
	struct str after = form_get(&r->in.query, "after");
	struct said_page_view view = { 0 };
	struct said_list list = { 0 };
	struct url next = { 0 };
	int64_t before = 0;
	err e;

	if (after.n && !num_parse_id(after, &before))
		return ERR_NOT_FOUND;
	e = person_load(r, &view.person);
	if (!e)
		e = comment_list_by_author(&r->ctx, r->id, before, PAGE, &list);
	if (e)
		return e;
	view.person.is_comments = true;
	view.said.items = ARENA_ARRAY(r->ctx.arena, struct said_view, list.count + 1);
	for (; view.said.count < list.count; view.said.count++) {
		const struct said *s = &list.items[view.said.count];

		view.said.items[view.said.count] =
			(struct said_view){ s->comment_id, s->post_id,        s->title,
					    s->body,       { s->created_at }, s->likes };
	}
	if (list.next)
		next = url_format(r->ctx.arena, "/users/{}/comments?after={}", r->id, list.next);
	view.is_first_page = !before;
	view.pager = pager_view_from(url_format(r->ctx.arena, "/users/{}/comments", r->id),
				     view.is_first_page, next);
	tmpl_social_said(req_page(r), &view);
	return answer(r, N_("Comments by {0}"), &view.person);
}

/* "1769847909000123-1-45": when the last one shown was given, and what it was. */
static bool read_cursor(struct str text, struct given_cursor *out)
{
	int64_t *const parts[] = { &out->us, &out->type, &out->target_id };
	struct str part;
	size_t i;

	if (!text.n)
		return true;
	for (i = 0; i < ARRAY_LEN(parts); i++) {
		if (!str_split(&text, '-', &part) || !num_parse_id(part, parts[i]))
			return false;
	}
	return !text.p;
}

static struct url next_likes(struct req *r, const struct given_likes *list)
{
	const struct given_like *last;

	if (!list->has_more)
		return (struct url){ 0 };
	last = &list->items[list->count - 1];
	return url_format(r->ctx.arena, "/users/{}/likes?after={}-{}-{}", r->id, last->given_us,
			  last->is_comment ? TARGET_COMMENT : TARGET_POST, last->target_id);
}

err user_likes_page(struct req *r)
{
	struct given_cursor before = { 0 };
	struct liked_page_view view = { 0 };
	struct given_likes list = { 0 };
	err e;

	if (!read_cursor(form_get(&r->in.query, "after"), &before))
		return ERR_NOT_FOUND;
	e = person_load(r, &view.person);
	if (!e)
		e = reaction_list_given(&r->ctx, r->id, before, PAGE, &list);
	if (e)
		return e;
	view.person.is_likes = true;
	view.likes.items = ARENA_ARRAY(r->ctx.arena, struct liked_view, list.count + 1);
	for (; view.likes.count < list.count; view.likes.count++) {
		const struct given_like *l = &list.items[view.likes.count];

		view.likes.items[view.likes.count] = (struct liked_view){
			l->is_comment,  l->target_id,           l->post_id, l->author_id, l->title,
			l->author_name, { l->given_us / 1000 },
		};
	}
	view.is_first_page = !before.us;
	view.pager = pager_view_from(url_format(r->ctx.arena, "/users/{}/likes", r->id),
				     view.is_first_page, next_likes(r, &list));
	tmpl_social_liked(req_page(r), &view);
	return answer(r, N_("Likes given by {0}"), &view.person);
}
