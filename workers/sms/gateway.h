/*
 * The way a short message leaves: to an HTTP gateway.
 */
#ifndef SMS_GATEWAY_H
#define SMS_GATEWAY_H

#include "domain/sms.h"

/* What became of it. */
enum sending {
	SENDING_DONE,
	SENDING_AWAY,  /* no gateway answered: the next one would fare no better */
	SENDING_LATER, /* it does not take this one now */
	SENDING_NEVER  /* nor ever will */
};

/*
 * POST it as JSON to sms.url, with sms.key as a bearer token; id lets the gateway know one that it
 * has had. https certificates are checked, redirects are not followed.
 */
enum sending gateway_send(const struct config *config, const struct sms *m, struct str id);

#endif
