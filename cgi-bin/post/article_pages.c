/* An article with its comments, and the versions it went through. */
#include "post/post_pages.h"

#include "tmpl/post_article.h"
#include "tmpl/post_history.h"
#include "tmpl/post_revision.h"

/* What an article page asks for before the pipeline goes out. */
struct article_want {
	struct post_want post;
	struct reaction_want reaction;
	struct comment_want comments;
};

static const struct {
	struct str word;
	enum comment_sort sort;
} comment_sorts[] = {
	{ STR_INIT("best"), COMMENT_SORT_BEST },
	{ STR_INIT("new"), COMMENT_SORT_NEW },
	{ STR_INIT("old"), COMMENT_SORT_OLD },
};

/* The order the address asks for: best when it names none. */
static size_t comment_sort_index(struct req *r)
{
	struct str word = form_get(&r->in.query, "comments");

	for (size_t i = 0; i < ARRAY_LEN(comment_sorts); i++)
		if (str_is(comment_sorts[i].word, word))
			return i;
	return 0;
}

void article_prepare(struct req *r)
{
	struct article_want *want = ARENA_NEW(r->ctx.arena, struct article_want);

	r->prepared = want;
	post_prepare(&r->ctx, &want->post, r->id);
	reaction_prepare(&r->ctx, &want->reaction, r->id, r->viewer_hint);
	want->comments.post_id = r->id;
	want->comments.viewer_hint = r->viewer_hint;
	want->comments.sort = comment_sorts[comment_sort_index(r)].sort;
	want->comments.after = form_get(&r->in.query, "after");
	comment_page_prepare(&r->ctx, &want->comments);
}

struct url login_link(struct req *r)
{
	return url_format(r->ctx.arena, "/login?next={}", req_here(r).href);
}

static void show_post(struct req *r, const struct post *p, struct article_view *view)
{
	view->id = p->id;
	view->title = p->title;
	view->body = p->body;
	view->author_name = p->author.name;
	view->author_id = p->author.id;
	view->level = p->author.level;
	view->avatar = req_avatar(r, p->author.id, p->author.avatar);
	view->written = (struct when){ p->created_at };
	view->edited = (struct when){ p->edited_at };
	view->version = p->version;
	view->is_pinned = p->pinned_at != 0;
	view->is_featured = p->featured_at != 0;
	view->is_own = post_is_own(&r->ctx, p);
	view->can_moderate = post_may_moderate(&r->ctx);
	view->can_change = view->is_own || view->can_moderate;
}

static void show_reactions(struct req *r, const struct reaction_state *state,
			   struct article_view *view)
{
	view->is_live = state->is_live;
	view->votes = state->votes;
	view->likes = state->likes;
	view->comments = state->comments;
	view->has_voted = state->has_voted;
	view->has_liked = state->has_liked;
	view->is_vote_closed = !state->is_vote_open;
	view->is_interesting = state->votes >= VOTE_INTERESTING;
	view->can_vote =
		state->is_live && state->is_vote_open && !state->has_voted && !view->is_own;
	view->likers.items = ARENA_ARRAY(r->ctx.arena, struct face_view, state->first_likers.count);
	for (size_t i = 0; i < state->first_likers.count; i++) {
		int64_t id = state->first_likers.items[i];

		view->likers.items[i] =
			(struct face_view){ id, req_avatar(r, id, (struct str){ 0 }) };
	}
	view->likers.count = state->first_likers.count;
}

static void show_comments(struct req *r, const struct comment_page *page, size_t sort,
			  struct article_view *view)
{
	view->is_best = comment_sorts[sort].sort == COMMENT_SORT_BEST;
	view->is_newest = comment_sorts[sort].sort == COMMENT_SORT_NEW;
	view->is_oldest = comment_sorts[sort].sort == COMMENT_SORT_OLD;
	view->roots = comment_views_from(r, &page->roots);
	view->form.post_id = view->id;
	if (page->next.n)
		view->next = url_format(r->ctx.arena, "/posts/{}?comments={}&after={}", view->id,
					comment_sorts[sort].word, page->next);
}

err article_page(struct req *r)
{
	struct article_want *want = r->prepared;
	int64_t version = reaction_version(&want->reaction);
	struct reaction_state state = { 0 };
	struct comment_page comments = { 0 };
	struct article_view view = { 0 };
	struct post post = { 0 };
	err e = post_load(&r->ctx, &want->post, version, &post);

	if (!e)
		e = reaction_load(&r->ctx, &want->reaction, post.created_at, post.votes, post.likes,
				  post.comments, &state);
	if (!e)
		e = comment_page_load(&r->ctx, &want->comments, state.version, &comments);
	if (e)
		return e;
	view.is_guest = ctx_is_guest(&r->ctx);
	view.login = login_link(r);
	view.here = req_here(r);
	show_post(r, &post, &view);
	show_reactions(r, &state, &view);
	show_comments(r, &comments, comment_sort_index(r), &view);
	tmpl_post_article(req_page(r), &view);
	return resp_page(r, 200,
			 &(struct page_meta){
				 .title = post.title,
				 .description = post.excerpt,
				 .canonical = url_format(r->ctx.arena, "/posts/{}", post.id),
				 .feed = url_format(r->ctx.arena, "/posts/{}/feed.atom", post.id),
				 .is_micro_cached = true,
				 .is_noindex = want->comments.after.n > 0,
			 });
}

err history_page(struct req *r)
{
	struct post_revision_list list = { 0 };
	struct history_view view = { .id = r->id };
	struct post post = { 0 };
	err e = post_find(&r->ctx, r->id, &post);

	if (!e)
		e = post_revisions(&r->ctx, r->id, &list);
	if (e)
		return e;
	view.title = post.title;
	view.revisions.items = ARENA_ARRAY(r->ctx.arena, struct revision_view, list.count);
	for (; view.revisions.count < list.count; view.revisions.count++) {
		const struct post_revision *p = &list.items[view.revisions.count];

		view.revisions.items[view.revisions.count] = (struct revision_view){
			.version = p->version,
			.editor_name = p->editor.name,
			.editor_id = p->editor.id,
			.title = p->title,
			.written = { p->written_at },
			.is_current = p->version == post.version,
		};
	}
	tmpl_post_history(req_page(r), &view);
	return resp_page(r, 200,
			 &(struct page_meta){
				 .title = req_text(r, "Versions"),
				 .is_noindex = true,
			 });
}

err revision_page(struct req *r)
{
	struct revision_page_view view = { .id = r->id, .version = r->path.ids[1] };
	struct post_revision revision = { 0 };
	struct post post = { 0 };
	err e = post_find(&r->ctx, r->id, &post);

	if (!e)
		e = post_revision_find(&r->ctx, r->id, view.version, &revision);
	if (e)
		return e;
	view.title = revision.title;
	view.body = revision.body_md;
	view.editor_name = revision.editor.name;
	view.editor_id = revision.editor.id;
	view.written = (struct when){ revision.written_at };
	tmpl_post_revision(req_page(r), &view);
	return resp_page(r, 200,
			 &(struct page_meta){ .title = revision.title, .is_noindex = true });
}
