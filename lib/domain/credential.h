/*
 * Telling the owner of an account that something by which one gets into it has changed: by mail, or
 * on the phone when there is no address.
 */
#ifndef DOMAIN_CREDENTIAL_H
#define DOMAIN_CREDENTIAL_H

#include "domain/ctx.h"

enum credential_event {
	CREDENTIAL_PASSWORD = 1,
	CREDENTIAL_EMAIL,
	CREDENTIAL_PHONE,
	CREDENTIAL_SECOND_ON,
	CREDENTIAL_SECOND_OFF,
	CREDENTIAL_RECOVERY_USED,
	CREDENTIAL_RECOVERY_NEW,
	CREDENTIAL_EVENTS
};

/* What happened, as an English sentence of the catalogue; NULL for what is no event. */
const char *credential_event_text(enum credential_event event);

/*
 * Inside the transaction of the change: tell the user. to is where they could be reached before,
 * when that is what changed; empty otherwise. Who can be reached nowhere is not told.
 */
err credential_tell(struct ctx *c, enum credential_event event, int64_t user_id, struct str to,
		    int language) MUST_CHECK;

#endif
