/*
 * Mails to users. What is asked for in a transaction names the kind and the user only: the text,
 * the address and the token of the link are put together by the mail worker, so that no secret and
 * no address lies in the outbox or in a queue.
 */
#ifndef DOMAIN_MAIL_H
#define DOMAIN_MAIL_H

#include "domain/code.h"
#include "domain/credential.h"

#define MAIL_TOPIC "mail.requested"

enum mail_kind {
	MAIL_ACTIVATION,     /* the link that makes a pending account an active one */
	MAIL_ADDRESS_IN_USE, /* somebody tried to register with the address of this account */
	MAIL_PASSWORD_RESET, /* the link for somebody who forgot their password */
	MAIL_PASSWORD_CHANGED,
	MAIL_ORDER_CLOSED, /* about an order that was not paid in time */
	MAIL_CODE,         /* a code for an address: domain/code.h */
	MAIL_NOTICE,       /* a credential was changed: domain/credential.h */
	MAIL_EXPORT_READY, /* the copy they asked for can be fetched */
	MAIL_LEAVING       /* when the account will be deleted, and how to stay */
};

struct mail {
	struct str to;      /* an address alone */
	struct str subject; /* one line */
	struct str text;    /* plain text, lines ended by "\n" */
};

/*
 * Inside a transaction: ask for a mail to a user. language: TEXT_ZH or TEXT_EN. For an id that
 * nobody has nothing is sent.
 */
err mail_request(struct ctx *c, enum mail_kind kind, int64_t user_id, int language) MUST_CHECK;

/* The same about something: the id of an order, say. */
err mail_request_about(struct ctx *c, enum mail_kind kind, int64_t user_id, int64_t about,
		       int language) MUST_CHECK;

/* The two kinds that say more; to is empty for the address of the account. */
err mail_request_code(struct ctx *c, const struct code_for *f, int64_t user_id,
		      int language) MUST_CHECK;
err mail_request_notice(struct ctx *c, enum credential_event event, int64_t user_id, struct str to,
			int language) MUST_CHECK;

/*
 * What was asked for, as a mail; the token of a link is made and its hash stored. ERR_INVALID when
 * the payload is none of ours, ERR_NOT_FOUND when there is nothing to send any more.
 */
err mail_build(struct ctx *c, struct str payload, struct mail *out) MUST_CHECK;

/* How the text travels: readable in the files of development, in base64 by SMTP. */
enum mail_encoding { MAIL_8BIT, MAIL_BASE64 };

/*
 * The message with its headers (RFC 5322), lines ended by CR LF. id is the event's: the same event
 * gives the same Message-ID.
 */
struct str mail_format(struct ctx *c, const struct mail *m, struct str id,
		       enum mail_encoding encoding);

/*
 * The recipient's server wants it later (a reply 4xx): ask for it again in 10 min, doubled each
 * time, and count event_id as handled, in one transaction. ERR_INVALID when it was put off
 * MAIL_TRIES times, or is none of ours.
 */
#define MAIL_TRIES 8
err mail_put_off(struct ctx *c, struct str event_id, struct str payload) MUST_CHECK;

/* This consumer handled the event before. */
err mail_was_sent(struct ctx *c, struct str event_id, bool *out) MUST_CHECK;
err mail_mark_sent(struct ctx *c, struct str event_id) MUST_CHECK;

#endif
