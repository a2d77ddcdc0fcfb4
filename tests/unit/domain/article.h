/* The way of an article page to its comments. */
#ifndef UNIT_DOMAIN_ARTICLE_H
#define UNIT_DOMAIN_ARTICLE_H

#include "unit/domain/people.h"

#include "domain/comment.h"

static inline err article_try(struct ctx *c, int64_t post, enum comment_sort sort, struct str after,
			      struct comment_page *out)
{
	struct reaction_want reactions;
	struct reaction_state state;
	struct comment_want want = {
		.post_id = post, .viewer_hint = c->viewer.id, .sort = sort, .after = after
	};
	struct post p;
	err e;

	reaction_prepare(c, &reactions, post, c->viewer.id);
	comment_page_prepare(c, &want);
	(void)!cache_flush(c->cache);
	e = post_find_version(c, post, reaction_version(&reactions), &p);
	if (!e)
		e = reaction_load(c, &reactions, p.created_at, p.votes, p.likes, p.comments,
				  &state);
	return e ? e : comment_page_load(c, &want, state.version, out);
}

static inline struct comment_page article_load(struct ctx *c, int64_t post, enum comment_sort sort,
					       struct str after)
{
	struct comment_page page;

	assert_int_equal(article_try(c, post, sort, after, &page), OK);
	return page;
}

static inline int64_t article_say(struct fixture *f, int64_t parent, const char *body)
{
	return forum_comment(f->c, f->post, parent, body);
}

#endif
