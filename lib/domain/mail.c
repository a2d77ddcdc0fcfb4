/* What the site writes to people, and when it was sent. */
#include "domain/mail.h"

#include <json-c/json.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/num.h"
#include "domain/outbox.h"
#include "domain/user_new_password.h"
#include "domain/user_token.h"
#include "html/text.h"

#define PAYLOAD_DEPTH 2
#define CONSUMER STR("mail")
#define KEEP_MS (30 * CLOCK_DAY)
#define FIRST_WAIT (10 * CLOCK_MINUTE)

static const char *const kinds[] = {
	[MAIL_ACTIVATION] = "activation",
	[MAIL_ADDRESS_IN_USE] = "address_in_use",
	[MAIL_PASSWORD_RESET] = "password_reset",
	[MAIL_PASSWORD_CHANGED] = "password_changed",
};

static const struct db_sql sql_was_sent =
	SQL("SELECT 1 FROM consumed WHERE consumer = ? AND event_id = ?");

static const struct db_sql sql_mark_sent =
	SQL("INSERT INTO consumed (consumer, event_id, created_at) VALUES (?, ?, ?)");

static const struct db_sql sql_sweep =
	SQL("DELETE FROM consumed WHERE created_at < ? ORDER BY created_at LIMIT ?");

struct mail_order {
	enum mail_kind kind;
	int64_t user_id;
	int language;
	int tries; /* how often it was put off */
};

static struct str write_order(struct arena *a, const struct mail_order *o)
{
	return str_format(a, "{\"kind\":\"%s\",\"user\":\"%lld\",\"language\":%d,\"tries\":%d}",
			  kinds[o->kind], (long long)o->user_id, o->language, o->tries);
}

