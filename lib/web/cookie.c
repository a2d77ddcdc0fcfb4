/* Cookies by their purpose. */
#include "web/cookie.h"

static const struct {
	const char *plain, *secure;
} names[] = {
	[COOKIE_SESSION] = { COOKIE_SESSION_NAME, "__Host-" COOKIE_SESSION_NAME },
	[COOKIE_GUEST] = { COOKIE_GUEST_NAME, "__Host-" COOKIE_GUEST_NAME },
	[COOKIE_LANGUAGE] = { COOKIE_LANGUAGE_NAME, COOKIE_LANGUAGE_NAME },
	[COOKIE_STEP] = { COOKIE_STEP_NAME, "__Host-" COOKIE_STEP_NAME },
	[COOKIE_FLASH] = { COOKIE_FLASH_NAME, COOKIE_FLASH_NAME },
};

static const char *name_of(const struct req *r, enum cookie which)
{
	return r->ctx.config->site.is_secure ? names[which].secure : names[which].plain;
}

struct str cookie_get(const struct req *r, enum cookie which)
{
	return form_get(&r->in.cookies, name_of(r, which));
}

void cookie_put(struct req *r, enum cookie which, struct str value, int64_t max_age)
{
	http_response_cookie(&r->out, r->ctx.arena, str_from_c(name_of(r, which)), value, max_age,
			     r->ctx.config->site.is_secure);
}

void cookie_delete(struct req *r, enum cookie which)
{
	cookie_put(r, which, STR("gone"), -1);
}
