/*
 * The site's cookies. On https those that stand for somebody carry the __Host- prefix, so that no
 * neighbouring host can plant them.
 */
#ifndef WEB_COOKIE_H
#define WEB_COOKIE_H

#include "web/req.h"

#define COOKIE_SESSION_NAME "plaza_session"
#define COOKIE_GUEST_NAME \
	"plaza_guest" /* what a guest's forms are bound to: 22 random characters */
#define COOKIE_LANGUAGE_NAME "plaza_language" /* "zh" or "en" */
#define COOKIE_FLASH_NAME "plaza_flash"       /* see web/flash.h */

#define COOKIE_STEP_NAME "plaza_step" /* a login of several pages: which one it is */

enum cookie { COOKIE_SESSION, COOKIE_GUEST, COOKIE_LANGUAGE, COOKIE_FLASH, COOKIE_STEP };

/* What the browser sent; empty when there is none. */
struct str cookie_get(const struct req *r, enum cookie which);

/* Send it with the answer: max_age in seconds, 0 for the browser's session. */
void cookie_put(struct req *r, enum cookie which, struct str value, int64_t max_age);
void cookie_delete(struct req *r, enum cookie which);

#endif
