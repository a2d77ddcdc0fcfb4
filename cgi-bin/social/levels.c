/* What brings points, and what the levels are. */
#include "social/social_pages.h"

#include "tmpl/social_levels.h"

err levels_page(struct req *r)
{
	struct level_view levels[LEVELS];
	struct levels_view view = {
		.is_guest = ctx_is_guest(&r->ctx),
		.check_in = POINTS_CHECK_IN,
		.check_in_most = POINTS_CHECK_IN + POINTS_STREAK_MOST,
		.post = POINTS_POST,
		.vote = POINTS_VOTE,
		.levels = { levels, LEVELS },
	};
	err e = view.is_guest ? OK : points_find(&r->ctx, r->ctx.viewer.id, &view.points);
	int i;

	if (e)
		return e;
	view.mine = progress_view_from(&view.points);
	view.from_posts = view.points.posts * POINTS_POST;
	view.from_votes = view.points.votes * POINTS_VOTE;
	for (i = 0; i < LEVELS; i++)
		levels[i] = (struct level_view){
			.level = i + 1,
			.begins = points_levels[i],
			.is_mine = !view.is_guest && view.points.level == i + 1,
		};
	tmpl_social_levels(req_page(r), &view);
	return resp_page(r, 200,
			 &(struct page_meta){
				 .title = req_text(r, "Points and levels"),
				 .description = req_text(
					 r, "What brings points here, and what the levels are."),
				 .canonical = URL_LITERAL("/levels"),
			 });
}
