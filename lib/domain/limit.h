/*
 * Rate limits: sliding windows in Redis, by account and by address, with the
 * time from Redis. In no stretch of the window's length are more than the limit let
 * through. A request that is refused is not counted. When Redis is gone they are open.
 */
#ifndef DOMAIN_LIMIT_H
#define DOMAIN_LIMIT_H

#include "domain/ctx.h"

/* So many in so many seconds. */
struct limit_class {
	const char *name;
	int per_account; /* 0: not limited by account */
	int per_address; /* 0: not limited by address */
	int seconds;
};

/* The classes the site uses; the numbers are explained in limit.c. */
extern const struct limit_class limit_login; /* tries */
extern const struct limit_class limit_register;
extern const struct limit_class limit_mail; /* links asked for again */
extern const struct limit_class limit_post; /* posts written */
extern const struct limit_class limit_comment;
extern const struct limit_class limit_react;      /* votes and likes */
extern const struct limit_class limit_held;       /* forms kept for guests until they log in */
extern const struct limit_class limit_sale_path;  /* captchas and paths of sales */
extern const struct limit_class limit_sale_press; /* order requests */
extern const struct limit_class limit_sale_poll;  /* how a request stands */
extern const struct limit_class limit_captcha;    /* pages with a picture to type */
extern const struct limit_class limit_upload;     /* pictures */
extern const struct limit_class limit_edit;       /* edits, drafts, previews, deletes */

/* The key of an account's window, in the slot of its sessions. */
struct str limit_account_key(struct arena *a, const struct limit_class *l, int64_t user_id);
/* Of an address: IPv4 whole, IPv6 by its /64. */
struct str limit_address_key(struct arena *a, const struct limit_class *l, struct str address);
/* Of the network around it: IPv4 by its /24, IPv6 by its /48. */
struct str limit_network_key(struct arena *a, const struct limit_class *l, struct str address);
/* Of anything else that is counted: failures of one login name. who is hashed. */
struct str limit_other_key(struct arena *a, const struct limit_class *l, struct str who);

/* Queue one step of a window. */
struct cache_reply *limit_want(struct ctx *c, struct str key, int most, int seconds);
/* After the flush: OK, or ERR_LIMITED with the seconds until a place is free (at least 1).
 * Unanswered is OK. */
err limit_read(const struct cache_reply *reply, int64_t *retry_seconds) MUST_CHECK;

/* Both in one call, for code outside the hot path. */
err limit_check(struct ctx *c, struct str key, int most, int seconds,
		int64_t *retry_seconds) MUST_CHECK;

/* Seconds until fewer than `most` were counted in the last `seconds`; 0 when that is so now, or
 * Redis is gone. */
int64_t limit_wait(struct ctx *c, struct str key, int most, int seconds);

/* Count without asking: for failures. What is beyond `most` is forgotten, oldest first. */
void limit_count(struct ctx *c, struct str key, int most, int seconds);

/* Forget what was counted. */
void limit_clear(struct ctx *c, struct str key);

#endif
