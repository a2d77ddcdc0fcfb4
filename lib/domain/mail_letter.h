/*
 * A mail that was asked for, and the letter it becomes: between mail.c, which knows the queue, and
 * mail_letter.c, which knows the words.
 */
#ifndef DOMAIN_MAIL_LETTER_H
#define DOMAIN_MAIL_LETTER_H

#include "domain/mail.h"

struct mail_order {
	enum mail_kind kind;
	int64_t user_id;
	int64_t about; /* id of what it is about; 0 when the kind says all */
	int language;
	int tries; /* how often it was put off */
};

/* The letter. ERR_NOT_FOUND when there is nothing to send any more. */
err mail_write_letter(struct ctx *c, const struct mail_order *order, struct mail *out) MUST_CHECK;

#endif
