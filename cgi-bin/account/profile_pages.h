/* The part of settings about what others see of a member, and what a member prefers. */
#ifndef ACCOUNT_PROFILE_PAGES_H
#define ACCOUNT_PROFILE_PAGES_H

#include "domain/user_profile.h"
#include "web/app.h"

/* A row of a list to choose from. */
struct choice_view {
	struct str value, name;
	bool is_chosen;
};
struct choice_views {
	struct choice_view *items;
	size_t count;
};

/* Zones of one part of the world. */
struct zone_group_view {
	struct str name;
	struct choice_views zones;
};

/* templates/account/profile.html */
struct profile_view {
	struct url avatar, page;
	bool has_picture, is_waiting, is_refused; /* of the picture; the newest one */
	struct str picture_error;
	struct str username, username_error, bio, bio_error;
	struct str rename_help; /* when the name may be changed again; empty: now */
	struct str site_zone;
	struct {
		struct zone_group_view *items;
		size_t count;
	} zones;
	struct str zone_error, language_error, messages_error;
	struct choice_views languages, messages;
};

err profile_settings_page(struct req *r);
err profile_save_action(struct req *r);
err preferences_save_action(struct req *r);
err avatar_upload_action(struct req *r);
err avatar_remove_action(struct req *r);

#endif
