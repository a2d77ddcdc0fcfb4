/* The head of a person's pages: who it is, and how far they have come. */
#include "social/social_pages.h"

#include "base/calendar.h"
#include "base/clock.h"
#include "domain/comment_by_author.h"
#include "domain/picture.h"
#include "domain/reaction_given.h"

struct progress_view progress_view_from(const struct points *p)
{
	struct progress_view view = { .level = p->level, .points = p->total };

	view.is_highest = p->level_ends == 0;
	if (view.is_highest)
		return view;
	view.done = p->total - p->level_begins;
	view.wanted = p->level_ends - p->level_begins;
	view.next = p->level + 1;
	view.missing = p->level_ends - p->total;
	return view;
}

/* Days, not hours: when somebody sleeps is nobody's business. */
static struct str day_in_words(struct req *r, int day)
{
	int today = clock_day(r->ctx.now);

	if (!day)
		return (struct str){ 0 };
	if (day >= today)
		return req_text(r, "today");
	if (day == calendar_day_before(today))
		return req_text(r, "yesterday");
	return str_format(r->ctx.arena, "%04d-%02d-%02d", day / 10000, day / 100 % 100, day % 100);
}

static err count(struct req *r, struct person_view *v)
{
	int64_t comment_likes = 0, post_likes = 0;
	struct points points;
	err e = points_find(&r->ctx, v->id, &points);

	if (!e)
		e = comment_count_by_author(&r->ctx, v->id, &v->comments, &comment_likes);
	if (!e)
		e = reaction_count_received(&r->ctx, v->id, &post_likes);
	if (e)
		return e;
	v->posts = points.posts;
	v->likes_received = comment_likes + post_likes;
	v->progress = progress_view_from(&points);
	return OK;
}

/* Of a disabled account only the name is shown. */
err person_load(struct req *r, struct person_view *out)
{
	struct user_profile p;
	err e = user_profile_find(&r->ctx, r->id, &p);
	const struct user *u = &p.user;

	if (e)
		return e;
	*out = (struct person_view){
		.id = u->id,
		.name = u->name,
		.is_moderator = u->role == ROLE_MODERATOR,
		.is_admin = u->role == ROLE_ADMIN,
		.is_viewer = u->id == r->ctx.viewer.id,
		.is_disabled = u->state == USER_DISABLED,
		.joined = { u->created_at },
		.avatar = req_avatar(r, u->id, (struct str){ 0 }),
	};
	if (!out->is_disabled) {
		out->bio = u->bio;
		out->last_seen = day_in_words(r, p.last_seen_on);
		if (u->avatar.n)
			out->avatar = picture_url(r->ctx.arena, PICTURE_AVATAR, u->avatar, 192);
	}
	return count(r, out);
}
