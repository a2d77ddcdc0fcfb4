/* Short messages, from the order to the text. */
#include "domain/sms.h"

#include "base/clock.h"
#include "base/log.h"
#include "domain/consumed.h"
#include "domain/message_order.h"
#include "domain/outbox.h"
#include "html/text.h"

#define CONSUMER STR("sms")
#define FIRST_WAIT CLOCK_MINUTE
#define COUNT_SECONDS (2 * 86400)

static const struct db_sql sql_phone =
	SQL("SELECT phone FROM user WHERE user_id = ? AND phone IS NOT NULL");

err sms_request_code(struct ctx *c, const struct code_for *f, int64_t user_id, int language)
{
	struct message_order o = { .kind = STR("code"),
				   .user_id = user_id,
				   .language = language,
				   .to = f->target,
				   .code = *f,
				   .at = c->now };

	return outbox_add(c, STR(SMS_TOPIC), message_order_write(c, &o));
}

err sms_request_notice(struct ctx *c, enum credential_event event, int64_t user_id, struct str to,
		       int language)
{
	struct message_order o = { .kind = STR("notice"),
				   .user_id = user_id,
				   .language = language,
				   .event = (int)event,
				   .to = to };

	return outbox_add(c, STR(SMS_TOPIC), message_order_write(c, &o));
}

static const char *code_text(enum code_purpose purpose)
{
	switch (purpose) {
	case CODE_LOGIN:
		return N_("{0} is your code to log in at {1}. It is good for 2 minutes. Tell it "
			  "to nobody.");
	case CODE_CONFIRM:
		return N_("{0} is your code to confirm a change of your account at {1}. It is "
			  "good for 2 minutes. Tell it to nobody.");
	case CODE_NEW_CONTACT:
		return N_("{0} is the code to use this number at {1}. It is good for 2 minutes. "
			  "Tell it to nobody.");
	case CODE_OLD_CONTACT:
		return N_("{0} is the code to change the contact data of your account at {1}. It "
			  "is good for 2 minutes. Tell it to nobody.");
	case CODE_PURPOSES:
		break;
	}
	return NULL;
}

/* What waited in the queue longer than a code lives is not wanted any more. */
static err build_code(struct ctx *c, const struct message_order *o, struct sms *out)
{
	const char *english = code_text(o->code.purpose);
	struct str arguments[2];
	err e;

	if (!english)
		return ERR_INVALID;
	if (c->now - o->at > CODE_SECONDS * CLOCK_SECOND)
		return ERR_NOT_FOUND;
	e = code_make(c, &o->code, &out->value);
	if (e)
		return e;
	arguments[0] = out->value;
	arguments[1] = c->config->site.name;
	out->to = o->to;
	out->is_code = true;
	out->text = text_format(c->arena, o->language, english, arguments, ARRAY_LEN(arguments));
	return OK;
}

static err find_phone(struct ctx *c, const struct message_order *o, struct str *out)
{
	struct db_rows *rows;
	err e;

	*out = o->to;
	if (o->to.n)
		return OK;
	e = db_query(c->db, c->arena, &rows, &sql_phone, DB_ARGS(o->user_id));
	if (e)
		return e;
	if (!db_next(rows))
		return ERR_NOT_FOUND;
	*out = db_str(rows, 0);
	return OK;
}

static err build_notice(struct ctx *c, const struct message_order *o, struct sms *out)
{
	const char *english = credential_event_text((enum credential_event)o->event);
	struct str arguments[2];
	err e;

	if (!english)
		return ERR_INVALID;
	e = find_phone(c, o, &out->to);
	if (e)
		return e;
	out->value = text_get(o->language, english);
	arguments[0] = out->value;
	arguments[1] = c->config->site.name;
	out->text = text_format(
		c->arena, o->language,
		N_("{1}: {0} If it was not you, log in at once and change your password."),
		arguments, ARRAY_LEN(arguments));
	return OK;
}

err sms_build(struct ctx *c, struct str payload, struct sms *out)
{
	struct message_order order;
	struct sms built = { 0 };
	err e = message_order_read(c, payload, &order);

	if (!e && str_is(order.kind, STR("code")))
		e = build_code(c, &order, &built);
	else if (!e && str_is(order.kind, STR("notice")))
		e = build_notice(c, &order, &built);
	else if (!e)
		e = ERR_INVALID;
	if (e)
		return e;
	*out = built;
	return OK;
}

err sms_put_off(struct ctx *c, struct str event_id, struct str payload)
{
	struct message_order order;
	int64_t wait;
	err e = message_order_read(c, payload, &order);

	if (e || order.tries >= SMS_TRIES)
		return ERR_INVALID;
	wait = FIRST_WAIT << order.tries++;
	e = db_begin(c->db);
	if (e)
		return e;
	e = outbox_add_later(c, STR(SMS_TOPIC), message_order_write(c, &order), c->now + wait);
	return db_end(c->db, e ? e : consumed_mark(c, CONSUMER, event_id));
}

err sms_was_sent(struct ctx *c, struct str event_id, bool *out)
{
	return consumed_find(c, CONSUMER, event_id, out);
}

static struct str count_key(struct ctx *c)
{
	return str_format(c->arena, "sms:sent:%d", clock_day(c->now));
}

err sms_mark_sent(struct ctx *c, struct str event_id)
{
	struct str key = count_key(c);
	struct cache_reply *counted;

	cache_want(c->cache, CACHE_ARGS(STR("INCR"), key));
	if (cache_run(c->cache, &counted, CACHE_ARGS(STR("EXPIRE"), key, COUNT_SECONDS)))
		log_warn("sms: one was sent and not counted");
	return consumed_mark(c, CONSUMER, event_id);
}

err sms_count(struct ctx *c, int64_t *out)
{
	struct cache_reply *count;
	err e = cache_run(c->cache, &count, CACHE_ARGS(STR("GET"), count_key(c)));

	if (e)
		return e;
	*out = cache_int(count);
	return OK;
}
