/*
 * The way a mail leaves: to a server by SMTP.
 */
#ifndef MAIL_SENDING_H
#define MAIL_SENDING_H

#include "base/config.h"

/* What became of it. */
enum sending {
	SENDING_DONE,
	SENDING_AWAY,  /* no server answered: the next mail would fare no better */
	SENDING_LATER, /* the server does not take this one now */
	SENDING_NEVER  /* nor ever will */
};

/* Once, before the first smtp_send; and after the last. */
err smtp_open(void) MUST_CHECK;
void smtp_close(void);

/*
 * Hand a message to the server of the configuration. With smtps:// or a password TLS is a must,
 * else it is used where the server offers it; not with a server on this machine, whose certificate
 * names nobody.
 */
enum sending smtp_send(const struct config *config, struct str to, struct str message);

#endif
