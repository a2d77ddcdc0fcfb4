/*
 * Forms work once: the id a form carries is claimed in the transaction of
 * what it makes, so that the same form sent ten times makes one thing.
 */
#ifndef DOMAIN_FORM_ONCE_H
#define DOMAIN_FORM_ONCE_H

#include "domain/ctx.h"

/*
 * Inside a transaction, before anything else is written: claim form_id for the viewer (a guest's
 * are shared; they are random) and remember that it made `made`. ERR_CONFLICT when it was claimed
 * before: roll back, then ask form_once_find. A second sender waits here until the first has
 * committed.
 */
err form_once_claim(struct ctx *c, struct str form_id, int64_t made) MUST_CHECK;

/* What the form made. ERR_NOT_FOUND when it made nothing. */
err form_once_find(struct ctx *c, struct str form_id, int64_t *made) MUST_CHECK;

/* Forget those older than a day, at most `limit` rows. */
err form_once_sweep(struct ctx *c, int limit, int64_t *swept) MUST_CHECK;

#endif
