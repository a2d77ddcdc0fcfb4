/* Lists of posts: pages remembered for a moment, with live counts. */
#include "domain/post_list.h"

#include "base/clock.h"
#include "domain/post_list_page.h"
#include "domain/post_row.h"
#include "domain/reaction_keys.h"

static struct str memo_key(struct ctx *c, const struct post_list_want *want)
{
	return str_format(c->arena, "%d %lld " STR_FMT, (int)want->sort, (long long)want->author_id,
			  STR_ARG(want->after));
}

static void ask_counts(struct ctx *c, struct post_list_want *want,
		       const struct post_list_page *page)
{
	size_t i;

	want->count = page->count;
	for (i = 0; i < page->count; i++) {
		want->ids[i] = page->rows[i].id;
		want->counts[i] =
			cache_want(c->cache,
				   CACHE_ARGS(STR("HMGET"),
					      reaction_article_key(c->arena, want->ids[i]),
					      STR("votes"), STR("likes"), STR("comments")));
	}
}

static bool is_asked(const struct post_list_want *want, const struct post_list_page *page)
{
	size_t i;

	if (want->count != page->count)
		return false;
	for (i = 0; i < page->count; i++) {
		if (want->ids[i] != page->rows[i].id)
			return false;
	}
	return true;
}

void post_list_prepare(struct ctx *c, struct post_list_want *want)
{
	const struct memo_entry *guess = memo_get(c->process->lists.memo, memo_key(c, want));

	want->version = cache_want(c->cache, CACHE_ARGS(STR("GET"), POSTS_VERSION_KEY));
	want->count = 0;
	if (guess && guess->value)
		ask_counts(c, want, guess->value);
}

static void remember(struct ctx *c, struct str key, int64_t version,
		     const struct post_list_page *from)
{
	struct memo_entry *entry = remember_start(&c->process->lists, key);
	struct post_list_page *page = ARENA_NEW(entry->arena, struct post_list_page);
	size_t i;

	*page = *from;
	page->next = str_copy(entry->arena, from->next);
	for (i = 0; i < page->count; i++) {
		struct post_row *row = &page->rows[i];

		row->author = author_copy(entry->arena, row->author);
		row->title = str_copy(entry->arena, row->title);
		row->excerpt = str_copy(entry->arena, row->excerpt);
	}
	entry->value = page;
	entry->stamp = version;
	remember_end(&c->process->lists, entry);
}

/* The version was asked before the rows, so that a change in between makes them stale at once. */
static err find_page(struct ctx *c, struct post_list_want *want, int64_t version,
		     const struct post_list_page **out)
{
	struct str key = memo_key(c, want);
	const struct memo_entry *known = remember_find(&c->process->lists, key, version);
	struct post_list_page *page;
	struct post_place place;
	err e;

	if (known) {
		*out = known->value;
		return OK;
	}
	e = post_list_cursor(want->sort, want->after, &place);
	if (e)
		return e;
	page = ARENA_NEW(c->arena, struct post_list_page);
	e = post_list_read(c, want, place, page);
	if (e)
		return e;
	remember(c, key, version, page);
	*out = page;
	return OK;
}

static int64_t live(const struct cache_reply *reply, size_t i, int64_t otherwise)
{
	if (cache_items(reply) <= i || cache_is_nil(cache_item(reply, i)))
		return otherwise;
	return cache_int(cache_item(reply, i));
}

/* Rows of the request's own: the remembered ones keep SQL's counts, and may be dropped. */
static void show(struct ctx *c, const struct post_list_want *want,
		 const struct post_list_page *page, struct post_list *out)
{
	size_t i;

	out->rows.items = ARENA_ARRAY(c->arena, struct post_row, page->count + 1);
	out->rows.count = page->count;
	out->next = str_copy(c->arena, page->next);
	for (i = 0; i < page->count; i++) {
		struct post_row *row = &out->rows.items[i];

		*row = page->rows[i];
		row->author = author_copy(c->arena, row->author);
		row->title = str_copy(c->arena, row->title);
		row->excerpt = str_copy(c->arena, row->excerpt);
		row->votes = live(want->counts[i], 0, row->votes);
		row->likes = live(want->counts[i], 1, row->likes);
		row->comments = live(want->counts[i], 2, row->comments);
	}
}

err post_list_load(struct ctx *c, struct post_list_want *want, struct post_list *out)
{
	int64_t version = cache_int(want->version);
	const struct post_list_page *page;
	err e = find_page(c, want, version, &page);

	if (e)
		return e;
	/* A counter that Redis lost starts at a time, so that it never comes back to an old value.
	 */
	if (version == 0)
		cache_want(c->cache,
			   CACHE_ARGS(STR("SET"), POSTS_VERSION_KEY, clock_now(), STR("NX")));
	if (!is_asked(want, page))
		ask_counts(c, want, page);
	/* Nothing is queued when the guess was right; without Redis SQL's counts are shown. */
	(void)!cache_flush(c->cache);
	show(c, want, page, out);
	return OK;
}