err mail_request(struct ctx *c, enum mail_kind kind, int64_t user_id, int language)
{
	struct mail_order order = { .kind = kind, .user_id = user_id, .language = language };

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

	if (!json_object_is_type(o, json_type_object) || !read_kind(o, &out->kind) ||
	    !json_object_is_type(language, json_type_int) ||
	    !json_object_is_type(tries, json_type_int))
		return false;
	out->language = json_object_get_int(language);
	out->tries = json_object_get_int(tries);
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

static void add_link(struct buf *b, struct str link)
{
	buf_add(b, link);
	BUF_LIT(b, "\n\n");
}

/* A paragraph in the order's language; the arguments are the user's name and the site's. */
#define PARAGRAPH(b, language, english, arguments) \
	do { \
		buf_add((b), text_format((b)->arena, (language), (english), (arguments), 2)); \
		BUF_LIT((b), "\n\n"); \
	} while (0)

static err build_activation(struct ctx *c, const struct mail_order *o, struct mail *out)
{
	struct str arguments[2] = { { 0 }, c->config->site.name }, link, token;
	struct user u;
	struct buf b;
	err e = user_find_pending(c, o->user_id, &u);

	if (!e)
		e = user_token_new(c, u.id, &token);
	if (e)
		return e;
	arguments[0] = u.name;
	link = str_format(c->arena, STR_FMT "/activate/" STR_FMT, STR_ARG(c->config->site.url),
			  STR_ARG(token));
	buf_init(&b, c->arena, 512);
	PARAGRAPH(&b, o->language, N_("Hello {0},"), arguments);
	PARAGRAPH(
		&b, o->language,
		N_("somebody registered this name at {1} with your e-mail address. If it was you, "
		   "open this page and press the button:"),
		arguments);
	add_link(&b, link);
	PARAGRAPH(
		&b, o->language,
		N_("The link is good for 24 hours. If it was not you, do nothing: without the link "
		   "the account stays closed and is removed after a week."),
		arguments);
	out->to = u.email;
	out->subject = text_format(c->arena, o->language, N_("Activate your account at {1}"),
				   arguments, 2);
	out->text = buf_str(&b);
	return OK;
}

static err build_address_in_use(struct ctx *c, const struct mail_order *o, struct mail *out)
{
	struct str arguments[2] = { { 0 }, c->config->site.name }, link;
	struct user u;
	struct buf b;
	err e = user_find(c, o->user_id, &u);

	if (e)
		return e;
	if (!u.email.n || u.state != USER_ACTIVE)
		return ERR_NOT_FOUND;
	arguments[0] = u.name;
	link = str_format(c->arena, STR_FMT "/login", STR_ARG(c->config->site.url));
	buf_init(&b, c->arena, 512);
	PARAGRAPH(&b, o->language, N_("Hello {0},"), arguments);
	PARAGRAPH(&b, o->language,
		  N_("somebody tried to register at {1} with your e-mail address, which already "
		     "belongs to your account {0}. If it was you, log in here:"),
		  arguments);
	add_link(&b, link);
	PARAGRAPH(&b, o->language,
		  N_("If it was not you, do nothing: nobody but you can use your address here."),
		  arguments);
	out->to = u.email;
	out->subject =
		text_format(c->arena, o->language, N_("You have an account at {1}"), arguments, 2);
	out->text = buf_str(&b);
	return OK;
}

static err build_password_reset(struct ctx *c, const struct mail_order *o, struct mail *out)
{
	struct str arguments[2] = { { 0 }, c->config->site.name }, link, token;
	struct user u;
	struct buf b;
	err e = user_reset_start(c, o->user_id, &u, &token);

	if (e)
		return e;
	arguments[0] = u.name;
	link = str_format(c->arena, STR_FMT "/password/reset/" STR_FMT,
			  STR_ARG(c->config->site.url), STR_ARG(token));
	buf_init(&b, c->arena, 512);
	PARAGRAPH(&b, o->language, N_("Hello {0},"), arguments);
	PARAGRAPH(&b, o->language,
		  N_("somebody asked for a new password for your account {0} at {1}. If it was "
		     "you, open this page and choose one:"),
		  arguments);
	add_link(&b, link);
	PARAGRAPH(&b, o->language,
		  N_("The link is good for 15 minutes and works once. If it was not you, do "
		     "nothing: without the link your password stays as it is."),
		  arguments);
	out->to = u.email;
	out->subject = text_format(c->arena, o->language,
				   N_("A new password for your account at {1}"), arguments, 2);
	out->text = buf_str(&b);
	return OK;
}

static err build_password_changed(struct ctx *c, const struct mail_order *o, struct mail *out)
{
	struct str arguments[2] = { { 0 }, c->config->site.name }, link;
	struct user u;
	struct buf b;
	err e = user_find(c, o->user_id, &u);

	if (e)
		return e;
	if (!u.email.n)
		return ERR_NOT_FOUND;
	arguments[0] = u.name;
	link = str_format(c->arena, STR_FMT "/password/forgot", STR_ARG(c->config->site.url));
	buf_init(&b, c->arena, 512);
	PARAGRAPH(&b, o->language, N_("Hello {0},"), arguments);
	PARAGRAPH(&b, o->language,
		  N_("the password of your account {0} at {1} was changed, and all other devices "
		     "were logged out. If it was you, all is well."),
		  arguments);
	PARAGRAPH(&b, o->language,
		  N_("If it was not you, somebody else knew your password or reads your mail. Set "
		     "a new one here at once:"),
		  arguments);
	add_link(&b, link);
	out->to = u.email;
	out->subject =
		text_format(c->arena, o->language,
			    N_("The password of your account at {1} was changed"), arguments, 2);
	out->text = buf_str(&b);
	return OK;
}

err mail_build(struct ctx *c, struct str payload, struct mail *out)
{
	struct mail_order order;
	err e = parse(payload, &order);

	if (e)
		return e;
	switch (order.kind) {
	case MAIL_ACTIVATION:
		return build_activation(c, &order, out);
	case MAIL_ADDRESS_IN_USE:
		return build_address_in_use(c, &order, out);
	case MAIL_PASSWORD_RESET:
		return build_password_reset(c, &order, out);
	case MAIL_PASSWORD_CHANGED:
		return build_password_changed(c, &order, out);
	}
	return ERR_INVALID;
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
