/* Votes and likes. Each answers with the page it came from. */
#include "post/post_pages.h"

#include "base/num.h"

#include "tmpl/post_likers.h"

#define LIKERS_SHOWN 100

static struct url react_link(struct req *r)
{
	return url_format(r->ctx.arena, "/posts/{}#react", r->id);
}

/* {"votes":12,"answer":"counted"}: for programs; people get the page. */
static err answer_json(struct req *r, struct str what, int64_t count, struct str answer)
{
	struct buf b;

	buf_init(&b, r->ctx.arena, 64);
	BUF_LIT(&b, "{");
	buf_add_json(&b, what);
	BUF_LIT(&b, ":");
	buf_add_i64(&b, count);
	BUF_LIT(&b, ",\"answer\":");
	buf_add_json(&b, answer);
	BUF_LIT(&b, "}\n");
	return resp_json(r, 200, &b);
}

static struct str vote_word(enum vote_answer answer)
{
	switch (answer) {
	case VOTE_COUNTED:
		return STR("counted");
	case VOTE_ALREADY:
		return STR("already");
	case VOTE_CLOSED:
		return STR("closed");
	case VOTE_OWN:
		return STR("own");
	}
	BUG("no word for vote answer %d", (int)answer);
}

err vote_action(struct req *r)
{
	enum vote_answer answer;
	int64_t votes;
	err e = vote_cast(&r->ctx, r->id, &answer, &votes);

	if (e)
		return e;
	if (req_wants_json(r))
		return answer_json(r, STR("votes"), votes, vote_word(answer));
	return resp_redirect(r, react_link(r));
}

err form_switch(struct req *r, bool *is_on)
{
	int64_t value;

	if (!num_parse_i64(form_get(&r->in.body, "on"), 0, 1, &value))
		return ERR_INVALID;
	*is_on = value == 1;
	return OK;
}

err post_like_action(struct req *r)
{
	bool is_on;
	int64_t likes;
	err e = form_switch(r, &is_on);

	if (!e)
		e = like_set_post(&r->ctx, r->id, is_on, &likes);
	if (e)
		return e;
	if (req_wants_json(r))
		return answer_json(r, STR("likes"), likes, is_on ? STR("liked") : STR("not liked"));
	return resp_redirect(r, react_link(r));
}

/* One form serves all comments of a page: the button says which, and whether it is taken back. */
err comment_like_action(struct req *r)
{
	bool is_on = form_has(&r->in.body, "like");
	int64_t id, likes, post_id;
	err e;

	if (!num_parse_id(form_get(&r->in.body, is_on ? "like" : "unlike"), &id))
		return ERR_INVALID;
	e = like_set_comment(&r->ctx, id, is_on, &likes, &post_id);
	if (e)
		return e;
	if (req_wants_json(r))
		return answer_json(r, STR("likes"), likes, is_on ? STR("liked") : STR("not liked"));
	return resp_back(r, url_format(r->ctx.arena, "/posts/{}#comments", post_id));
}

err likers_page(struct req *r)
{
	struct likers_view view = { .id = r->id };
	struct people people = { 0 };
	struct post post = { 0 };
	err e = post_find(&r->ctx, r->id, &post);

	if (!e)
		e = like_people(&r->ctx, r->id, LIKERS_SHOWN, &people);
	if (e)
		return e;
	view.title = post.title;
	view.likers.items = ARENA_ARRAY(r->ctx.arena, struct liker_view, people.count);
	for (; view.likers.count < people.count; view.likers.count++) {
		const struct author *who = &people.items[view.likers.count];

		view.likers.items[view.likers.count] = (struct liker_view){
			.name = who->name,
			.id = who->id,
			.avatar = req_avatar(r, who->id, who->avatar),
			.level = who->level,
		};
	}
	tmpl_post_likers(req_page(r), &view);
	return resp_page(r, 200,
			 &(struct page_meta){
				 .title = req_text(r, "Who liked this"),
				 .is_noindex = true,
			 });
}
