/* Mails as they are asked for, and when they were sent. */
#include "domain/mail_letter.h"

#include "base/clock.h"
#include "domain/consumed.h"
#include "domain/outbox.h"

#define CONSUMER STR("mail")
#define FIRST_WAIT (10 * CLOCK_MINUTE)

static const char *const kinds[] = {
	[MAIL_ACTIVATION] = "activation",
	[MAIL_ADDRESS_IN_USE] = "address_in_use",
	[MAIL_PASSWORD_RESET] = "password_reset",
	[MAIL_PASSWORD_CHANGED] = "password_changed",
	[MAIL_ORDER_CLOSED] = "order_closed",
	[MAIL_CODE] = "code",
	[MAIL_NOTICE] = "notice",
	[MAIL_EXPORT_READY] = "export_ready",
	[MAIL_LEAVING] = "leaving",
};

static err ask(struct ctx *c, enum mail_kind kind, struct message_order *o)
{
	o->kind = str_from_c(kinds[kind]);
	return outbox_add(c, STR(MAIL_TOPIC), message_order_write(c, o));
}

err mail_request(struct ctx *c, enum mail_kind kind, int64_t user_id, int language)
{
	return mail_request_about(c, kind, user_id, 0, language);
}

err mail_request_about(struct ctx *c, enum mail_kind kind, int64_t user_id, int64_t about,
		       int language)
{
	struct message_order o = { .user_id = user_id, .about = about, .language = language };

	return ask(c, kind, &o);
}

err mail_request_code(struct ctx *c, const struct code_for *f, int64_t user_id, int language)
{
	struct message_order o = {
		.user_id = user_id, .language = language, .to = f->target, .code = *f, .at = c->now
	};

	return ask(c, MAIL_CODE, &o);
}

err mail_request_notice(struct ctx *c, enum credential_event event, int64_t user_id, struct str to,
			int language)
{
	struct message_order o = {
		.user_id = user_id, .language = language, .event = (int)event, .to = to
	};

	return ask(c, MAIL_NOTICE, &o);
}

err mail_build(struct ctx *c, struct str payload, struct mail *out)
{
	struct message_order order;
	size_t i;
	err e = message_order_read(c, payload, &order);

	for (i = 0; !e && i < ARRAY_LEN(kinds); i++)
		if (str_is(order.kind, str_from_c(kinds[i])))
			return mail_write_letter(c, (enum mail_kind)i, &order, out);
	return ERR_INVALID;
}

err mail_put_off(struct ctx *c, struct str event_id, struct str payload)
{
	struct message_order order;
	int64_t wait;
	err e = message_order_read(c, payload, &order);

	if (e || order.tries >= MAIL_TRIES)
		return ERR_INVALID;
	wait = FIRST_WAIT << order.tries++;
	e = db_begin(c->db);
	if (e)
		return e;
	e = outbox_add_later(c, STR(MAIL_TOPIC), message_order_write(c, &order), c->now + wait);
	return db_end(c->db, e ? e : mail_mark_sent(c, event_id));
}

err mail_was_sent(struct ctx *c, struct str event_id, bool *out)
{
	return consumed_find(c, CONSUMER, event_id, out);
}

err mail_mark_sent(struct ctx *c, struct str event_id)
{
	return consumed_mark(c, CONSUMER, event_id);
}
