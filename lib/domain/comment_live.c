/* The likes of a page of comments. */
#include "domain/comment_live.h"

#include "base/log.h"
#include "domain/reaction_fill.h"
#include "domain/reaction_keys.h"

#define MEMBER_ROOM 42 /* two ids, a colon and a NUL */

static struct cache_reply *ask_counts(struct ctx *c, const struct reaction_keys *k,
				      const struct comment_forest *forest)
{
	struct cache_arg *args = ARENA_ARRAY(c->arena, struct cache_arg, forest->count + 2);
	size_t i;

	args[0] = cache_arg_text(STR("HMGET"));
	args[1] = cache_arg_text(k->comment_likes);
	for (i = 0; i < forest->count; i++)
		args[i + 2] = cache_arg_int(forest->ids[i]);
	return cache_want(c->cache, (struct cache_args){ args, forest->count + 2 });
}

static struct cache_reply *ask_liked(struct ctx *c, const struct reaction_keys *k, int64_t viewer,
				     const struct comment_forest *forest)
{
	struct cache_arg *args = ARENA_ARRAY(c->arena, struct cache_arg, forest->count + 2);
	struct buf members;
	size_t i, start;

	/* Room for all at once: the arguments point into it. */
	buf_init(&members, c->arena, MEMBER_ROOM * (forest->count + 1));
	args[0] = cache_arg_text(STR("ZMSCORE"));
	args[1] = cache_arg_text(k->comment_likers);
	for (i = 0; i < forest->count; i++) {
		start = members.n;
		buf_add_i64(&members, forest->ids[i]);
		buf_add_char(&members, ':');
		buf_add_i64(&members, viewer);
		args[i + 2] = cache_arg_text((struct str){ members.p + start, members.n - start });
	}
	return cache_want(c->cache, (struct cache_args){ args, forest->count + 2 });
}

void comment_live_ask(struct ctx *c, struct comment_asked *asked, int64_t post_id,
		      int64_t viewer_hint, const struct comment_forest *forest)
{
	struct reaction_keys k = reaction_keys(c->arena, post_id);
	int64_t *ids = ARENA_ARRAY(c->arena, int64_t, forest->count + 1);

	*asked = (struct comment_asked){ .ids = ids, .count = forest->count };
	memcpy(ids, forest->ids, forest->count * sizeof(*ids));
	if (forest->count == 0)
		return;
	asked->counts = ask_counts(c, &k, forest);
	if (!viewer_hint)
		return;
	asked->liked = ask_liked(c, &k, viewer_hint, forest);
	asked->is_loaded = cache_want(c->cache, CACHE_ARGS(STR("HMGET"), k.article, STR("time"),
							   STR("comment_likers")));
}

static bool is_asked(const struct comment_asked *asked, const struct comment_forest *forest)
{
	const size_t bytes = forest->count * sizeof(*forest->ids);

	if (asked->count != forest->count)
		return false;
	return !bytes || memcmp(asked->ids, forest->ids, bytes) == 0;
}

/* Redis knows the post, but not who likes its comments, though somebody does. */
static bool must_fill(const struct comment_asked *asked, const struct comment_forest *forest)
{
	size_t i;

	if (!asked->is_loaded || cache_items(asked->is_loaded) != 2)
		return false;
	if (cache_is_nil(cache_item(asked->is_loaded, 0)) ||
	    !cache_is_nil(cache_item(asked->is_loaded, 1)))
		return false;
	for (i = 0; i < forest->count; i++) {
		if (forest->items[i].likes > 0)
			return true;
	}
	return false;
}

static void ask_again(struct ctx *c, struct comment_asked *asked, int64_t post_id,
		      int64_t viewer_hint, const struct comment_forest *forest)
{
	comment_live_ask(c, asked, post_id, viewer_hint, forest);
	if (cache_flush(c->cache))
		log_debug("comments are shown with the likes of the database");
}

void comment_live_show(struct ctx *c, struct comment_asked *asked, int64_t post_id,
		       int64_t viewer_hint, struct comment_forest *forest)
{
	bool is_viewer = viewer_hint && viewer_hint == c->viewer.id;
	size_t i;

	if (!is_asked(asked, forest))
		ask_again(c, asked, post_id, viewer_hint, forest);
	if (is_viewer && must_fill(asked, forest) && !reaction_fill_comments(c, post_id))
		ask_again(c, asked, post_id, viewer_hint, forest);
	for (i = 0; i < forest->count; i++) {
		struct comment *m = &forest->items[i];

		if (asked->counts && cache_items(asked->counts) > i &&
		    !cache_is_nil(cache_item(asked->counts, i)))
			m->likes = cache_int(cache_item(asked->counts, i));
		m->is_liked = is_viewer && asked->liked && cache_items(asked->liked) > i &&
			      !cache_is_nil(cache_item(asked->liked, i));
		m->is_own = c->viewer.id != 0 && m->author.id == c->viewer.id;
	}
}
