/* The lists of posts. */
#include "post/post_pages.h"

#include "tmpl/post_list.h"

static const struct {
	struct str word;
	enum post_sort sort;
	const char *heading;
} sorts[] = {
	{ STR_INIT("hot"), POST_SORT_HOT, N_("Hot") },
	{ STR_INIT("new"), POST_SORT_NEW, N_("New") },
	{ STR_INIT("featured"), POST_SORT_FEATURED, N_("Featured") },
};

/* The list the address asks for; -1 for a word that names none. No word means hot. */
static int sort_index(struct str word)
{
	if (word.n == 0)
		return 0;
	for (int i = 0; i < (int)ARRAY_LEN(sorts); i++)
		if (str_is(sorts[i].word, word))
			return i;
	return -1;
}

void list_prepare(struct req *r)
{
	struct post_list_want *want = ARENA_NEW(r->ctx.arena, struct post_list_want);
	int sort = sort_index(form_get(&r->in.query, "sort"));

	want->sort = sort < 0 ? POST_SORT_HOT : sorts[sort].sort;
	want->after = form_get(&r->in.query, "after");
	r->prepared = want;
	post_list_prepare(&r->ctx, want);
}

static struct pager_view list_pager(struct req *r, int sort, bool is_first_page, struct str after)
{
	struct str word = sorts[sort].word;
	struct url first = sort ? url_format(r->ctx.arena, "/?sort={}", word) : URL_LITERAL("/");
	struct url next = { 0 };

	if (after.n)
		next = url_format(r->ctx.arena, "/?sort={}&after={}", word, after);
	return pager_view_from(first, is_first_page, next);
}

err list_page(struct req *r)
{
	struct post_list_want *want = r->prepared;
	int sort = sort_index(form_get(&r->in.query, "sort"));
	struct post_list list = { 0 };
	struct list_view view = { 0 };
	err e = sort < 0 ? ERR_NOT_FOUND : post_list_load(&r->ctx, want, &list);

	if (e)
		return e;
	view.heading = req_text(r, sorts[sort].heading);
	view.is_hot = want->sort == POST_SORT_HOT;
	view.is_new = want->sort == POST_SORT_NEW;
	view.is_featured = want->sort == POST_SORT_FEATURED;
	view.is_first_page = want->after.n == 0;
	view.is_guest = ctx_is_guest(&r->ctx);
	view.rows = row_views_from(r, &list);
	view.pager = list_pager(r, sort, view.is_first_page, list.next);
	tmpl_post_list(req_page(r), &view);
	return resp_page(
		r, 200,
		&(struct page_meta){
			.title = view.heading,
			.description = req_text(
				r, "A forum that is complete without JavaScript and answers in "
				   "milliseconds."),
			.is_micro_cached = true,
			.is_noindex = !view.is_first_page,
			.section = sorts[sort].word,
		});
}
