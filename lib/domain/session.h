/*
 * Sessions, in Redis only. The cookie is "<user id>.<43 random characters>"; Redis keeps
 * a hash of it. Sliding: 12 hours, or 30 days with "remember me" (at most 90 days in all).
 * The id in the cookie is only a hint, until the session was found under it.
 */
#ifndef DOMAIN_SESSION_H
#define DOMAIN_SESSION_H

#include "domain/limit.h"
#include "domain/user.h"

#define SESSION_SECONDS (12 * 3600)
#define SESSION_REMEMBER_SECONDS (30 * 86400)
#define SESSION_ABSOLUTE_SECONDS (90 * 86400)
#define SESSION_TOUCH_MS \
	(5 * 60 * 1000) /* the life in Redis is extended at most once in this time */
#define SESSION_MOST 20 /* of one user: one more ends the one that would end first */

struct session {
	struct viewer viewer;
	struct str key;        /* in Redis */
	int64_t created_at;    /* Unix ms */
	int64_t seen_at;       /* Unix ms, of the last touch */
	int64_t lasts_seconds; /* Max-Age of the cookie; 0 when it ends with the browser's session
				*/
	bool is_remembered;
};

/* The user id a cookie claims; 0 when it is not of the right form. */
int64_t session_hint(struct str cookie);

/* A look-up waiting in the pipeline, with the account's rate limit beside it. */
struct session_want;

/*
 * Queue the look-up of a cookie. limit_class (may be NULL) is counted for this account in the same
 * script, only when the session exists. NULL when the cookie is not of the right form.
 */
struct session_want *session_want(struct ctx *c, struct str cookie,
				  const struct limit_class *limit);

/*
 * After the flush. OK: *out is filled. ERR_AUTH: no such session. ERR_LIMITED: too often;
 * *retry_seconds says when it ends (the session is filled too). ERR_UNAVAILABLE: Redis did not
 * answer.
 */
err session_read(struct ctx *c, const struct session_want *want, struct session *out,
		 int64_t *retry_seconds) MUST_CHECK;

/*
 * Start one: a fresh token, never the one the browser had. *cookie_out lives in the arena; the
 * cookie's Max-Age is SESSION_REMEMBER_SECONDS when is_remembered, else it has none. user_agent and
 * address are for the user's own list of sessions, and cut to 200 and 64 bytes.
 */
err session_start(struct ctx *c, const struct user *u, bool is_remembered, struct str user_agent,
		  struct str address, struct str *cookie_out) MUST_CHECK;

/*
 * Extend its life if the last time was more than SESSION_TOUCH_MS ago. Queued and flushed by the
 * caller. A session that was ended meanwhile stays ended.
 */
void session_touch(struct ctx *c, const struct session *s);

err session_end(struct ctx *c, const struct session *s) MUST_CHECK;
err session_end_all(struct ctx *c, int64_t user_id) MUST_CHECK;
/* All of the user's but this one. */
err session_end_others(struct ctx *c, const struct session *s) MUST_CHECK;
/* By its cookie: one that was started in this request. */
err session_end_cookie(struct ctx *c, struct str cookie) MUST_CHECK;

/*
 * Change what all sessions of a user say of them ("name", "avatar", "level" ...), so that it shows
 * at once wherever they are logged in.
 */
err session_tell(struct ctx *c, int64_t user_id, struct str field, struct str value) MUST_CHECK;

/* One of a user's sessions, as the user's own list shows it. */
struct session_entry {
	struct str id; /* 64 hex digits: names it in a form, and lets nobody in */
	struct str agent, address;
	int64_t created_at, seen_at; /* Unix ms; seen_at is at most SESSION_TOUCH_MS old */
};
struct session_list {
	struct session_entry *items;
	size_t count;
};

/* The viewer's, the last used first. */
err session_list(struct ctx *c, struct session_list *out) MUST_CHECK;
/* The id of a session in that list. */
struct str session_id(const struct session *s);
/* End one of the viewer's. OK also when it has ended already; ERR_NOT_FOUND for what is no id. */
err session_end_by_id(struct ctx *c, struct str id) MUST_CHECK;

#endif
