/*
 * What members say of themselves and choose for themselves.
 */
#ifndef DOMAIN_USER_PROFILE_H
#define DOMAIN_USER_PROFILE_H

#include "domain/user.h"

/* The name of the picture of a face, as picture.h wants it: see domain/picture_kinds.h. */
err user_set_avatar(struct ctx *c, int64_t id, struct str name) MUST_CHECK;
err user_tell_avatar(struct ctx *c, int64_t id) MUST_CHECK;

#define USER_BIO_MAX 500 /* code points */
#define USER_RENAME_DAYS 30

/* Who may write to a member. Numbers in SQL. */
enum messages_from { MESSAGES_FROM_ALL, MESSAGES_FROM_FOLLOWED, MESSAGES_FROM_NOBODY };

/* What pages do not show with every name. */
struct user_profile {
	struct user user;
	enum messages_from messages_from;
	int last_seen_on;   /* yyyymmdd in the site's zone; 0 when unknown */
	int64_t renamed_at; /* Unix ms; 0 when never */
};

/* ERR_NOT_FOUND as user_find. */
err user_profile_find(struct ctx *c, int64_t id, struct user_profile *out) MUST_CHECK;

/* Days until the name may be changed again; 0 when it may be now. */
int64_t user_rename_wait(const struct user_profile *p, int64_t now);

struct profile_text {
	struct str username, bio;
};

/* What is wrong with a new name for the viewer, NULL when nothing is; the old one always will do.
 * *number is for the text's {0}. */
const char *user_new_name_problem(struct ctx *c, const struct user_profile *now, struct str name,
				  int64_t *number);

/*
 * Write the viewer's name and words; sensitive ones are masked. All sessions show it at once.
 * ERR_CONFLICT when somebody has the name. The same form again changes nothing.
 */
err user_profile_save(struct ctx *c, const struct profile_text *t, struct str form_id) MUST_CHECK;

struct preferences {
	struct str zone;     /* of clock_is_zone, or empty */
	struct str language; /* "zh", "en" or empty */
	enum messages_from messages_from;
};
err user_preferences_save(struct ctx *c, const struct preferences *p,
			  struct str form_id) MUST_CHECK;

/* The user was here today; a failure is logged only. */
void user_seen(struct ctx *c, int64_t id);

#endif
