/*
 * A mail that was asked for, and the letter it becomes: between mail.c, which knows the queue, and
 * mail_letter.c, which knows the words.
 */
#ifndef DOMAIN_MAIL_LETTER_H
#define DOMAIN_MAIL_LETTER_H

#include "domain/mail.h"
#include "domain/message_order.h"

/* The letter. ERR_NOT_FOUND when there is nothing to send any more. */
err mail_write_letter(struct ctx *c, enum mail_kind kind, const struct message_order *order,
		      struct mail *out) MUST_CHECK;

#endif
