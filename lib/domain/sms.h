/*
 * Short messages: asked for in a transaction, as events of the outbox; written and handed to a
 * gateway by the worker `sms`. As with mails only references travel.
 */
#ifndef DOMAIN_SMS_H
#define DOMAIN_SMS_H

#include "domain/code.h"
#include "domain/credential.h"

#define SMS_TOPIC "sms.requested"
#define SMS_TRIES 5

/* What a gateway is given: most send only texts whose template they know. */
struct sms {
	struct str to;    /* 11 digits */
	bool is_code;     /* which of the two templates */
	struct str value; /* the code; of a notice what happened, in words */
	struct str text;  /* the whole text, without the signature */
};

/* Inside a transaction: ask for a code; for a notice to the number of an account, or to another. */
err sms_request_code(struct ctx *c, const struct code_for *f, int64_t user_id,
		     int language) MUST_CHECK;
err sms_request_notice(struct ctx *c, enum credential_event event, int64_t user_id, struct str to,
		       int language) MUST_CHECK;

/*
 * What was asked for, as a message; its code is made and its hash stored. ERR_INVALID when the
 * payload is none of ours, ERR_NOT_FOUND when there is nothing to send any more: the account has no
 * number, or the code was asked for so long ago that nobody waits for it.
 */
err sms_build(struct ctx *c, struct str payload, struct sms *out) MUST_CHECK;

/*
 * The gateway wants it later: ask for it again in a minute, doubled each time, and count event_id
 * as handled, in one transaction. ERR_INVALID when it was put off SMS_TRIES times, or is none of
 * ours.
 */
err sms_put_off(struct ctx *c, struct str event_id, struct str payload) MUST_CHECK;

/* Handled before; handled now, and counted as sent on this day. */
err sms_was_sent(struct ctx *c, struct str event_id, bool *out) MUST_CHECK;
err sms_mark_sent(struct ctx *c, struct str event_id) MUST_CHECK;

/* How many were sent on the day of c->now, for the metrics. */
err sms_count(struct ctx *c, int64_t *out) MUST_CHECK;

#endif
