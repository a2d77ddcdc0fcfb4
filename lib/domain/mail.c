/* Mails as they are asked for, and when they were sent. */
#include "domain/mail_letter.h"

#include <json-c/json.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/num.h"
#include "domain/outbox.h"
#include "html/text.h"

#define PAYLOAD_DEPTH 2
#define CONSUMER STR("mail")
#define KEEP_MS (30 * CLOCK_DAY)
#define FIRST_WAIT (10 * CLOCK_MINUTE)

static const char *const kinds[] = {
	[MAIL_ACTIVATION] = "activation",         [MAIL_ADDRESS_IN_USE] = "address_in_use",
	[MAIL_PASSWORD_RESET] = "password_reset", [MAIL_PASSWORD_CHANGED] = "password_changed",
	[MAIL_ORDER_CLOSED] = "order_closed",
};

static const struct db_sql sql_was_sent =
	SQL("SELECT 1 FROM consumed WHERE consumer = ? AND event_id = ?");

static const struct db_sql sql_mark_sent =
	SQL("INSERT INTO consumed (consumer, event_id, created_at) VALUES (?, ?, ?)");

static const struct db_sql sql_sweep =
	SQL("DELETE FROM consumed WHERE created_at < ? ORDER BY created_at LIMIT ?");

static struct str write_order(struct arena *a, const struct mail_order *o)
{
	return str_format(a,
			  "{\"kind\":\"%s\",\"user\":\"%lld\",\"about\":\"%lld\",\"language\":%d,"
			  "\"tries\":%d}",
			  kinds[o->kind], (long long)o->user_id, (long long)o->about, o->language,
			  o->tries);
}

err mail_request(struct ctx *c, enum mail_kind kind, int64_t user_id, int language)
{
	return mail_request_about(c, kind, user_id, 0, language);
}

err mail_request_about(struct ctx *c, enum mail_kind kind, int64_t user_id, int64_t about,
		       int language)
{
	struct mail_order order = {
		.kind = kind, .user_id = user_id, .about = about, .language = language
	};

	return outbox_add(c, STR(MAIL_TOPIC), write_order(c->arena, &order));
}

static bool read_kind(struct json_object *o, enum mail_kind *out)
{
	const char *name = json_object_get_string(json_object_object_get(o, "kind"));
	size_t i;

	for (i = 0; name && i < ARRAY_LEN(kinds); i++) {
		if (strcmp(name, kinds[i]) != 0)
			continue;
		*out = (enum mail_kind)i;
		return true;
	}
	return false;
}

static bool read_fields(struct json_object *o, struct mail_order *out)
{
	struct json_object *user = json_object_object_get(o, "user");
	struct json_object *language = json_object_object_get(o, "language");
	struct json_object *tries = json_object_object_get(o, "tries");
	struct json_object *about = json_object_object_get(o, "about");

	if (!json_object_is_type(o, json_type_object) || !read_kind(o, &out->kind) ||
	    !json_object_is_type(language, json_type_int) ||
	    !json_object_is_type(tries, json_type_int))
		return false;
	out->language = json_object_get_int(language);
	out->tries = json_object_get_int(tries);
	out->about = 0;
	if (about &&
	    !num_parse_i64(str_from_c(json_object_get_string(about)), 0, INT64_MAX, &out->about))
		return false;
	return out->tries >= 0 && out->tries <= MAIL_TRIES && out->language >= 0 &&
	       out->language < TEXT_LANGUAGES &&
	       num_parse_id(str_from_c(json_object_get_string(user)), &out->user_id);
}

static err parse(struct str payload, struct mail_order *out)
{
	struct json_tokener *tokener = json_tokener_new_ex(PAYLOAD_DEPTH);
	struct json_object *o = NULL;
	bool is_order = false;

	if (tokener && payload.n <= INT32_MAX)
		o = json_tokener_parse_ex(tokener, payload.p, (int)payload.n);
	if (o)
		is_order = read_fields(o, out);
	json_object_put(o);
	json_tokener_free(tokener);
	return is_order ? OK : ERR_INVALID;
}

err mail_build(struct ctx *c, struct str payload, struct mail *out)
{
	struct mail_order order;
	err e = parse(payload, &order);

	return e ? e : mail_write_letter(c, &order, out);
}

err mail_put_off(struct ctx *c, struct str event_id, struct str payload)
{
	struct mail_order order;
	int64_t wait;
	err e = parse(payload, &order);

	if (e || order.tries >= MAIL_TRIES)
		return ERR_INVALID;
	wait = FIRST_WAIT << order.tries++;
	e = db_begin(c->db);
	if (e)
		return e;
	e = outbox_add_later(c, STR(MAIL_TOPIC), write_order(c->arena, &order), c->now + wait);
	return db_end(c->db, e ? e : mail_mark_sent(c, event_id));
}

err mail_was_sent(struct ctx *c, struct str event_id, bool *out)
{
	struct db_rows *rows;
	err e = db_query(c->db, c->arena, &rows, &sql_was_sent, DB_ARGS(CONSUMER, event_id));

	if (e)
		return e;
	*out = db_next(rows);
	return OK;
}

err mail_mark_sent(struct ctx *c, struct str event_id)
{
	err e = db_exec(c->db, NULL, &sql_mark_sent, DB_ARGS(CONSUMER, event_id, c->now));

	return e == ERR_CONFLICT ? OK : e;
}

err mail_sweep(struct ctx *c, int limit, int64_t *swept)
{
	return db_exec(c->db, swept, &sql_sweep, DB_ARGS(c->now - KEEP_MS, limit));
}
