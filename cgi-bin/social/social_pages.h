/* The social binary: people's pages, their levels, and checking in. */
#ifndef SOCIAL_PAGES_H
#define SOCIAL_PAGES_H

#include "domain/points.h"
#include "domain/user_profile.h"
#include "web/app.h"
#include "web/rows.h"

/* How far somebody has come. */
struct progress_view {
	int level;
	int64_t points;
	bool is_highest;
	int64_t done, wanted; /* of the level: points since it began, and its length */
	int64_t missing;      /* to the next level */
	int next;
};

/* templates/social/person.html: the head of somebody's page */
struct person_view {
	int64_t id;
	struct str name, bio;
	struct url avatar;
	bool is_moderator, is_admin, is_viewer, is_disabled;
	struct when joined;
	struct str last_seen; /* a day in words; empty when unknown */
	int64_t posts, comments, likes_received;
	struct progress_view progress;
	bool is_posts, is_comments, is_likes; /* which tab is open */
};

/* templates/social/user.html */
struct user_view {
	struct person_view person;
	struct row_views rows;
	struct pager_view pager;
	bool is_first_page;
};

/* templates/social/said.html */
struct said_view {
	int64_t id, post_id;
	struct str title;
	struct html body;
	struct when written;
	int64_t likes;
};
struct said_page_view {
	struct person_view person;
	struct {
		struct said_view *items;
		size_t count;
	} said;
	struct pager_view pager;
	bool is_first_page;
};

/* templates/social/liked.html */
struct liked_view {
	bool is_comment;
	int64_t id, post_id, author_id;
	struct str title, author_name;
	struct when given;
};
struct liked_page_view {
	struct person_view person;
	struct {
		struct liked_view *items;
		size_t count;
	} likes;
	struct pager_view pager;
	bool is_first_page;
};

/* templates/social/levels.html */
struct level_view {
	int64_t begins; /* points */
	int level;
	bool is_mine;
};
struct levels_view {
	bool is_guest;
	struct progress_view mine;
	struct points points;
	int64_t from_posts, from_votes;
	int64_t check_in, check_in_most, post, vote; /* points each brings */
	struct {
		struct level_view *items;
		size_t count;
	} levels;
};

/* templates/social/check_in.html */
struct day_view {
	int day; /* 0: of another month */
	bool is_done, is_today, is_open;
};
struct week_view {
	struct {
		struct day_view items[7];
		size_t count;
	} days;
};
struct check_in_view {
	struct str month; /* in words */
	bool is_done, is_this_month;
	int streak, days_in_month, points_now;
	struct {
		struct week_view items[6];
		size_t count;
	} weeks;
	struct url before, after; /* months; after is empty on this one */
};

/* Somebody's page: user_pages.c */
void user_prepare(struct req *r);
err user_page(struct req *r);
err user_comments_page(struct req *r);
err user_likes_page(struct req *r);

/* The head of a person's pages, with the tab still to be said: person.c. ERR_NOT_FOUND. */
err person_load(struct req *r, struct person_view *out) MUST_CHECK;
struct progress_view progress_view_from(const struct points *p);

/* levels.c */
err levels_page(struct req *r);

/* check_in.c */
err check_in_page(struct req *r);
err check_in_action(struct req *r);

#endif
