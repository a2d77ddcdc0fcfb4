/* People and the moderation log: parts of the admin binary. */
#ifndef PEOPLE_PAGES_H
#define PEOPLE_PAGES_H

#include "admin/admin_pages.h"
#include "domain/staff.h"

/* One line of the log, on either page. */
struct entry_view {
	struct str what;  /* "closed an account" */
	struct str actor; /* empty: somebody who left, or the server's shell */
	int64_t actor_id;
	bool is_server;
	struct str target; /* empty when it is gone */
	struct url link;   /* to the target; empty when it is gone, or not for the viewer */
	bool is_bare;      /* what was done has no one target */
	struct str reason;
	struct when at, until;
};
struct entry_views {
	struct entry_view *items;
	size_t count;
};

/* templates/admin/people.html */
struct person_row {
	int64_t id;
	struct str name, email, state, role;
	bool is_closed, is_staff;
	struct when joined;
};
struct choice_view {
	struct str value, label;
	bool is_chosen;
};
struct choice_views {
	struct choice_view *items;
	size_t count;
};
struct people_view {
	struct admin_tabs tabs;
	struct str text;
	struct choice_views states, roles;
	struct {
		struct person_row *items;
		size_t count;
	} people;
	bool is_admin; /* addresses are shown and can be searched for */
	struct pager_view pager;
};

/* templates/admin/person.html */
struct recent_view {
	struct url link;
	struct str words;
	bool is_post, is_deleted;
	struct when at;
};
struct person_view {
	struct admin_tabs tabs;
	int64_t id;
	struct str name, email, state, role;
	int level;
	int64_t posts;
	struct url page, avatar;
	struct when joined, leaves;
	bool is_closed, may_close, may_set_role, is_self;
	bool is_asked; /* may do something, but has to prove first who they are */
	struct str ban_reason, ban_by;
	struct when ban_until;
	struct str reason, reason_error; /* of the form that was sent */
	struct str role_reason, role_error;
	struct str conflict; /* why it was not done */
	struct choice_views roles, lengths;
	struct {
		struct recent_view *items;
		size_t count;
	} recent;
	struct entry_views log;
};

/* templates/admin/log.html */
struct log_view {
	struct admin_tabs tabs;
	struct choice_views kinds;
	struct str about; /* whose acts, or acts on what; empty for all */
	struct entry_views entries;
	struct pager_view pager;
};

/* people_read.c */
err people_page(struct req *r);
err person_page(struct req *r);
/* The page of one person with what was typed into it, and what is wrong with that. */
err person_show(struct req *r, int status, struct person_view *view) MUST_CHECK;

/* people_write.c */
err person_close_action(struct req *r);
err person_open_action(struct req *r);
err person_role_action(struct req *r);
/* How long an account can be closed. */
struct choice_views length_choices(struct req *r);

/* log_read.c */
err log_page(struct req *r);
struct entry_views entry_views_from(struct req *r, const struct moderation_entries *entries);

/* people_words.c */
struct str role_words(struct req *r, enum role role);
struct str state_words(struct req *r, enum user_state state);
struct str act_words(struct req *r, struct str action);

#endif
