/*
 * What is asked of the workers that write to people, as it travels through the outbox and the
 * queue: JSON without an address, a number or a token that anybody could read.
 */
#ifndef DOMAIN_MESSAGE_ORDER_H
#define DOMAIN_MESSAGE_ORDER_H

#include "domain/code.h"

struct message_order {
	struct str kind;
	int64_t user_id; /* 0: nobody's account yet */
	int64_t about;   /* id of what it is about; 0 when the kind says all */
	int language;
	int tries;            /* how often it was put off */
	int event;            /* of a notice: enum credential_event */
	struct str to;        /* where to, when that is not where the user's account says */
	struct code_for code; /* purpose 0 when it is about no code; its target is `to` */
	int64_t at;           /* when it was asked for, Unix ms */
};

struct str message_order_write(struct ctx *c, const struct message_order *o);

/* ERR_INVALID when it is none of ours. The texts lie in the arena. */
err message_order_read(struct ctx *c, struct str payload, struct message_order *out) MUST_CHECK;

#endif
