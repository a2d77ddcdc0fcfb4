/*
 * What members say of themselves and choose for themselves.
 */
#ifndef DOMAIN_USER_PROFILE_H
#define DOMAIN_USER_PROFILE_H

#include "domain/user.h"

/* The name of the picture of a face, as picture.h wants it: see domain/picture_kinds.h. */
err user_set_avatar(struct ctx *c, int64_t id, struct str name) MUST_CHECK;
err user_tell_avatar(struct ctx *c, int64_t id, struct str name) MUST_CHECK;

#endif
