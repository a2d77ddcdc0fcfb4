/* The social binary: people's pages. */
#ifndef SOCIAL_PAGES_H
#define SOCIAL_PAGES_H

#include "domain/user.h"
#include "web/app.h"
#include "web/rows.h"

/* templates/social/user.html */
struct user_view {
	int64_t id;
	struct str name, bio;
	struct url avatar;
	int level;
	bool is_moderator, is_admin, is_viewer;
	struct when joined;
	int64_t posts;
	struct row_views rows;
	struct pager_view pager;
	bool is_first_page;
};

void user_prepare(struct req *r);
err user_page(struct req *r);

#endif
